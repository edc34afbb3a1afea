"""What the demo plays on: the sandbox CRM with its sample data, a calendar server, a mail server, and a folder."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from fm_desktop.credentials import Which
from fm_desktop.demo.servers import USER, new_password, start_pymap, start_radicale
from fm_desktop.paths import HOME_VARIABLE
from fm_desktop.sandbox.sample import MAIN_USER
from fm_desktop.sandbox.server import LOOPBACK, SandboxServer

RATE = 200
"""Requests a second the sandbox lets through here. The real service allows 4, which would only cost time."""


class Stage:
    """The servers, running until `close`, and the folder that everything of this demo is kept in."""

    def __init__(self, parent: Path) -> None:
        self._resources = ExitStack()
        try:
            self.folder = self._claim_folder(parent)
            self.sandbox = SandboxServer(self.folder / "forcemanager", rate_limit=RATE)
            self._resources.callback(self.sandbox.close)
            self.sandbox.start()
            password = new_password()  # one account, as most providers have it
            self.calendar = start_radicale(self.folder / "radicale", password)
            self._resources.callback(self.calendar.stop)
            self.mail = start_pymap(self.folder / "pymap", password)
            self._resources.callback(self.mail.stop)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._resources.close()

    @property
    def page(self) -> str:
        """The address of ForceManager's page, with its key."""
        return f"{self.sandbox.origin}/?key={self.sandbox.admin_key}"

    @property
    def home(self) -> Path:
        """FM_DESKTOP_HOME of the demo's user."""
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        """What the program is run with: its home, and the two secrets, which are in no file of the program's."""
        return {
            HOME_VARIABLE: str(self.home),
            Which.CRM_PRIVATE_KEY.variable: self.sandbox.private_key,
            Which.PROVIDER_PASSWORD.variable: self.calendar.password,
        }

    def page_of(self, what: str, number: int) -> str:
        """The address of the page of one of the `accounts` or `contacts`, with its key."""
        return f"{self.sandbox.origin}/{what}/{number}?key={self.sandbox.admin_key}"

    def write_setup_file(self, calendars: tuple[str, ...]) -> Path:
        """The set-up file, as a user or an administrator writes it."""
        names = ", ".join(f'"{each}"' for each in calendars)
        text = f"""\
[crm]
url = "{self.sandbox.url}"
public_key = "{self.sandbox.public_key}"
user = "{MAIN_USER}"
requests_per_second = {RATE}

[provider]
address = "{MAIN_USER}"

[provider.caldav]
url = "{self.calendar.url}"
user = "{USER}"

[provider.imap]
host = "{LOOPBACK}"
port = {self.mail.port}
security = "none"
user = "{USER}"

[sync]
type = "bidirectional"
channels = ["email", "calendar"]
calendars = [{names}]
target_calendar = "{calendars[0]}"
"""
        path = self.folder / "setup.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def _claim_folder(self, parent: Path) -> Path:
        """The first folder below `parent` that no other demo uses, emptied. The system frees a dead one's."""
        parent = parent.absolute()
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = 1
        while True:
            lock = FileLock(parent / f"run-{number}.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                number += 1
                continue
            self._resources.callback(lock.release)
            folder = parent / f"run-{number}"
            if folder.exists():
                shutil.rmtree(folder)
            folder.mkdir(mode=0o700)
            return folder
