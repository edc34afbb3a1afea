"""Objects in the form that one provider takes, of which another form would be lost or refused. Pure."""

from __future__ import annotations

from typing import Final

from fm_desktop.providers.ical.document import Component, parse, serialise
from fm_desktop.providers.ical.errors import BrokenCalendar, NotPossible
from fm_desktop.providers.ical.recurrence import is_series
from fm_desktop.providers.ical.resource import parts_of, title_of
from fm_desktop.providers.ical.spans import event_span
from fm_desktop.providers.ical.times import BadTime, Form, form_of, read_when
from fm_desktop.providers.ical.zones import Zones

_TIMES: Final = ("DTSTART", "DTEND", "DUE", "COMPLETED")
_DATED: Final = (*_TIMES, "RECURRENCE-ID", "EXDATE", "RDATE")


def in_utc(raw: bytes, user_zone: str) -> bytes:
    """The same moments without any time zone. Raises `BrokenCalendar`, and `NotPossible` for a series with a zone:
    it would be at another hour after the next change of the clocks."""
    root = parse(raw)
    zones = Zones(root, user_zone)
    parts = parts_of(root)
    calendars = root.components("VCALENDAR")
    embedded = any(each.components("VTIMEZONE") for each in calendars)
    zoned = any(_has_zone(part) for part in parts)
    if not (embedded or zoned):
        return raw
    if zoned and (len(parts) > 1 or is_series(parts[0])):
        raise NotPossible("It recurs in a time zone, and this calendar loses such events when a program changes them.")
    for part in parts:
        _to_utc(part, zones)
    for calendar in calendars:
        calendar.nodes = [
            node for node in calendar.nodes if not (isinstance(node, Component) and node.name == "VTIMEZONE")
        ]
    return serialise(root)


def _has_zone(component: Component) -> bool:
    return any(b"TZID" in line.raw.upper() for name in _DATED for line in component.lines(name))


def _to_utc(component: Component, zones: Zones) -> None:
    for name in _TIMES:
        found = component.first(name)
        if found is None or not found.parameter("TZID"):
            continue
        try:
            component.put(name, *Form().write(read_when(found, zones)))
        except BadTime as error:
            raise BrokenCalendar(f"Its date cannot be read: {error}.", title_of(component)) from error


def with_end(raw: bytes, user_zone: str) -> bytes:
    """Every event with a DTEND, where it had a length or neither. Raises `BrokenCalendar`."""
    root = parse(raw)
    zones = Zones(root, user_zone)
    events = [part for part in parts_of(root) if part.name == "VEVENT" and not part.lines("DTEND")]
    for each in events:
        span = event_span(each, zones)
        begin = each.first("DTSTART")
        assert begin is not None
        each.put("DTEND", *form_of(begin, zones).write(span.end))
        each.remove("DURATION")
    return serialise(root) if events else raw
