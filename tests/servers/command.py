"""The command `fm-desktop` as a process of its own, set up between a sandbox CRM and a CalDAV account."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fm_desktop.sandbox.server import SandboxServer
from tests.servers.account import DavAccount

EMMA = "emma@example.com"
PATIENCE = 60.0
_TICK = 0.1


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(slots=True)
class Computer:
    """A user's computer: its own FM_DESKTOP_HOME, the secrets in its environment."""

    home: Path
    sandbox: SandboxServer
    account: DavAccount
    command: tuple[str, ...] = (sys.executable, "-m", "fm_desktop")
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.environment = {
            **os.environ,
            "FM_DESKTOP_HOME": str(self.home),
            "FM_DESKTOP_CRM_PRIVATE_KEY": self.sandbox.private_key,
            "FM_DESKTOP_PROVIDER_PASSWORD": self.account.password,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }

    @property
    def secrets(self) -> list[str]:
        return [self.sandbox.private_key, self.account.password]

    def run(self, *arguments: str, **environment: str) -> Ended:
        done = subprocess.run(
            [*self.command, *arguments],
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def does(self, *arguments: str) -> str:
        """Runs a command that must succeed, and returns what it printed."""
        ended = self.run(*arguments)
        assert ended.code == 0, f"{arguments}: {ended.code}\n{ended.out}\n{ended.err}"
        return ended.out

    def sync(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.does("sync", "--once", "--json"))
        return found

    def setup_file(self, *lines: str, **changes: str) -> Path:
        """A set-up file; `changes` replace values by their key, `lines` are added to [sync]."""
        values = {
            "url": self.sandbox.url,
            "public_key": self.sandbox.public_key,
            "user": EMMA,
            "caldav": self.account.url,
            "calendars": '["Work"]',
            **changes,
        }
        text = f"""
[crm]
url = "{values["url"]}"
public_key = "{values["public_key"]}"
user = "{values["user"]}"
requests_per_second = 1000
[provider]
address = "{EMMA}"
[provider.caldav]
url = "{values["caldav"]}"
user = "{self.account.user}"
[sync]
channels = ["calendar"]
calendars = {values["calendars"]}
interval_seconds = 10
"""
        self.home.mkdir(parents=True, exist_ok=True)
        path = self.home.parent / f"{self.home.name}.toml"
        path.write_text(text + "\n".join(lines), encoding="utf-8")
        return path

    def set_up(self) -> None:
        self.does("setup", "--file", str(self.setup_file()))

    @contextmanager
    def loop(self) -> Iterator[subprocess.Popen[str]]:
        """`fm-desktop sync` running until the end of the block, where it is ended if it still runs."""
        process = subprocess.Popen(
            [*self.command, "sync"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                print(*process.communicate(), sep="\n")  # a test that failed is told what the loop said


def end(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Signals a process and waits for it; (exit code, output, errors)."""
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def eventually(is_so: Callable[[], object], what: str, tick: float = _TICK) -> None:
    """Waits for something that another process or thread brings about, looking every `tick` seconds."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not come about: {what}")
        time.sleep(tick)


def event(uid: str, title: str, start: str = "20261127T100000Z", end_: str = "20261127T110000Z") -> str:
    """A plain event as an iCalendar object."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z",
        f"DTSTART:{start}", f"DTEND:{end_}", f"SUMMARY:{title}", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines)
