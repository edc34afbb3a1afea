"""Signing in again: one small window for the one credential that was refused, while everything else goes on.

What is signed in to with the browser is so again: the window shows the way there, and waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fm_desktop.connect import Connector
from fm_desktop.credentials import Credentials, Secret, Which
from fm_desktop.errors import Explained
from fm_desktop.logs import Redactor
from fm_desktop.onboarding.again import sign_in_again, visit_again
from fm_desktop.onboarding.flaws import Field, Flaw, Problem
from fm_desktop.onboarding.work import Step, Work
from fm_desktop.paths import Paths
from fm_desktop.port import PortError
from fm_desktop.settings import Settings
from fm_desktop.settings_errors import SettingsError
from fm_desktop.ui.jobs import told
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Tone
from fm_desktop.ui.widgets import Banner, Busy, Button, PageHeader, Weight, at_the_end, empty_layout
from fm_desktop.ui.wizard.fields import PageLink, SecretField, TextField
from fm_desktop.ui.wizard.words import browser_texts, doing, sentence
from fm_desktop.ui.wizard.workwindow import WorkWindow

_WIDTH = 520


class AgainWindow(WorkWindow):
    """What both windows have in common. `on_done` is given the settings once the credential was accepted and kept."""

    def __init__(self, settings: Settings, on_done: Callable[[Settings], object]) -> None:
        super().__init__()
        self._settings, self._on_done = settings, on_done
        self.setWindowTitle(tr("Sign in again"))
        self.worker.changed.connect(self._show_state)

    def _build(self, head: PageHeader, *fields: QWidget) -> None:
        self._fields = fields
        self.busy = Busy()
        self.cancel = Button(tr("Ca&ncel"), self.let_go)
        self.sign_in = Button(tr("&Sign in"), self.go_on, Weight.PRIMARY)
        self._messages = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addWidget(head)
        for each in fields:
            column.addWidget(each)
        column.addLayout(self._messages)
        column.addStretch(1)
        column.addWidget(self.busy)
        column.addLayout(at_the_end(self.cancel, self.sign_in))
        self.setMinimumWidth(_WIDTH)
        self._show_state()

    def _try(self, work: Work[Settings], kept: list[Settings]) -> None:
        self.worker.start(work, lambda: self._done(kept[0]), self._failed)

    def _done(self, settings: Settings) -> None:
        self._on_done(settings)
        self.close()

    def _failed(self, why: Explained) -> None:
        self._messages.addWidget(Banner(Tone.ERROR, why.message, why.next_step))
        QTimer.singleShot(0, self, self._make_room)  # once the banner is shown

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """A window on its own does not ask how high its wrapped lines are at its width."""
        layout = self.layout()
        assert layout is not None
        self.setMinimumHeight(layout.totalHeightForWidth(self.width()))

    def _show_state(self) -> None:
        work = self.worker.work
        for each in (*self._fields, self.sign_in):
            each.setEnabled(work is None)
        self.busy.setVisible(work is not None)
        if work is not None:
            self.busy.say(doing(work.step))
        QTimer.singleShot(0, self, self._make_room)

    def _quiet(self) -> None:
        empty_layout(self._messages)


class SignInWindow(AgainWindow):
    """For a secret that is typed. The settings may hold another public key afterwards."""

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        credentials: Credentials,
        which: Which,
        on_done: Callable[[Settings], object],
        redactor: Redactor,
    ) -> None:
        super().__init__(settings, on_done)
        self._paths, self._credentials = paths, credentials
        self._which, self._redactor = which, redactor
        self.public_key = TextField(tr("&Public key"), lambda _text: None)
        self.secret = SecretField(self._label(), lambda _text: self._quiet())
        if which is Which.CRM_PRIVATE_KEY:
            self.public_key.fill(settings.crm.public_key)
            self._build(self._head(), self.public_key, self.secret)
        else:
            self._build(self._head(), self.secret)
        self.secret.edit.setFocus()

    def go_on(self) -> None:
        """Tries what was typed; keeps it where it is accepted, and closes."""
        if self.worker.work is not None:
            return
        self._quiet()
        text = self.secret.edit.text()
        if not text:
            self.secret.show_flaw(sentence(Flaw(Field.PASSWORD, Problem.MISSING)))
            return
        secret, public_key = Secret(text), self.public_key.edit.text().strip()
        self._redactor.add(secret)
        kept: list[Settings] = []
        step = Step.SIGN_IN if self._which is Which.PROVIDER_PASSWORD else Step.CRM

        def run(ending: threading.Event) -> Settings:
            return sign_in_again(
                self._paths,
                self._settings,
                self._credentials,
                self._which,
                secret,
                ending,
                public_key=public_key,
                redactor=self._redactor,
            )

        self._try(Work(step, run, kept.append), kept)

    def _failed(self, why: Explained) -> None:
        super()._failed(why)
        self.secret.edit.setFocus()
        self.secret.edit.selectAll()

    def _label(self) -> str:
        return tr("&Password") if self._which is Which.PROVIDER_PASSWORD else tr("P&rivate key")

    def _head(self) -> PageHeader:
        if self._which is Which.CRM_PRIVATE_KEY:
            return PageHeader(
                tr("Sign in to ForceManager again"),
                tr("ForceManager did not accept the keys any more. Everything else stays as it is."),
            )
        return PageHeader(
            tr("Sign in to your provider again"),
            tr(
                "The password of {account} was not accepted any more. Everything else stays as it is.",
                account=self._settings.provider.address,
            ),
        )


class BrowserWindow(AgainWindow):
    """For an account that is signed in to with the browser. `open_page` and `copy` take an address."""

    def __init__(
        self,
        settings: Settings,
        connector: Connector,
        on_done: Callable[[Settings], object],
        open_page: Callable[[str], object],
        copy: Callable[[str], object],
    ) -> None:
        super().__init__(settings, on_done)
        self._connector, self._open_page = connector, open_page
        self.visit = PageLink(tr("&Open the page again"), open_page, copy)
        head = PageHeader(
            tr("Sign in to your provider again"),
            tr(
                "{account} does not let FM Desktop in any more. You sign in on a page of your provider, which opens in "
                "your browser. Everything else stays as it is.",
                account=settings.provider.address,
            ),
        )
        self._build(head)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, self.visit)
        self.visit.lead_to(None)
        self.sign_in.setText(tr("&Sign in with the browser"))
        self.sign_in.setFocus()

    def go_on(self) -> None:
        """Opens the page, and waits for what comes of it."""
        if self.worker.work is not None:
            return
        self._quiet()
        try:
            visit = self._connector.begin_visit(browser_texts())
        except (SettingsError, PortError) as error:
            self._failed(told(error))
            return
        kept: list[Settings] = []

        def run(ending: threading.Event) -> Settings:
            visit_again(self._settings, self._connector, visit, ending)
            return self._settings

        self._try(Work(Step.BROWSER, run, kept.append, visit.url), kept)
        self._open_page(visit.url)

    def _show_state(self) -> None:
        super()._show_state()
        work = self.worker.work
        self.visit.lead_to(work.page if work is not None else None)
