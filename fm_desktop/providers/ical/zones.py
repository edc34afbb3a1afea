"""TZID to IANA zone: by name, by Windows name, by a vendor's prefix, by the rules the file carries.

Never UTC in silence: what stays unknown is read on the user's clock, and a note says so.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from tzlocal.windows_tz import tz_win, win_tz

from fm_desktop.model.times import UTC_NAME, Timed, timed, zone
from fm_desktop.providers.ical.document import Component
from fm_desktop.providers.ical.errors import BrokenCalendar
from fm_desktop.providers.ical.vtimezone import EmbeddedZone, read_vtimezone

_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?00)?", re.IGNORECASE)
# Files in the zone database that are no zone to write into an appointment.
_NO_ZONES = re.compile(r"right/.*|posix/.*|localtime|posixrules|factory", re.IGNORECASE)
# Dates of changes that are looked at for one object. A zone has two rules for them, each of which costs a hundred; one
# with all its history has a hundred single changes more.
_MOST_WORK = 500_000
# How much more than one look it costs to compare a zone with all known ones.
_TO_COMPARE = 10
_UTC_NAMES = frozenset(("utc", "z", "gmt", "etc/utc", "etc/gmt", "zulu", "tzone://microsoft/utc"))


class Zones:
    """The zones of one iCalendar object. `notes` gathers what had to be guessed, in plain sentences."""

    def __init__(self, root: Component, user_zone: str) -> None:
        self.user_zone = user_zone
        self.notes: list[str] = []
        self._resolved: dict[tuple[str, int], tuple[str, EmbeddedZone | None]] = {}
        self._work = 0
        self._embedded = {
            _key(found.value): component
            for calendar in (root, *root.components("VCALENDAR"))
            for component in calendar.components("VTIMEZONE")
            if (found := component.first("TZID"))
        }

    def read(self, local: datetime, tzid: str) -> Timed:
        """A wall-clock reading under a TZID. Never fails for an unknown one. Raises `BrokenCalendar` where the file's
        own rules are more than can be followed."""
        name, embedded = self._resolve(tzid, local)
        if name:
            return Timed(local, name)
        if embedded is not None:
            self._spend(embedded.work(local.year))
            return timed((local - embedded.offset(local)).replace(tzinfo=UTC))
        self.note(f"The time zone “{tzid[:60]}” is unknown; its times are read in yours ({self.user_zone}).")
        return Timed(local, self.user_zone)

    def name(self, tzid: str, around: datetime) -> str:
        """The IANA name of a TZID, '' where none fits it."""
        return self._resolve(tzid, around)[0]

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def _resolve(self, tzid: str, around: datetime) -> tuple[str, EmbeddedZone | None]:
        name = named_zone(tzid, self.user_zone)
        component = None if name else self._embedded.get(_key(tzid))
        if component is None:
            return name, None
        place = (_key(tzid), around.year)
        if place not in self._resolved:
            self._resolved[place] = self._recognised(component, around)
        return self._resolved[place]

    def _recognised(self, component: Component, around: datetime) -> tuple[str, EmbeddedZone | None]:
        hint = component.first("X-LIC-LOCATION")
        name = named_zone(hint.value, self.user_zone) if hint else ""
        if name:
            return name, None
        embedded = read_vtimezone(component)
        if embedded is None:
            return "", None
        self._spend(_TO_COMPARE * embedded.work(around.year))
        return matching_zone(embedded, around.year, self.user_zone), embedded

    def _spend(self, work: int) -> None:
        self._work += work
        if self._work > _MOST_WORK:
            raise BrokenCalendar("Its time zones have more rules than can be followed.")


@lru_cache(maxsize=1024)
def named_zone(tzid: str, user_zone: str) -> str:
    """The IANA zone that a TZID names by itself, '' if it names none."""
    name = tzid.strip().strip("\"'").strip()
    if name.lower() in _UTC_NAMES:
        return UTC_NAME
    windows = _windows_names().get(name.lower())
    if windows is not None:
        # One Windows zone stands for many cities; the user's own is among them more often than not.
        return user_zone if tz_win.get(user_zone, "").lower() == name.lower() else windows
    for candidate in _candidates(name):
        found = _iana(candidate)
        if found:
            return found
    offset = _OFFSET.fullmatch(name)
    if offset:
        # The Etc zones count westwards.
        return _iana(f"Etc/GMT{'-' if offset.group(1) == '+' else '+'}{int(offset.group(2))}")
    return ""


@lru_cache(maxsize=256)
def matching_zone(embedded: EmbeddedZone, year: int, user_zone: str) -> str:
    """The IANA zone with the same offsets as a VTIMEZONE, week by week around the event; '' if there is none."""
    begin = datetime(min(max(year, 2), 9990), 1, 1, tzinfo=UTC) - timedelta(weeks=13)
    samples = [begin + timedelta(weeks=week) for week in range(130)]
    wanted = embedded.offsets_at(samples)
    for name in _in_order(user_zone):
        clock = zone(name)
        if all(moment.astimezone(clock).utcoffset() == offset for moment, offset in zip(samples, wanted, strict=True)):
            return name
    return ""


def _in_order(user_zone: str) -> Iterator[str]:
    """The user's zone first, then the best known one of each region, then all."""
    yield user_zone
    yield from win_tz.values()
    yield from sorted(_all_names().values())


def _candidates(name: str) -> Iterator[str]:
    """The name, then what follows a vendor's prefix: `/mozilla.org/20050126_1/Europe/Madrid`."""
    yield name
    parts = [part for part in name.split("/") if part]
    for length in (3, 2):
        if len(parts) > length or (len(parts) == length and name.startswith("/")):
            yield "/".join(parts[-length:])
    if len(parts) > 1 and parts[-1].lower() in _UTC_NAMES:
        yield parts[-1]


def _iana(name: str) -> str:
    if not name or _NO_ZONES.fullmatch(name):
        return ""
    found = _all_names().get(name.replace(" ", "_").lower(), "")
    return UTC_NAME if found.lower() in _UTC_NAMES else found


@lru_cache(maxsize=1)
def _all_names() -> dict[str, str]:
    return {name.lower(): name for name in zoneinfo.available_timezones() if not _NO_ZONES.fullmatch(name)}


@lru_cache(maxsize=1)
def _windows_names() -> dict[str, str]:
    return {name.lower(): iana for name, iana in win_tz.items()}


def _key(tzid: str) -> str:
    return tzid.strip().strip("\"'").lower()
