"""What all pages of the wizard have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fm_desktop.onboarding.flaws import Field, Flaw
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.ui.theme import Space, name_kind
from fm_desktop.ui.widgets import PageHeader
from fm_desktop.ui.wizard.fields import Flawed
from fm_desktop.ui.wizard.words import sentence

_WIDEST: Final = 560
_NO_FIELDS: Final[Mapping[Field, Flawed]] = {}


class WizardPage(QWidget):
    """`load` shows what the model knows. `entered` comes whenever a person has changed something; `try_wanted` asks
    for the page's step over the network without leaving the page."""

    entered = Signal()
    try_wanted = Signal()

    def __init__(self, model: Onboarding, title: str, explanation: str, *, is_wide: bool = False) -> None:
        """`is_wide`: it takes all the room there is; fields are no wider than a line is read comfortably."""
        super().__init__()
        self.model = model
        name_kind(self, "page-body")
        self.header = PageHeader(title, explanation)
        self.body = QWidget()
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.L)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(Space.XXL, Space.XL, Space.XXL, Space.XL)
        whole.setSpacing(Space.L)
        whole.addWidget(self.header)
        # In a row of its own, as a column would work out the height for a width that the body never has.
        row = QHBoxLayout()
        row.addWidget(self.body, 1)
        row.addStretch(0)
        whole.addLayout(row, 1)
        if not is_wide:
            self.body.setMaximumWidth(_WIDEST)

    def load(self) -> None:
        """Shows what is known; called each time the page appears, and after each step."""

    @property
    def fields(self) -> Mapping[Field, Flawed]:
        """What can be wrong on this page, in its order."""
        return _NO_FIELDS

    @property
    def focus_target(self) -> QWidget | None:
        """Where the keyboard begins."""
        return next((each.focus_target for each in self.fields.values() if each.isVisibleTo(self)), None)

    @property
    def next_text(self) -> str:
        """What the button that leads on is called, '' for the usual."""
        return ""

    def show_flaws(self, flaws: Iterable[Flaw]) -> QWidget | None:
        """Says at each field what is wrong; returns the first control to mend it in."""
        wrong = {each.field: sentence(each) for each in flaws}
        for name, field in self.fields.items():
            field.show_flaw(wrong.get(name, ""))
        return next((self.fields[name].focus_target for name in self.fields if name in wrong), None)

    def enter(self, **changes: object) -> None:
        """Tells the model what was typed or chosen."""
        self.model.enter(**changes)
        self.entered.emit()
