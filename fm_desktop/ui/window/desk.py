"""What the window works at: how things stand now, and questions answered off its thread.

The application shows it each new `Snapshot` and hears its wishes; the window knows nothing else of either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from fm_desktop.errors import Explained
from fm_desktop.ui.jobs import Jobs
from fm_desktop.ui.snapshot import Snapshot
from fm_desktop.ui.window.records import Records

T = TypeVar("T")


class Desk(QObject):
    """Belongs to the window's thread."""

    snapshot_changed = Signal(object)

    # Wishes: the application listens to these.
    sync_wanted = Signal()
    sign_in_wanted = Signal(str)
    """Which secret is to be renewed: a value of `fm_desktop.credentials.Which`."""
    set_up_wanted = Signal()
    decided = Signal()
    """Something was written into the state: look at it anew."""
    settings_changed = Signal(object)
    preferences_changed = Signal(object)

    def __init__(self, records: Records, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records = records
        self._jobs = jobs
        self.snapshot = Snapshot()

    @Slot(object)
    def show(self, snapshot: Snapshot) -> None:
        """How things stand from now on."""
        self.snapshot = snapshot
        self.snapshot_changed.emit(snapshot)

    def ask(
        self,
        work: Callable[[Records], T],
        then: Callable[[T], object],
        failed: Callable[[Explained], object],
        owner: QObject,
    ) -> None:
        """Does `work` with the records in another thread; `then` or `failed` hears of it here while `owner` lives."""
        self._jobs.ask(lambda: work(self._records), then, failed, owner)

    def decide(
        self,
        work: Callable[[Records], T],
        then: Callable[[T], object],
        failed: Callable[[Explained], object],
        owner: QObject,
    ) -> None:
        """As `ask`, for what changes the state."""

        def told(answer: T) -> None:
            self.decided.emit()
            then(answer)

        self.ask(work, told, failed, owner)
