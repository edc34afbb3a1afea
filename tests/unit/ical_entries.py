"""Entries of a calendar written line by line, and what they are read as."""

from __future__ import annotations

from datetime import UTC, datetime

from fm_desktop.model.times import Timed
from fm_desktop.providers.ical import WriteContext, read

OWN = frozenset({"emma@example.com"})
MADRID = WriteContext("Europe/Madrid", OWN)
NO_TASKS = WriteContext("Europe/Madrid", OWN, tasks_as_events=True)
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def at(*parts: int, zone: str = "UTC") -> Timed:
    return Timed(datetime(*parts), zone)


def calendar(*lines: str, kind: str = "VEVENT", uid: str | None = "u1", extra: str = "") -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", *extra.split("\n")] if extra else ["BEGIN:VCALENDAR", "VERSION:2.0"]
    identity = [] if uid is None else [f"UID:{uid}"]
    body = [f"BEGIN:{kind}", *identity, *lines, f"END:{kind}", "END:VCALENDAR", ""]
    return "\r\n".join(head + body).encode()


def item(*lines: str, context: WriteContext = MADRID, **more):
    return read(calendar(*lines, **more), context)[0]
