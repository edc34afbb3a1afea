"""The whole path over HTTP as one scene: a person at the CRM, a person at the calendar, the engine between them.

Dates are relative to today wherever the engine's windows count, so that the tests hold on any day.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sandbox.tenant import STORE_NAME
from fm_desktop.sync.report import Report
from tests.fakes.real import ZONE, RealWorld
from tests.servers.account import DavAccount

LF = "\r\n"


# --- days ------------------------------------------------------------------------------------------


def day(number: int) -> date:
    """The date so many days from today, on the user's clock."""
    return datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date() + timedelta(days=number)


def stamp(number: int, clock: str = "0900") -> str:
    """`20261125T090000`, so many days from today."""
    return f"{day(number):%Y%m%d}T{clock}00"


def crm_date(number: int) -> str:
    return f"{day(number):%y/%m/%d}"


# --- iCalendar ---------------------------------------------------------------------------------------


def calendar(*components: Iterable[str]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *(line for each in components for line in each)]
    return LF.join([*lines, "END:VCALENDAR", ""]).encode()


def vevent(uid: str, title: str, *lines: str, when: Iterable[str] = ()) -> list[str]:
    """An event on the day after tomorrow, 09:00 to 10:00 in Madrid, unless `when` holds other lines."""
    times = list(when) or [f"DTSTART;TZID={ZONE}:{stamp(2)}", f"DTEND;TZID={ZONE}:{stamp(2, '1000')}"]
    head = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *times, f"SUMMARY:{title}"]
    return [*head, *lines, "END:VEVENT"]


def vtodo(uid: str, title: str, *lines: str) -> list[str]:
    return ["BEGIN:VTODO", f"UID:{uid}", "DTSTAMP:20261101T000000Z", f"SUMMARY:{title}", *lines, "END:VTODO"]


def single(title: str, *lines: str, uid: str = "", when: Iterable[str] = ()) -> bytes:
    return calendar(vevent(uid or f"uid-{title.replace(' ', '-')}", title, *lines, when=when))


def madrid(number: int, start: str, end: str) -> list[str]:
    return [f"DTSTART;TZID={ZONE}:{stamp(number, start)}", f"DTEND;TZID={ZONE}:{stamp(number, end)}"]


BOSS = "ORGANIZER;CN=Boss:mailto:boss@client.example"
EMMA_ORGANISES = "ORGANIZER;CN=Emma:mailto:emma@example.com"


def emma_invited(answer: str = "NEEDS-ACTION") -> str:
    return f"ATTENDEE;CN=Emma;PARTSTAT={answer};RSVP=TRUE:mailto:emma@example.com"


def attendee(address: str, answer: str = "NEEDS-ACTION", name: str = "") -> str:
    return f"ATTENDEE;{f'CN={name};' if name else ''}PARTSTAT={answer}:mailto:{address}"


def logical_lines(data: bytes) -> list[str]:
    """Content lines, unfolded, as they stand."""
    text = data.decode("utf-8").replace("\r\n", "\n")
    return [line for line in re.sub(r"\n[ \t]", "", text).split("\n") if line]


def item_lines(data: bytes) -> list[str]:
    """The content lines without the time zones, which a server may add or drop at will."""
    kept, inside = [], False
    for line in logical_lines(data):
        inside = inside or line == "BEGIN:VTIMEZONE"
        if not inside:
            kept.append(line)
        inside = inside and line != "END:VTIMEZONE"
    return kept


def values(data: bytes, name: str) -> list[str]:
    """The values of all lines of that name, parameters left out; those of time zones do not count."""
    return [line.split(":", 1)[1] for line in item_lines(data) if re.match(rf"{name}[;:]", line)]


# --- the scene ---------------------------------------------------------------------------------------


class Scene(RealWorld):
    """`work` is the path of the user's calendar. Names of resources are those of files, with `.ics`."""

    def __init__(
        self, folder: Path, sandbox: SandboxServer, account: DavAccount, url: str = "", **options: Any
    ) -> None:
        self.work = f"{account.home}calendar/"
        super().__init__(folder, sandbox, account, url, **options)

    # --- time ---

    def later(self, minutes: float = 2) -> Report:
        """A cycle so much later."""
        self.offset += timedelta(minutes=minutes)
        return self.sync()

    def settle(self, minutes: float = 2) -> None:
        """A cycle, and proof that the one after it has nothing to do."""
        self.later(minutes)
        self.quiet()

    # --- a person at the calendar ---

    def put(self, name: str, data: bytes, calendar: str = "") -> None:
        self.account.put(calendar or self.work, f"{name}.ics", data)

    def raw(self, name: str, calendar: str = "") -> bytes:
        """What the server has, byte for byte."""
        found = self.account.get(calendar or self.work, f"{name}.ics")
        assert found is not None, f"{name} is not in the calendar"
        return found

    def remove(self, name: str, calendar: str = "") -> None:
        self.account.delete(calendar or self.work, f"{name}.ics")

    def replace(self, name: str, old: str, new: str) -> None:
        """Edits the server's own bytes, as another program does."""
        before = LF.join([*logical_lines(self.raw(name)), ""])
        assert old in before, f"{old} is not in {name}"
        self.put(name, before.replace(old, new).encode())

    def copy(self, title: str) -> bytes:
        """The one resource of that title, wherever it is."""
        found = self.account.find_by_title(self.work, title)
        assert found is not None, f"“{title}” is not in the calendar: {self.dav_titles()}"
        return found

    def name_of(self, title: str) -> str:
        (name,) = (name for name, data in self.account.all(self.work).items() if f"SUMMARY:{title}" in data.decode())
        return name.removesuffix(".ics")

    def dav_titles(self, calendar: str = "") -> list[str]:
        """Titles of masters and single items."""
        return sorted(values(data, "SUMMARY")[0] for data in self.account.all(calendar or self.work).values())

    # --- a person at the CRM ---

    def edit(self, title: str, **fields: Any) -> None:
        self.crm.store.update("calendar", self.row(title)["id"], fields)

    def drop(self, title: str) -> None:
        self.crm.store.delete("calendar", self.row(title)["id"])

    def starts(self, title: str | None = None) -> list[str]:
        """`11-25 09:00` of every living row, in order; all-day rows without an hour."""
        rows = [row for row in self.rows() if title is None or row["subject"] == title]
        shown = (row["startDate"] + ("" if row["allDay"] else f" {row['startHour']}") for row in rows)
        return sorted(shown)

    # --- the engine ---

    def messages(self) -> list[str]:
        return [problem.message for problem in self.engine.state.problems.open()]

    def notices(self) -> list[str]:
        return [each.kind for each in self.engine.state.chronicle.notices()]


def total(report: Report) -> tuple[int, int]:
    """(writes to the CRM, writes to the provider)."""
    return report.crm.total, report.provider.total


def records(folder: Path) -> sqlite3.Connection:
    """The sandbox's own file, for what no person and no API can do."""
    return sqlite3.connect(folder / STORE_NAME, isolation_level=None, timeout=30)
