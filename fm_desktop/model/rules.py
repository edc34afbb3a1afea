"""Recurrence rules (RFC 5545, 3.3.10): what dates a rule names, near a window and in bounded time.

Why no library: the usual one walks from the start of the series up to the year 9999 when a rule yields
nothing (`FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30`), and one such event would stop a whole sync. Here a rule
without COUNT is entered right before the window, and no walk leaves the window. The library serves as
the oracle of the tests.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_COUNT = re.compile(r"0*[1-9][0-9]{0,8}")
_UNTIL = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z?))?")
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_RANGES = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYSETPOS": (1, 366, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 60, False),
}
# A calendar for people: what repeats more often within one day is a machine's schedule.
_MOST_TIMES_A_DAY = 24
# All values of all its parts, each once, take no more.
_LONGEST = 10_000
# Dates that are counted through from the start of a series: one for each day of our era so far, and no more.
_MOST_COUNTED = 1_000_000


class UnusableRule(ValueError):
    """A rule that is no rule, or none for a calendar. The text is a plain reason, without a subject."""


@dataclass(frozen=True, slots=True)
class Until:
    """`moment` is naive; `is_utc` says on which clock it is to be read, `is_date` that it means a whole day."""

    moment: datetime
    is_date: bool
    is_utc: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed rule. `days` are (ordinal or 0, weekday with Monday 0)."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: Until | None = None
    week_start: int = 0
    days: tuple[tuple[int, int], ...] = ()
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    week_numbers: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()


@lru_cache(maxsize=2048)
def parse_rule(text: str) -> Rule:
    """Raises `UnusableRule`. Unknown parts with an X- name are passed over (RFC 5545, 3.3.10)."""
    if len(text) > _LONGEST:
        raise UnusableRule("its rule is too long")
    parts = _parts(text)
    frequency = parts.get("FREQ", "")
    if frequency in _TOO_OFTEN:
        raise UnusableRule("it repeats by the hour, the minute or the second")
    if frequency not in _FREQUENCIES:
        raise UnusableRule("its rule does not say whether it repeats daily, weekly, monthly or yearly")
    rule = Rule(
        frequency=frequency,
        interval=_positive(parts, "INTERVAL", 1) or 1,
        count=_positive(parts, "COUNT", None),
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        week_start=_week_start(parts.get("WKST", "MO")),
        days=_days(parts.get("BYDAY", "")),
        months=_numbers(parts, "BYMONTH"),
        month_days=_numbers(parts, "BYMONTHDAY"),
        year_days=_numbers(parts, "BYYEARDAY"),
        week_numbers=_numbers(parts, "BYWEEKNO"),
        positions=_numbers(parts, "BYSETPOS"),
        hours=_numbers(parts, "BYHOUR"),
        minutes=_numbers(parts, "BYMINUTE"),
        seconds=_numbers(parts, "BYSECOND"),
    )
    times_a_day = _times_a_day(rule)
    if times_a_day > _MOST_TIMES_A_DAY:
        raise UnusableRule(f"it repeats {times_a_day} times a day")
    return rule


def _times_a_day(rule: Rule) -> int:
    return max(len(rule.hours), 1) * max(len(rule.minutes), 1) * max(len(rule.seconds), 1)


def walk(rule: Rule, start: datetime, since: datetime, before: datetime) -> Iterator[datetime]:
    """The naive readings the rule names, in order, at or after `start` and `since`, before `before`.

    COUNT is honoured (the walk then begins at `start`, which counts as the first, RFC 5545, 3.8.5.3);
    UNTIL is the caller's matter, because it may be on another clock. `start` itself is yielded only if
    the rule names it. Raises `UnusableRule` for one that would have to be counted for too long.
    """
    counted = rule.count
    if counted is not None and (before - start).days * _times_a_day(rule) > _MOST_COUNTED * rule.interval:
        raise UnusableRule("it is a series that ends after so many dates and began too long ago")
    first = start if counted is not None else max(start, since)
    left = counted
    if left is not None and not _names(rule, start):
        left -= 1
    for reading in _readings(rule, start, first.date(), before.date()):
        if reading < start:
            continue
        if reading >= before or (left is not None and left <= 0):
            return
        if left is not None:
            left -= 1
        if reading >= since:
            yield reading


def _names(rule: Rule, start: datetime) -> bool:
    return any(reading == start for reading in _readings(rule, start, start.date(), start.date()))


def _readings(rule: Rule, start: datetime, first: date, last: date) -> Iterator[datetime]:
    """All readings of the periods that touch `first` to `last`, in order."""
    clock = _clock(rule, start)
    for days in _periods(rule, start.date(), first, last):
        if rule.positions:
            yield from _at_positions(days, clock, rule.positions)
        else:
            for day in days:
                for reading in clock:
                    yield datetime.combine(day, reading)


def _at_positions(days: list[date], clock: list[time], positions: tuple[int, ...]) -> list[datetime]:
    total = len(days) * len(clock)
    places = {position - 1 if position > 0 else total + position for position in positions}
    return [
        datetime.combine(days[place // len(clock)], clock[place % len(clock)])
        for place in sorted(places)
        if 0 <= place < total
    ]


def _clock(rule: Rule, start: datetime) -> list[time]:
    return sorted(
        {
            time(hour, minute, min(second, 59))
            for hour in rule.hours or (start.hour,)
            for minute in rule.minutes or (start.minute,)
            for second in rule.seconds or (start.second,)
        }
    )


def _periods(rule: Rule, start: date, first: date, last: date) -> Iterator[list[date]]:
    """The matching days of each period in turn, from the one around `first` to the one around `last`."""
    if rule.frequency == "YEARLY":
        begin = _step(max(first.year - start.year, 0), rule.interval)
        for year in range(start.year + begin, min(last.year + 1, date.max.year) + 1, rule.interval):
            yield _days_of_year(rule, start, year)
    elif rule.frequency == "MONTHLY":
        origin = start.year * 12 + start.month - 1
        begin = _step(max(first.year * 12 + first.month - 1 - origin, 0), rule.interval)
        for month in range(origin + begin, last.year * 12 + last.month, rule.interval):
            yield _days_of_month(rule, start, month // 12, month % 12 + 1)
    elif rule.frequency == "WEEKLY":
        monday = start.toordinal() - (start.weekday() - rule.week_start) % 7
        begin = _step(max(first.toordinal() - monday, 0) // 7, rule.interval)
        for week in range(monday + begin * 7, last.toordinal() + 1, rule.interval * 7):
            yield _matching(rule, start, range(week, week + 7))
    else:
        begin = _step(max(first.toordinal() - start.toordinal(), 0), rule.interval)
        for day in range(start.toordinal() + begin, last.toordinal() + 1, rule.interval):
            yield _matching(rule, start, range(day, day + 1))


def _step(distance: int, interval: int) -> int:
    """The last multiple of the interval that is not beyond the distance: the rule's phase is kept."""
    return distance // interval * interval


def _matching(rule: Rule, start: date, ordinals: Iterable[int]) -> list[date]:
    """Days of a week, or one day, that pass every limit (the table in RFC 5545, 3.3.10)."""
    weekdays = {weekday for _, weekday in rule.days}
    if rule.frequency == "WEEKLY" and not weekdays:
        weekdays = {start.weekday()}
    found = []
    for ordinal in ordinals:
        if not 1 <= ordinal <= date.max.toordinal():
            continue
        day = date.fromordinal(ordinal)
        if (
            (not rule.months or day.month in rule.months)
            and (not weekdays or day.weekday() in weekdays)
            and _month_day_fits(rule, day)
            and _year_day_fits(rule, day)
        ):
            found.append(day)
    return found


def _month_day_fits(rule: Rule, day: date) -> bool:
    if not rule.month_days:
        return True
    length = calendar.monthrange(day.year, day.month)[1]
    return day.day in rule.month_days or day.day - length - 1 in rule.month_days


def _year_day_fits(rule: Rule, day: date) -> bool:
    if not rule.year_days:
        return True
    length = 366 if calendar.isleap(day.year) else 365
    number = day.timetuple().tm_yday
    return number in rule.year_days or number - length - 1 in rule.year_days


def _days_of_month(rule: Rule, start: date, year: int, month: int) -> list[date]:
    if rule.months and month not in rule.months:
        return []
    length = calendar.monthrange(year, month)[1]
    days = [date(year, month, number) for number in range(1, length + 1)]
    if rule.days:
        allowed = _ordinal_weekdays(rule.days, days)
        days = [day for day in days if day in allowed]
    elif not rule.month_days and not rule.year_days:
        days = [day for day in days if day.day == start.day]
    return [day for day in days if _month_day_fits(rule, day) and _year_day_fits(rule, day)]


def _days_of_year(rule: Rule, start: date, year: int) -> list[date]:
    if rule.week_numbers:
        days = _days_of_weeks(rule, start, year)
        return [day for day in days if _month_day_fits(rule, day) and _year_day_fits(rule, day)]
    months = rule.months or (range(1, 13) if rule.days or rule.month_days or rule.year_days else (start.month,))
    by_month = [
        [date(year, month, number) for number in range(1, calendar.monthrange(year, month)[1] + 1)]
        for month in sorted(months)
    ]
    days = [day for each in by_month for day in each]
    if rule.days:
        # With BYMONTH an ordinal counts within the month, else within the year.
        groups = by_month if rule.months else [days]
        allowed = {day for group in groups for day in _ordinal_weekdays(rule.days, group)}
        days = [day for day in days if day in allowed]
    elif not rule.month_days and not rule.year_days:
        days = [day for day in days if day.day == start.day]
    return [day for day in days if _month_day_fits(rule, day) and _year_day_fits(rule, day)]


def _days_of_weeks(rule: Rule, start: date, year: int) -> list[date]:
    """The year's days that lie in the numbered weeks; week 1 is the first with four days in the year.

    The first and the last days of a year may belong to a week of the neighbouring one.
    """
    weekdays = {weekday for _, weekday in rule.days} or {start.weekday()}
    ordinals = (day for each in (year - 1, year, year + 1) for day in _days_of_week_year(rule, each))
    days = (date.fromordinal(day) for day in ordinals if 1 <= day <= date.max.toordinal())
    return [
        day
        for day in days
        if day.year == year and day.weekday() in weekdays and (not rule.months or day.month in rule.months)
    ]


def _days_of_week_year(rule: Rule, year: int) -> Iterator[int]:
    if not 1 <= year < date.max.year:
        return
    first = _first_week(year, rule.week_start)
    total = (_first_week(year + 1, rule.week_start) - first) // 7
    for number in sorted({each if each > 0 else total + 1 + each for each in rule.week_numbers}):
        if 1 <= number <= total:
            yield from range(first + (number - 1) * 7, first + number * 7)


def _first_week(year: int, week_start: int) -> int:
    fourth = date(year, 1, 4)
    return fourth.toordinal() - (fourth.weekday() - week_start) % 7


def _ordinal_weekdays(wanted: tuple[tuple[int, int], ...], days: list[date]) -> set[date]:
    """Those of `days` (a month or a year, in order) that are a wanted weekday, or its n-th, or n-th last."""
    found: set[date] = set()
    for ordinal, weekday in wanted:
        same = [day for day in days if day.weekday() == weekday]
        if not ordinal:
            found.update(same)
        elif abs(ordinal) <= len(same):
            found.add(same[ordinal - 1 if ordinal > 0 else ordinal])
    return found


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in text.strip().strip(";").upper().split(";"):
        name, equals, value = piece.partition("=")
        if not equals or not value.strip():
            raise UnusableRule(f"its rule cannot be read: “{text[:60]}”")
        parts.setdefault(name.strip(), value.strip())
    return parts


def _positive(parts: dict[str, str], name: str, default: int | None) -> int | None:
    if name not in parts:
        return default
    if not _COUNT.fullmatch(parts[name]):
        raise UnusableRule(f"its rule has {name}={parts[name][:20]}, which is no usable number")
    return int(parts[name])


def _numbers(parts: dict[str, str], name: str) -> tuple[int, ...]:
    if name not in parts:
        return ()
    lowest, highest, negative = _RANGES[name]
    numbers = set()
    for piece in parts[name].split(","):
        try:
            number = int(piece.strip()[:6])
        except ValueError:
            raise UnusableRule(f"its rule has {name}={parts[name][:20]}, which is no list of numbers") from None
        if not lowest <= (abs(number) if negative else number) <= highest:
            raise UnusableRule(f"its rule has {name}={parts[name][:20]}, which does not exist")
        numbers.add(number)
    return tuple(sorted(numbers))


def _days(text: str) -> tuple[tuple[int, int], ...]:
    found = []
    for piece in text.split(",") if text else ():
        match = _DAY.fullmatch(piece.strip())
        if match is None:
            raise UnusableRule(f"its rule has BYDAY={text[:20]}, which names no days")
        found.append((int(match.group(1) or 0), WEEKDAYS.index(match.group(2))))
    return tuple(dict.fromkeys(found))


def _week_start(text: str) -> int:
    if text not in WEEKDAYS:
        raise UnusableRule(f"its rule has WKST={text[:20]}, which names no day")
    return WEEKDAYS.index(text)


def _until(text: str) -> Until:
    found = _UNTIL.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute, second = (int(each or 0) for each in found.groups()[:6])
        moment = datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        raise UnusableRule(f"its rule ends on “{text[:20]}”, which is no date") from None
    return Until(moment, is_date=found.group(4) is None, is_utc=bool(found.group(7)))
