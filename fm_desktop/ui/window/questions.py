"""Questions before something that is not easily taken back. Not modal calls: the answer comes as a signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Type
from fm_desktop.ui.widgets import Button, Label, Weight, across, at_the_end


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: the text of its button, what it means, and what it does."""

    text: str
    meaning: str
    choose: Callable[[], object]
    weight: Weight = Weight.NORMAL


class Question(QDialog):
    """A title, an explanation, the choices one below the other, and “Cancel”, which is where the focus begins."""

    WIDTH = 460

    def __init__(self, parent: QWidget, title: str, explanation: str, choices: tuple[Choice, ...]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(self.WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addWidget(Label(title, Type.SECTION))
        if explanation:
            column.addWidget(Label(explanation))
        self.buttons = tuple(self._choice(column, each) for each in choices)
        self.cancel = Button(tr("&Cancel"), self.reject)
        column.addSpacing(Space.S)
        column.addLayout(at_the_end(self.cancel))
        # A window asks its layout for one size; texts that wrap need the height of this very width.
        self.resize(self.WIDTH, column.totalHeightForWidth(self.WIDTH))
        self.cancel.setFocus()

    def _choice(self, column: QVBoxLayout, choice: Choice) -> Button:
        def choose() -> None:
            self.accept()
            choice.choose()

        button = Button(choice.text, choose, choice.weight)
        button.setAccessibleDescription(choice.meaning)
        pair = QVBoxLayout()
        pair.setSpacing(Space.XS)
        pair.addLayout(across(button))
        if choice.meaning:
            pair.addWidget(Label(choice.meaning, kind="muted"))
        column.addLayout(pair)
        return button


def ask(parent: QWidget, title: str, explanation: str, *choices: Choice) -> Question:
    """Opens a question over a page; it goes when it is answered."""
    question = Question(parent, title, explanation, choices)
    question.finished.connect(question.deleteLater)
    question.open()
    return question
