"""Buttons that say what they do, with a mnemonic, and are told apart by how much they weigh."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy

from fm_desktop.ui.theme import name_kind


class Weight(StrEnum):
    """`PRIMARY` once a page at most; `DANGER` removes something; `QUIET` is a word among others."""

    NORMAL = ""
    PRIMARY = "primary"
    DANGER = "danger"
    QUIET = "quiet"


class Button(QPushButton):
    """`text` with `&` before its mnemonic. `about` completes the name for a screen reader: “Undo: Lunch”."""

    def __init__(
        self, text: str, press: Callable[[], object] | None = None, weight: Weight = Weight.NORMAL, *, about: str = ""
    ) -> None:
        super().__init__(text)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if weight is not Weight.NORMAL:
            name_kind(self, weight.value)
        if about:
            self.tell_about(about)
        if press is not None:
            self.clicked.connect(lambda _checked: press())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The second half of a double click is no click: the row it was meant for may be gone, and another one may
        have moved up under the pointer."""
        event.accept()

    def tell_about(self, about: str) -> None:
        self.setAccessibleName(f"{self.text().replace('&', '')}: {about}")


class MenuButton(Button):
    """A button that opens a short menu."""

    def __init__(self, text: str, *, about: str = "") -> None:
        super().__init__(text, about=about)
        self.choices = QMenu(self)
        self.setMenu(self.choices)
        name_kind(self, "menu")

    def add_choice(self, text: str, choose: Callable[[], object]) -> None:
        self.choices.addAction(text).triggered.connect(lambda _checked: choose())
