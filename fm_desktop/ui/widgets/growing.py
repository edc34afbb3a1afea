"""A list that makes its rows as they are wanted: many at once would hold the window up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fm_desktop.ui.texts import trn
from fm_desktop.ui.theme import Space
from fm_desktop.ui.widgets.buttons import Button, Weight
from fm_desktop.ui.widgets.cards import Line

STEP: Final = 20
SLICE: Final = 3  # made in one go: a row takes some milliseconds


class GrowingList(QWidget):
    """Rows with lines between them, and a button for more while there are more. They come a few at a time: `shown` is
    how many there are, once `is_growing` is over.

    It places them itself. A layout would ask each row again how high it is, through all layouts above, whenever one is
    added; here a row is asked once for each width.
    """

    def __init__(self, makers: Sequence[Callable[[], QWidget]], shown: int = STEP) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._makers = makers
        self._made = 0
        self.shown = 0
        self._pieces: list[QWidget] = []
        self._heights: dict[QWidget, int] = {}
        self._narrowest = 0
        self._last: QWidget | None = None
        self.more = Button("", self._grow, Weight.QUIET)
        self.more.setParent(self)
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._make_some)
        self._show(max(shown, STEP))

    @property
    def is_growing(self) -> bool:
        """Are rows still to come?"""
        return self._made < self.shown

    def finish(self) -> None:
        """All that are still to come, now."""
        while self.is_growing:
            self._make_some()

    # --- growing ---

    def _grow(self) -> None:
        """The focus goes on to the first of the new rows."""
        before = len(self._pieces)
        self._show(self.shown + STEP)
        first = self._pieces[before + 1]  # after a line
        first.setFocus()
        first.focusNextChild()

    def _show(self, wanted: int) -> None:
        self.shown = min(wanted, len(self._makers))
        rest = len(self._makers) - self.shown
        self.more.setText(trn("Show {n} more", "Show {n} more", rest))
        self.more.setHidden(rest == 0)
        self._make_some()

    def _make_some(self) -> None:
        for make in self._makers[self._made : min(self._made + SLICE, self.shown)]:
            if self._made:
                self._add(Line())
            self._add(make())
            self._made += 1
        self._follow(self.more)
        self._place()
        if self.is_growing:
            self._next.start()

    def _add(self, piece: QWidget) -> None:
        piece.setParent(self)
        piece.show()
        self._pieces.append(piece)
        for each in piece.findChildren(QWidget):
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus:
                self._follow(each)
                self._last = each

    def _follow(self, control: QWidget) -> None:
        """The Tab key comes to it after the row before: other parts of the window were made meanwhile."""
        if self._last is not None:
            QWidget.setTabOrder(self._last, control)

    # --- placing ---

    def _place(self) -> None:
        y, width = 0, self.width()
        shown = self._pieces if self.more.isHidden() else [*self._pieces, self.more]
        for each in shown:
            if each not in self._heights:
                self._heights[each] = _height(each, width)
                self._narrowest = max(self._narrowest, each.minimumSizeHint().width())
            wide = min(width, each.sizeHint().width()) if each is self.more else width
            each.setGeometry(0, y, wide, self._heights[each])
            y += self._heights[each] + Space.M
        self.setFixedHeight(max(0, y - Space.M))

    def _place_anew(self) -> None:
        self._heights.clear()
        self._narrowest = 0
        self._place()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._narrowest, self.height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._narrowest, self.height())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._place_anew()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._place_anew()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Only what is shown has its style, and with it its size."""
        super().showEvent(event)
        self._place_anew()


def _height(piece: QWidget, width: int) -> int:
    wanted = piece.heightForWidth(width) if piece.hasHeightForWidth() else piece.sizeHint().height()
    return min(max(wanted, piece.minimumHeight()), piece.maximumHeight())
