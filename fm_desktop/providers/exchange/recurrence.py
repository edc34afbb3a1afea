"""How a series repeats (RecurrenceType of types.xsd), in Graph's words."""

from __future__ import annotations

from typing import Final

from fm_desktop.providers.exchange.xml import Element, at, children, local_name, text
from fm_desktop.providers.graph.raw import Json
from fm_desktop.providers.outlook.recurrence import DAY_NAMES

_PATTERNS: Final = {
    "DailyRecurrence": "daily",
    "WeeklyRecurrence": "weekly",
    "AbsoluteMonthlyRecurrence": "absoluteMonthly",
    "RelativeMonthlyRecurrence": "relativeMonthly",
    "AbsoluteYearlyRecurrence": "absoluteYearly",
    "RelativeYearlyRecurrence": "relativeYearly",
}
_GROUPS: Final = {"day": DAY_NAMES, "weekday": DAY_NAMES[:5], "weekendday": DAY_NAMES[5:]}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def recurrence_json(recurrence: Element) -> Json:
    """Whatever is not known is passed on as it is called, and refused where it is read."""
    pattern: Json = {"type": ""}
    range_: Json = {"type": ""}
    for each in children(recurrence):
        name = local_name(each)
        if name in ("NoEndRecurrence", "EndDateRecurrence", "NumberedRecurrence"):
            range_ = _range(name, each)
        else:
            pattern = _pattern(name, each)
    return {"pattern": pattern, "range": range_}


def _pattern(name: str, element: Element) -> Json:
    return {
        "type": _PATTERNS.get(name, name),
        "interval": _number(text(element, "t:Interval")) if at(element, "t:Interval") is not None else 1,
        "daysOfWeek": _days(text(element, "t:DaysOfWeek")),
        "firstDayOfWeek": text(element, "t:FirstDayOfWeek").lower(),
        "index": text(element, "t:DayOfWeekIndex").lower(),
        "dayOfMonth": _number(text(element, "t:DayOfMonth")),
        "month": _MONTHS.index(text(element, "t:Month")) + 1 if text(element, "t:Month") in _MONTHS else 0,
    }


def _range(name: str, element: Element) -> Json:
    first = text(element, "t:StartDate")[:10]
    if name == "NumberedRecurrence":
        count = _number(text(element, "t:NumberOfOccurrences"))
        return {"type": "numbered", "startDate": first, "numberOfOccurrences": count}
    if name == "EndDateRecurrence":
        return {"type": "endDate", "startDate": first, "endDate": text(element, "t:EndDate")[:10]}
    return {"type": "noEnd", "startDate": first}


def _days(names: str) -> list[str]:
    found: list[str] = []
    for each in names.lower().split():
        found += _GROUPS.get(each, (each,))
    return found


def _number(value: str) -> int:
    """0 for what is none, which no rule can hold."""
    return int(value) if value.strip().isdecimal() and len(value) < 10 else 0
