"""The calendar server and the mail server of the demo: Radicale and pymap, each a process of its own on loopback."""

from __future__ import annotations

import imaplib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx2

from fm_desktop.errors import UsageError
from fm_desktop.sandbox.server import LOOPBACK

USER = "emma"
"""At both servers."""

_START_SECONDS = 20.0
_STOP_SECONDS = 5.0
_ATTEMPTS = 3
_TICK = 0.05
_ANSWER_SECONDS = 2.0
_RADICALE = """\
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
# A file of words for the command line: others on this computer could read the password on the line itself.
_PYMAP = """\
--host={host}
--port={port}
--no-tls
--no-service=admin
--no-service=managesieve
dict
--demo-user={user}
--demo-password={password}
"""
# What these servers would read from the environment of whoever starts the demo.
_NOT_THEIRS = frozenset({"RADICALE_CONFIG", "CERT_FILE", "KEY_FILE", "FQDN"})


@dataclass(slots=True)
class Server:
    """A running server. `stop` may be called more than once."""

    process: subprocess.Popen[bytes]
    port: int
    password: str

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


class CalendarServer(Server):
    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/"

    @property
    def home(self) -> str:
        """The address of the user's calendars."""
        return f"{self.url}{USER}/"


class MailServer(Server):
    @property
    def address(self) -> str:
        """As a mail program asks for it."""
        return f"{LOOPBACK}, port {self.port}"


_S = TypeVar("_S", bound=Server)


def start_radicale(folder: Path, password: str) -> CalendarServer:
    """Radicale on a free port of loopback, with one user. Raises `UsageError`."""
    folder.mkdir(mode=0o700)
    (folder / "users").write_text(f"{USER}:{password}\n", encoding="utf-8")
    config = folder / "config"
    config.write_text(_RADICALE.format(folder=folder), encoding="utf-8")

    def words(port: int) -> Sequence[str]:
        return "-m", "radicale", "--config", str(config), "--hosts", f"{LOOPBACK}:{port}"

    make = partial(CalendarServer, password=password)
    return _start("Radicale, the calendar server", folder / "log", make, words, _calendars_answer)


def start_pymap(folder: Path, password: str) -> MailServer:
    """pymap on a free port of loopback, with one user and an empty mailbox, in memory. Raises `UsageError`."""
    folder.mkdir(mode=0o700)
    options = folder / "options"

    def words(port: int) -> Sequence[str]:
        text = _PYMAP.format(host=LOOPBACK, port=port, user=USER, password=password)
        options.write_text(text, encoding="utf-8")
        return "-c", "from pymap.main import main; main()", f"@{options}"

    make = partial(MailServer, password=password)
    return _start("pymap, the mail server", folder / "log", make, words, _mailbox_answers)


def new_password() -> str:
    """Drawn for one run."""
    return secrets.token_urlsafe(9)


def _start(
    name: str,
    log: Path,
    make: Callable[[subprocess.Popen[bytes], int], _S],
    words: Callable[[int], Sequence[str]],
    answers: Callable[[_S], bool],
) -> _S:
    """`make` knows a running process and its port as a server; `words` of the command for a port; `answers`: does the
    server let its user in?"""
    for _ in range(_ATTEMPTS):  # somebody else may take the free port before the server does
        port = _free_port()
        server = make(_run(words(port), log), port)
        try:
            if _is_ready(server, answers):
                return server
        except BaseException:
            server.stop()
            raise
        server.stop()
    raise UsageError(f"{name} of the demo, did not start.", f"Its log says why: {log}")


def _run(words: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_THEIRS}
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - this interpreter, with words of our own
            [sys.executable, *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**environment, "FQDN": "localhost"},  # else pymap asks the network for this computer's name
        )


def _is_ready(server: _S, answers: Callable[[_S], bool]) -> bool:
    """Whether it answers to its own password: any other server on that port would not."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        if answers(server):
            return True
        time.sleep(_TICK)
    return False


def _calendars_answer(server: CalendarServer) -> bool:
    with httpx2.Client(auth=(USER, server.password), trust_env=False, timeout=_ANSWER_SECONDS) as client:
        try:
            return client.request("PROPFIND", server.home, headers={"Depth": "0"}).status_code == 207
        except httpx2.TransportError:
            return False


def _mailbox_answers(server: MailServer) -> bool:
    try:
        with imaplib.IMAP4(LOOPBACK, server.port, _ANSWER_SECONDS) as client:
            return client.login(USER, server.password)[0] == "OK"
    except (OSError, imaplib.IMAP4.error):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
