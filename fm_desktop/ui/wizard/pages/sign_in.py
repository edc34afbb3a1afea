"""Signing in at the provider: on a page of its own in the browser, with an app password where it wants one, else with
the usual password."""

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
        self.browser = Label(kind="muted")
        self.user = TextField(tr("&User name"), lambda text: self.enter(user_name=text))
        self.password = SecretField(tr("Pass&word"), self._password)
        self.page = PageLink(tr("&Open the page that makes app passwords"), open_page, copy)
        self.help = PageLink(tr("&Help of the provider"), open_page)
        self.test = Button(tr("&Test connection"), self.try_wanted.emit)
        for each in (self.card, self.browser, self.user, self.password, self.page):
            self.column.addWidget(each)
        self.column.addLayout(across(self.test, self.help))
        self.column.addStretch(1)

    @property
    def fields(self) -> Mapping[Field, Flawed]:
        return {Field.USER_NAME: self.user, Field.PASSWORD: self.password}

    def load(self) -> None:
        service = self.model.service
        self.title.setText(told(service.title))
        self.address.setText(self.model.draft.address.strip())
        self.browser.setText(self._about_browser(service))
        for each in (self.password, self.test):
            each.setHidden(service.by_browser)
        self.browser.setVisible(service.by_browser)
        self.user.setVisible(service.asks_user_name and not service.by_browser)
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

    @property
    def next_text(self) -> str:
        wanted = self.model.by_browser and self.model.signed_in is None
        return tr("&Sign in with the browser") if wanted else ""

    def _about_browser(self, service: Service) -> str:
        if self.model.signed_in is not None:
            return tr("You are signed in.")
        return tr(
            "You sign in on a page of {provider}, which opens in your browser. FM Desktop never sees your password.",
            provider=told(service.title),
        )

    def _password(self, text: str) -> None:
        self.model.enter_secret(Which.PROVIDER_PASSWORD, text)
        self.entered.emit()


def _explanation(service: Service) -> str:
    if service.wants_app_password:
        return tr(
            "{provider} wants a password of its own for each program, not your usual one. Make one on its page and "
            "paste it here.",
            provider=told(service.title),
        )
    if service.takes_app_password:
        return tr("If you sign in there with two steps (a code on your phone), make an app password and paste it here.")
    return ""
