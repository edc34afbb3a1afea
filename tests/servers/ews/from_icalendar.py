"""An event from iCalendar, given as the MIME content of a calendar item ([MS-OXCICAL]; "Import items by using EWS in Exchange").

Attendees are not taken from there: "You can't import meetings … Attendees cannot be captured in the MIME stream." So nobody
is invited by it. What is written in no way that Exchange's own objects can hold is refused, and so are the repetitions that
this double does not read.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
from tzlocal.windows_tz import tz_win, win_tz

from tests.servers.ews import zones
from tests.servers.ews.errors import EwsError
from tests.servers.ews.xml import Element, boolean, t

_DAYS = {"SU": "Sunday", "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday"}  # fmt: skip
_SENSITIVITIES = {"PUBLIC": "Normal", "X-PERSONAL": "Personal", "PRIVATE": "Private", "CONFIDENTIAL": "Confidential"}
_BUSY = {"FREE": "Free", "TENTATIVE": "Tentative", "BUSY": "Busy", "OOF": "OOF"}
_PATTERNS = {"DAILY": "DailyRecurrence", "WEEKLY": "WeeklyRecurrence"}
_UTC_IN_A_ZONE = re.compile(r";TZID=[^\r\n]*:\d{8}T\d{6}Z")
_KNOWN_PARTS = frozenset(["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"])


@dataclass(frozen=True, slots=True)
class Given:
    """What the text says: the properties of the item, and of a series the dates taken out of it and those changed."""

    properties: list[Element]
    removed: set[datetime] = field(default_factory=set)
    changed: dict[datetime, list[Element]] = field(default_factory=dict)


def read(content: str, zone_name: str) -> Given:
    """Raises `EwsError` where it is not to be converted. `zone_name` is the zone of times that name none."""
    try:
        written = base64.b64decode(content).decode()
        if _UTC_IN_A_ZONE.search(written):
            raise _refused("a time in UTC names a time zone, which RFC 5545 forbids (3.2.19)")
        events = icalendar.Calendar.from_ical(written).walk("VEVENT")
        masters = [each for each in events if "RECURRENCE-ID" not in each]
        if len(masters) != 1:
            raise _refused(f"{len(masters)} events")
        found = _Event(masters[0], zone_name)
        recurrence = found.recurrence()
        given = Given([*found.properties(), *recurrence])
        if recurrence:
            given.removed.update(found.excluded())
            given.changed.update(_changed(events, zone_name))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(str(error)) from error
    return given


def _refused(why: str) -> EwsError:
    return EwsError("ErrorMimeContentConversionFailed", f"The MIME content is not to be converted: {why}.")


def _changed(events: list[Any], zone_name: str) -> Iterator[tuple[datetime, list[Element]]]:
    for each in events:
        if "RECURRENCE-ID" in each:
            found = _Event(each, zone_name)
            yield found.instant_of("RECURRENCE-ID"), found.properties()


class _Event:
    """One VEVENT. Its library gives values of many types, and zones of its own making: only their names are taken."""

    def __init__(self, event: Any, zone_name: str) -> None:
        self._event = event
        self._start: date = event["DTSTART"].dt
        self._zone_name = _windows_name(event["DTSTART"]) or ("UTC" if _is_utc(self._start) else zone_name)
        self._zone = zones.zone(self._zone_name)

    def properties(self) -> list[Element]:
        first, last = self.instant_of("DTSTART"), self._end()
        return [
            *self._texts(),
            *self._reminder(first),
            t("Start", zones.write(first)),
            t("End", zones.write(last)),
            t("IsAllDayEvent", boolean(self._is_whole_days())),
            t("LegacyFreeBusyStatus", self._busy()),
            t("StartTimeZone", Id=self._zone_name),
            t("EndTimeZone", Id=_windows_name(self._event.get("DTEND")) or self._zone_name),
        ]

    def instant_of(self, name: str) -> datetime:
        return self._instant(self._event[name].dt, _windows_name(self._event[name]))

    def _instant(self, moment: date, zone_name: str | None = None) -> datetime:
        """A time in UTC; a day is its beginning where the event is, a time without a zone is one there."""
        where = zones.zone(zone_name) if zone_name else self._zone
        if not isinstance(moment, datetime):
            return zones.midnight(moment, where)
        return (moment if _is_utc(moment) else moment.replace(tzinfo=where)).astimezone(UTC)

    def excluded(self) -> Iterator[datetime]:
        found = self._event.get("EXDATE", [])
        for each in found if isinstance(found, list) else [found]:
            yield from (self._instant(one.dt, _windows_name(each)) for one in each.dts)

    def recurrence(self) -> list[Element]:
        """One Recurrence, or none."""
        rule = self._event.get("RRULE")
        if rule is None:
            return []
        frequency = str(rule["FREQ"][0]).upper()
        unknown = sorted(set(map(str.upper, rule)) - _KNOWN_PARTS)
        if frequency not in _PATTERNS or unknown or (frequency == "DAILY" and "BYDAY" in rule):
            raise _refused(f"this double reads no {frequency} {' '.join(unknown)}".rstrip())
        return [t("Recurrence", self._pattern(rule, frequency), self._limit(rule))]

    def _pattern(self, rule: Any, frequency: str) -> Element:
        pattern = t(_PATTERNS[frequency], t("Interval", str(rule.get("INTERVAL", [1])[0])))
        if frequency == "WEEKLY":
            days = [_DAYS[str(each).upper()] for each in rule.get("BYDAY", [])] or [f"{self._local(self._start):%A}"]
            pattern.append(t("DaysOfWeek", " ".join(days)))
            pattern.append(t("FirstDayOfWeek", _DAYS[str(rule.get("WKST", ["MO"])[0]).upper()]))
        return pattern

    def _limit(self, rule: Any) -> Element:
        start = t("StartDate", f"{self._local(self._start):%Y-%m-%d}")
        if "COUNT" in rule:
            return t("NumberedRecurrence", start, t("NumberOfOccurrences", str(rule["COUNT"][0])))
        if "UNTIL" in rule:
            return t("EndDateRecurrence", start, t("EndDate", f"{self._local(rule['UNTIL'][0]):%Y-%m-%d}"))
        return t("NoEndRecurrence", start)

    def _local(self, moment: date) -> datetime:
        return self._instant(moment).astimezone(self._zone)

    def _end(self) -> datetime:
        if "DTEND" in self._event:
            return self.instant_of("DTEND")
        whole_day = timedelta(days=0 if isinstance(self._start, datetime) else 1)
        length: timedelta = self._event["DURATION"].dt if "DURATION" in self._event else whole_day
        return self.instant_of("DTSTART") + length

    def _is_whole_days(self) -> bool:
        said = str(self._event.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).upper() == "TRUE"
        return said or not isinstance(self._start, datetime)

    def _busy(self) -> str:
        """PidLidBusyStatus ([MS-OXCICAL] 2.1.3.1.1.20.23, .25, .31)."""
        said = str(self._event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
        if said in _BUSY:
            return _BUSY[said]
        if "TRANSP" in self._event:
            return "Free" if str(self._event["TRANSP"]).upper() == "TRANSPARENT" else "Busy"
        return "Tentative" if str(self._event.get("STATUS", "")).upper() == "TENTATIVE" else "Busy"

    def _texts(self) -> list[Element]:
        sensitivity = _SENSITIVITIES.get(str(self._event.get("CLASS", "PUBLIC")).upper(), "Normal")
        found = [t("Subject", str(self._event.get("SUMMARY", ""))), t("Sensitivity", sensitivity)]
        if "DESCRIPTION" in self._event:
            found.append(t("Body", str(self._event["DESCRIPTION"]), BodyType="Text"))
        if "LOCATION" in self._event:
            found.append(t("Location", str(self._event["LOCATION"])))
        if self._event.categories:
            found.append(t("Categories", *(t("String", str(each)) for each in self._event.categories)))
        if "UID" in self._event:
            found.append(t("UID", str(self._event["UID"])))
        return found

    def _reminder(self, start: datetime) -> list[Element]:
        """From the first alarm that says when ([MS-OXCICAL] 2.1.3.1.1.20.62: minutes before the start, without a sign)."""
        for alarm in self._event.walk("VALARM"):
            if "TRIGGER" in alarm:
                at = alarm["TRIGGER"].dt
                before = at if isinstance(at, timedelta) else start - self._instant(at)
                minutes = abs(int(before.total_seconds())) // 60
                return [t("ReminderIsSet", "true"), t("ReminderMinutesBeforeStart", str(minutes))]
        return [t("ReminderIsSet", "false")]


def _is_utc(moment: date) -> bool:
    return isinstance(moment, datetime) and moment.tzinfo is not None and moment.tzname() == "UTC"


def _windows_name(value: Any) -> str | None:
    """The zone that a value names, as Windows calls it: Exchange keeps no other names."""
    named = None if value is None else value.params.get("TZID")
    if named is None:
        return None
    known = str(named) if named in win_tz else tz_win.get(str(named))
    if known is None:
        raise _refused(f"no time zone {named!r} is known")
    return known
