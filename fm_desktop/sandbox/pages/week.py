"""A week laid out: where each item stands in the grid of days and hours. Pure.

Overlapping items share the width of their day; what is as long as a day lies in the row above the hours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fm_desktop.sandbox.pages.entries import Entry

DAYS = 7
_DAY_MINUTES = 24 * 60
_USUAL_HOURS = (8, 19)
SHORTEST = 30
"""Minutes an item is high at least: less is not readable."""


@dataclass(frozen=True, slots=True)
class Block:
    """An item's part of one day. `top` and `height` in minutes from the first hour shown; `column` from 0."""

    entry: Entry
    top: int
    height: int
    column: int
    columns: int


@dataclass(frozen=True, slots=True)
class Bar:
    """An item in the row of whole days, from day `first` to day `last` (0 is Monday), in line `lane` from 0."""

    entry: Entry
    first: int
    last: int
    lane: int


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Hours are shown from `first_hour` to before `last_hour`."""

    days: tuple[Day, ...]
    bars: tuple[Bar, ...]
    first_hour: int
    last_hour: int

    @property
    def hours(self) -> range:
        return range(self.first_hour, self.last_hour)

    @property
    def lanes(self) -> int:
        return max((each.lane + 1 for each in self.bars), default=0)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one day shows of an item, in minutes since its midnight."""

    entry: Entry
    start: int
    end: int


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(monday: date, entries: Iterable[Entry]) -> Week:
    """The week that begins on `monday`; entries outside of it are passed over."""
    days = [monday + timedelta(days=number) for number in range(DAYS)]
    inside = sorted(
        (each for each in entries if each.start.date() <= days[-1] and each.last_day >= monday),
        key=lambda each: (each.start, each.start - each.end, each.id),
    )
    long = [each for each in inside if _is_long(each)]
    parts = [[_part(each, day) for each in inside if not _is_long(each) and _touches(each, day)] for day in days]
    first_hour, last_hour = _hours([part for day in parts for part in day])
    return Week(
        tuple(Day(day, _blocks(parts[number], first_hour * 60)) for number, day in enumerate(days)),
        _bars(long, monday),
        first_hour,
        last_hour,
    )


def _is_long(entry: Entry) -> bool:
    return entry.all_day or entry.end - entry.start >= timedelta(days=1)


def _touches(entry: Entry, day: date) -> bool:
    return entry.start.date() <= day <= entry.last_day


def _part(entry: Entry, day: date) -> _Part:
    midnight = datetime.combine(day, time())
    start = max(0, (entry.start - midnight) // timedelta(minutes=1))
    end = min(_DAY_MINUTES, (entry.end - midnight) // timedelta(minutes=1))
    end = min(_DAY_MINUTES, max(end, start + SHORTEST))
    return _Part(entry, min(start, end - SHORTEST), end)


def _hours(parts: list[_Part]) -> tuple[int, int]:
    first, last = _USUAL_HOURS
    return (
        min([first, *(part.start // 60 for part in parts)]),
        max([last, *(-(-part.end // 60) for part in parts)]),
    )


def _blocks(parts: list[_Part], origin: int) -> tuple[Block, ...]:
    """Items that overlap, directly or through others, share as many columns as they need at once."""
    blocks: list[Block] = []
    group: list[tuple[_Part, int]] = []
    ends: list[int] = []  # when each column is free again
    for part in sorted(parts, key=lambda each: (each.start, -each.end)):
        if ends and part.start >= max(ends):
            blocks += _placed(group, len(ends), origin)
            group, ends = [], []
        column = next((number for number, end in enumerate(ends) if end <= part.start), len(ends))
        ends[column : column + 1] = [part.end]
        group.append((part, column))
    blocks += _placed(group, len(ends), origin)
    return tuple(blocks)


def _placed(group: list[tuple[_Part, int]], columns: int, origin: int) -> list[Block]:
    return [Block(part.entry, part.start - origin, part.end - part.start, column, columns) for part, column in group]


def _bars(entries: list[Entry], monday: date) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    taken: list[int] = []  # the last day of each lane so far
    for entry in entries:
        first = max(0, (entry.start.date() - monday).days)
        last = min(DAYS - 1, (entry.last_day - monday).days)
        lane = next((number for number, day in enumerate(taken) if day < first), len(taken))
        taken[lane : lane + 1] = [last]
        bars.append(Bar(entry, first, last, lane))
    return tuple(bars)
