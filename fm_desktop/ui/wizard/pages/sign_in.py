"""Signing in at the provider: with an app password where it wants one, else with the usual password."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fm_desktop.credentials import Which
from fm_desktop.onboarding.flaws import Field
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.onboarding.profile import Service
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Type
from fm_desktop.ui.told import told
from fm_desktop.ui.widgets import Button, Card, Label, across
from fm_desktop.ui.wizard.fields import Flawed, PageLink, SecretField, TextField
from fm_desktop.ui.wizard.pages.page import WizardPage


class SignInPage(WizardPage):
    """`open_page` and `copy` take the address of a web page."""

    def __init__(self, model: Onboarding, open_page: Callable[[str], object], copy: Callable[[str], object]) -> None:
        super().__init__(model, tr("Sign in to your provider"), "")
        self.card = Card()
        self.title = Label(size=Type.SECTION)
        self.address = Label(kind="muted")
        self.card.body.setSpacing(2)
        self.card.add(self.title)
        self.card.add(self.address)
        self.user = TextField(tr("&User name"), lambda text: self.enter(user_name=text))
        self.password = SecretField(tr("Pass&word"), self._password)
        self.page = PageLink(tr("&Open the page that makes app passwords"), open_page, copy)
        self.help = PageLink(tr("&Help of the provider"), open_page)
        self.test = Button(tr("&Test connection"), self.try_wanted.emit)
        for each in (self.card, self.user, self.password, self.page):
            self.column.addWidget(each)
        self.column.addLayout(across(self.test, self.help))
        self.column.addStretch(1)

    @property
    def fields(self) -> Mapping[Field, Flawed]:
        return {Field.USER_NAME: self.user, Field.PASSWORD: self.password}

    def load(self) -> None:
        service = self.model.service
        self.title.setText(service.title)
        self.address.setText(self.model.draft.address.strip())
        self.user.setVisible(service.asks_user_name)
        self.user.fill(service.user_name)
        self.user.explain(told(service.hint))
        self.password.fill(self.model.typed(Which.PROVIDER_PASSWORD))
        self.password.hide_text()
        if self.model.is_given(Which.PROVIDER_PASSWORD):
            self.password.edit.setPlaceholderText(tr("given by your administrator"))
        self.password.name(tr("App pass&word") if service.wants_app_password else tr("Pass&word"))
        self.password.explain(_explanation(service))
        self.page.lead_to(service.app_password_page)
        self.help.lead_to(service.help_page)

    def _password(self, text: str) -> None:
        self.model.enter_secret(Which.PROVIDER_PASSWORD, text)
        self.entered.emit()


def _explanation(service: Service) -> str:
    if service.wants_app_password:
        return tr(
            "{provider} wants a password of its own for each program, not your usual one. Make one on its page and "
            "paste it here.",
            provider=service.title,
        )
    if service.takes_app_password:
        return tr("If you sign in there with two steps (a code on your phone), make an app password and paste it here.")
    return ""
