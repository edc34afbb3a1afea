"""The part of a panel that scrolls: what there is to say about the entry that is chosen beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, name_kind


class DetailsArea(QScrollArea):
    """`column` takes the texts."""

    def __init__(self) -> None:
        super().__init__()
        inner = QWidget()
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, Space.S, 0)
        self.column.setSpacing(Space.S)
        self.setWidgetResizable(True)
        self.setAccessibleName(tr("Details"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        name_kind(self, "plain")
        self.setWidget(inner)
