"""Microsoft's recurrence as values, and the RRULE that names the same dates. Pure; the same over EWS and Graph.

Both protocols describe one stored structure (MS-OXOCAL 2.2.1.44): a pattern, a range, and the time zone in which both
are to be read. The adapter of each translates its own words into these values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from fm_desktop.model.rules import WEEKDAYS, UnusableRule
from fm_desktop.model.times import Timed, When

# What the two protocols call them, and the RRULE's numbers for them.
DAY_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEXES: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}

WEEK: Final = frozenset(range(7))
WORKING_DAYS: Final = frozenset(range(5))
WEEKEND: Final = frozenset((5, 6))

_MOST_INTERVAL: Final = 999
_SHORTEST_MONTH: Final = 28


class Every(StrEnum):
    """How a pattern repeats, by Graph's names (recurrencePatternType)."""

    DAILY = "daily"
    WEEKLY = "weekly"
    ABSOLUTE_MONTHLY = "absoluteMonthly"
    RELATIVE_MONTHLY = "relativeMonthly"
    ABSOLUTE_YEARLY = "absoluteYearly"
    RELATIVE_YEARLY = "relativeYearly"


@dataclass(frozen=True, slots=True)
class Pattern:
    """`days` are weekdays with Monday 0, `index` counts them within the month (-1: the last), `first_day` is where a
    week begins. Which of the fields count depends on `every`."""

    every: Every
    interval: int = 1
    days: frozenset[int] = frozenset()
    first_day: int = 6
    index: int = 1
    day_of_month: int = 0
    month: int = 0


@dataclass(frozen=True, slots=True)
class Range:
    """Until and with the day `last`, or `count` times, or without an end. `first` is the day the pattern starts."""

    last: date | None = None
    count: int | None = None
    first: date | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """`zone` is the IANA name of the recurrence's time zone: its days, and the last of them, are days there."""

    pattern: Pattern
    range: Range
    zone: str

    def on_its_clock(self, when: When) -> When:
        """The series' start as the rule has to be read: on the clock of the recurrence, whatever zone it came in."""
        return when.in_zone(self.zone) if isinstance(when, Timed) else when


def rule_of(series: Series, start: When) -> str:
    """The RRULE of a series that begins at `start`, which is on the recurrence's clock. Raises `UnusableRule`."""
    parts = _pattern(series.pattern)
    if series.range.count is not None:
        parts.append(f"COUNT={_within(series.range.count, 1, 999_999_999, 'number of dates')}")
    elif series.range.last is not None:
        parts.append(f"UNTIL={_until(series.range.last, start)}")
    return ";".join(parts)


def _until(last: date, start: When) -> str:
    """The last day, included. RFC 5545 3.3.10: in UTC where the start has a time, and no date after it is named."""
    if not isinstance(start, Timed):
        return f"{last:%Y%m%d}"
    reading = datetime.combine(last, start.local.time())
    return Timed(reading, start.zone).instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _pattern(pattern: Pattern) -> list[str]:
    interval = _within(pattern.interval, 1, _MOST_INTERVAL, "interval")
    frequency, limits = _shape(pattern)
    return [f"FREQ={frequency}", *((f"INTERVAL={interval}",) if interval > 1 else ()), *limits]


def _shape(pattern: Pattern) -> tuple[str, list[str]]:
    match pattern.every:
        case Every.DAILY:
            return "DAILY", []
        case Every.WEEKLY:
            return "WEEKLY", [_days(pattern), f"WKST={_weekday(pattern.first_day)}"]
        case Every.ABSOLUTE_MONTHLY:
            return "MONTHLY", _day_of_month(pattern)
        case Every.RELATIVE_MONTHLY:
            return "MONTHLY", _counted_days(pattern)
        case Every.ABSOLUTE_YEARLY:
            return "YEARLY", [_month(pattern), *_day_of_month(pattern)]
        case Every.RELATIVE_YEARLY:
            return "YEARLY", [_month(pattern), *_counted_days(pattern)]


def _days(pattern: Pattern) -> str:
    if not pattern.days:
        raise UnusableRule("its rule names no day of the week")
    return "BYDAY=" + ",".join(_weekday(day) for day in sorted(pattern.days))


def _counted_days(pattern: Pattern) -> list[str]:
    """`BYDAY=2TU`; several days together are counted as one row of days (the last working day of a month)."""
    if pattern.index not in INDEXES.values():
        raise UnusableRule("its rule does not say which of the month's days it means")
    if len(pattern.days) == 1:
        return [f"BYDAY={pattern.index}{_weekday(min(pattern.days))}"]
    return [_days(pattern), f"BYSETPOS={pattern.index}"]


def _day_of_month(pattern: Pattern) -> list[str]:
    """A month that does not have the day takes its last one (EWS AbsoluteMonthlyRecurrence DayOfMonth, remarks),
    where BYMONTHDAY alone would pass the month over."""
    day = _within(pattern.day_of_month, 1, 31, "day of the month")
    if day == 31:
        return ["BYMONTHDAY=-1"]
    if day <= _SHORTEST_MONTH:
        return [f"BYMONTHDAY={day}"]
    return ["BYMONTHDAY=" + ",".join(str(each) for each in range(_SHORTEST_MONTH, day + 1)), "BYSETPOS=-1"]


def _month(pattern: Pattern) -> str:
    return f"BYMONTH={_within(pattern.month, 1, 12, 'month')}"


def _weekday(day: int) -> str:
    return WEEKDAYS[_within(day, 0, 6, "day of the week")]


def _within(number: int, lowest: int, highest: int, what: str) -> int:
    if not lowest <= number <= highest:
        raise UnusableRule(f"its rule has {number} as {what}, which does not exist")
    return number
