"""Somebody who sets FM Desktop up: a computer of their own, an account at both sides, a keychain."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fm_desktop.credentials import Credentials, Which
from fm_desktop.onboarding import draft as drafts
from fm_desktop.onboarding.model import Finder, Onboarding
from fm_desktop.onboarding.work import Work
from fm_desktop.paths import Paths
from fm_desktop.providers import catalog as catalogs
from fm_desktop.providers.catalog import Catalog
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.settings import Settings, load
from tests.fakes import agenda
from tests.fakes.keychain import ALLOWED, MemoryKeychain
from tests.servers.account import DavAccount

EMMA = "emma@example.com"

_CATALOG = """
[radicale]
title = "Radicale"
domains = ["example.com"]
sign_in = ["app-password", "password"]
app_password_page = "https://radicale.example/app-passwords"
[radicale.calendar]
protocol = "caldav"
address = "{url}"
user = "other"
[radicale.mail]
protocol = "imap"
host = "127.0.0.1"
"""


@dataclass(slots=True)
class Newcomer:
    home: Path
    sandbox: SandboxServer
    account: DavAccount
    environment: dict[str, str] = field(init=False)
    keychain: MemoryKeychain = field(default_factory=MemoryKeychain)

    def __post_init__(self) -> None:
        self.environment = {"FM_DESKTOP_HOME": str(self.home)}

    @property
    def paths(self) -> Paths:
        return Paths.of(self.environment)

    @property
    def catalog(self) -> Catalog:
        """In which Emma's domain belongs to the local server."""
        return catalogs.parse(_CATALOG.format(url=self.account.url))

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.environment, backend=lambda: self.keychain, allowed=ALLOWED)

    def begin(self, finder: Finder | None = None) -> Onboarding:
        """Opens the wizard's model, with what an earlier one left."""
        return Onboarding(
            self.paths,
            self.credentials,
            self.catalog,
            left=drafts.load(self.paths),
            before=self._profile(),
            finder=finder,
        )

    def _profile(self) -> Settings | None:
        return load(self.paths.settings_file) if self.paths.settings_file.exists() else None

    def enter_everything(self, model: Onboarding) -> None:
        """All that a person types and knows before the first page asks for it."""
        model.enter(crm_url=self.sandbox.url, public_key=self.sandbox.public_key, user=EMMA)
        model.enter_secret(Which.CRM_PRIVATE_KEY, self.sandbox.private_key)
        model.enter(address=EMMA, user_name=self.account.user)
        model.enter_secret(Which.PROVIDER_PASSWORD, self.account.password)


def with_two_calendars(home: Path, sandbox: SandboxServer, account: DavAccount) -> Newcomer:
    """An empty agenda in ForceManager, and two calendars with an event each."""
    agenda.empty(sandbox)
    for name in ("work", "private"):
        account.make_calendar(name, label=name.title(), colour="#ff8800")
        agenda.add(account, f"Lunch at {name}", name)
    return Newcomer(home, sandbox, account)


def do(work: Work[Any] | None) -> None:
    """Does one step at once."""
    assert work is not None
    work.take(work.run(threading.Event()))


def go_on(model: Onboarding) -> None:
    """What pressing “Next” does when nothing goes wrong."""
    assert model.flaws() == ()
    work = model.pending()
    if work is not None:
        do(work)
    model.forward()
