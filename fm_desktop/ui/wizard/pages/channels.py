"""What is synchronised (R02): e-mail and calendar, or one of them."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from fm_desktop.onboarding.model import Onboarding
from fm_desktop.sync.control import Channel
from fm_desktop.ui.texts import tr
from fm_desktop.ui.wizard.fields import Choices
from fm_desktop.ui.wizard.pages.page import WizardPage

_ORDER = ((Channel.EMAIL, Channel.CALENDAR), (Channel.CALENDAR,), (Channel.EMAIL,))


class ChannelsPage(WizardPage):
    def __init__(self, model: Onboarding) -> None:
        super().__init__(
            model,
            tr("What should be kept in step?"),
            tr("Each can be paused or stopped by itself at any time."),
        )
        self.choices = Choices(
            tr("What is synchronised"),
            (
                (
                    tr("&E-mail and calendar"),
                    tr("Events and tasks are kept in step, and e-mail with your contacts is logged."),
                ),
                (
                    tr("Only the &calendar"),
                    tr("Events and tasks are kept in step. Your e-mail is not looked at."),
                ),
                (
                    tr("&Only e-mail"),
                    tr("E-mail you exchange with contacts and accounts of ForceManager is logged there. "
                       "Mail of strangers is not read. No event is copied."),
                ),
            ),
            lambda number: self.enter(channels=_ORDER[number]),
        )  # fmt: skip
        self.column.addWidget(self.choices)
        self.column.addStretch(1)

    def load(self) -> None:
        wanted = set(self.model.draft.channels)
        self.choices.choose(next((n for n, each in enumerate(_ORDER) if set(each) == wanted), 0))

    @property
    def focus_target(self) -> QWidget:
        return self.choices.focus_target
