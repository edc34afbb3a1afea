"""The first page: ForceManager's address, the key pair, and who the user is there."""

from __future__ import annotations

from collections.abc import Mapping

from fm_desktop.credentials import Which
from fm_desktop.onboarding.draft import FORCEMANAGER_URL
from fm_desktop.onboarding.flaws import Field
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.ui.texts import tr
from fm_desktop.ui.widgets import Button, across
from fm_desktop.ui.wizard.fields import Flawed, SecretField, TextField
from fm_desktop.ui.wizard.pages.page import WizardPage


class ForceManagerPage(WizardPage):
    def __init__(self, model: Onboarding) -> None:
        super().__init__(
            model,
            tr("Connect to ForceManager"),
            tr("An administrator finds both keys in ForceManager under Settings > Integrations > API key management."),
        )
        self.user = TextField(
            tr("Your &e-mail address in ForceManager"),
            lambda text: self.enter(user=text),
            example=tr("name@company.com"),
        )
        self.public_key = TextField(tr("&Public key"), lambda text: self.enter(public_key=text))
        self.private_key = SecretField(
            tr("P&rivate key"),
            self._private_key,
            tr("It is kept in this computer's keychain, never in a file."),
        )
        self.url = TextField(
            tr("&Address of ForceManager"),
            lambda text: self.enter(crm_url=text),
            tr("Leave it as it is unless your administrator says otherwise."),
            FORCEMANAGER_URL,
        )
        self.test = Button(tr("&Test connection"), self.try_wanted.emit)
        for each in (self.user, self.public_key, self.private_key, self.url):
            self.column.addWidget(each)
        self.column.addLayout(across(self.test))
        self.column.addStretch(1)

    @property
    def fields(self) -> Mapping[Field, Flawed]:
        return {
            Field.USER: self.user,
            Field.PUBLIC_KEY: self.public_key,
            Field.PRIVATE_KEY: self.private_key,
            Field.CRM_URL: self.url,
        }

    def load(self) -> None:
        draft = self.model.draft
        self.user.fill(draft.user)
        self.public_key.fill(draft.public_key)
        self.private_key.fill(self.model.typed(Which.CRM_PRIVATE_KEY))
        self.private_key.hide_text()
        if self.model.is_given(Which.CRM_PRIVATE_KEY):
            self.private_key.edit.setPlaceholderText(tr("given by your administrator"))
        self.url.fill(draft.crm_url)

    def _private_key(self, text: str) -> None:
        self.model.enter_secret(Which.CRM_PRIVATE_KEY, text)
        self.entered.emit()
