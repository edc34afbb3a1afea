"""Input that cannot be read as an entry: told plainly, with the name of the item wherever it has one."""

from __future__ import annotations

import pytest

from fm_desktop.providers.ical import BrokenCalendar, read, uid_of
from tests.unit.ical_entries import MADRID, calendar


def broken(raw: bytes) -> BrokenCalendar:
    with pytest.raises(BrokenCalendar) as caught:
        read(raw, MADRID)
    return caught.value


@pytest.mark.parametrize(
    "raw", [b"", b"hello", b"\x00\xff\xfe", b"<html></html>", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"]
)
def test_what_is_no_calendar_entry(raw: bytes) -> None:
    assert broken(raw).reason == "It is no calendar entry."


def test_cut_short() -> None:
    error = broken(calendar("SUMMARY:Half", "DTSTART:20260101T100000Z")[:-20])
    assert (error.reason, error.title, error.uid) == ("It is cut short: its VCALENDAR has no end.", "Half", "u1")


def test_no_uid() -> None:
    error = broken(calendar("SUMMARY:Nameless", "DTSTART:20260101T100000Z", uid=None))
    assert (error.reason, error.title) == ("It has no UID, so it could not be recognised again.", "Nameless")


def test_no_start() -> None:
    error = broken(calendar("SUMMARY:When?"))
    assert (error.reason, error.title, error.uid) == ("It has no start (DTSTART).", "When?", "u1")


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20260101T100000Z", "DTEND:20260101T090000Z"),
        ("DTSTART:20260101T100000Z", "DURATION:-PT1H"),
        ("DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260104"),
    ],
)
def test_a_negative_length_is_told_and_not_mended(lines: tuple[str, ...]) -> None:
    assert broken(calendar(*lines)).reason == "It ends before it starts."


@pytest.mark.parametrize(
    "line", ["DTSTART:tomorrow", "DTSTART:20261301T000000Z", "DTSTART:", "DTSTART;TZID=Asia/Tokyo:00010101T000000"]
)
def test_an_unreadable_start_is_quoted(line: str) -> None:
    assert "cannot be read" in broken(calendar(line)).reason


def test_a_length_beyond_the_calendar() -> None:
    assert "any calendar" in broken(calendar("DTSTART:99991231T100000Z", "DURATION:P9W")).reason
    assert "too long" in broken(calendar("DTSTART:20260101T100000Z", "DURATION:P999999999999W")).reason


def test_several_events_in_one_object() -> None:
    one = calendar("DTSTART:20260101T100000Z")
    two = one.replace(b"UID:u1", b"UID:u2")
    assert broken(one + two).reason == "2 different events are stored as one."


def test_only_foreign_components() -> None:
    error = broken(calendar("SUMMARY:Diary", kind="VJOURNAL"))
    assert error.reason == "It holds no event and no task, only VJOURNAL."
    assert (error.title, error.uid) == ("Diary", "u1")


def test_uid_of_any_bytes() -> None:
    assert uid_of(calendar("DTSTART:x")) == "u1"
    assert uid_of(b"\xff") == ""
