"""What the rules of a file's own time zone say, and what following them may cost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fm_desktop.model.items import Item
from fm_desktop.providers.ical import BrokenCalendar, WriteContext, inspect

_LIMA = WriteContext("America/Lima")
_MADRID = WriteContext("Europe/Madrid")
_WINTER = ("DTSTART:20151025T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100")
_SUMMER = ("DTSTART:20150329T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200")
_IN_OCTOBER = "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"
_IN_MARCH = "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"


def observance(kind: str, *lines: str) -> tuple[str, ...]:
    return (f"BEGIN:{kind}", *lines, f"END:{kind}")


def item_of(zone: tuple[str, ...], *lines: str, context: WriteContext = _LIMA) -> Item:
    inside = ("BEGIN:VTIMEZONE", "TZID:Office", *zone, "END:VTIMEZONE", "BEGIN:VEVENT", "UID:u1", *lines, "END:VEVENT")
    (item,) = inspect("\r\n".join(("BEGIN:VCALENDAR", *inside, "END:VCALENDAR", "")).encode(), context).items
    return item


def instant(zone: tuple[str, ...], local: str) -> datetime:
    span = item_of(zone, f"DTSTART;TZID=Office:{local}").span
    assert span is not None
    return span.start_instant("UTC")


def counted(count: int) -> tuple[str, ...]:
    return (
        *observance("STANDARD", *_WINTER, f"{_IN_OCTOBER};COUNT={count}"),
        *observance("DAYLIGHT", *_SUMMER, f"{_IN_MARCH};COUNT={count}"),
    )


def test_a_zone_whose_changes_are_counted_changes_its_clocks() -> None:
    assert instant(counted(20), "20260701T120000") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert instant(counted(20), "20261201T120000") == datetime(2026, 12, 1, 11, tzinfo=UTC)


def test_a_zone_whose_counted_changes_are_over_keeps_the_last_one() -> None:
    zone = (
        *observance("STANDARD", *_WINTER, f"{_IN_OCTOBER};COUNT=3"),
        *observance("DAYLIGHT", *_SUMMER, f"{_IN_MARCH};COUNT=4"),
    )
    assert instant(zone, "20171201T120000") == datetime(2017, 12, 1, 11, tzinfo=UTC)
    assert instant(zone, "20301201T120000") == datetime(2030, 12, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "zone",
    [counted(501), observance("STANDARD", *_WINTER, _IN_OCTOBER, _IN_MARCH, _IN_OCTOBER)],
    ids=["counted too far", "three rules"],
)
def test_a_zone_with_rules_that_are_not_followed_is_told_as_broken(zone: tuple[str, ...]) -> None:
    with pytest.raises(BrokenCalendar, match="followed"):
        instant(zone, "20260701T120000")


def test_changes_counted_through_all_of_history_are_told_as_broken() -> None:
    first = ("DTSTART:00010101T000000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "RRULE:FREQ=MONTHLY;COUNT=500")
    with pytest.raises(BrokenCalendar, match="followed"):
        instant(observance("STANDARD", *first) * 2, "20260701T120000")


def test_a_long_series_in_a_zone_with_all_its_history_is_read() -> None:
    """A hundred single changes, and two rules, for an event whose dates lie in twenty years."""
    history = tuple(
        line
        for year in range(1930, 1980)
        for line in (
            *observance("DAYLIGHT", f"DTSTART:{year}0402T230000", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100"),
            *observance("STANDARD", f"DTSTART:{year}1002T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0000"),
        )
    )
    rules = (*observance("STANDARD", *_WINTER, _IN_OCTOBER), *observance("DAYLIGHT", *_SUMMER, _IN_MARCH))
    left_out = [f"EXDATE;TZID=Office:{2016 + week // 50}{week % 12 + 1:02}05T120000" for week in range(1000)]
    series = item_of(
        (*history, *rules), "DTSTART;TZID=Office:20160105T120000", "RRULE:FREQ=WEEKLY", *left_out, context=_MADRID
    )
    assert series.span is not None
    assert series.span.start_instant("UTC") == datetime(2016, 1, 5, 11, tzinfo=UTC)
