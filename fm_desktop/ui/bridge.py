"""Between the engine's threads and what is on the screen: one object, whose signals all arrive in the window's thread.

Windows ask it for everything: `snapshot` says how things stand, `changed` that it is different, the methods what a
person wants. What touches a disk, a keychain or a network runs in `jobs`, never in the thread that draws.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from fm_desktop.ui import menu
from fm_desktop.ui.jobs import Jobs, told
from fm_desktop.ui.snapshot import Snapshot, Stage
from fm_desktop.ui.watcher import Watcher
from fm_desktop.ui.worker import News, Worker

if TYPE_CHECKING:
    from fm_desktop.app import Profile
    from fm_desktop.errors import Explained
    from fm_desktop.sync.control import Channel
    from fm_desktop.sync.look import Look
    from fm_desktop.ui.preferences import Preferences

_log = logging.getLogger(__name__)

T = TypeVar("T")
_Opened = tuple["Profile", "Preferences"]

# The network takes a moment to be there after the computer woke up, or says that it is back.
NETWORK_SECONDS: Final = 10.0


class Bridge(QObject):
    """Made in the window's thread; `open` starts everything, `end` ends it. Every signal comes in that thread."""

    changed = Signal(object)
    """The new `Snapshot`."""
    cycle_ended = Signal(object)
    """The `Report` of a cycle of this process."""
    noticed = Signal(object)
    """`tuple[Notice, ...]`: all that were not shown yet, the oldest first."""
    banner = Signal(object)
    """A `Note` that nothing but a window can show."""
    failed = Signal(object)
    """`Explained`: what a person asked for could not be done."""
    open_item = Signal(int)
    """Show this link: a notification of it was clicked."""
    opened = Signal()
    """There is a profile to work with, for the first time or anew."""
    preferred = Signal()
    """A person changed what they like on this computer: the language, say."""

    _from_engine = Signal(object)
    _from_watcher = Signal(object)
    _jumped = Signal(float)

    def __init__(self, environment: Mapping[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = Jobs(self)
        self.has_tray = False
        self._environment = environment
        self._snapshot = Snapshot()
        self._preferences: Preferences | None = None
        self._profile: Profile | None = None
        self._worker: Worker | None = None
        self._leaving: Worker | None = None
        self._watcher: Watcher | None = None
        self._opening = 0
        self._reading = threading.Lock()
        self._nudge: str | None = None
        self._engine_failure: Explained | None = None
        self._state_failure: Explained | None = None
        self._from_engine.connect(self._hear_engine)
        self._from_watcher.connect(self._hear_watcher)
        self._jumped.connect(self._hear_jump)

    # --- how things stand ---

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot

    @property
    def profile(self) -> Profile | None:
        """None before there is one. Its methods belong into `ask`; `settings` and `paths` may be read here."""
        return self._profile

    @property
    def preferences(self) -> Preferences:
        from fm_desktop.ui.preferences import Preferences

        return self._preferences or Preferences()

    # --- beginning and ending ---

    @Slot()
    def open(self) -> None:
        """Reads the settings and begins to work; the result is a change of the snapshot's stage."""
        self._open_as(Stage.OPENING)

    @Slot()
    def reopen(self) -> None:
        """After the settings were changed, or a sign-in was renewed: works with them at once, without a restart."""
        self._open_as(Stage.WORKING if self._snapshot.stage is Stage.WORKING else Stage.OPENING)

    def _open_as(self, stage: Stage) -> None:
        """Of several in a row the last counts: two engines in one process would lock each other out."""
        self._stop_threads()
        leaving = self._leaving = self._worker or self._leaving
        self._worker = self._watcher = None
        self._opening += 1
        number = self._opening
        self._change(stage=stage, failure=None, syncing=False, next_run=None, elsewhere=False)

        def work() -> _Opened | None:
            if leaving is not None:
                leaving.wait(NETWORK_SECONDS)
            with self._reading:
                return self._open_profile() if number == self._opening else None

        def if_last(do: Callable[[T], object]) -> Callable[[T], object]:
            return lambda answer: do(answer) if number == self._opening else None

        self.jobs.ask(work, if_last(self._begin), if_last(self._cannot_open))

    def end(self, seconds: float) -> bool:
        """Ends the engine and all jobs. False if one of them still waits for an answer after so many seconds:
        leaving is safe then (the journal), but must not wait for threads."""
        self._stop_threads()
        worker = self._worker or self._leaving
        at_rest = worker is None or worker.wait(seconds)
        return self.jobs.end(0.2) and at_rest

    # --- what a person asks for ---

    def ask(
        self,
        work: Callable[[Profile], T],
        then: Callable[[T], object] | None = None,
        failed: Callable[[Explained], object] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Runs `work` with the profile off this thread, then calls `then` with its result, or `failed` with what
        to tell a person (without it the signal `failed` is sent). Neither is called once `owner` is gone."""
        profile = self._profile
        if profile is not None:
            self.jobs.ask(lambda: work(profile), then or _nothing, failed or self.failed.emit, owner)

    @Slot()
    def sync_now(self) -> None:
        self._do(lambda profile: profile.sync_soon())
        if self._worker is not None:
            self._worker.wake()

    def pause(self, minutes: int | None = None, channel: Channel | None = None) -> None:
        """For so many minutes, or until resumed; without a channel all that run. One that is stopped stays so."""
        channels = menu.running(self._snapshot) if channel is None else (channel,)
        self._do(lambda profile: [profile.pause(each, minutes) for each in channels])

    def resume(self, channel: Channel | None = None) -> None:
        """Goes on; without a channel with all that are paused. Starts one that is stopped."""
        channels = menu.paused(self._snapshot) if channel is None else (channel,)
        self._do(lambda profile: [profile.resume(each) for each in channels])

    def stop(self, channel: Channel, *, forget_credentials: bool = False) -> None:
        """Stops a channel for good. Secrets are forgotten only if no channel needs them any more."""
        self._do(lambda profile: profile.stop(channel, forget_credentials=forget_credentials))

    @Slot(object)
    def use_preferences(self, preferences: Preferences) -> None:
        """From now on; keeping them is the caller's."""
        self._preferences = preferences
        self.preferred.emit()

    def mark_shown(self, notices: tuple[int, ...]) -> None:
        """Nobody asked for it, so that nobody is told if it cannot be done: it is told once more after a restart."""
        self.ask(
            lambda profile: profile.mark_shown(notices),
            failed=lambda why: _log.warning("What was shown could not be noted: %s", why.message),
        )

    @Slot()
    def network_is_back(self) -> None:
        """A hint of the system, after which a cycle is tried soon."""
        self._hint_soon()

    def _do(self, work: Callable[[Profile], object]) -> None:
        """Decides something, and looks at what became of it at once."""
        self.ask(work, lambda _result: self.look_now())

    @Slot()
    def look_now(self) -> None:
        """Reads the state anew without waiting."""
        if self._watcher is not None:
            self._watcher.look_now()

    # --- inside ---

    def _open_profile(self) -> _Opened | None:
        """None if nothing was set up yet."""
        # Here, in a thread, and not at the top: the tray is there before the libraries of the network are.
        from fm_desktop.app import NotSetUp, Profile
        from fm_desktop.ui.preferences import load

        profile = self._profile
        try:
            if profile is None:
                profile = Profile.open(self._environment)
            else:
                profile.reload()
        except NotSetUp:
            return None
        profile.open_store().close()
        return profile, load(profile.paths.config)

    def _begin(self, found: _Opened | None) -> None:
        if found is None:
            self._change(stage=Stage.NOT_SET_UP)
            return
        self._profile, self._preferences = found
        self._nudge = self._engine_failure = self._state_failure = None
        self._watcher = Watcher(
            self._profile,
            seen=self._from_watcher.emit,
            failed=lambda error: self._from_watcher.emit(told(error)),
            jumped=self._jumped.emit,
        )
        self._worker = Worker(self._profile, self._from_engine.emit)
        self._change(stage=Stage.WORKING)
        self.opened.emit()
        self._watcher.start()
        self._worker.start()

    def _cannot_open(self, why: Explained) -> None:
        self._change(stage=Stage.BROKEN, failure=why)

    def _stop_threads(self) -> None:
        if self._watcher is not None:
            self._watcher.end()
        if self._worker is not None:
            self._worker.end()

    @Slot(object)
    def _hear_engine(self, news: News) -> None:
        if self._worker is None or news.worker is not self._worker:
            return
        if news.began:
            self._change(syncing=True, progress=None)
            return
        from fm_desktop.errors import Busy

        # That another process was syncing just then is no trouble: its work is ours.
        error = None if isinstance(news.error, Busy) else news.error
        self._engine_failure = None if error is None else told(error)
        self._change(syncing=False, progress=None, failure=self._failure(), next_run=self._worker.next_run)
        if news.report is not None:
            self.cycle_ended.emit(news.report)
        self.look_now()

    @Slot(object)
    def _hear_watcher(self, seen: Look | Explained) -> None:
        if self._watcher is None or self._worker is None:
            return
        from fm_desktop.errors import Explained

        if isinstance(seen, Explained):
            self._state_failure = seen
            self._change(failure=self._failure())
            return
        self._state_failure = None
        self._change(
            status=seen.status,
            progress=seen.progress if self._snapshot.syncing else None,
            next_run=self._worker.next_run,
            elsewhere=self._worker.elsewhere,
            failure=self._failure(),
        )
        if self._nudge is not None and seen.nudge != self._nudge:
            self._worker.wake()
        self._nudge = seen.nudge
        self.noticed.emit(seen.notices)

    def _failure(self) -> Explained | None:
        return self._state_failure or self._engine_failure

    @Slot(float)
    def _hear_jump(self, seconds: float) -> None:
        _log.info("The clock jumped by %d s", seconds)
        # Forward: the computer slept. Back: the next cycle, named by the clock, would be that much too late.
        if seconds > 0:
            self._hint_soon()
        elif self._worker is not None:
            self._worker.wake()
            self.look_now()

    def _hint_soon(self) -> None:
        # What this computer noticed, a whole office may have noticed in the same second.
        QTimer.singleShot(int(NETWORK_SECONDS * random.uniform(1, 4) * 1000), self, self._hint)

    @Slot()
    def _hint(self) -> None:
        if self._worker is not None:
            self._worker.hint()
        self.look_now()

    def _change(self, **values: Any) -> None:
        after = replace(self._snapshot, **values)
        if after != self._snapshot:
            self._snapshot = after
            self.changed.emit(after)


def _nothing(_result: object) -> None:
    """Nobody waits for this result."""
