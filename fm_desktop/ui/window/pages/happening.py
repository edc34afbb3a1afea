"""One line of the history in full, below the table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout

from fm_desktop.sync.browse import Line
from fm_desktop.sync.explain import Explanation
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Type
from fm_desktop.ui.told import told
from fm_desktop.ui.widgets import Button, Card, Label, Weight, across, empty_layout
from fm_desktop.ui.widgets.texts import plain_tip
from fm_desktop.ui.window.pages.details import DetailsArea
from fm_desktop.ui.window.pages.page import Tools
from fm_desktop.ui.window.present.activity import as_text, details
from fm_desktop.ui.window.present.changes import Change
from fm_desktop.ui.window.present.words import titled


class HappeningPanel(Card):
    """`shown` is the line, None for none. The page connects `undo` and `why`."""

    def __init__(self, tools: Tools) -> None:
        super().__init__()
        self._tools = tools
        self.shown: Line | None = None
        self.undo = Button(tr("&Undo"))
        self.why = Button(tr("&Why is it there?"))
        self.copy = Button(tr("&Copy"), self._copy, Weight.QUIET)
        self.title = Label(size=Type.SECTION).selectable()
        area = DetailsArea()
        self._texts = area.column
        head = across(self.title, self.copy, self.why, self.undo, stretch_at=0)
        self.body.addLayout(head)
        self.body.addWidget(area, 1)
        self._explained: int | None = None
        self._reasons: tuple[Explanation, ...] = ()
        self.clear()

    def show_line(self, line: Line) -> None:
        self.shown = line
        self._draw()

    def explain(self, link: int | None, found: tuple[Explanation, ...]) -> None:
        """Why an item is where it is, seen with its lines; it may be known before they are there."""
        self._explained, self._reasons = link, found
        self._draw()

    def clear(self) -> None:
        self.shown = None
        self.title.setText("")
        self._draw()

    def _draw(self) -> None:
        empty_layout(self._texts)
        for each in (self.undo, self.why, self.copy):
            each.setVisible(self.shown is not None)
        if self.shown is not None:
            self._draw_line(self.shown)
        for reason in self._reasons if self.shown is not None and self.shown.link == self._explained else ():
            self._texts.addWidget(Label(tr("Why it is where it is"), Type.STRONG))
            for sentence in reason.reasons:
                self._texts.addWidget(Label(told(sentence)).selectable())
        self._texts.addStretch(1)

    def _draw_line(self, line: Line) -> None:
        shown = details(line, self._tools.now(), self._tools.moments)
        title = titled(line.title)
        self.title.setText(title)
        self.undo.setEnabled(shown.can_undo)
        self.undo.tell_about(title)
        self.undo.setToolTip(plain_tip(shown.undo_note))
        self.why.setEnabled(line.link is not None)
        self._texts.addWidget(Label(shown.headline))
        for text in (shown.why, shown.undo_note):
            if text:
                self._texts.addWidget(Label(text, kind="muted"))
        if shown.changes:
            self._texts.addLayout(_table(shown.changes))
        for each in shown.lost:
            self._texts.addWidget(Label(each, kind="warning").selectable())

    def _copy(self) -> None:
        if self.shown is not None:
            QGuiApplication.clipboard().setText(as_text(self.shown, self._tools.now(), self._tools.moments))


def _table(changes: tuple[Change, ...]) -> QGridLayout:
    """Field, before, after. Without anything before there is one column of values only."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(Space.L)
    grid.setVerticalSpacing(Space.XS)
    has_before, has_after = any(each.before for each in changes), any(each.after for each in changes)
    shown = [has_before, has_after]
    if all(shown):
        grid.addWidget(Label(tr("Before"), Type.CAPTION, "muted", wraps=False), 0, 1)
        grid.addWidget(Label(tr("After"), Type.CAPTION, "muted", wraps=False), 0, 2)
    top = Qt.AlignmentFlag.AlignTop
    for line, each in enumerate(changes, start=1):
        grid.addWidget(Label(each.field, kind="muted", wraps=False), line, 0, top)
        values = [value for value, wanted in zip((each.before, each.after), shown, strict=True) if wanted]
        for column, value in enumerate(values, start=1):
            grid.addWidget(Label(value or "–").selectable(), line, column, top)
            grid.setColumnStretch(column, 1)
    return grid
