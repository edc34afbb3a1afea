"""An event as iCalendar, which is the MIME content of a calendar item ([MS-OXCICAL], "MimeContent").

What Exchange writes: its product, one VTIMEZONE under the Windows name, times of that zone, and its own X-MICROSOFT-CDO lines.
Dates of a series that were changed follow their master. "Many properties are not exported with the MIME stream, including
attendees and attachment-related properties" ("Export items by using EWS in Exchange").
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.servers.ews import series, zones
from tests.servers.ews.errors import EwsError
from tests.servers.ews.mailbox import Item
from tests.servers.ews.xml import Element, children, local, text, truth

_DAYS = {"Sunday": "SU", "Monday": "MO", "Tuesday": "TU", "Wednesday": "WE", "Thursday": "TH", "Friday": "FR", "Saturday": "SA"}  # fmt: skip
_CLASSES = {"Normal": "PUBLIC", "Personal": "X-PERSONAL", "Private": "PRIVATE", "Confidential": "CONFIDENTIAL"}
_BUSY = {"Free": "FREE", "Tentative": "TENTATIVE", "OOF": "OOF", "WorkingElsewhere": "WORKINGELSEWHERE"}
_LINE = 75


def content(item: Item, plain_body: Callable[[Item], str]) -> bytes:
    """Raises `EwsError` where it cannot be said in iCalendar. `plain_body` gives the text of an event or date."""
    zone_name = item.properties["StartTimeZone"].get("Id") or "UTC"
    events = [item, *(series.occurrence(item, each) for each in sorted(item.exceptions))]
    lines = [
        "BEGIN:VCALENDAR", "METHOD:PUBLISH", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0",
        *_time_zone(zone_name, series.start_of(item)),
        *(line for each in events for line in _event(each, zone_name, plain_body(each))),
        "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _folded(line: str) -> str:
    parts = [line[:_LINE], *(line[at : at + _LINE - 1] for at in range(_LINE, len(line), _LINE - 1))]
    return "\r\n ".join(parts)


def _escaped(value: str) -> str:
    for sign in ("\\", ";", ","):
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\r\n", "\\n").replace("\n", "\\n")


def _event(item: Item, zone_name: str, plain_body: str) -> list[str]:
    where = zones.zone(zone_name)
    whole = truth(text(item.properties.get("IsAllDayEvent")))

    def moment(name: str, instant: datetime) -> str:
        local_time = instant.astimezone(where)
        if whole:
            return f"{name};VALUE=DATE:{local_time:%Y%m%d}"
        return f"{name};TZID={zone_name}:{local_time:%Y%m%dT%H%M%S}"

    lines = ["BEGIN:VEVENT", f"DESCRIPTION;LANGUAGE=en-US:{_escaped(plain_body.strip())}"]
    if item.master is None and "Recurrence" in item.properties:
        lines.append(f"RRULE:{_rule(item.properties['Recurrence'], series.start_of(item), where)}")
        lines += [moment("EXDATE", each) for each in sorted(item.deleted)]
    lines += [f"UID:{item.uid}"]
    if item.original_start is not None:
        lines.append(moment("RECURRENCE-ID", item.original_start))
    lines += [
        f"SUMMARY;LANGUAGE=en-US:{_escaped(text(item.properties.get('Subject')))}",
        moment("DTSTART", series.start_of(item)), moment("DTEND", series.end_of(item)),
        f"CLASS:{_CLASSES[text(item.properties.get('Sensitivity'), default='Normal')]}", "PRIORITY:5",
        f"DTSTAMP:{item.modified.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"TRANSP:{'TRANSPARENT' if text(item.properties.get('LegacyFreeBusyStatus')) == 'Free' else 'OPAQUE'}",
        f"STATUS:{'CANCELLED' if item.cancelled else 'CONFIRMED'}", f"SEQUENCE:{item.sequence}",
        f"LOCATION;LANGUAGE=en-US:{_escaped(text(item.properties.get('Location')))}",
        f"X-MICROSOFT-CDO-ALLDAYEVENT:{'TRUE' if whole else 'FALSE'}",
        f"X-MICROSOFT-CDO-BUSYSTATUS:{_BUSY.get(text(item.properties.get('LegacyFreeBusyStatus')), 'BUSY')}",
        *_alarm(item), "END:VEVENT",
    ]  # fmt: skip
    return lines


def _alarm(item: Item) -> list[str]:
    if not truth(text(item.properties.get("ReminderIsSet"))):
        return []
    minutes = text(item.properties.get("ReminderMinutesBeforeStart"), default="15")
    trigger = f"TRIGGER;RELATED=START:-PT{minutes}M"
    return ["BEGIN:VALARM", "DESCRIPTION:REMINDER", trigger, "ACTION:DISPLAY", "END:VALARM"]


def _rule(recurrence: Element, start: datetime, where: ZoneInfo) -> str:
    pattern, extent = children(recurrence)[:2]
    kind = local(pattern)
    frequency = {"DailyRecurrence": "DAILY", "WeeklyRecurrence": "WEEKLY"}.get(kind)
    if frequency is None:
        raise EwsError("ErrorMimeContentConversionFailed", f"This double does not write a {kind} as iCalendar.")
    parts = [f"FREQ={frequency}", f"INTERVAL={text(pattern, 't:Interval')}"]
    if kind == "WeeklyRecurrence":
        parts.append("BYDAY=" + ",".join(_DAYS[each] for each in text(pattern, "t:DaysOfWeek").split()))
    if local(extent) == "NumberedRecurrence":
        parts.append(f"COUNT={text(extent, 't:NumberOfOccurrences')}")
    elif local(extent) == "EndDateRecurrence":
        last = datetime.fromisoformat(text(extent, "t:EndDate")[:10]).date()
        until = datetime.combine(last, start.astimezone(where).time(), where)
        parts.append(f"UNTIL={until.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    return ";".join(parts)


def _time_zone(name: str, around: datetime) -> list[str]:
    """The zone as it is in the year of the event."""
    where = zones.zone(name)
    standard, summer = zones.offsets(where, around.year)
    changes = zones.changes(where, around.year)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    if len(changes) != 2:
        lines += _observance("STANDARD", datetime(1601, 1, 1), standard, standard, "")
    for local_time, to_summer in changes if len(changes) == 2 else ():
        kind, before, after = ("DAYLIGHT", standard, summer) if to_summer else ("STANDARD", summer, standard)
        day = _DAYS[f"{local_time:%A}"]
        rule = f"FREQ=YEARLY;INTERVAL=1;BYDAY={zones.week(local_time)}{day};BYMONTH={local_time.month}"
        lines += _observance(kind, local_time.replace(year=1601, month=1, day=1), before, after, rule)
    return [*lines, "END:VTIMEZONE"]


def _observance(kind: str, start: datetime, before: timedelta, after: timedelta, rule: str) -> list[str]:
    repeated = [f"RRULE:{rule}"] if rule else []
    shifts = [f"TZOFFSETFROM:{zones.shift(before)}", f"TZOFFSETTO:{zones.shift(after)}"]
    return [f"BEGIN:{kind}", f"DTSTART:{start:%Y%m%dT%H%M%S}", *shifts, *repeated, f"END:{kind}"]
