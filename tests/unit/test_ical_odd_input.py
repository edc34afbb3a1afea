"""Odd input is read all the same, as its writer will have meant it, and in bounded time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fm_desktop.model.items import Privacy
from fm_desktop.model.projection import Patch
from fm_desktop.model.times import Span, day_span
from fm_desktop.providers.ical import edit, inspect, read
from tests.unit.ical_entries import MADRID, NOW, at, calendar, item


def test_duplicate_properties_the_first_counts_and_an_edit_leaves_one() -> None:
    raw = calendar("SUMMARY:one", "SUMMARY:two", "DTSTART:20260101T100000Z", "DTSTART:20260102T100000Z")
    assert read(raw, MADRID)[0].title == "one"
    edited = edit(raw, Patch(title="three"), None, MADRID, NOW)
    assert edited.count(b"SUMMARY") == 1
    assert edited.count(b"DTSTART") == 2


def test_the_same_event_twice_in_one_object() -> None:
    raw = calendar("SUMMARY:a", "DTSTART:20260101T100000Z")
    found = inspect(raw + raw.replace(b"SUMMARY:a", b"SUMMARY:b"), MADRID)
    assert [each.title for each in found.items] == ["a"]
    assert found.notes == ("It is stored several times in one place; the first one counts.",)


def test_an_override_without_its_master() -> None:
    found = item("RECURRENCE-ID:20260101T100000Z", "DTSTART:20260101T110000Z")
    assert found.recurrence_id == at(2026, 1, 1, 10)


def test_the_master_comes_first_wherever_it_stands() -> None:
    one = calendar("RECURRENCE-ID;RANGE=THISANDFUTURE:20260108T100000Z", "DTSTART:20260108T110000Z")
    found = inspect(one + calendar("DTSTART:20260101T100000Z", "RRULE:FREQ=WEEKLY"), MADRID)
    assert [each.recurrence_id for each in found.items] == [None, at(2026, 1, 8, 10)]
    assert "all later dates" in found.notes[0]


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        (("DTSTART:20260101T100000Z",), Span(at(2026, 1, 1, 10), at(2026, 1, 1, 10))),
        (("DTSTART;VALUE=DATE:20260101",), day_span(date(2026, 1, 1))),
        (("DTSTART:20260101",), day_span(date(2026, 1, 1))),
        (("DTSTART;VALUE=DATE:20260101T000000",), day_span(date(2026, 1, 1))),
        (("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20260101"), day_span(date(2026, 1, 1))),
        (("DTSTART;VALUE=DATE:20260101", "DURATION:PT0S"), day_span(date(2026, 1, 1))),
        (("DTSTART;VALUE=DATE:20260101", "DURATION:P0D"), day_span(date(2026, 1, 1))),
        (("DTSTART:20260101T100000Z", "DURATION:PT0S"), Span(at(2026, 1, 1, 10), at(2026, 1, 1, 10))),
        (("DTSTART;VALUE=DATE:20260101", "DURATION:P1W"), Span(date(2026, 1, 1), date(2026, 1, 8))),
        (("DTSTART:20260101T100000Z", "DURATION:P1DT2H"), Span(at(2026, 1, 1, 10), at(2026, 1, 2, 12))),
        (("DTSTART:20260101T100000Z", "DTEND;VALUE=DATE:20260103"), Span(at(2026, 1, 1, 10), at(2026, 1, 3, 0))),
        (("DTSTART;VALUE=DATE:20260101", "DTEND:20260103T120000Z"), Span(date(2026, 1, 1), date(2026, 1, 4))),
        (("DTSTART:2026-01-01T10:00:00Z",), Span(at(2026, 1, 1, 10), at(2026, 1, 1, 10))),
        (("DTSTART:20260101T100000+0200",), Span(at(2026, 1, 1, 8), at(2026, 1, 1, 8))),
        (("DTSTART:20261231T235960Z",), Span(at(2026, 12, 31, 23, 59, 59), at(2026, 12, 31, 23, 59, 59))),
        (("dtstart:20260101T1000z", "dtend:20260102t1000Z"), Span(at(2026, 1, 1, 10), at(2026, 1, 2, 10))),
        (("DTSTART:19700101T000000Z", "DTEND:20380119T031408Z"), Span(at(1970, 1, 1), at(2038, 1, 19, 3, 14, 8))),
    ],
)
def test_spans(lines: tuple[str, ...], span: Span) -> None:
    assert item(*lines).span == span


def test_floating_times_are_on_the_user_s_clock_and_stay_floating() -> None:
    raw = calendar("DTSTART:20260715T090000", "DTEND:20260715T100000")
    assert read(raw, MADRID)[0].span.start.instant == datetime(2026, 7, 15, 7, tzinfo=UTC)
    edited = edit(raw, Patch(span=Span(at(2026, 7, 16, 7), at(2026, 7, 16, 8))), None, MADRID, NOW)
    assert b"\r\nDTSTART:20260716T090000\r\nDTEND:20260716T100000\r\n" in edited


def test_nul_bytes_controls_and_empty_titles() -> None:
    assert item("SUMMARY:a\x00b\x07 c", "DTSTART:20260101T100000Z").title == "ab c"
    assert item("DTSTART:20260101T100000Z").title == ""


def test_quoted_printable_relic() -> None:
    found = item("SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:caf=C3=A9 = 2", "DTSTART:20260101T100000Z")
    assert found.title == "café = 2"


def test_classes_that_nobody_knows_are_private() -> None:
    assert item("CLASS:X-SECRET", "DTSTART:20260101T100000Z").privacy is Privacy.PRIVATE
    assert item("CLASS:public", "DTSTART:20260101T100000Z").privacy is Privacy.PUBLIC


def test_escapes() -> None:
    found = item(r"SUMMARY:a\, b\; c\\n \: d", r"DESCRIPTION:one\Ntwo\\three", "DTSTART:20260101T100000Z")
    assert found.title == r"a, b; c\n : d"
    assert found.text == "one\ntwo\\three"


def test_an_original_start_without_a_zone_is_on_the_clock_of_its_event() -> None:
    found = item("RECURRENCE-ID:20260101T100000", "DTSTART;TZID=Asia/Tokyo:20260101T110000")
    assert found.recurrence_id == at(2026, 1, 1, 10, zone="Asia/Tokyo")


def test_a_long_quoted_printable_text_and_many_duplicates_take_linear_time() -> None:
    lines = "=\r\n".join(["DESCRIPTION;ENCODING=QUOTED-PRINTABLE:"] + ["caf=C3=A9 "] * 100_000)
    raw = calendar("DTSTART:20260101T100000Z", lines, *["SUMMARY:again"] * 100_000)
    assert len(read(raw, MADRID)[0].text) == 100_000 * 5 - 1
    edited = edit(raw, Patch(title="once"), None, MADRID, NOW)
    assert edited.count(b"SUMMARY") == 1
