"""A list that makes its rows as they are wanted: hundreds at once would hold the window up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fm_desktop.ui.texts import trn
from fm_desktop.ui.theme import Space
from fm_desktop.ui.widgets.buttons import Button, Weight
from fm_desktop.ui.widgets.cards import Line

STEP: Final = 20


class GrowingList(QWidget):
    """Rows with lines between them, and a button for more while there are more. `shown` is how many there are."""

    def __init__(self, makers: Sequence[Callable[[], QWidget]], shown: int = STEP) -> None:
        super().__init__()
        self._makers = makers
        self.shown = 0
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.M)
        self.more = Button("", self._grow, Weight.QUIET)
        self._column.addWidget(self.more)
        self._add(max(shown, STEP))

    def _grow(self) -> None:
        """The focus goes on to the first of the new rows."""
        before = self._column.count() - 1
        self._add(self.shown + STEP)
        item = self._column.itemAt(before)
        row = None if item is None else item.widget()
        if row is not None:
            row.setFocus()
            row.focusNextChild()

    def _add(self, wanted: int) -> None:
        for make in self._makers[self.shown : wanted]:
            place = self._column.count() - 1
            if self.shown:
                self._column.insertWidget(place, Line())
                place += 1
            self._column.insertWidget(place, make())
            self.shown += 1
        rest = len(self._makers) - self.shown
        self.more.setText(trn("Show {n} more", "Show {n} more", rest))
        self.more.setHidden(rest == 0)
