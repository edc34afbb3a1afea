"""The window for a start that failed: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fm_desktop.errors import Explained
from fm_desktop.ui.icons import app_icon
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Type
from fm_desktop.ui.told import told
from fm_desktop.ui.widgets import Button, Label, Weight, across

WIDTH = 560


class TroubleWindow(QWidget):
    """`try_again` and `open_folder` are what its buttons do; quitting is the third."""

    def __init__(
        self, try_again: Callable[[], object], open_folder: Callable[[], object], quit_: Callable[[], object]
    ) -> None:
        super().__init__()
        self.setWindowTitle(tr("FM Desktop cannot start"))
        self.setWindowIcon(app_icon())
        self.setMinimumWidth(WIDTH)
        self.message = Label(size=Type.BODY).selectable()
        self.next_step = Label(size=Type.BODY, kind="muted").selectable()
        self.again = Button(tr("&Try again"), try_again, Weight.PRIMARY)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(Label(tr("FM Desktop cannot start"), Type.TITLE))
        column.addWidget(self.message)
        column.addWidget(self.next_step)
        column.addStretch(1)
        row = across(Button(tr("Open the &folder"), open_folder), Button(tr("&Quit"), quit_), self.again)
        row.insertStretch(0, 1)
        column.addLayout(row)
        self.again.setFocus()

    def tell(self, why: Explained) -> None:
        self.message.setText(told(why.message))
        self.next_step.setText(told(why.next_step))
