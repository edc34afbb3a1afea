"""iCalendar from servers and from whoever sends invitations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.model.projection import UNSET, Patch
from fm_desktop.model.rules import UnusableRule
from fm_desktop.model.times import Span, Timed, day_span, when_to_text
from fm_desktop.providers.ical import (
    BrokenCalendar,
    NotPossible,
    WriteContext,
    edit,
    in_utc,
    inspect,
    uid_of,
    vtimezone,
    with_end,
)
from fm_desktop.providers.ical.document import parse, serialise
from fm_desktop.sync.recognise import shown_by
from tests.fuzz.budget import fuzzed
from tests.fuzz.bytes_damaged import damaged
from tests.fuzz.understood import CONTEXT as VIEW
from tests.fuzz.understood import OWN, WINDOW, check_items

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "unit/ical_corpus").glob("*.ics"))]
CONTEXT = WriteContext("Europe/Madrid", OWN)
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
# What makes dates, series and zones go wrong; as whole lines, since they may come in anywhere.
# fmt: off
PIECES = tuple(each + b"\r\n" for each in (
    b"BEGIN:VEVENT", b"END:VEVENT", b"BEGIN:VTODO", b"END:VTODO", b"BEGIN:VTIMEZONE", b"END:VTIMEZONE", b"BEGIN:STANDARD",
    b"END:STANDARD", b"BEGIN:VALARM", b"END:VALARM", b"END:VCALENDAR", b"BEGIN:VCALENDAR", b"UID:other", b"DTSTART:00010101",
    b"DTSTART:00010101T000000Z", b"DTSTART;TZID=Asia/Tokyo:00010101T000000", b"DTEND:99991231T235959Z", b"DTSTART:99991231",
    b"DTSTART;TZID=Pacific/Kiritimati:99991231T235959", b"DTSTART;VALUE=DATE:99991231", b"DURATION:P9999999999W",
    b"DURATION:P" + b"9" * 5_000 + b"D", b"DURATION:-P1D", b"DURATION:PT0S", b"DURATION:P\xd9\xa3D", b"DUE:99991231T235959",
    b"RRULE:FREQ=SECONDLY", b"RRULE:FREQ=DAILY;COUNT=1000000000", b"RRULE:FREQ=YEARLY;INTERVAL=" + b"9" * 5_000,
    b"RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", b"RRULE:FREQ=WEEKLY;UNTIL=99991231T235959Z", b"RRULE:FREQ=MONTHLY;BYSETPOS=-1",
    b"RRULE:FREQ=YEARLY;BYWEEKNO=53;BYHOUR=0,1,2,3,4,5,6", b"RDATE;VALUE=PERIOD:99991231T000000Z/P1Y,00010101T000000Z/PT1H",
    b"RDATE;VALUE=PERIOD:20261201T100000Z/PT" + b"9" * 5_000 + b"S", b"EXDATE:00010101", b"EXRULE:FREQ=DAILY", b"RRULE:",
    b"RECURRENCE-ID:99991231T235959", b"RECURRENCE-ID;RANGE=THISANDFUTURE:20261125", b"DTSTART;TZID=:20261125T100000",
    b"RDATE;VALUE=PERIOD:99991231T235959Z/P1D", b"DTSTART;TZID=../../etc/passwd:20261125T100000", b"TZOFFSETTO:+9959",
    b"DTSTART;TZID=UTC+" + b"9" * 30 + b":20261125T100000", b"TZOFFSETFROM:-9959", b"SEQUENCE:" + b"9" * 5_000, b"TRANSP:TRANSPARENT",
    b"CATEGORIES:Task", b"X-FM-DESKTOP-TASK:1", b"ATTENDEE;CN=\"a:mailto:x\xff", b"ORGANIZER:mailto:%ff%00@x", b"STATUS:CANCELLED",
    b"DESCRIPTION;ENCODING=QUOTED-PRINTABLE;CHARSET=utf-7:=C3=", b"SUMMARY;CHARSET=x;ENCODING=QUOTED-PRINTABLE:=ED=A0=80=",
    b"DESCRIPTION:<p>&#xD800;&#99999999999;&#x110000;</p>", b"X-ALT-DESC:<div " + b"a" * 300 + b"=><table><td colspan=9999999>x",
    b"SUMMARY:\\ud800\\", b"PERCENT-COMPLETE:100", b"COMPLETED:x",
))
# fmt: on
documents = st.one_of(damaged(SEEDS, PIECES), damaged(SEEDS, PIECES, most=15))
spans = st.sampled_from(
    (
        UNSET,
        None,
        day_span(NOW.date()),
        Span(Timed(datetime(2026, 11, 25, 10)), Timed(datetime(2026, 11, 25, 11))),
        Span(Timed(datetime(1969, 1, 1)), Timed(datetime(2068, 12, 31, 23, 59))),
    )
)
patches = st.builds(
    Patch,
    title=st.sampled_from((UNSET, "", "New;title,\\")),
    text=st.sampled_from((UNSET, "", "New\ntext")),
    span=spans,
    completed=st.sampled_from((UNSET, True, False)),
)


def understood(raw: bytes, patch: Patch = Patch()) -> None:  # noqa: B008 - frozen
    """Read and used, or told to be broken; edited, or told why not; and what was edited is read again."""
    assert serialise(parse(raw)) == raw
    uid_of(raw).encode("utf-8")
    try:
        items = inspect(raw, CONTEXT).items
    except BrokenCalendar as error:
        for text in (error.reason, error.title, error.uid):
            text.encode("utf-8")
        items = ()
    if items:
        check_items(items)
        assert edit(raw, Patch(), None, CONTEXT, NOW) == raw
    for original in {None, *(item.recurrence_id for item in items)}:
        try:
            edited = edit(raw, patch, original, CONTEXT, NOW)
        except (BrokenCalendar, NotPossible):
            continue
        if items:
            check_items(inspect(edited, CONTEXT).items)


@fuzzed(250)
@given(documents, patches)
def test_any_object_is_understood_or_told_to_be_broken(raw: bytes, patch: Patch) -> None:
    understood(raw, patch)


@fuzzed(80)
@given(documents)
def test_any_object_is_put_into_the_forms_that_servers_want_or_left_alone(raw: bytes) -> None:
    for form in (in_utc, with_end):
        try:
            again = form(raw, CONTEXT.user_zone)
        except (BrokenCalendar, NotPossible):
            continue
        uid_of(again)


# --- what was found ------------------------------------------------------------------------------


def event(*lines: str, kind: str = "VEVENT") -> bytes:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", f"BEGIN:{kind}", "UID:u1", *lines, f"END:{kind}", "END:VCALENDAR", ""]
    ).encode()


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20261125T100000Z", f"DURATION:P{'9' * 5_000}D"),
        ("DTSTART:99991231", "DTEND:99991231T235959Z"),
        ("DTSTART;TZID=America/New_York:99991230T200000", "DURATION:P1D"),
        ("DTSTART:99991231", "DURATION:P1D"),
    ],
    ids=["a duration of 5,000 digits", "a mixed end", "an end beyond the calendar in UTC", "a day beyond the calendar"],
)
def test_found_a_length_beyond_the_calendar_is_told_as_broken(lines: tuple[str, ...]) -> None:
    with pytest.raises(BrokenCalendar):
        inspect(event(*lines), CONTEXT)


@pytest.mark.parametrize("date", [f"20261201T100000Z/PT{'9' * 5_000}S", "99991231T235959Z/P1D"])
def test_found_a_period_that_cannot_be_read_leaves_the_other_dates_of_the_series(date: str) -> None:
    reading = inspect(event("DTSTART:20261125T100000Z", f"RDATE;VALUE=PERIOD:20261126T100000Z/PT1H,{date}"), CONTEXT)
    assert len(reading.items[0].recurrence.dates) == 1
    assert "cannot be read" in reading.notes[0]


def test_found_a_date_on_the_last_day_of_the_calendar_leaves_the_other_dates_of_the_series() -> None:
    raw = event("DTSTART;VALUE=DATE:20261125", "DTEND;VALUE=DATE:20261127", "RDATE;VALUE=DATE:99991231,20261201")
    (item,) = inspect(raw, CONTEXT).items
    assert list(shown_by((item,), VIEW, WINDOW, read_only=False)) == ["2026-11-25", "2026-12-01"]


def test_found_a_series_that_lasts_to_the_end_of_the_calendar_is_told_as_unusable() -> None:
    (item,) = inspect(event("DTSTART:00010101T000000Z", "DTEND:99991231T235959Z", "RRULE:FREQ=DAILY"), CONTEXT).items
    with pytest.raises(UnusableRule, match="the last year"):
        shown_by((item,), VIEW, WINDOW, read_only=False)


def test_found_a_task_is_not_moved_beyond_the_first_day_of_the_calendar() -> None:
    raw = event("DTSTART:20261203T090000", "DUE:99991231T120000", kind="VTODO")
    span = Span(Timed(datetime(2026, 11, 25, 10)), Timed(datetime(2026, 11, 25, 10)))
    with pytest.raises(NotPossible, match="beyond"):
        edit(raw, Patch(span=span), None, CONTEXT, NOW)


def test_found_an_event_in_the_first_century_is_kept_and_read_again() -> None:
    """The store reads in every cycle what it keeps: a year without its zeros stopped all of them."""
    items = inspect(event("DTSTART:00330403T150000Z", "DTEND:00330403T160000Z"), CONTEXT).items
    check_items(items)
    assert when_to_text(items[0].span.start) == "00330403T150000Z"


def test_found_an_all_day_event_on_the_first_day_of_the_calendar_begins_before_it_in_tokyo() -> None:
    items = inspect(event("DTSTART;VALUE=DATE:00010101"), CONTEXT).items
    assert items[0].span.start_instant("Asia/Tokyo") == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "rules",
    [
        ("RRULE:FREQ=DAILY;COUNT=999999999;BYHOUR=0,1",),
        ("RRULE:FREQ=DAILY;COUNT=999999999;BYMONTH=2;BYMONTHDAY=30;BYHOUR=0,1",),
        tuple(f"RRULE:FREQ=DAILY;X-N={n}" for n in range(11)),
        ("RRULE:FREQ=MONTHLY;BYDAY=" + ",".join(["1MO"] * 100_000),),
    ],
    ids=["counted from the first day of the calendar", "counted without a date", "many rules", "one day many times"],
)
def test_found_a_rule_that_costs_more_than_it_is_worth_is_told_as_unusable(rules: tuple[str, ...]) -> None:
    (item,) = inspect(event("DTSTART:00010101T000000Z", *rules), CONTEXT).items
    with pytest.raises(UnusableRule):
        shown_by((item,), VIEW, WINDOW, read_only=False)


def test_found_a_zone_with_more_rules_than_can_be_followed_is_told_as_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[object] = []
    monkeypatch.setattr(vtimezone, "walk", lambda *args: iter(walked.append(args) or ()))
    observance = ("BEGIN:STANDARD", "DTSTART:16010101T000000", "TZOFFSETTO:+0117", "RRULE:FREQ=MONTHLY", "END:STANDARD")
    dates = ",".join(f"2026{1 + n % 12:02}{1 + n % 28:02}T100000" for n in range(5_000))
    zone = ("BEGIN:VTIMEZONE", "TZID:Mine", *observance * 20, "END:VTIMEZONE")
    lines = ("DTSTART;TZID=Mine:20261125T100000", "RRULE:FREQ=DAILY", f"EXDATE;TZID=Mine:{dates}")
    raw = event(*lines).replace(b"BEGIN:VEVENT", "\r\n".join(zone).encode() + b"\r\nBEGIN:VEVENT")
    with pytest.raises(BrokenCalendar, match="more rules than can be followed"):
        inspect(raw, CONTEXT)
    assert len(walked) < 6_000
