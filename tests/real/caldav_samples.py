"""iCalendar objects for the CalDAV tests."""

from __future__ import annotations


def event(uid: str, title: str = "Breakfast", *, start: str = "20261125T090000Z", extra: str = "") -> bytes:
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z",
        f"DTSTART:{start}", "DURATION:PT1H", f"SUMMARY:{title}", *extra.splitlines(), "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def task(uid: str, title: str = "Call back") -> bytes:
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VTODO", f"UID:{uid}", "DTSTAMP:20261101T000000Z",
        "DUE;VALUE=DATE:20261125", f"SUMMARY:{title}", "END:VTODO", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()
