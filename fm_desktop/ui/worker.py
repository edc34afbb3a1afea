"""The engine's own thread: runs the loop of a profile, tells what it does, and waits while another process syncs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from fm_desktop.ui.inbox_words import inbox_words

if TYPE_CHECKING:
    from fm_desktop.app import Profile
    from fm_desktop.runner import Headless
    from fm_desktop.sync.report import Report

# How often it is tried whether the other process has ended.
TRY_AGAIN_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class News:
    """A cycle of this worker began, or ended with a report, or with an error that no report covers."""

    worker: Worker
    report: Report | None = None
    error: Exception | None = None

    @property
    def began(self) -> bool:
        return self.report is None and self.error is None


class Worker(threading.Thread):
    """`tell` is called in threads of the loop. A daemon: leaving does not wait for an answer."""

    def __init__(self, profile: Profile, tell: Callable[[News], object]) -> None:
        super().__init__(name="engine", daemon=True)
        self.elsewhere = False
        self.finished = True
        self._profile = profile
        self._tell = tell
        self._ending = threading.Event()
        self._headless: Headless | None = None

    # --- what the loop tells: see `fm_desktop.runner.Watch` ---

    def began(self) -> None:
        self.elsewhere = False
        self._tell(News(self))

    def ended(self, report: Report) -> None:
        self._tell(News(self, report=report))

    def failed(self, error: Exception) -> None:
        self._tell(News(self, error=error))

    # --- the thread ---

    def run(self) -> None:
        from fm_desktop.errors import Busy

        while not self._ending.is_set():
            try:
                self._headless = self._profile.loop(self, inbox_words)
                self.finished = False
                if self._ending.is_set():
                    self._headless.end()
                self.finished = self._headless.run()
            except Busy as error:
                known, self.elsewhere, self.finished = self.elsewhere, True, True
                if not known:
                    self.failed(error)
                self._ending.wait(TRY_AGAIN_SECONDS)
            except Exception as error:  # noqa: BLE001 - a lock file that cannot be made, say: it is told and tried again
                self.finished = True
                self.failed(error)
                self._ending.wait(TRY_AGAIN_SECONDS)

    def wake(self) -> None:
        """Lets the next cycle begin now, unless one is running: somebody wants it."""
        if self._headless is not None:
            self._headless.wake()

    def hint(self) -> None:
        """There may be news, so that the next cycle may begin now."""
        if self._headless is not None:
            self._headless.hint()

    @property
    def next_run(self) -> datetime | None:
        return None if self._headless is None or self.elsewhere else self._headless.next_run

    def end(self) -> None:
        """Asks it to end; returns at once."""
        self._ending.set()
        if self._headless is not None:
            self._headless.end()

    def wait(self, seconds: float) -> bool:
        """False if an answer is still awaited then: leaving is safe, but must not wait for threads."""
        self.join(seconds)
        return not self.is_alive() and self.finished
