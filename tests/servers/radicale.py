"""Radicale over HTTP, its store in a temporary folder, one new user per test."""

from __future__ import annotations

import itertools
from pathlib import Path

from tests.servers.account import DavAccount
from tests.servers.process import Server, start

_CONFIG = """
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
htpasswd_cache = False
delay = 0
[server]
max_connections = 64
delay_on_error = 0
[storage]
filesystem_folder = {folder}
[web]
type = none
[logging]
level = error
"""


class RadicaleServer:
    """One running Radicale. `account()` makes a new user without any calendar."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)
        (folder / "users").write_text("", encoding="utf-8")
        config = folder / "config"
        config.write_text(_CONFIG.format(folder=folder), encoding="utf-8")
        self.server: Server = start(
            lambda port: ["radicale", "--config", str(config), "--hosts", f"127.0.0.1:{port}"], folder / "log"
        )

    @property
    def url(self) -> str:
        return self.server.url

    def account(self, user: str | None = None, password: str = "radicale password") -> DavAccount:
        user = user or f"user{next(self._numbers)}"
        with (self.folder / "users").open("a", encoding="utf-8") as users:
            users.write(f"{user}:{password}\n")
        store = self.folder / "collection-root" / user
        account = DavAccount("radicale", self.url, user, password, f"/{user}/", store)
        account.request(
            "PROPFIND", f"/{user}/", headers={"Depth": "0"}
        )  # Radicale makes the principal on the first visit
        return account

    def stop(self) -> None:
        self.server.stop()
