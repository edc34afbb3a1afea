"""A series: its rule, the dates taken out of it, and which date an edited occurrence stands for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from fm_desktop.model.items import Recurrence
from fm_desktop.model.rules import UnusableRule
from fm_desktop.model.times import Span, Timed, When
from fm_desktop.providers.graph.raw import Json, part, text
from fm_desktop.providers.graph.times import day_of, offset_moment, on_clock
from fm_desktop.providers.ical.errors import BrokenCalendar
from fm_desktop.providers.ical.zones import named_zone
from fm_desktop.providers.outlook.recurrence import DAY_NAMES, INDEXES, Every, Pattern, Range, Series, rule_of

_EVERY: Final = {each.value.lower(): each for each in Every}


def is_master(event: Json) -> bool:
    return text(event, "type") == "seriesMaster" or bool(part(event, "recurrence"))


def clock_of_series(event: Json, span: Span, user_zone: str) -> str:
    """The IANA zone that the days of a series are days of."""
    own = text(part(part(event, "recurrence"), "range"), "recurrenceTimeZone")
    for name in (own, text(event, "originalStartTimeZone")):
        zone = named_zone(name, user_zone) if name else ""
        if zone:
            return zone
    return span.start.zone if isinstance(span.start, Timed) else user_zone


def span_of_series(span: Span, zone: str) -> Span:
    """The master's times on the clock of its recurrence, where they stay the same over a DST night. Raises
    `BrokenCalendar`."""
    if not isinstance(span.start, Timed) or not isinstance(span.end, Timed):
        return span
    return Span(on_clock(span.start, zone), on_clock(span.end, zone))


def recurrence_of(event: Json, span: Span, zone: str) -> Recurrence:
    """The rule of a master, whose `span` is on the series' clock. Raises `BrokenCalendar`."""
    recurrence = part(event, "recurrence")
    if not recurrence:
        raise BrokenCalendar("It repeats, but does not say how.")
    try:
        rule = rule_of(
            Series(_pattern(part(recurrence, "pattern")), _range(part(recurrence, "range")), zone), span.start
        )
    except (UnusableRule, ValueError) as error:
        raise BrokenCalendar(f"How it repeats cannot be read: {error}.") from error
    return Recurrence(rules=(rule,), excluded=_excluded(event, span))


def original_start(occurrence: Json, master: Span, zone: str) -> When:
    """The date of the series that an edited occurrence stands for. Raises `BrokenCalendar`."""
    found = offset_moment(text(occurrence, "originalStart"))
    if found is None:
        raise BrokenCalendar("One of its changed dates does not say which date of the series it is.")
    return found.in_zone(zone) if isinstance(master.start, Timed) else day_of(found, zone)


def _excluded(event: Json, span: Span) -> tuple[When, ...]:
    """cancelledOccurrences names each by its date in the series (`OID.<id of the master>.2026-11-25`)."""
    names = event.get("cancelledOccurrences")
    found: list[When] = []
    for name in names if isinstance(names, list) else ():
        try:
            day = date.fromisoformat(str(name)[-10:])
        except ValueError:
            raise BrokenCalendar("One of its removed dates cannot be read.") from None
        start = span.start
        found.append(Timed(datetime.combine(day, start.local.time()), start.zone) if isinstance(start, Timed) else day)
    return tuple(found)


def _pattern(pattern: Json) -> Pattern:
    every = _EVERY.get(text(pattern, "type").lower())
    if every is None:
        raise UnusableRule(f"“{text(pattern, 'type')[:30]}” is no way to repeat that is known here")
    days = pattern.get("daysOfWeek")
    return Pattern(
        every,
        interval=_number(pattern, "interval"),
        days=frozenset(_weekday(str(day)) for day in days) if isinstance(days, list) else frozenset(),
        first_day=_weekday(text(pattern, "firstDayOfWeek") or "sunday"),
        index=INDEXES.get(text(pattern, "index").lower() or "first", 0),
        day_of_month=_number(pattern, "dayOfMonth"),
        month=_number(pattern, "month"),
    )


def _range(range_: Json) -> Range:
    first = text(range_, "startDate")
    begin = date.fromisoformat(first[:10]) if first else None
    kind = text(range_, "type").lower()
    if kind == "numbered":
        return Range(count=_number(range_, "numberOfOccurrences"), first=begin)
    if kind == "enddate":
        return Range(last=date.fromisoformat(text(range_, "endDate")[:10]), first=begin)
    if kind == "noend":
        return Range(first=begin)
    raise UnusableRule("it does not say when it ends")


def _weekday(name: str) -> int:
    if name.lower() not in DAY_NAMES:
        raise UnusableRule(f"“{name[:20]}” is no day of the week")
    return DAY_NAMES.index(name.lower())


def _number(entity: Json, name: str) -> int:
    value = entity.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
