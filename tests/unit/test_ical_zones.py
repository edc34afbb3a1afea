"""Time zones by every name, zones that a file brings along, and the nights on which the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fm_desktop.model.projection import Patch
from fm_desktop.model.times import Span, Timed
from fm_desktop.providers.ical import WriteContext, edit, inspect, read
from tests.unit.ical_entries import MADRID, NOW, at, calendar, item


@pytest.mark.parametrize(
    ("tzid", "zone"),
    [
        ("Europe/Madrid", "Europe/Madrid"),
        ('"europe/madrid"', "Europe/Madrid"),
        ("Romance Standard Time", "Europe/Madrid"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Paris", "Europe/Paris"),
        ("/example.org/UTC", "UTC"),
        ("GMT", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("UTC-05:00", "Etc/GMT+5"),
        ("America/New York", "America/New_York"),
    ],
)
def test_names_of_zones(tzid: str, zone: str) -> None:
    assert item(f"DTSTART;TZID={tzid}:20260701T120000").span.start == at(2026, 7, 1, 12, zone=zone)


def test_one_windows_zone_for_many_cities_means_the_user_s_own() -> None:
    raw = calendar("DTSTART;TZID=Romance Standard Time:20260701T120000")
    assert read(raw, WriteContext("America/Lima"))[0].span.start.zone == "Europe/Paris"


def test_an_unknown_zone_is_read_on_the_user_s_clock_and_told() -> None:
    found = inspect(calendar("DTSTART;TZID=Our Office:20260701T120000"), MADRID)
    assert found.items[0].span.start == at(2026, 7, 1, 12, zone="Europe/Madrid")
    assert found.notes == ("The time zone “Our Office” is unknown; its times are read in yours (Europe/Madrid).",)


def _vtimezone(standard: str, daylight: str = "", extra: str = "") -> str:
    parts = ["BEGIN:VTIMEZONE", "TZID:Office", *([extra] if extra else [])]
    for name, text in (("STANDARD", standard), ("DAYLIGHT", daylight)):
        if text:
            parts += [f"BEGIN:{name}", *text.split("|"), f"END:{name}"]
    return "\n".join([*parts, "END:VTIMEZONE"])


_EU = (
    "DTSTART:19961027T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100|RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "DTSTART:19810329T020000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
)


def test_an_embedded_zone_is_recognised_by_its_rules_and_the_user_s_comes_first() -> None:
    raw = calendar("DTSTART;TZID=Office:20260701T120000", extra=_vtimezone(*_EU))
    assert read(raw, MADRID)[0].span.start == at(2026, 7, 1, 12, zone="Europe/Madrid")
    berlin = read(raw, WriteContext("America/Lima"))[0].span.start
    assert berlin.instant == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_an_embedded_zone_says_where_it_is() -> None:
    text = _vtimezone("DTSTART:16010101T000000|TZOFFSETFROM:+0900|TZOFFSETTO:+0900", extra="X-LIC-LOCATION:Asia/Tokyo")
    assert item("DTSTART;TZID=office:20260701T120000", extra=text).span.start == at(2026, 7, 1, 12, zone="Asia/Tokyo")


def test_an_embedded_zone_like_no_other_gives_the_moment() -> None:
    text = _vtimezone(
        "DTSTART:20200105T030000|TZOFFSETFROM:+0317|TZOFFSETTO:+0217|RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=1SU",
        "DTSTART:20200607T020000|TZOFFSETFROM:+0217|TZOFFSETTO:+0317|RRULE:FREQ=YEARLY;BYMONTH=6;BYDAY=1SU",
    )
    raw = calendar("DTSTART;TZID=Office:20260701T120000", "DTEND;TZID=Office:20261230T235900", extra=text)
    assert read(raw, MADRID)[0].span == Span(at(2026, 7, 1, 8, 43), at(2026, 12, 30, 20, 42))
    edited = edit(raw, Patch(span=Span(at(2026, 7, 1, 9), at(2026, 7, 1, 10))), None, MADRID, NOW)
    assert b"\r\nDTSTART:20260701T090000Z\r\nDTEND:20260701T100000Z\r\n" in edited
    assert b"TZID:Office" in edited


def test_an_embedded_zone_with_a_hostile_rule_ends() -> None:
    text = _vtimezone("DTSTART:16010101T000000|TZOFFSETFROM:+0100|TZOFFSETTO:+0217|RRULE:FREQ=SECONDLY")
    assert item("DTSTART;TZID=Office:20260701T120000", extra=text).span.start == at(2026, 7, 1, 9, 43)


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("Europe/Madrid", (2026, 3, 28), 23),
        ("Europe/Madrid", (2026, 10, 24), 25),
        ("America/New_York", (2026, 3, 7), 23),
        ("America/New_York", (2026, 10, 31), 25),
        ("Australia/Lord_Howe", (2026, 4, 4), 24.5),
        ("Australia/Lord_Howe", (2026, 10, 3), 23.5),
    ],
)
def test_dst_nights_keep_clock_and_length(zone: str, night: tuple[int, int, int], hours: float) -> None:
    start = datetime(*night, 12)
    end = start + timedelta(days=1)
    raw = calendar(f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}", f"DTEND;TZID={zone}:{end:%Y%m%dT%H%M%S}")
    span = read(raw, MADRID)[0].span
    assert span.end.instant - span.start.instant == timedelta(hours=hours)
    week = timedelta(days=7)
    moved = Span(Timed(start + week, zone).in_zone("UTC"), Timed(end + week, zone).in_zone("UTC"))
    edited = edit(raw, Patch(span=moved), None, MADRID, NOW)
    assert f"DTSTART;TZID={zone}:{start + week:%Y%m%dT%H%M%S}".encode() in edited
    assert f"DTEND;TZID={zone}:{end + week:%Y%m%dT%H%M%S}".encode() in edited


def test_the_second_of_two_equal_readings_is_written_in_utc() -> None:
    raw = calendar("DTSTART;TZID=Europe/Madrid:20261020T020000", "DTEND;TZID=Europe/Madrid:20261020T030000")
    span = Span(at(2026, 10, 25, 1, 30), at(2026, 10, 25, 2, 30))
    edited = edit(raw, Patch(span=span), None, MADRID, NOW)
    assert b"DTSTART:20261025T013000Z" in edited, "02:30 would mean the first time it is 02:30"
    assert read(edited, MADRID)[0].span.normal() == span


def test_an_embedded_zone_is_not_trusted_for_a_year_in_which_it_differs() -> None:
    # The rules of today's Adelaide; in the year 2000 the real one changed its clocks on other days.
    text = _vtimezone(
        "DTSTART:16010401T030000|TZOFFSETFROM:+1030|TZOFFSETTO:+0930|RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4",
        "DTSTART:16011001T020000|TZOFFSETFROM:+0930|TZOFFSETTO:+1030|RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=10",
    )
    raw = calendar("DTSTART;TZID=Office:20261215T090000", "DTEND;TZID=Office:20261215T100000", extra=text)
    span = Span(at(2000, 10, 1), at(2000, 10, 1, 1))
    assert read(edit(raw, Patch(span=span), None, MADRID, NOW), MADRID)[0].span.normal() == span


def test_a_zone_with_its_whole_history_is_recognised() -> None:
    history = "\n".join(
        line
        for year in range(1981, 1996)
        for line in (
            f"BEGIN:DAYLIGHT\nDTSTART:{year}0329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\n"
            f"BEGIN:STANDARD\nDTSTART:{year}0927T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD"
        ).split("\n")
    )
    text = _vtimezone(*_EU).replace("TZID:Office", f"TZID:Office\n{history}")
    raw = calendar("DTSTART;TZID=Office:20260701T120000", extra=text)
    assert read(raw, MADRID)[0].span.start == at(2026, 7, 1, 12, zone="Europe/Madrid")


def test_rules_of_a_zone_that_have_ended_leave_the_last_offset() -> None:
    text = _vtimezone(
        "DTSTART:20051030T030000|TZOFFSETFROM:+0400|TZOFFSETTO:+0300|RRULE:FREQ=YEARLY;UNTIL=20101030T230000Z;BYMONTH=10;BYDAY=-1SU",
        "DTSTART:20050327T020000|TZOFFSETFROM:+0300|TZOFFSETTO:+0400|RRULE:FREQ=YEARLY;UNTIL=20110326T230000Z;BYMONTH=3;BYDAY=-1SU",
    )
    # Moscow stayed on summer time for a while from 2011 on; where the file ends, its last word counts.
    start = item("DTSTART;TZID=Office:20130701T120000", extra=text).span.start
    assert start.instant == datetime(2013, 7, 1, 8, tzinfo=UTC)
