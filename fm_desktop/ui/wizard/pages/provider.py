"""The e-mail address, from which the provider is found (R03); what speaks against it (R31, R32); a server by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from fm_desktop.onboarding.draft import IMAP_PORT
from fm_desktop.onboarding.flaws import Field
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.providers.finding import Finding
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Tone
from fm_desktop.ui.told import told
from fm_desktop.ui.widgets import Banner, Card, Label, empty_layout
from fm_desktop.ui.wizard.enter import let_enter_through
from fm_desktop.ui.wizard.fields import Flawed, TextField
from fm_desktop.ui.wizard.pages.page import WizardPage


class ProviderPage(WizardPage):
    def __init__(self, model: Onboarding) -> None:
        super().__init__(
            model,
            tr("Your e-mail address"),
            tr("Your provider is found from it: nothing else is needed for a supported one."),
        )
        self.address = TextField(
            tr("&E-mail address"), self._address, tr("Of the mailbox and the calendar you work with.")
        )
        self.notice = QVBoxLayout()
        self.confirmation = _Confirmation(self._confirm)
        self.by_hand = QCheckBox(tr("Enter the server by &hand (for administrators)"))
        self.by_hand.toggled.connect(self._by_hand)
        let_enter_through(self.by_hand)
        self.server = _ServerFields(self)
        names = ", ".join(map(told, model.supported))
        self.supported = Label(
            tr("Supported: {names}, and others that offer CalDAV with mail.", names=names), kind="muted"
        )
        self.column.addWidget(self.address)
        self.column.addLayout(self.notice)
        self.column.addWidget(self.confirmation)
        self.column.addWidget(self.server)
        self.column.addWidget(self.by_hand)
        self.column.addStretch(1)
        self.column.addWidget(self.supported)

    @property
    def fields(self) -> Mapping[Field, Flawed]:
        return {
            Field.ADDRESS: self.address,
            Field.CONFIRMED: self.confirmation,
            Field.CALDAV_URL: self.server.url,
            Field.USER_NAME: self.server.user,
            Field.IMAP_HOST: self.server.imap,
        }

    def load(self) -> None:
        draft = self.model.draft
        if not draft.address:
            self.model.enter(address=draft.user)
            draft = self.model.draft
        self.address.fill(draft.address)
        self.by_hand.setChecked(draft.by_hand)
        self.server.load(self.model)
        self._tell()

    def _address(self, text: str) -> None:
        self.enter(address=text)
        self._tell()

    def _by_hand(self, on: bool) -> None:
        if on != self.model.draft.by_hand:
            self.enter(by_hand=on)
        self.server.load(self.model)
        self._tell()

    def _confirm(self, yes: bool) -> None:
        self.enter(confirmed=self.model.draft.address.strip() if yes else "")
        self.confirmation.show_flaw("")

    def _tell(self) -> None:
        """What is known of the address, below it."""
        empty_layout(self.notice)
        model, finding = self.model, self.model.finding
        address = model.draft.address.strip()
        self.server.load(model)
        self.confirmation.setVisible(bool(model.other_address))
        self.confirmation.check.setChecked(model.draft.confirmed == address)
        if model.is_refused and finding is not None:
            self._add(_refusal(finding))
        elif model.other_address:
            self._add(
                Banner(
                    Tone.WARNING,
                    tr(
                        "ForceManager knows you as {registered}, and your {provider} account is {account}.",
                        registered=model.other_address,
                        provider=told(model.service.title),
                        account=address,
                    ),
                    tr("Invitations may not be recognised as yours. Better register this address there."),
                )
            )

    def _add(self, banner: Banner) -> None:
        self.notice.addWidget(banner)


def _refusal(finding: Finding) -> Banner:
    """Why nobody can go on with an address. What an administrator has to do is long, and not for the heading."""
    service, reason = told(finding.title), told(finding.reason)
    if finding.provider is None or not finding.provider.lacks_client_id:
        return Banner(Tone.ERROR, f"{service}: {reason}", tr("Use an address of a supported provider."))
    return Banner(
        Tone.ERROR,
        tr("FM Desktop is not registered at {service} yet.", service=service),
        f"{tr('Ask your administrator, or use another address.')}\n{reason}",
    )


class _Confirmation(Flawed):
    """R32: going on with another address than the registered one is a person's own decision."""

    def __init__(self, changed: Callable[[bool], object]) -> None:
        super().__init__()
        self.check = QCheckBox(tr("&Go on with this address all the same"))
        self.check.toggled.connect(changed)
        let_enter_through(self.check)
        self.column.addWidget(self.check)
        self.column.addWidget(self.flaw)

    @property
    def focus_target(self) -> QWidget:
        return self.check


class _ServerFields(Card):
    """What only a person can tell: all of it where the server is entered by hand, else the mail server alone."""

    def __init__(self, page: WizardPage) -> None:
        super().__init__()
        self.url = TextField(
            tr("&Calendar server (CalDAV)"),
            lambda text: page.enter(caldav_url=text),
            example="https://dav.company.com/",
        )
        self.user = TextField(
            tr("&User name there"),
            lambda text: page.enter(user_name=text),
            tr("Leave it empty if it is your e-mail address."),
        )
        self.imap = TextField(
            tr("&Mail server (IMAP)"), lambda text: page.enter(imap_host=text), example="imap.company.com"
        )
        self.port = TextField(
            tr("&Port of the mail server"),
            lambda text: page.enter(imap_port=_port(text)),
            tr("993 nearly everywhere. The connection is always encrypted."),
        )
        self.port.edit.setValidator(QIntValidator(1, 65535, self.port.edit))
        self.body.setSpacing(Space.L)
        for each in (self.url, self.user, self.imap, self.port):
            self.add(each)

    def load(self, model: Onboarding) -> None:
        draft = model.draft
        self.url.fill(draft.caldav_url)
        self.user.fill(draft.user_name)
        self.imap.fill(draft.imap_host)
        self.port.fill(str(draft.imap_port))
        self.setVisible(draft.by_hand or model.asks_for_mail_server)
        self.url.setVisible(draft.by_hand and model.wants_calendar)
        self.user.setVisible(draft.by_hand)
        for each in (self.imap, self.port):
            each.setVisible(model.asks_for_mail_server)


def _port(text: str) -> int:
    """The usual one until a number that can be one was typed: the field lets “+” or “0” stand for the moment."""
    number = int(text) if text.isdecimal() else 0
    return number if 1 <= number <= 65535 else IMAP_PORT
