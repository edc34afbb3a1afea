"""Microsoft's recurrence patterns name the dates that Outlook shows."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from fm_desktop.model.items import Item, Kind, Recurrence
from fm_desktop.model.rules import UnusableRule
from fm_desktop.model.times import Span, Timed, When, timed, zone
from fm_desktop.providers.outlook.recurrence import (
    WEEK,
    WEEKEND,
    WORKING_DAYS,
    Every,
    Pattern,
    Range,
    Series,
    rule_of,
)
from fm_desktop.sync.recurrence import occurrences

MADRID = "Europe/Madrid"


def starts(series: Series, start: When, first: date, last: date) -> list[When]:
    """The starts that the engine shows of a series, from one day to another, both included."""
    start = series.on_its_clock(start)
    end: When = timed(start.instant + timedelta(hours=1), start.zone) if isinstance(start, Timed) else start
    if not isinstance(end, Timed):
        end += timedelta(days=1)
    item = Item(Kind.EVENT, "u", "t", Span(start, end), recurrence=Recurrence((rule_of(series, start),)))
    window = tuple(
        datetime(each.year, each.month, each.day, tzinfo=zone(MADRID)) for each in (first, last + timedelta(days=1))
    )
    return [each.original for each in occurrences(item, (window[0], window[1]), 400, MADRID)]


def days(series: Series, first: date, last: date) -> list[date]:
    assert series.range.first is not None
    found = starts(series, series.range.first, first, last)
    return [each for each in found if isinstance(each, date)]


def at(year: int, month: int, day: int, hour: int = 9, own: str = MADRID) -> Timed:
    return Timed(datetime(year, month, day, hour), own)


RULES = [
    (Pattern(Every.DAILY), "FREQ=DAILY"),
    (Pattern(Every.DAILY, interval=3), "FREQ=DAILY;INTERVAL=3"),
    (Pattern(Every.WEEKLY, days=frozenset((4, 0)), first_day=0), "FREQ=WEEKLY;BYDAY=MO,FR;WKST=MO"),
    (Pattern(Every.WEEKLY, 2, frozenset((6,))), "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU"),
    (Pattern(Every.ABSOLUTE_MONTHLY, 2, day_of_month=15), "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15"),
    (Pattern(Every.RELATIVE_MONTHLY, days=frozenset((1,)), index=2), "FREQ=MONTHLY;BYDAY=2TU"),
    (Pattern(Every.RELATIVE_MONTHLY, days=frozenset((4,)), index=-1), "FREQ=MONTHLY;BYDAY=-1FR"),
    (Pattern(Every.RELATIVE_MONTHLY, days=WORKING_DAYS, index=-1), "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
    (Pattern(Every.ABSOLUTE_YEARLY, month=7, day_of_month=25), "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=25"),
    (Pattern(Every.RELATIVE_YEARLY, month=3, days=frozenset((2,)), index=2), "FREQ=YEARLY;BYMONTH=3;BYDAY=2WE"),
]


@pytest.mark.parametrize(("pattern", "rule"), RULES, ids=[rule for _, rule in RULES])
def test_pattern_becomes_the_rule(pattern: Pattern, rule: str) -> None:
    assert rule_of(Series(pattern, Range(), MADRID), date(2026, 11, 23)) == rule


def test_day_that_a_month_does_not_have_falls_on_its_last_one() -> None:
    for day, february in ((29, 28), (30, 28), (31, 28)):
        series = Series(Pattern(Every.ABSOLUTE_MONTHLY, day_of_month=day), Range(first=date(2027, 1, day)), MADRID)
        assert days(series, date(2027, 1, 1), date(2027, 4, 30)) == [
            date(2027, 1, day),
            date(2027, 2, february),
            date(2027, 3, day),
            date(2027, 4, min(day, 30)),
        ]


def test_leap_day_birthday_is_kept_every_year() -> None:
    series = Series(Pattern(Every.ABSOLUTE_YEARLY, month=2, day_of_month=29), Range(first=date(2024, 2, 29)), MADRID)
    assert days(series, date(2024, 1, 1), date(2028, 12, 31)) == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


@pytest.mark.parametrize(
    ("wanted", "index", "expected"),
    [(WORKING_DAYS, -1, date(2026, 10, 30)), (WEEKEND, 1, date(2026, 10, 3)), (WEEK, -1, date(2026, 10, 31))],
)
def test_several_days_are_counted_as_one_row(wanted: frozenset[int], index: int, expected: date) -> None:
    pattern = Pattern(Every.RELATIVE_MONTHLY, days=wanted, index=index)
    series = Series(pattern, Range(first=date(2026, 9, 5)), MADRID)
    assert days(series, date(2026, 10, 1), date(2026, 10, 31)) == [expected]


def test_last_day_is_included_and_the_day_after_it_is_not() -> None:
    series = Series(Pattern(Every.DAILY), Range(last=date(2026, 11, 25)), MADRID)
    assert starts(series, at(2026, 11, 23), date(2026, 11, 1), date(2026, 12, 31)) == [
        at(2026, 11, 23),
        at(2026, 11, 24),
        at(2026, 11, 25),
    ]
    whole_days = Series(Pattern(Every.DAILY), Range(last=date(2026, 11, 24), first=date(2026, 11, 23)), MADRID)
    assert days(whole_days, date(2026, 11, 1), date(2026, 12, 31)) == [date(2026, 11, 23), date(2026, 11, 24)]


@pytest.mark.parametrize("own", ["America/Los_Angeles", "Pacific/Auckland"])
def test_last_day_is_one_of_the_recurrences_own_zone(own: str) -> None:
    """The evening in Los Angeles and the morning in Auckland are another day in UTC."""
    hour = 20 if own.startswith("America") else 8
    series = Series(Pattern(Every.DAILY), Range(last=date(2026, 11, 25)), own)
    found = starts(series, at(2026, 11, 24, hour, own), date(2026, 11, 1), date(2026, 12, 31))
    assert found == [at(2026, 11, 24, hour, own), at(2026, 11, 25, hour, own)]


def test_weekday_is_one_of_the_recurrences_own_zone() -> None:
    """A start that comes in UTC: Tuesday 20:00 in Los Angeles is a Wednesday there."""
    series = Series(Pattern(Every.WEEKLY, days=frozenset((1,))), Range(), "America/Los_Angeles")
    start = Timed(datetime(2026, 11, 25, 4))
    found = starts(series, start, date(2026, 11, 20), date(2026, 12, 5))
    assert found == [at(2026, 11, 24, 20, "America/Los_Angeles"), at(2026, 12, 1, 20, "America/Los_Angeles")]


def test_last_day_counts_on_its_own_side_of_a_dst_night() -> None:
    series = Series(Pattern(Every.DAILY), Range(last=date(2026, 10, 26)), MADRID)
    assert rule_of(series, at(2026, 10, 20)).endswith("UNTIL=20261026T080000Z")
    assert rule_of(series, at(2026, 10, 20)) != rule_of(
        Series(Pattern(Every.DAILY), Range(last=date(2026, 10, 24)), MADRID), at(2026, 10, 20)
    )
    found = starts(series, at(2026, 10, 24), date(2026, 10, 20), date(2026, 10, 31))
    assert found == [at(2026, 10, 24), at(2026, 10, 25), at(2026, 10, 26)]


def test_every_other_week_begins_where_the_range_says() -> None:
    pattern = Pattern(Every.WEEKLY, 2, frozenset((0, 6)), first_day=6)
    found = days(Series(pattern, Range(first=date(2026, 11, 22)), MADRID), date(2026, 11, 1), date(2026, 12, 8))
    assert found == [date(2026, 11, 22), date(2026, 11, 23), date(2026, 12, 6), date(2026, 12, 7)]
    pattern = Pattern(Every.WEEKLY, 2, frozenset((0, 6)), first_day=0)
    found = days(Series(pattern, Range(first=date(2026, 11, 22)), MADRID), date(2026, 11, 1), date(2026, 12, 8))
    assert found == [date(2026, 11, 22), date(2026, 11, 30), date(2026, 12, 6)]


def test_numbered_series_ends_by_itself() -> None:
    series = Series(Pattern(Every.WEEKLY, days=frozenset((0,))), Range(count=3, first=date(2026, 11, 23)), MADRID)
    assert days(series, date(2026, 11, 1), date(2027, 1, 31)) == [
        date(2026, 11, 23),
        date(2026, 11, 30),
        date(2026, 12, 7),
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        Pattern(Every.DAILY, interval=0),
        Pattern(Every.WEEKLY),
        Pattern(Every.WEEKLY, days=frozenset((7,))),
        Pattern(Every.ABSOLUTE_MONTHLY, day_of_month=0),
        Pattern(Every.ABSOLUTE_MONTHLY, day_of_month=32),
        Pattern(Every.RELATIVE_MONTHLY, days=frozenset((1,)), index=5),
        Pattern(Every.ABSOLUTE_YEARLY, day_of_month=1),
    ],
)
def test_pattern_that_names_nothing_is_told(pattern: Pattern) -> None:
    with pytest.raises(UnusableRule):
        rule_of(Series(pattern, Range(), MADRID), date(2026, 11, 23))


def test_series_of_no_dates_is_told() -> None:
    with pytest.raises(UnusableRule):
        rule_of(Series(Pattern(Every.DAILY), Range(count=0), MADRID), date(2026, 11, 23))
