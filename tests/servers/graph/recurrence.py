"""Recurrence ("recurrencePattern" and "recurrenceRange resource type"): the checks, and the dates."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil import rrule

from tests.servers.graph.errors import bad_property
from tests.servers.graph.zones import zone

_DAYS = {
    "monday": rrule.MO, "tuesday": rrule.TU, "wednesday": rrule.WE, "thursday": rrule.TH,
    "friday": rrule.FR, "saturday": rrule.SA, "sunday": rrule.SU,
}  # fmt: skip
_INDEX = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_REQUIRED = {
    "daily": {"interval"},
    "weekly": {"interval", "daysOfWeek"},
    "absoluteMonthly": {"interval", "dayOfMonth"},
    "relativeMonthly": {"interval", "daysOfWeek"},
    "absoluteYearly": {"interval", "dayOfMonth", "month"},
    "relativeYearly": {"interval", "daysOfWeek", "month"},
}
_MOST = 999


def read(given: dict[str, Any], start: date, zone_name: str) -> dict[str, Any]:
    """The patternedRecurrence as the service keeps it, all members filled; refused when something required is missing."""
    pattern, span = given.get("pattern"), given.get("range")
    if not pattern or not span:
        raise bad_property("A recurrence has a pattern and a range.")
    kind = pattern.get("type")
    missing = _REQUIRED.get(kind, {"type"}) - {name for name, value in pattern.items() if value}
    if missing:
        raise bad_property(f"The recurrence pattern needs: {', '.join(sorted(missing))}.")
    if pattern["interval"] < 1:
        raise bad_property("The interval of a recurrence is at least 1.")
    if span.get("startDate") != start.isoformat():
        raise bad_property("The start date of the range must be the date of the event's start.")
    return {"pattern": _pattern(pattern), "range": _range(span, zone_name)}


def _pattern(pattern: dict[str, Any]) -> dict[str, Any]:
    made = {
        "type": pattern["type"], "interval": pattern["interval"], "month": pattern.get("month", 0),
        "dayOfMonth": pattern.get("dayOfMonth", 0), "firstDayOfWeek": pattern.get("firstDayOfWeek") or "sunday",
        "index": pattern.get("index") or "first",
    }  # fmt: skip
    if pattern.get("daysOfWeek"):
        made["daysOfWeek"] = pattern["daysOfWeek"]
    return made


def _range(span: dict[str, Any], zone_name: str) -> dict[str, Any]:
    kind = span.get("type")
    count = span.get("numberOfOccurrences") or 0
    if kind not in ("endDate", "noEnd", "numbered"):
        raise bad_property("The range of a recurrence has a type.")
    if kind == "numbered" and not 1 <= count <= _MOST:
        raise bad_property("A numbered range says how many occurrences it has.")
    end = span.get("endDate") if kind == "endDate" else "0001-01-01"
    if end is None or (kind == "endDate" and end < span["startDate"]):
        raise bad_property("The end date of the range must not be before its start.")
    name = span.get("recurrenceTimeZone") or zone_name
    zone(name)
    return {
        "type": kind, "startDate": span["startDate"], "endDate": end,
        "recurrenceTimeZone": name, "numberOfOccurrences": count if kind == "numbered" else 0,
    }  # fmt: skip


def dates(recurrence: dict[str, Any]) -> Iterator[date]:
    """The dates of the series, in order; endless when it has no end."""
    span = recurrence["range"]
    start = datetime.combine(date.fromisoformat(span["startDate"]), time())
    until = None
    if span["type"] == "endDate":
        until = datetime.combine(date.fromisoformat(span["endDate"]), time())
    found = rrule.rrule(dtstart=start, until=until, **_arguments(recurrence["pattern"]))
    limit = span["numberOfOccurrences"] if span["type"] == "numbered" else None
    return (moment.date() for moment in itertools.islice(found, limit))


def _arguments(pattern: dict[str, Any]) -> dict[str, Any]:
    kind, interval = pattern["type"], pattern["interval"]
    days = [_DAYS[day] for day in pattern.get("daysOfWeek", ())]
    index = _INDEX[pattern["index"]]
    if kind == "daily":
        return {"freq": rrule.DAILY, "interval": interval}
    if kind == "weekly":
        first = _DAYS[pattern["firstDayOfWeek"]]
        return {"freq": rrule.WEEKLY, "interval": interval, "byweekday": days, "wkst": first}
    frequency = rrule.MONTHLY if kind.endswith("Monthly") else rrule.YEARLY
    month = {} if frequency == rrule.MONTHLY else {"bymonth": pattern["month"]}
    if kind.startswith("relative"):
        return {"freq": frequency, "interval": interval, "byweekday": days, "bysetpos": index, **month}
    day = pattern["dayOfMonth"]
    if day <= 28:
        return {"freq": frequency, "interval": interval, "bymonthday": day, **month}
    # A month that has no such day has the occurrence on its last one.
    return {"freq": frequency, "interval": interval, "bymonthday": list(range(28, day + 1)), "bysetpos": -1, **month}


def between(recurrence: dict[str, Any], first: date, last: date) -> list[date]:
    found = itertools.takewhile(lambda day: day <= last, dates(recurrence))
    return [day for day in found if day >= first]


def neighbours(recurrence: dict[str, Any], day: date, without: set[date]) -> tuple[date | None, date | None]:
    """The occurrences before and after one."""
    before = None
    horizon = day + timedelta(days=366 * 5)
    for found in itertools.takewhile(lambda other: other <= horizon, dates(recurrence)):
        if found > day and found not in without:
            return before, found
        if found < day and found not in without:
            before = found
    return before, None
