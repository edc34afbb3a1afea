"""Looks at the state file again and again: what this process, or any other, did to it is seen within a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fm_desktop.app import Profile
    from fm_desktop.sync.look import Look
    from fm_desktop.sync.store import Store

TICK_SECONDS: Final = 0.5
# After a state that could not be read.
TRY_AGAIN_SECONDS: Final = 3.0
# The wall clock went this much another way than time did: the computer slept, or somebody set the clock.
JUMP_SECONDS: Final = 20.0


class Watcher(threading.Thread):
    """Calls `seen` with each look that may differ from the last, `failed` with why there is none, and `jumped`
    with the seconds by which the clock jumped; all in this thread.

    A tick costs one page of shared memory while nothing was written.
    """

    def __init__(
        self,
        profile: Profile,
        seen: Callable[[Look], None],
        failed: Callable[[Exception], None],
        jumped: Callable[[float], None],
    ) -> None:
        super().__init__(name="watcher", daemon=True)
        self._profile = profile
        self._seen = seen
        self._failed = failed
        self._jumped = jumped
        self._wake = threading.Event()
        self._ending = False
        self._store: Store | None = None
        self._version = -1
        self._last: Look | None = None

    def look_now(self) -> None:
        """Looks without waiting for the next tick."""
        self._wake.set()

    def end(self) -> None:
        self._ending = True
        self._wake.set()

    def run(self) -> None:
        before = time.time()
        pause = 0.0
        while not self._ending:
            asked = self._wake.wait(pause)
            self._wake.clear()
            now = time.time()
            if abs(gap := now - before - pause) > JUMP_SECONDS:
                self._jumped(gap)
            before = now
            try:
                self._look(asked=asked)
                pause = TICK_SECONDS
            except Exception as error:  # noqa: BLE001 - a full disk, a damaged file: told, and looked at again
                self._close()
                self._failed(error)
                pause = TRY_AGAIN_SECONDS
        self._close()

    def _look(self, *, asked: bool) -> None:
        if self._store is None:
            self._store = self._profile.open_store()
        version = self._store.value("PRAGMA data_version")
        if version == self._version and not asked and not self._is_over(datetime.now(UTC)):
            return
        self._version = version
        self._last = self._profile.look(self._store)
        self._seen(self._last)

    def _is_over(self, now: datetime) -> bool:
        """A pause ends by itself, without anybody writing it down."""
        standings = () if self._last is None else self._last.status.channels
        return any(each.until is not None and each.until <= now for each in standings)

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store, self._version = None, -1
