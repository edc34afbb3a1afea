"""The loop without a window: cycles at their pace, until it is told to end.

Pausing and stopping are states of the store, which any process may write (R05); the loop looks at
them before each cycle, and a running cycle looks between its operations.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from fm_desktop.sync.pace import Impression, Pace

_log = logging.getLogger(__name__)

JITTER: Final = 0.25  # of the interval: colleagues whom one moment woke are not in step again when it is over
GAP_CHECK_SECONDS: Final = 30.0
# After waking up the network takes a moment to come back; and what woke this computer may have woken hundreds.
AFTER_WAKING_SECONDS: Final = (15.0, 45.0)
# How long an answer that is on its way is waited for when the loop ends; the journal makes leaving safe.
LAST_ANSWER_SECONDS: Final = 4.0
POLL_SECONDS: Final = 1.0

# How soon a running loop sees what a person decided in another process.
ATTENTION_SECONDS: Final = 2.0

CYCLE: Final = "cycle"


class Cancel:
    """Asked between operations: shall the cycle end here? True once the loop is ending, or the channel
    was paused or stopped meanwhile; the state is read at most once a second."""

    def __init__(self, ending: threading.Event, may_run: Callable[[], bool]) -> None:
        self._ending = ending
        self._may_run = may_run
        self._asked = time.monotonic()
        self._answer = False

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._answer and now - self._asked >= POLL_SECONDS:
            self._asked = now
            self._answer = not self._may_run()
        return self._answer or self._ending.is_set()


class Loop:
    """`run_cycle(ending)` does one cycle, looks at pause and stop itself, and must not raise for what a
    side or an item does wrong; what it raises all the same is logged and counts as trouble.
    `is_wanted()` is asked every two seconds, in a thread of its own: is a cycle wanted before its time?"""

    def __init__(
        self,
        run_cycle: Callable[[threading.Event], Impression],
        interval_seconds: float,
        is_wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._ending = threading.Event()
        self._wishes: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._run_cycle = run_cycle
        self._is_wanted = is_wanted
        self._pace = Pace(interval_seconds)
        self._running = threading.Lock()
        self._looking = threading.Lock()
        self._last_look = time.time()
        self._not_before = 0.0
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # A pool of its own for each, so that a long cycle never holds up the look at the clock.
            executors={"default": ThreadPoolExecutor(1), CYCLE: ThreadPoolExecutor(1)},
            # Without these a cycle that is late, after sleep, is left out altogether.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def end(self) -> None:
        """Makes `run` return soon. May be called in a signal handler: unlike an event, this queue is reentrant."""
        self._wishes.put(None)

    def run(self) -> bool:
        """Runs until `end` is called. False if a cycle is still waiting for an answer: the caller then
        leaves the process without waiting for its threads."""
        self._last_look = time.time()
        self._scheduler.add_job(
            self._cycle, every(self._pace.seconds), id=CYCLE, executor=CYCLE, next_run_time=datetime.now(UTC)
        )
        self._scheduler.add_job(self.look_at_the_clock, IntervalTrigger(seconds=GAP_CHECK_SECONDS, timezone=UTC))
        self._scheduler.add_job(self._pay_attention, IntervalTrigger(seconds=ATTENTION_SECONDS, timezone=UTC))
        self._scheduler.start()
        try:
            self._wishes.get()
        finally:
            self._ending.set()
            self._scheduler.shutdown(wait=False)
        finished = self._running.acquire(timeout=LAST_ANSWER_SECONDS)
        if not finished:
            _log.warning("Ended while an answer was on its way; the next start looks up what became of it")
        return finished

    def wake(self) -> None:
        """Lets the next cycle begin now, unless one is running: somebody wants it. May be called in any thread."""
        with self._looking:
            # Whoever wishes it is awake, whether or not the sleep before was noticed yet.
            self._not_before, self._last_look = 0.0, time.time()
        if not self._running.locked():
            self._run_by(datetime.now(UTC))

    def hint(self, seconds: float = 0.0) -> None:
        """Lets the next cycle begin in so many seconds, unless it would sooner: there may be news. That is nobody's
        wish, and so nothing while a side asks for fewer requests. May be called in any thread."""
        if not self._running.locked() and not self.is_slowed:
            self._run_by(datetime.now(UTC) + timedelta(seconds=seconds))

    @property
    def is_slowed(self) -> bool:
        return self._pace.is_slowed

    @property
    def next_run(self) -> datetime | None:
        """When the next cycle begins; None before the start and after the end."""
        job = self._scheduler.get_job(CYCLE)
        return None if job is None or self._ending.is_set() else job.next_run_time

    def look_at_the_clock(self) -> None:
        """Notices that the computer slept, and lets a cycle run soon, not when its old interval is over."""
        with self._looking:
            now = time.time()
            slept = now - self._last_look - GAP_CHECK_SECONDS
            self._last_look = now
            if slept < GAP_CHECK_SECONDS:
                return
            _log.info("The computer slept for about %d s", slept)
            pause = random.uniform(*AFTER_WAKING_SECONDS)
            self._not_before = time.monotonic() + pause
        self.hint(pause)

    def _just_woke(self) -> float:
        """Seconds that the network is left to come back. A cycle that came due in the sleep is the first to notice."""
        self.look_at_the_clock()
        with self._looking:
            return self._not_before - time.monotonic()

    def _pay_attention(self) -> None:
        if not self._running.locked() and self._is_wanted():
            self.wake()

    def _run_by(self, moment: datetime) -> None:
        """Lets the next cycle begin then, unless it would sooner."""
        job = self._scheduler.get_job(CYCLE)
        if job is not None and job.next_run_time is not None and job.next_run_time > moment:
            job.modify(next_run_time=moment)

    def _cycle(self) -> None:
        if (pause := self._just_woke()) > 0:
            self._scheduler.modify_job(CYCLE, next_run_time=datetime.now(UTC) + timedelta(seconds=pause))
            return
        with self._running:
            if self._ending.is_set():
                return
            try:
                impression = self._run_cycle(self._ending)
            except Exception:  # noqa: BLE001 - the loop outlives whatever one cycle comes upon
                _log.exception("A cycle failed unexpectedly")
                impression = Impression(trouble=True)
        before, self._pace = self._pace.seconds, self._pace.after(impression)
        if self._pace.seconds != before and not self._ending.is_set():
            self._scheduler.reschedule_job(CYCLE, trigger=every(self._pace.seconds))


def every(seconds: float) -> IntervalTrigger:
    return IntervalTrigger(seconds=seconds, jitter=seconds * JITTER, timezone=UTC)
