"""Signing in again: one small window for the one credential that was refused, while everything else goes on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from fm_desktop.credentials import Credentials, Secret, Which
from fm_desktop.errors import Explained
from fm_desktop.logs import Redactor
from fm_desktop.onboarding.again import sign_in_again
from fm_desktop.onboarding.flaws import Field, Flaw, Problem
from fm_desktop.onboarding.model import Step, Work
from fm_desktop.paths import Paths
from fm_desktop.settings import Settings
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Tone
from fm_desktop.ui.widgets import Banner, Busy, Button, PageHeader, Weight, across, empty_layout
from fm_desktop.ui.wizard.fields import SecretField, TextField
from fm_desktop.ui.wizard.words import doing, sentence
from fm_desktop.ui.wizard.workwindow import WorkWindow

_WIDTH = 520


class SignInWindow(WorkWindow):
    """`on_done` is given the settings, which may hold another public key now."""

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        credentials: Credentials,
        which: Which,
        on_done: Callable[[Settings], object],
        redactor: Redactor,
    ) -> None:
        super().__init__()
        self._paths, self._settings, self._credentials = paths, settings, credentials
        self._which, self._on_done, self._redactor = which, on_done, redactor
        self.setWindowTitle(tr("Sign in again"))
        self.worker.changed.connect(self._show_state)
        self.public_key = TextField(tr("&Public key"), lambda _text: None)
        self.secret = SecretField(self._label(), lambda _text: self._quiet())
        self._build()
        self.setMinimumWidth(_WIDTH)
        self._show_state()
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
        self.worker.start(
            Work(
                Step.SIGN_IN if self._which is Which.PROVIDER_PASSWORD else Step.CRM,
                lambda ending: sign_in_again(
                    self._paths,
                    self._settings,
                    self._credentials,
                    self._which,
                    secret,
                    ending,
                    public_key=public_key,
                    redactor=self._redactor,
                ),
                kept.append,
            ),
            lambda: self._done(kept[0]),
            self._failed,
        )

    def _done(self, settings: Settings) -> None:
        self._on_done(settings)
        self.close()

    def _failed(self, why: Explained) -> None:
        self._messages.addWidget(Banner(Tone.ERROR, why.message, why.next_step))
        QTimer.singleShot(0, self, self._make_room)  # once the banner is shown
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

    def _build(self) -> None:
        self.busy = Busy()
        self.cancel = Button(tr("Ca&ncel"), self.let_go)
        self.sign_in = Button(tr("&Sign in"), self.go_on, Weight.PRIMARY)
        self._messages = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addWidget(self._head())
        if self._which is Which.CRM_PRIVATE_KEY:
            self.public_key.fill(self._settings.crm.public_key)
            column.addWidget(self.public_key)
        column.addWidget(self.secret)
        column.addLayout(self._messages)
        column.addStretch(1)
        row = across(self.busy)
        row.addWidget(self.cancel)
        row.addWidget(self.sign_in)
        column.addLayout(row)

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
        for each in (self.public_key, self.secret, self.sign_in):
            each.setEnabled(work is None)
        self.busy.setVisible(work is not None)
        if work is not None:
            self.busy.say(doing(work.step))

    def _quiet(self) -> None:
        empty_layout(self._messages)
