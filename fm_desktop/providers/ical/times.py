"""DATE, DATE-TIME and PERIOD values (RFC 5545, 3.3.4, 3.3.5, 3.3.9), read leniently and written strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from fm_desktop.model.times import UTC_NAME, Span, Timed, When, timed
from fm_desktop.providers.ical.document import Parameters, Property
from fm_desktop.providers.ical.durations import after, parse_duration
from fm_desktop.providers.ical.zones import Zones

_VALUE = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_STARTS_AS_DATE = re.compile(r"\d{8}(?:T|,|\Z)", re.IGNORECASE)


class BadTime(ValueError):
    """A text that is no date and no time. The message is a plain reason."""


def read_when(found: Property, zones: Zones, floating_zone: str = "") -> When:
    """The value of DTSTART and its like. Raises `BadTime`.

    `floating_zone` is where a time without a zone is; by default the user's zone.
    """
    found = _mended(found)
    return _parse(found.value, found, zones, floating_zone)


def read_whens(found: Property, zones: Zones, floating_zone: str = "") -> Iterator[When | Span]:
    """The values of EXDATE or RDATE, periods as spans. Those that cannot be read are noted and left out."""
    found = _mended(found)
    for piece in found.value.split(","):
        try:
            if piece.strip():
                yield _parse_entry(piece, found, zones, floating_zone)
        except (ValueError, OverflowError):  # BadTime, BadDuration, a period backwards or beyond the calendar
            zones.note(f"One date of the series cannot be read and is left out: “{piece.strip()[:40]}”.")


def _mended(found: Property) -> Property:
    """`TZID=tzone://Microsoft/Utc:20260101T100000`: a colon in a TZID that was not put in quotes."""
    tzid, colon, value = found.value.rpartition(":")
    if not colon or not found.parameter("TZID") or not _STARTS_AS_DATE.match(value):
        return found
    whole = f"{found.parameter('TZID')}:{tzid}"
    others = tuple(each for each in found.parameters if each[0] != "TZID")
    return Property(found.name, (("TZID", (whole,)), *others), value)


def _parse_entry(text: str, found: Property, zones: Zones, floating_zone: str) -> When | Span:
    begin, slash, end = text.partition("/")
    start = _parse(begin, found, zones, floating_zone)
    if not slash:
        return start
    if end.strip().upper().lstrip("+-").startswith("P"):
        return Span(start, after(start, parse_duration(end)))
    return Span(start, _parse(end, found, zones, floating_zone))


def _parse(text: str, found: Property, zones: Zones, floating_zone: str) -> When:
    match = _VALUE.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        if match.group(4) is None or found.parameter("VALUE").upper() == "DATE":
            return date(year, month, day)
        # A leap second is read as the last one before it: no calendar shows it.
        local = datetime(year, month, day, hour, minute, min(second, 59))
        when = _placed(local, match.group(7) or "", found.parameter("TZID"), zones, floating_zone)
        # Year 1 or 9999 may be out of reach in some zone: told here, not in the middle of a cycle.
        _ = when.instant
    except (ValueError, OverflowError):
        raise BadTime(f"“{text.strip()[:40]}” is no date or time") from None
    return when


def _placed(local: datetime, suffix: str, tzid: str, zones: Zones, floating_zone: str) -> Timed:
    if suffix in ("Z", "z"):
        return Timed(local, UTC_NAME)
    if suffix:
        # No form of RFC 5545, but some exporters write ISO 8601 offsets.
        minutes = int(suffix[1:3]) * 60 + int(suffix[-2:])
        offset = timezone(timedelta(minutes=-minutes if suffix[0] == "-" else minutes))
        return timed(local.replace(tzinfo=offset))
    if tzid.strip():
        return zones.read(local, tzid)
    return Timed(local, floating_zone or zones.user_zone)


@dataclass(frozen=True, slots=True)
class Form:
    """How a component writes its times: under which TZID, on which clock. No zone means UTC.

    `zones` are those of the object, for a TZID: what it means may differ from year to year.
    """

    tzid: str = ""
    zone: str = ""
    zones: Zones | None = None

    def write(self, when: When) -> tuple[str, Parameters]:
        """Value and parameters. UTC is used where the local reading would name another moment.

        That is the second of two equal readings in a DST night, and a year for which the object's
        own zone has other rules than the zone it was recognised as.
        """
        if not isinstance(when, Timed):
            return date_stamp(when), (("VALUE", ("DATE",)),)
        if self.zone:
            local = when.in_zone(self.zone).local.replace(fold=0)
            read_back = self.zones.read(local, self.tzid) if self.zones else Timed(local, self.zone)
            if read_back.instant == when.instant:
                return local_stamp(local), ((("TZID", (self.tzid,)),) if self.tzid else ())
        return utc_stamp(when.instant), ()


def form_of(found: Property, zones: Zones) -> Form:
    """The form of an existing property, so that an edit keeps its TZID, floating or UTC."""
    found = _mended(found)
    match = _VALUE.fullmatch(found.value.strip())
    tzid = found.parameter("TZID").strip()
    if match is None or match.group(4) is None or match.group(7):
        return Form()
    if not tzid:
        return Form(zone=zones.user_zone)
    return Form(tzid, zones.name(tzid, datetime(max(int(match.group(1)), 1), 1, 1)), zones)


def date_stamp(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def local_stamp(local: datetime) -> str:
    return f"{date_stamp(local)}T{local.hour:02}{local.minute:02}{local.second:02}"


def utc_stamp(moment: datetime) -> str:
    return local_stamp(moment.astimezone(UTC)) + "Z"
