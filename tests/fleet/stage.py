"""Time that passes only when nobody has anything to do: blocking code of thousands of computers, one seed, one run.

What a computer does runs in a thread, so that the program's real code may wait wherever it waits; but only one thread
moves at any moment, and waiting costs no time. The order is that of the clock, then of asking.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable

Act = Callable[[], None]

_STACK_BYTES = 512 * 1024


class Over(BaseException):
    """The play ended while this one was waiting."""


def _shut() -> threading.Lock:
    """A door that lets one through each time it is opened: cheaper than a semaphore."""
    door = threading.Lock()
    door.acquire()
    return door


class _Actor:
    """A thread that does one act after another, whenever it is given the turn."""

    def __init__(self, stage: Stage) -> None:
        self.act: Act | None = None
        self.turn = _shut()
        self._stage = stage
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        self.turn.acquire()
        while (act := self.act) is not None:
            self.act = None
            try:
                act()
            except Over:
                break
            except BaseException as error:  # noqa: BLE001 - told in the thread of whoever runs the stage
                self._stage.failure = error
            self.act = self._stage.next_act(self)
        self._stage.gone()


class Stage:
    """`play` begins an act that may wait; `at` one that does not. `now` is in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.failure: BaseException | None = None
        self._until = 0.0
        self._queue: list[tuple[float, int, _Actor | Act, bool]] = []
        self._numbers = itertools.count()
        self._actors: dict[int, _Actor] = {}
        self._idle: list[_Actor] = []
        self._hub = _shut()
        self._over = False

    def at(self, moment: float, act: Act) -> None:
        heapq.heappush(self._queue, (moment, next(self._numbers), act, False))

    def play(self, moment: float, act: Act) -> None:
        heapq.heappush(self._queue, (moment, next(self._numbers), act, True))

    def sleep(self, seconds: float) -> None:
        """Called by an act that was begun with `play`."""
        me = self._actors[threading.get_ident()]
        heapq.heappush(self._queue, (self.now + max(0.0, seconds), next(self._numbers), me, False))
        self._pass_on(me)
        if self._over:
            raise Over

    def run(self, until: float) -> None:
        """Lets everything happen up to that moment."""
        self._until = until
        while (due := self._next()) is not None:
            what, waits = due
            if isinstance(what, _Actor):
                what.turn.release()
            elif waits:
                self._engage(what)
            else:
                what()
                continue
            self._hub.acquire()
        if self.failure is not None:
            raise self.failure
        self.now = until

    def close(self) -> None:
        """Ends all who are waiting, and their threads."""
        self._over = True
        for actor in self._actors.values():
            actor.turn.release()
            self._hub.acquire()
            actor.thread.join()

    # --- called by actors ---

    def next_act(self, me: _Actor) -> Act | None:
        """What an actor does next that is done with the last one; None at the end of the play."""
        while not self._over and (due := self._next()) is not None:
            what, waits = due
            if isinstance(what, _Actor):
                self._idle.append(me)
                what.turn.release()
                me.turn.acquire()
                return me.act
            if waits:
                return what
            self._do(what)
        if not self._over:
            self._idle.append(me)
            self._hub.release()
            me.turn.acquire()
        return me.act

    def gone(self) -> None:
        self._hub.release()

    # --- inside ---

    def _pass_on(self, me: _Actor) -> None:
        """Returns when it is the turn of an actor who waits."""
        while (due := self._next()) is not None:
            what, waits = due
            if what is me:
                return
            if isinstance(what, _Actor):
                what.turn.release()
            elif waits:
                self._engage(what)
            else:
                self._do(what)
                continue
            me.turn.acquire()
            return
        self._hub.release()
        me.turn.acquire()

    def _next(self) -> tuple[_Actor | Act, bool] | None:
        if self.failure is not None or not self._queue or self._queue[0][0] > self._until:
            return None
        self.now, _, what, waits = heapq.heappop(self._queue)
        return what, waits

    def _do(self, act: Act) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - told in the thread of whoever runs the stage
            self.failure = error

    def _engage(self, act: Act) -> None:
        """Gives the turn to an actor without work."""
        if self._idle:
            actor = self._idle.pop()
        else:
            actor = _Actor(self)
            before = threading.stack_size(_STACK_BYTES)
            actor.thread.start()
            threading.stack_size(before)
            assert actor.thread.ident is not None
            self._actors[actor.thread.ident] = actor
        actor.act = act
        actor.turn.release()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
