"""Cards, lines between things, and rows of a list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from fm_desktop.ui.theme import Space, Type, name_kind
from fm_desktop.ui.widgets.texts import Label


class Card(QFrame):
    """A group of things that belong together, on a ground of its own."""

    def __init__(self, title: str = "", sentence: str = "") -> None:
        super().__init__()
        name_kind(self, "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        self.body.setSpacing(Space.M)
        if title:
            self.body.addWidget(Label(title, Type.SECTION))
        if sentence:
            self.body.addWidget(Label(sentence, kind="muted"))

    def add(self, widget: QWidget) -> None:
        self.body.addWidget(widget)


class Line(QFrame):
    """A hair line between rows."""

    def __init__(self) -> None:
        super().__init__()
        name_kind(self, "line")


class Row(QWidget):
    """One entry of a list: a leading mark, a title with details below, and controls to the right."""

    def __init__(self, title: str, *details: str, leading: QWidget | None = None) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.XS, 0, Space.XS)
        row.setSpacing(Space.M)
        if leading is not None:
            row.addWidget(leading, alignment=Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        self.title = Label(title, Type.STRONG)
        texts.addWidget(self.title)
        for each in details:
            if each:
                texts.addWidget(Label(each, kind="muted"))
        row.addLayout(texts, 1)
        self._controls = QHBoxLayout()
        self._controls.setSpacing(Space.S)
        row.addLayout(self._controls)

    def add_control(self, widget: QWidget) -> None:
        self._controls.addWidget(widget, alignment=Qt.AlignmentFlag.AlignVCenter)


def across(*widgets: QWidget, stretch_at: int = -1) -> QHBoxLayout:
    """Widgets side by side; free room goes after the last, or to the one at `stretch_at`."""
    row = QHBoxLayout()
    row.setSpacing(Space.S)
    for index, each in enumerate(widgets):
        row.addWidget(each, 1 if index == stretch_at else 0)
    if stretch_at < 0:
        row.addStretch(1)
    return row


def at_the_end(*widgets: QWidget) -> QHBoxLayout:
    """Widgets side by side where a dialog has its answers: at the right."""
    row = QHBoxLayout()
    row.setSpacing(Space.S)
    row.addStretch(1)
    for each in widgets:
        row.addWidget(each)
    return row


def empty_layout(layout: QLayout) -> None:
    """Takes everything out of a layout; widgets are hidden at once, and deleted when Qt is ready to."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            empty_layout(inner)
