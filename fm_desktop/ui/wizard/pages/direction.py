"""The type of synchronisation (R01), each way explained by an example."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from fm_desktop.onboarding.model import Onboarding
from fm_desktop.sync.policy import Direction
from fm_desktop.ui.texts import tr
from fm_desktop.ui.wizard.fields import Choices
from fm_desktop.ui.wizard.pages.page import WizardPage

_ORDER = (Direction.BOTH, Direction.TO_CRM, Direction.TO_PROVIDER)


class DirectionPage(WizardPage):
    def __init__(self, model: Onboarding) -> None:
        super().__init__(
            model,
            tr("Which way should things travel?"),
            tr("This is about events and tasks. You can change it later in the settings."),
        )
        self.choices = Choices(
            tr("Type of synchronisation"),
            (
                (
                    tr("Both &ways (recommended)"),
                    tr("A visit planned in ForceManager appears in your calendar, a lunch in your calendar in "
                       "ForceManager. What you change on one side changes on the other."),
                ),
                (
                    tr("Only from the &calendar to ForceManager"),
                    tr("ForceManager shows what is in your calendar. Nothing is written to your calendar."),
                ),
                (
                    tr("Only from &ForceManager to the calendar"),
                    tr("Your calendar shows what is planned in ForceManager. Nothing goes the other way."),
                ),
            ),
            lambda number: self.enter(direction=_ORDER[number]),
        )  # fmt: skip
        self.column.addWidget(self.choices)
        self.column.addStretch(1)

    def load(self) -> None:
        self.choices.choose(_ORDER.index(self.model.draft.direction))

    @property
    def focus_target(self) -> QWidget:
        return self.choices.focus_target
