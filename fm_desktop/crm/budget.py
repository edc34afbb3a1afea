"""The request budget of one tenant, shared by everything on this computer that talks to its CRM.

The API allows 4 or 13 requests a second, by plan; what happens beyond is not documented (CRM API 2.8,
429 assumed). Requests are therefore spaced evenly, and no second ever holds more than the limit
whether the server counts by bucket, by fixed or by sliding window.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections import deque
from collections.abc import Callable

Clock = Callable[[], float]
Wait = Callable[[float, threading.Event | None], bool]
"""Waits so many seconds or until the event is set; true if it was set."""

# Kept back so that the jitter of the network does not push a request into its predecessors' second.
_MARGIN = 0.02
# How many requests may be sent at once after a pause: enough to make up for one slow answer.
_BURST = 2
# A server that was taken for unlimited and says 429 all the same: the smaller documented plan holds.
_DOCUMENTED_RATE = 4.0
_SLOWEST = 0.25
# Of the allowed rate, given back per answered request after it was halved (additive increase).
_RECOVERY = 0.02
_LONGEST_PAUSE = 30.0


class Cancelled(Exception):
    """The caller asked to stop while it was waiting for its turn; nothing was sent."""


class PausedTooLong(Exception):
    """The server asked for a pause longer than the caller is ready to wait; `seconds` are left of it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"paused for another {seconds:.0f} seconds")
        self.seconds = seconds


def wait_for(seconds: float, cancel: threading.Event | None) -> bool:
    if cancel is None:
        time.sleep(seconds)
        return False
    return cancel.wait(seconds)


class Budget:
    """A token bucket over `rate` requests per second; None means no limit is known.

    `clock` counts seconds from anywhere and never goes back; `chance` draws from [0, 1). Safe to use from several
    threads; each caller is given its turn in the order of asking.
    """

    def __init__(
        self,
        rate: float | None,
        *,
        clock: Clock = time.monotonic,
        wait: Wait = wait_for,
        chance: Callable[[], float] = random.random,
    ) -> None:
        if rate is not None and not rate > 0:
            raise ValueError("a request rate is a number above zero")
        self._allowed = math.inf if rate is None else float(rate)
        self._rate = self._allowed
        self._clock = clock
        self._wait = wait
        self._chance = chance
        self._lock = threading.Lock()
        self._due = -math.inf  # when the bucket is full again (GCRA's theoretical arrival time)
        self._turns: deque[float] = deque(maxlen=max(1, math.ceil(min(self._allowed, 1000.0))))
        self._paused_until = -math.inf
        self._halved_at = -math.inf
        self._strikes = 0

    @property
    def rate(self) -> float:
        """Requests per second at present; infinite when no limit is known."""
        with self._lock:
            return self._rate

    def acquire(self, cancel: threading.Event | None = None, patience: float = math.inf) -> None:
        """Waits for this caller's turn. Raises `Cancelled`, or `PausedTooLong` beyond `patience` seconds."""
        while True:
            with self._lock:
                now = self._clock()
                if self._paused_until - now > patience:
                    raise PausedTooLong(self._paused_until - now)
                turn = self._next_turn(now)
            if cancel is not None and cancel.is_set():
                raise Cancelled
            if turn > now:
                self.sleep(turn - now, cancel)
            with self._lock:
                if turn >= self._paused_until:
                    return

    def sleep(self, seconds: float, cancel: threading.Event | None = None) -> None:
        """Waits without taking a turn. Raises `Cancelled`."""
        if self._wait(seconds, cancel):
            raise Cancelled

    def answered(self) -> None:
        """A request was carried out: a rate that was cut grows back a little."""
        with self._lock:
            self._strikes = 0
            if self._rate < self._allowed:
                self._rate = min(self._allowed, self._rate + self._allowed * _RECOVERY)

    def throttled(self, retry_after: float | None) -> None:
        """The server said 429: everyone pauses, and goes on at half the rate.

        Requests that were under way together are told so together; the rate is cut once for them. Colleagues who are
        told so in the same second must not come back in the same second, so that chance makes the pause longer.
        """
        with self._lock:
            now = self._clock()
            if math.isinf(self._allowed):
                self._allowed = self._rate = _DOCUMENTED_RATE
                self._halved_at = now
            elif now - self._halved_at >= 1.0:
                self._rate = max(_SLOWEST, self._rate / 2)
                self._halved_at = now
            step = min(_LONGEST_PAUSE, 2.0**self._strikes)
            pause = (step if retry_after is None else retry_after) + step * self._chance()
            self._strikes = min(self._strikes + 1, 8)
            self._paused_until = max(self._paused_until, now + pause)

    def _next_turn(self, now: float) -> float:
        """The moment of the next turn, which is taken with this call."""
        turn = max(now, self._paused_until)
        if not math.isinf(self._rate):
            interval = (1 + _MARGIN) / self._rate
            turn = max(turn, self._due - (_BURST - 1) * interval)
            per_window = min(max(1, int(self._rate)), self._turns.maxlen or 1)
            if len(self._turns) >= per_window:
                turn = max(turn, self._turns[-per_window] + per_window * interval)
            self._due = max(self._due, turn) + interval
        self._turns.append(turn)
        return turn
