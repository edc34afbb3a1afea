"""A company whose calendar is opened by tokens of its own provider, as an administrator's catalog describes it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fm_desktop.sandbox.server import SandboxServer
from tests.fakes.newcomer import EMMA
from tests.servers.account import DavAccount
from tests.servers.openid import OpenIdServer, in_front_of, registered, visit
from tests.servers.proxy import DavProxy

CATALOG = """
[acme]
title = "Acme"
domains = ["example.com"]
sign_in = ["oauth"]
[acme.calendar]
protocol = "caldav"
address = "{dav}"
[acme.mail]
protocol = "imap"
host = "127.0.0.1"
"""
SETUP = """
[crm]
url = "{crm}"
public_key = "{public_key}"
user = "{user}"
requests_per_second = 1000
[provider]
address = "{user}"
[sync]
channels = ["calendar"]
"""


@dataclass(slots=True)
class Acme:
    """`asked` are the pages a person was shown."""

    home: Path
    openid: OpenIdServer
    sandbox: SandboxServer
    account: DavAccount
    dav: DavProxy

    @property
    def environment(self) -> dict[str, str]:
        return {"FM_DESKTOP_HOME": str(self.home), "FM_DESKTOP_CRM_PRIVATE_KEY": self.sandbox.private_key}

    @property
    def catalog(self) -> str:
        return CATALOG.format(dav=self.dav.url) + registered("acme", self.openid.url)

    def setup_file(self) -> Path:
        """The address, and nothing about the provider."""
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "providers.toml").write_text(self.catalog, encoding="utf-8")
        path = self.home / "setup.toml"
        values = {"crm": self.sandbox.url, "public_key": self.sandbox.public_key, "user": EMMA}
        path.write_text(SETUP.format(**values), encoding="utf-8")
        return path


class Person:
    """Does what the page asks, in their own time. `pages` are those they were shown."""

    def __init__(self, name: str = EMMA, *, agree: bool = True) -> None:
        self.pages: list[str] = []
        self._name, self._agree = name, agree
        self._hands = ThreadPoolExecutor(1)

    def show(self, page: str) -> None:
        self.pages.append(page)
        self._hands.submit(visit, page, self._name, agree=self._agree)


@contextmanager
def acme(home: Path, openid: OpenIdServer, sandbox: SandboxServer, account: DavAccount) -> Iterator[Acme]:
    dav = DavProxy(account.url)
    dav.always(in_front_of(openid, account))
    try:
        yield Acme(home, openid, sandbox, account, dav)
    finally:
        dav.stop()
