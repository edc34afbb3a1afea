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
_COMMENT = re.compile(r"[ \t]*\([^()]*\)")


def moment(value: str) -> datetime | None:
    """None where there is no date in it, or one out of the range of datetimes. Unknown zones count as UTC."""
    value = _COMMENT.sub("", value[:_LONGEST]).strip()
    value = _NAMED_OFFSET.sub(lambda found: f"{found[1]}{int(found[2]):02}{found[3] or '00'}", value)
    try:
        return _internet(value) or _iso(value)
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        # parsedate_tz trips over odd dates in many ways, a different one in each version of Python.
        return None


def _internet(value: str) -> datetime | None:
    parts = parsedate_tz(value)
    if parts is None:
        return None
    year, month, day, hour, minute, second = parts[:6]
    offset = parts[9] or 0
    clock = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    return clock if abs(offset) > _FURTHEST else clock - timedelta(seconds=offset)


def _iso(value: str) -> datetime | None:
    if not re.match(r"\d{4}-", value):
        return None
    found = datetime.fromisoformat(value)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
