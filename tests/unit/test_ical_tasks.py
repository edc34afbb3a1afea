"""Tasks: when they are due, whether they are done, and those that are kept as events."""

from __future__ import annotations

from datetime import date

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, day_span
from fm_desktop.providers.ical import create, edit, read
from tests.unit.ical_entries import MADRID, NO_TASKS, NOW, at, calendar, item


def task(*lines: str):
    return item(*lines, kind="VTODO")


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        ((), None),
        (("DUE;VALUE=DATE:20260105",), day_span(date(2026, 1, 5))),
        (("DUE:20260105T100000Z", "DTSTART:20260101T100000Z"), Span(at(2026, 1, 5, 10), at(2026, 1, 5, 10))),
        (("DTSTART:20260101T100000Z",), Span(at(2026, 1, 1, 10), at(2026, 1, 1, 10))),
        (("DTSTART:20260101T100000Z", "DURATION:P1D"), Span(at(2026, 1, 2, 10), at(2026, 1, 2, 10))),
        (
            ("DTSTART;VALUE=DATE:20260105", "DUE;VALUE=DATE:20260107", "RRULE:FREQ=WEEKLY;BYDAY=MO"),
            day_span(date(2026, 1, 5)),
        ),
    ],
)
def test_when_a_task_is_due(lines: tuple[str, ...], span: Span | None) -> None:
    assert task(*lines).span == span


@pytest.mark.parametrize(
    ("lines", "completed"),
    [
        ((), False),
        (("STATUS:COMPLETED",), True),
        (("COMPLETED:20260101T100000Z",), True),
        (("PERCENT-COMPLETE:100",), True),
        (("STATUS:NEEDS-ACTION", "COMPLETED:20260101T100000Z"), False),
        (("STATUS:IN-PROCESS", "PERCENT-COMPLETE:100"), False),
    ],
)
def test_whether_a_task_is_done(lines: tuple[str, ...], completed: bool) -> None:
    assert task(*lines).completed is completed


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("DUE:20260105T100000Z",),
        ("DTSTART;TZID=Asia/Tokyo:20260105T100000",),
        ("DTSTART:20260101T100000Z", "DUE:20260105T100000Z"),
        ("DTSTART;VALUE=DATE:20260101", "DUE;VALUE=DATE:20260101"),
        ("DTSTART:20260101T100000Z", "DURATION:P1DT2H"),
        ("DTSTART;VALUE=DATE:20260101", "DURATION:P2D"),
        ("DTSTART:20260101T080000Z", "DUE:20260101T100000Z"),
    ],
)
@pytest.mark.parametrize("span", [None, day_span(date(2026, 2, 3)), Span(at(2026, 2, 3, 9), at(2026, 2, 3, 9))])
def test_a_task_moves_whatever_it_is_made_of(lines: tuple[str, ...], span: Span | None) -> None:
    raw = calendar("SUMMARY:t", *lines, "BEGIN:VALARM", "TRIGGER:-PT1H", "END:VALARM", kind="VTODO")
    edited = edit(raw, Patch(span=span), None, MADRID, NOW)
    found = read(edited, MADRID)[0].span
    assert (found and found.normal()) == span
    assert b"BEGIN:VALARM\r\nTRIGGER:-PT1H\r\nEND:VALARM\r\nEND:VTODO\r\n" in edited
    if b"DTSTART" in edited and b"DUE" in edited:
        assert (b"DTSTART;VALUE=DATE" in edited) == (b"DUE;VALUE=DATE" in edited), "RFC 5545, 3.8.2.3"


@pytest.mark.parametrize("span", [day_span(date(2026, 2, 3)), Span(at(2026, 2, 3, 9), at(2026, 2, 3, 9))])
@pytest.mark.parametrize("completed", [True, False])
def test_R20_a_task_kept_as_an_event_comes_back_as_the_task(span: Span, completed: bool) -> None:
    projection = Projection(Kind.TASK, "Call Ana", span, "about prices", completed=completed)
    raw = create(projection, "t1", NO_TASKS, NOW)
    assert b"BEGIN:VEVENT" in raw
    assert b"TRANSP:TRANSPARENT" in raw
    assert (b"SUMMARY:\xe2\x9c\x93 Call Ana" in raw) is completed
    stripped = raw.replace(b"X-FM-DESKTOP-TASK:1\r\n", b"")
    for stored in (raw, stripped):
        found = read(stored, NO_TASKS)[0]
        assert (found.kind, found.title, found.completed, found.span) == (Kind.TASK, "Call Ana", completed, span)
    toggled = edit(stripped, Patch(completed=not completed, title="Call her"), None, NO_TASKS, NOW)
    found = read(toggled, NO_TASKS)[0]
    assert (found.title, found.completed) == ("Call her", not completed)


def test_a_task_kept_as_an_event_keeps_the_length_the_user_gave_it() -> None:
    raw = calendar("DTSTART:20260101T100000Z", "DTEND:20260101T110000Z", "TRANSP:TRANSPARENT", "CATEGORIES:Home,task")
    edited = edit(raw, Patch(span=Span(at(2026, 1, 2, 9), at(2026, 1, 2, 9))), None, NO_TASKS, NOW)
    assert b"DTSTART:20260102T090000Z\r\nDTEND:20260102T100000Z\r\n" in edited


def test_a_meeting_in_category_task_is_no_task() -> None:
    found = item("DTSTART:20260101T100000Z", "TRANSP:TRANSPARENT", "CATEGORIES:Task", "ATTENDEE:mailto:a@x.example")
    assert found.kind is Kind.EVENT
