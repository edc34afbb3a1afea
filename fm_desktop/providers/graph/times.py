"""dateTimeTimeZone values as times of the model, and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from tzlocal.windows_tz import tz_win

from fm_desktop.model.times import UTC_NAME, Span, Timed, When, timed
from fm_desktop.providers.graph.raw import Json, part, text
from fm_desktop.providers.ical.errors import BrokenCalendar
from fm_desktop.providers.ical.spans import instant_key
from fm_desktop.providers.ical.zones import named_zone

_MIDNIGHT: Final = time()


def event_span(event: Json, user_zone: str) -> Span:
    """When an event is. Raises `BrokenCalendar`: no guess at a wrong date is copied to the CRM."""
    start, end = moment(part(event, "start"), user_zone), moment(part(event, "end"), user_zone)
    if start is None or end is None:
        raise BrokenCalendar("It has no start or no end.")
    if event.get("isAllDay") is True:
        zone = named_zone(text(event, "originalStartTimeZone"), user_zone)
        first, last = day_of(start, zone), day_of(end, zone)
        return Span(first, max(last, first + timedelta(days=1)))
    if instant_key(end) < instant_key(start):
        raise BrokenCalendar("It ends before it starts.")
    return Span(start, end)


def moment(value: Json, user_zone: str) -> Timed | None:
    """A dateTimeTimeZone, None for none. Raises `BrokenCalendar`. An unknown zone is read on the user's clock."""
    stamp = text(value, "dateTime")
    if not stamp:
        return None
    try:
        local = datetime.fromisoformat(stamp)
        if local.tzinfo is not None:
            return timed(local)
        when = Timed(local, named_zone(text(value, "timeZone"), user_zone) or user_zone)
        # Year 1 or 9999 may be out of reach in some zone: told here, not in the middle of a cycle.
        _ = when.instant
    except (ValueError, OverflowError):
        raise BrokenCalendar(f"Its date cannot be read: “{stamp[:40]}” is no date or time.") from None
    return when


def offset_moment(stamp: str) -> Timed | None:
    """A DateTimeOffset (`2026-11-25T08:30:00Z`), None for what is none."""
    try:
        found = datetime.fromisoformat(stamp)
        return timed(found) if found.tzinfo is not None else Timed(found)
    except (ValueError, OverflowError):
        return None


def day_of(when: Timed, zone: str) -> date:
    """The day of a midnight. Graph shows all-day events and due dates at midnight as such, and in UTC as another hour
    where they were written with a zone of their own. Raises `BrokenCalendar`."""
    if when.local.time() == _MIDNIGHT or not zone:
        return when.local.date()
    return on_clock(when, zone).local.date()


def on_clock(when: Timed, zone: str) -> Timed:
    """The same moment in another zone. Raises `BrokenCalendar` for one that would be in the year 10000 there."""
    try:
        return when.in_zone(zone)
    except OverflowError:
        raise BrokenCalendar("It lies beyond the last day there is.") from None


@dataclass(frozen=True, slots=True)
class Clock:
    """How times are written: Graph's name of a zone, and the IANA zone it means."""

    name: str = UTC_NAME
    zone: str = UTC_NAME

    def write(self, when: When) -> Json:
        """UTC where the local reading would name another moment: the second of two equal ones in a DST night."""
        if not isinstance(when, Timed):
            return {"dateTime": f"{when.isoformat()}T00:00:00", "timeZone": self.name}
        local = when.in_zone(self.zone).local.replace(fold=0)
        if Timed(local, self.zone).instant == when.instant:
            return {"dateTime": local.isoformat(), "timeZone": self.name}
        return {"dateTime": when.in_zone(UTC_NAME).local.isoformat(), "timeZone": UTC_NAME}


def users_clock(user_zone: str) -> Clock:
    """The user's own zone under its Windows name, which every part of Exchange knows; else UTC."""
    windows = tz_win.get(user_zone)
    return Clock(windows, user_zone) if windows else Clock()


def clock_of(event: Json, user_zone: str) -> Clock:
    """The zone an event was made in, so that an edit keeps it."""
    name = text(event, "originalStartTimeZone")
    zone = named_zone(name, user_zone) if name else ""
    return Clock(name, zone) if zone else users_clock(user_zone)
