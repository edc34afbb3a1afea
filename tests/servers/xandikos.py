"""Xandikos over HTTP, one new user per test.

Xandikos takes passwords over TLS only; on plain HTTP a front server has to say who the user is. Our
proxy is that front server: it checks the password and passes the name on.
"""

from __future__ import annotations

import itertools
from base64 import b64decode
from pathlib import Path

from tests.servers.account import DavAccount
from tests.servers.process import Server, start
from tests.servers.proxy import DavProxy, Exchange, Reply


class XandikosServer:
    """One running Xandikos with its front server. `account()` makes a new user with the calendar `calendar`."""

    def __init__(self, folder: Path) -> None:
        self._numbers = itertools.count(1)
        self._passwords: dict[str, str] = {}
        self.server: Server = start(
            lambda port: [
                "xandikos", "multi-user", "--directory", str(folder / "store"), "--state-dir", str(folder / "state"),
                "--listen-address", "127.0.0.1", "--port", str(port), "--no-detect-systemd", "--defaults",
                "--trust-x-remote-user-from", "127.0.0.1",
            ],
            folder / "log",
        )  # fmt: skip
        self.front = DavProxy(self.server.url)
        self.front.always(self._authenticate)

    @property
    def url(self) -> str:
        return self.front.url

    def account(self, user: str | None = None, password: str = "xandikos password") -> DavAccount:
        user = user or f"user{next(self._numbers)}"
        self._passwords[user] = password
        account = DavAccount("xandikos", self.url, user, password, f"/{user}/calendars/")
        account.request("PROPFIND", f"/{user}/", headers={"Depth": "0"})  # the principal is made on the first visit
        return account

    def stop(self) -> None:
        self.front.stop()
        self.server.stop()

    def _authenticate(self, exchange: Exchange) -> Reply:
        scheme, _, token = exchange.headers.get("Authorization", "").partition(" ")
        user, _, password = b64decode(token).decode().partition(":") if scheme == "Basic" else ("", "", "")
        if not user or self._passwords.get(user) != password:
            return Reply(401, {"WWW-Authenticate": 'Basic realm="xandikos"'}, b"sign in")
        exchange.headers["X-Remote-User"] = user
        return exchange.forward()
