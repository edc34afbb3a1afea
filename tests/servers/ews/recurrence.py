"""The dates of a series, from its Recurrence element ("Recurrence (RecurrenceType)" and the pages of its patterns).

A series repeats by the clock of its zone: 9:00 stays 9:00 in summer and winter. A day of the month that a month does not
have means its last day ("DayOfMonth": "the last day of the month is assumed").
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dateutil import rrule

from tests.servers.ews.errors import EwsError
from tests.servers.ews.xml import Element, children, local, text

_DAYS = {
    "Monday": rrule.MO, "Tuesday": rrule.TU, "Wednesday": rrule.WE, "Thursday": rrule.TH, "Friday": rrule.FR,
    "Saturday": rrule.SA, "Sunday": rrule.SU,
}  # fmt: skip
_GROUPS = {"Day": list(_DAYS), "Weekday": list(_DAYS)[:5], "WeekendDay": list(_DAYS)[5:]}
_INDEX = {"First": 1, "Second": 2, "Third": 3, "Fourth": 4, "Last": -1}
_MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
MOST = 1000  # occurrences of a series without an end that are ever looked at


def occurrences(recurrence: Element, start: datetime, where: ZoneInfo) -> Iterator[datetime]:
    """The starts of all occurrences, in UTC, those deleted from the series included. Endless series are cut."""
    pattern, limits = children(recurrence)
    wall = start.astimezone(where).replace(tzinfo=None)
    first = date.fromisoformat(text(limits, "t:StartDate")[:10])
    last = text(limits, "t:EndDate")
    count = int(text(limits, "t:NumberOfOccurrences", "0")) or MOST
    for given, day in enumerate(_days(pattern, first)):
        if given >= count or (last and day > date.fromisoformat(last[:10])):
            return
        yield datetime.combine(day, wall.time(), where).astimezone(UTC)


def _days(pattern: Element, first: date) -> Iterator[date]:
    name = local(pattern)
    interval = int(text(pattern, "t:Interval", "1"))
    begin = datetime.combine(first, datetime.min.time())
    if name in ("AbsoluteMonthlyRecurrence", "AbsoluteYearlyRecurrence"):
        yield from _absolute(pattern, first, interval if "Monthly" in name else 12)
        return
    rule: dict[str, object] = {"dtstart": begin, "interval": interval}
    if name == "DailyRecurrence":
        frequency = rrule.DAILY
    elif name == "WeeklyRecurrence":
        frequency = rrule.WEEKLY
        rule["byweekday"] = [_DAYS[day] for day in text(pattern, "t:DaysOfWeek").split()]
        rule["wkst"] = _DAYS[text(pattern, "t:FirstDayOfWeek", "Sunday")]
    elif name in ("RelativeMonthlyRecurrence", "RelativeYearlyRecurrence"):
        frequency = rrule.MONTHLY if "Monthly" in name else rrule.YEARLY
        given = text(pattern, "t:DaysOfWeek")
        rule["byweekday"] = [_DAYS[day] for day in _GROUPS.get(given, [given])]
        rule["bysetpos"] = _INDEX[text(pattern, "t:DayOfWeekIndex")]
        if frequency == rrule.YEARLY:
            rule["bymonth"] = _MONTHS[text(pattern, "t:Month")]
    else:
        raise EwsError("ErrorCalendarInvalidRecurrence", f"{name} is no pattern of a series.")
    for moment in rrule.rrule(frequency, **rule):  # type: ignore[arg-type]
        yield moment.date()


def _absolute(pattern: Element, first: date, months: int) -> Iterator[date]:
    wanted = int(text(pattern, "t:DayOfMonth"))
    month_name = text(pattern, "t:Month")
    position = first.year * 12 + (_MONTHS[month_name] if month_name else first.month) - 1
    while position < 9999 * 12:
        year, month = divmod(position, 12)
        day = date(year, month + 1, min(wanted, calendar.monthrange(year, month + 1)[1]))
        if day >= first:
            yield day
        position += months


def check(recurrence: Element, start: datetime, where: ZoneInfo) -> None:
    """A series needs at least one date, and its range must not end before it begins."""
    if next(occurrences(recurrence, start, where), None) is None:
        raise EwsError("ErrorCalendarInvalidRecurrence", "The series has no occurrence.")
