"""What the benchmarks run on: real servers, filled calendars, both programs as whole processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from fm_desktop.sandbox.server import SandboxServer
from tests.servers.account import DavAccount

_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Madrid\r\n"
    "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)
_EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Benchmark//EN\r\n{zone}BEGIN:VEVENT\r\nUID:{uid}\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Madrid:{day:%Y%m%d}T{hour:02}0000\r\n"
    "DTEND;TZID=Europe/Madrid:{day:%Y%m%d}T{hour:02}4500\r\nSUMMARY:Meeting {number}\r\n"
    "DESCRIPTION:Agenda\\n- the offer\\n- the delivery\r\nLOCATION:Room {hour}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def event(number: int) -> bytes:
    """An event within the coming 300 days, the first ones in this week."""
    day = date.today() + timedelta(days=number % 300)
    return _EVENT.format(zone=_ZONE, uid=f"bench-{number}", day=day, hour=8 + number % 9, number=number).encode()


def events(count: int) -> dict[str, bytes]:
    return {f"bench-{number}.ics": event(number) for number in range(count)}


def timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def middle(run: Callable[[], object], times: int) -> float:
    """The median of several runs, in seconds."""
    return median(timed(run) for _ in range(times))


class Desktop:
    """FM Desktop as a user runs it: its own home folder, `fm-desktop` as a process."""

    def __init__(self, home: Path, sandbox: SandboxServer, account: DavAccount, rate: float | None = None) -> None:
        self.home = home
        home.mkdir(parents=True)
        self.environment = {
            **os.environ,
            "FM_DESKTOP_HOME": str(home),
            "FM_DESKTOP_CRM_PRIVATE_KEY": sandbox.private_key,
            "FM_DESKTOP_PROVIDER_PASSWORD": account.password,
        }
        lines = [
            "[crm]", f'url = "{sandbox.url}"', f'public_key = "{sandbox.public_key}"', 'user = "emma@example.com"',
            f"requests_per_second = {rate or 1_000}",
            "[provider]", 'address = "emma@example.com"',
            "[provider.caldav]", f'url = "{account.url}"', f'user = "{account.user}"',
            "[sync]", 'channels = ["calendar"]',
        ]  # fmt: skip
        file = home / "setup.toml"
        file.write_text("\n".join(lines), encoding="utf-8")
        self.run("setup", "--file", str(file))

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "fm_desktop", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1):
            raise SystemExit(f"fm-desktop {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def sync(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.run("sync", "--once", "--json"))
        return report


class Vdirsyncer:
    """vdirsyncer between the same calendars and a folder: the peer."""

    def __init__(self, folder: Path, account: DavAccount) -> None:
        folder.mkdir(parents=True)
        self._config = folder / "config"
        self._config.write_text(
            f"""[general]
status_path = "{folder}/status/"
[pair bench]
a = "local"
b = "remote"
collections = ["from b"]
[storage local]
type = "filesystem"
path = "{folder}/events/"
fileext = ".ics"
[storage remote]
type = "caldav"
url = "{account.url}"
username = "{account.user}"
password = "{account.password}"
""",
            encoding="utf-8",
        )
        self.run("discover", answer="y\n" * 20)

    def run(self, word: str, answer: str = "") -> None:
        program = Path(sys.executable).with_name("vdirsyncer")
        done = subprocess.run(
            [program, "-c", self._config, word], input=answer, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"vdirsyncer {word} ended with {done.returncode}:\n{done.stdout}{done.stderr}")

    def fill(self, files: dict[str, bytes]) -> None:
        """Puts events into the folder, to be uploaded."""
        for name, data in files.items():
            (self._config.parent / "events" / "work" / name).write_bytes(data)

    def sync(self) -> None:
        self.run("sync")
