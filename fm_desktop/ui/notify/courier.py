"""Carries notices from the state to the desktop: decides by the policy, tries one way of showing after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from fm_desktop.ui.notify.note import Note, Notifier
from fm_desktop.ui.notify.policy import decide

if TYPE_CHECKING:
    from fm_desktop.sync.chronicle import Notice
    from fm_desktop.ui.preferences import Preferences

# Quiet hours end without anything happening in the state.
LOOK_AGAIN_MS: Final = 60_000


class Courier(QObject):
    """`settle(ids)` keeps which notices were dealt with; `clicked(note)` is called for a click on any of them."""

    def __init__(
        self,
        notifiers: Sequence[Notifier],
        preferences: Callable[[], Preferences],
        settle: Callable[[tuple[int, ...]], object],
        clicked: Callable[[Note], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._notifiers = tuple(notifiers)
        self._preferences = preferences
        self._settle = settle
        self._waiting: tuple[Notice, ...] = ()
        # The state may be read once more before it knows that these were shown.
        self._settled: set[int] = set()
        for each in self._notifiers:
            each.clicked = clicked
        self._timer = QTimer(self, interval=LOOK_AGAIN_MS)
        self._timer.timeout.connect(self._carry)
        self._timer.start()

    def offer(self, notices: Sequence[Notice]) -> None:
        """All that were not shown yet, the oldest first."""
        self._settled &= {each.id for each in notices}
        self._waiting = tuple(each for each in notices if each.id not in self._settled)
        self._carry()

    def close(self) -> None:
        self._timer.stop()
        for each in self._notifiers:
            each.close()

    def _carry(self) -> None:
        if not self._waiting:
            return
        decision = decide(self._waiting, self._preferences(), datetime.now(UTC))
        self._settled.update(decision.settled)
        self._waiting = tuple(each for each in self._waiting if each.id not in self._settled)
        for note in decision.notes:
            self._show(note, 0)
        if decision.settled:
            self._settle(decision.settled)

    def _show(self, note: Note, way: int) -> None:
        if way < len(self._notifiers):
            self._notifiers[way].show(note, lambda unshown: self._show(unshown, way + 1))
