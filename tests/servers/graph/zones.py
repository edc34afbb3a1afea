"""Times as Outlook keeps them: a wall time and the name of a zone, Windows' or IANA's ("dateTimeTimeZone resource type")."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tests.servers.graph.errors import bad_request

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(\.\d{1,7})?(Z)?")


@functools.cache
def zone(name: str) -> ZoneInfo:
    iana = WINDOWS_TO_OLSON.get(name, name)
    if iana not in available_timezones():
        raise bad_request(f"The TimeZone value of '{name}' is not supported.", "TimeZoneNotSupportedException")
    return ZoneInfo(iana)


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall time in a zone."""

    local: datetime
    zone: str

    @classmethod
    def read(cls, value: dict[str, Any]) -> Moment:
        name = value.get("timeZone") or "UTC"
        zone(name)
        found = _TIME.fullmatch(value["dateTime"])
        if found is None or (found[3] and name != "UTC"):
            raise bad_request(f"Cannot parse '{value['dateTime']}' as a date and time.", "ErrorInvalidParameter")
        return cls(_parsed(found[1], found[2]), name)

    @property
    def instant(self) -> datetime:
        return self.local.replace(tzinfo=zone(self.zone)).astimezone(UTC)

    def at_midnight(self) -> bool:
        return self.local.time() == time()

    def shifted(self, by: timedelta) -> Moment:
        """So much later on the clock on the wall, whatever the clocks did in between."""
        return Moment(self.local + by, self.zone)

    def written(self, in_zone: str, floating: bool) -> dict[str, str]:
        """In the zone asked for. An all-day event is the same days everywhere."""
        local = self.local if floating else self.instant.astimezone(zone(in_zone)).replace(tzinfo=None)
        return {"dateTime": local.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0", "timeZone": in_zone}


def _parsed(text: str, fraction: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text) + timedelta(microseconds=int((fraction or ".0")[1:].ljust(7, "0")[:6]))
    except ValueError as error:
        raise bad_request(f"Cannot parse '{text}' as a date and time.", "ErrorInvalidParameter") from error


def query_instant(name: str, text: str) -> datetime:
    """A `startDateTime` or `endDateTime`: with its offset, else UTC, whatever Prefer says ("List calendarView")."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_request(f"The value '{text}' of parameter '{name}' is invalid.", "ErrorInvalidParameter") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
