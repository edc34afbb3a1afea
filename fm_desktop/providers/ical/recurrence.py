"""RRULE, RDATE, EXDATE, EXRULE and RECURRENCE-ID (RFC 5545, 3.8.4.4 and 3.8.5)."""

from __future__ import annotations

from fm_desktop.model.items import Recurrence
from fm_desktop.model.times import Span, Timed, When
from fm_desktop.providers.ical.document import Component
from fm_desktop.providers.ical.times import read_when, read_whens
from fm_desktop.providers.ical.zones import Zones


def is_series(component: Component) -> bool:
    return bool(_values(component, "RRULE") or component.lines("RDATE"))


def recurrence_of(component: Component, start: When | None, zones: Zones) -> Recurrence | None:
    """None for what does not repeat. Dates without a zone are on the clock of the start."""
    clock = start.zone if isinstance(start, Timed) else ""
    dates = tuple(each for line in component.properties("RDATE") for each in read_whens(line, zones, clock))
    rules = _values(component, "RRULE")
    if not rules and not dates:
        return None
    excluded = (each for line in component.properties("EXDATE") for each in read_whens(line, zones, clock))
    return Recurrence(
        rules=rules,
        dates=dates,
        excluded=tuple(each.start if isinstance(each, Span) else each for each in excluded),
        excluded_rules=_values(component, "EXRULE"),
    )


def recurrence_id_of(component: Component, zones: Zones) -> When | None:
    """The original start of an edited occurrence; without a zone it is on the clock of its start. Raises `BadTime`."""
    found = component.first("RECURRENCE-ID")
    if found is None:
        return None
    if found.parameter("RANGE").upper() == "THISANDFUTURE":
        zones.note("One change of the series is meant for all later dates too; only its own date is read.")
    start = component.first("DTSTART")
    when = None if start is None else read_when(start, zones)
    return read_when(found, zones, when.zone if isinstance(when, Timed) else "")


def _values(component: Component, name: str) -> tuple[str, ...]:
    return tuple(value for each in component.properties(name) if (value := each.value.strip()))
