"""The Date field (RFC 5322, 3.3 and 4.3) as a moment in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

_LONGEST = 200
# No zone on earth is further from UTC; what claims to be is a mistake, and the clock time is all that is known.
_FURTHEST = 14 * 3600
# Zones written as “GMT+0200” or “UTC +02:00”, which parsedate_tz takes for unknown names.
_NAMED_OFFSET = re.compile(r"\b(?:GMT|UTC|UT|Z)\s*([+-])(\d{1,2}):?(\d{2})?\b", re.IGNORECASE)
# The only form that is still to be written (RFC 5322, 3.3).
_ORDINARY = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d\d?) ([A-Z][a-z]{2}) ([12]\d{3}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)", re.ASCII
)
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_COMMENT = re.compile(r"[ \t]*\([^()]*\)")


def moment(value: str) -> datetime | None:
    """None where there is no date in it, or one out of the range of datetimes. Unknown zones count as UTC."""
    value = _COMMENT.sub("", value[:_LONGEST]).strip()
    try:
        if ordinary := _ORDINARY.fullmatch(value):
            return _as_written(ordinary)
        value = _NAMED_OFFSET.sub(lambda found: f"{found[1]}{int(found[2]):02}{found[3] or '00'}", value)
        return _internet(value) or _iso(value)
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        # parsedate_tz trips over odd dates in many ways, a different one in each version of Python.
        return None


def _as_written(found: re.Match[str]) -> datetime | None:
    """What `_internet` gives, many times faster."""
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    if month not in _MONTHS:
        return None
    clock = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
    return _moved(clock, (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == "-" else 1))


def _internet(value: str) -> datetime | None:
    parts = parsedate_tz(value)
    if parts is None:
        return None
    year, month, day, hour, minute, second = parts[:6]
    return _moved(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC), parts[9] or 0)


def _moved(clock: datetime, offset: int) -> datetime:
    return clock if abs(offset) > _FURTHEST else clock - timedelta(seconds=offset)


def _iso(value: str) -> datetime | None:
    if not re.match(r"\d{4}-", value):
        return None
    found = datetime.fromisoformat(value)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
