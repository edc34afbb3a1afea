"""The servers of the demo: the sandbox CRM with its sample data, and Radicale as a process of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2
from filelock import FileLock, Timeout

from fm_desktop.credentials import Which
from fm_desktop.errors import UsageError
from fm_desktop.paths import HOME_VARIABLE
from fm_desktop.sandbox.sample import MAIN_USER
from fm_desktop.sandbox.server import LOOPBACK, SandboxServer

RATE = 200
"""Requests a second the sandbox lets through here. The real service allows 4, which would only cost time."""

CALENDAR_USER = "emma"

_START_SECONDS = 20.0
_STOP_SECONDS = 5.0
_ATTEMPTS = 3
_TICK = 0.05
_CONFIG = """\
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/calendars
[logging]
level = warning
"""


@dataclass(slots=True)
class CalendarServer:
    """A running Radicale. `stop` may be called more than once."""

    process: subprocess.Popen[bytes]
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/"

    @property
    def home(self) -> str:
        """The address of the user's calendars."""
        return f"{self.url}{CALENDAR_USER}/"

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


class Stage:
    """Both servers, running until `close`, and the folder that everything of this demo is kept in."""

    def __init__(self, parent: Path) -> None:
        self._resources = ExitStack()
        try:
            self.folder = self._claim_folder(parent)
            self.sandbox = SandboxServer(self.folder / "forcemanager", rate_limit=RATE)
            self._resources.callback(self.sandbox.close)
            self.sandbox.start()
            self.calendar = start_radicale(self.folder / "radicale")
            self._resources.callback(self.calendar.stop)
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
user = "{CALENDAR_USER}"

[sync]
type = "bidirectional"
channels = ["calendar"]
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


def start_radicale(folder: Path) -> CalendarServer:
    """Radicale on a free port of loopback, with one user and a password drawn for this run.

    Raises `UsageError`.
    """
    folder.mkdir(mode=0o700)
    password = secrets.token_urlsafe(9)
    (folder / "users").write_text(f"{CALENDAR_USER}:{password}\n", encoding="utf-8")
    (folder / "config").write_text(_CONFIG.format(folder=folder), encoding="utf-8")
    log = folder / "log"
    for _ in range(_ATTEMPTS):  # somebody else may take the free port before Radicale does
        port = _free_port()
        server = CalendarServer(_run(folder / "config", port, log), port, password)
        try:
            if _is_ready(server):
                return server
        except BaseException:
            server.stop()
            raise
        server.stop()
    raise UsageError("Radicale, the calendar server of the demo, did not start.", f"Its log says why: {log}")


def _run(config: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - this interpreter, with words of our own
            [sys.executable, "-m", "radicale", "--config", str(config), "--hosts", f"{LOOPBACK}:{port}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={name: value for name, value in os.environ.items() if name != "RADICALE_CONFIG"},
        )


def _is_ready(server: CalendarServer) -> bool:
    """Whether it answers to its own password: any other server on that port would not."""
    deadline = time.monotonic() + _START_SECONDS
    with httpx2.Client(auth=(CALENDAR_USER, server.password), trust_env=False, timeout=2.0) as client:
        while time.monotonic() < deadline and server.process.poll() is None:
            try:
                if client.request("PROPFIND", server.home, headers={"Depth": "0"}).status_code == 207:
                    return True
            except httpx2.TransportError:
                pass
            time.sleep(_TICK)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
