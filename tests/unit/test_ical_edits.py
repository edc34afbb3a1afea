"""What is written: an edit changes what it says and nothing else, and what is created invites nobody."""

from __future__ import annotations

from datetime import date

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, day_span
from fm_desktop.providers.ical import NotPossible, create, edit, read
from tests.unit.ical_entries import MADRID, NO_TASKS, NOW, at, calendar


def test_an_empty_patch_and_the_crm_s_own_fields_change_nothing() -> None:
    raw = calendar("DTSTART:20260101T100000Z", "SUMMARY:  a  b ", "DESCRIPTION:t")
    for patch in (Patch(), Patch(details="d", locked=True), Patch(title="a b", text="t")):
        assert edit(raw, patch, None, MADRID, NOW) is raw


def test_moving_only_the_end_leaves_the_start_line_with_its_seconds() -> None:
    raw = calendar("DTSTART;X-P=1:20260101T100030Z", "DTEND:20260101T110000Z")
    edited = edit(raw, Patch(span=Span(at(2026, 1, 1, 10), at(2026, 1, 1, 12))), None, MADRID, NOW)
    assert b"\r\nDTSTART;X-P=1:20260101T100030Z\r\nDTEND:20260101T120000Z\r\n" in edited


def test_an_all_day_event_that_lasts_nothing_is_moved_and_lasts_its_day() -> None:
    raw = calendar("DTSTART;VALUE=DATE:20260101", "DURATION:PT0S")
    edited = edit(raw, Patch(span=day_span(date(2026, 1, 5))), None, MADRID, NOW)
    assert read(edited, MADRID)[0].span == day_span(date(2026, 1, 5))


def test_a_duration_stays_a_duration() -> None:
    raw = calendar("DTSTART;TZID=Europe/Madrid:20260101T100000", "DURATION:PT90M")
    moved = edit(raw, Patch(span=Span(at(2026, 1, 2, 9), at(2026, 1, 2, 10, 30))), None, MADRID, NOW)
    assert b"DTSTART;TZID=Europe/Madrid:20260102T100000\r\nDURATION:PT90M\r\n" in moved
    longer = edit(raw, Patch(span=Span(at(2026, 1, 1, 9), at(2026, 1, 2, 11))), None, MADRID, NOW)
    assert b"DTSTART;TZID=Europe/Madrid:20260101T100000\r\nDURATION:P1DT2H\r\n" in longer
    over_dst = Span(at(2026, 3, 28, 9), at(2026, 3, 29, 9))
    edited = edit(raw, Patch(span=over_dst), None, MADRID, NOW)
    assert read(edited, MADRID)[0].span.normal() == over_dst


def test_timed_becomes_all_day_and_back() -> None:
    raw = calendar("DTSTART;TZID=Asia/Tokyo:20260101T100000", "DURATION:PT1H")
    day = day_span(date(2026, 1, 5), date(2026, 1, 6))
    all_day = edit(raw, Patch(span=day), None, MADRID, NOW)
    assert b"DTSTART;VALUE=DATE:20260105\r\n" in all_day
    assert read(all_day, MADRID)[0].span == day
    span = Span(at(2026, 1, 5, 8), at(2026, 1, 5, 9))
    assert read(edit(all_day, Patch(span=span), None, MADRID, NOW), MADRID)[0].span == span


def test_an_event_without_end_gets_one_when_it_needs_one() -> None:
    raw = calendar("DTSTART;VALUE=DATE:20260101")
    one = edit(raw, Patch(span=day_span(date(2026, 1, 2))), None, MADRID, NOW)
    assert b"DTEND" not in one
    two = edit(raw, Patch(span=day_span(date(2026, 1, 1), date(2026, 1, 2))), None, MADRID, NOW)
    assert b"DTEND;VALUE=DATE:20260103\r\n" in two
    assert b"DTSTART;VALUE=DATE:20260101\r\n" in two


@pytest.mark.parametrize(
    ("lines", "patch", "sequence"),
    [
        (("SEQUENCE:0",), Patch(title="n"), b"SEQUENCE:0"),
        (("SEQUENCE:3",), Patch(title="n"), b"SEQUENCE:3"),
        (("SEQUENCE:3",), Patch(span=day_span(date(2026, 5, 5))), b"SEQUENCE:4"),
        (("ORGANIZER:mailto:emma@example.com", "ATTENDEE:mailto:a@x.example"), Patch(title="n"), b"SEQUENCE:1"),
        (
            ("SEQUENCE:x", "ORGANIZER:mailto:b@x.example", "ATTENDEE:mailto:a@x.example"),
            Patch(title="n"),
            b"SEQUENCE:x",
        ),
    ],
)
def test_the_sequence_rises_where_others_follow_it(lines: tuple[str, ...], patch: Patch, sequence: bytes) -> None:
    edited = edit(calendar("DTSTART:20260101T100000Z", *lines), patch, None, MADRID, NOW)
    assert b"\r\n" + sequence + b"\r\n" in edited
    assert b"\r\nLAST-MODIFIED:20261125T083000Z\r\n" in edited


def test_what_an_edit_cannot_do_is_said() -> None:
    series = calendar("DTSTART:20260101T100000Z", "RRULE:FREQ=DAILY")
    span = Span(at(2026, 1, 1, 12), at(2026, 1, 1, 13))
    with pytest.raises(NotPossible, match="recurring series"):
        edit(series, Patch(span=span), None, MADRID, NOW)
    with pytest.raises(NotPossible, match="not kept by itself"):
        edit(series, Patch(title="x"), at(2026, 1, 2, 10), MADRID, NOW)
    with pytest.raises(NotPossible, match="needs a date"):
        edit(calendar("DTSTART:20260101T100000Z"), Patch(span=None), None, MADRID, NOW)
    with pytest.raises(NotPossible, match="needs a date"):
        create(Projection(Kind.EVENT, "x", None), "u", MADRID, NOW)
    with pytest.raises(NotPossible, match="Give the task a date"):
        create(Projection(Kind.TASK, "x", None), "u", NO_TASKS, NOW)


def test_unknown_nested_components_survive() -> None:
    raw = calendar(
        "DTSTART:20260101T100000Z",
        "SUMMARY:a",
        "BEGIN:X-DEEP",
        "SUMMARY:not mine",
        "BEGIN:PARTICIPANT",
        "UID:p",
        "END:PARTICIPANT",
        "END:X-DEEP",
        "BEGIN:VALARM",
        "DTSTART:20200101T000000Z",
        "END:VALARM",
    )
    edited = edit(raw, Patch(title="b"), None, MADRID, NOW)
    assert raw[raw.index(b"BEGIN:X-DEEP") :] == edited[edited.index(b"BEGIN:X-DEEP") :]


def test_a_series_takes_a_new_title_and_passes_over_being_done() -> None:
    raw = calendar("DTSTART:20260101T100000Z", "RRULE:FREQ=DAILY", "SUMMARY:a")
    assert edit(raw, Patch(completed=True), None, MADRID, NOW) is raw
    assert read(edit(raw, Patch(title="b"), None, MADRID, NOW), MADRID)[0].title == "b"


def test_R27_what_we_create_invites_nobody() -> None:
    span = Span(at(2026, 1, 1, 10), at(2026, 1, 1, 11))
    raw = create(Projection(Kind.EVENT, "Visit", span, details="Participants:\n- a@x.example"), "u1", MADRID, NOW)
    assert b"ATTENDEE" not in raw
    assert b"ORGANIZER" not in raw
    assert b"a@x.example" not in raw
    assert b"\r\nDTSTART:20260101T100000Z\r\nDTEND:20260101T110000Z\r\n" in raw
