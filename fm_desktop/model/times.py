"""When an item happens: a local date-time with an IANA zone, or a date.

All spans are half open, as in iCalendar (RFC 5545, 3.6.1): the end of an all-day span is the day
*after* the last one. The CRM counts inclusively; its adapter converts, nobody else does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

UTC_NAME = "UTC"


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises `ZoneInfoNotFoundError` or `ValueError` for anything else."""
    return ZoneInfo(name)


@dataclass(frozen=True)
class Timed:
    """A wall-clock reading in a zone; `fold` picks the second of two equal readings (PEP 495)."""

    local: datetime
    zone: str = UTC_NAME

    def __post_init__(self) -> None:
        if self.local.tzinfo is not None:
            raise ValueError("Timed.local carries no tzinfo: the zone is its own field")

    @cached_property
    def instant(self) -> datetime:
        """The moment in UTC, aware. A reading inside a DST gap means the offset before the gap."""
        return self.local.replace(tzinfo=zone(self.zone)).astimezone(UTC)

    def in_zone(self, name: str) -> Timed:
        """The same moment, read on the clock of another zone."""
        return timed(self.instant, name)

    def to_minute(self) -> Timed:
        """Seconds cut off: the CRM knows minutes only."""
        return Timed(self.local.replace(second=0, microsecond=0), self.zone)


def timed(moment: datetime, zone_name: str = UTC_NAME) -> Timed:
    """An aware date-time as a `Timed` in the zone named."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return Timed(moment.astimezone(zone(zone_name)).replace(tzinfo=None), zone_name)


When = Timed | date


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, not including, `end`. Both `Timed`, or both dates (all day)."""

    start: When
    end: When

    def __post_init__(self) -> None:
        if isinstance(self.start, Timed) != isinstance(self.end, Timed):
            raise ValueError("a span starts and ends both with a time, or both with a date")
        if self.is_backwards:
            raise ValueError("a span cannot end before it starts")

    @property
    def all_day(self) -> bool:
        return not isinstance(self.start, Timed)

    @property
    def is_backwards(self) -> bool:
        if isinstance(self.start, Timed) and isinstance(self.end, Timed):
            return self.end.instant < self.start.instant
        assert not isinstance(self.start, Timed)
        assert not isinstance(self.end, Timed)
        return self.end < self.start

    def normal(self) -> Span:
        """The form two sides are compared in: UTC cut to the minute, or dates as they are."""
        if isinstance(self.start, Timed) and isinstance(self.end, Timed):
            return Span(self.start.in_zone(UTC_NAME).to_minute(), self.end.in_zone(UTC_NAME).to_minute())
        return self

    def start_instant(self, floating_zone: str = UTC_NAME) -> datetime:
        """The start as an aware instant; the midnight of an all-day start is that of `floating_zone`."""
        return instant_of(self.start, floating_zone)

    def end_instant(self, floating_zone: str = UTC_NAME) -> datetime:
        return instant_of(self.end, floating_zone)


def instant_of(when: When, floating_zone: str = UTC_NAME) -> datetime:
    if isinstance(when, Timed):
        return when.instant
    try:
        return Timed(datetime(when.year, when.month, when.day), floating_zone).instant
    except OverflowError:
        # The first midnight of the calendar, and the last one, are beyond it in some zones: its edge stands for them.
        return datetime.min.replace(tzinfo=UTC) if when.year == 1 else datetime.max.replace(tzinfo=UTC)


def day_span(first: date, last: date | None = None) -> Span:
    """An all-day span given by its first and its last day, both included."""
    return Span(first, (last or first) + timedelta(days=1))


def when_to_text(when: When | None) -> str:
    """A stable text for keys: '' for none, `2026-11-25`, or the UTC instant `20261125T083000Z`."""
    if when is None:
        return ""
    if isinstance(when, Timed):
        # Not strftime, which leaves the zeros of the year 0999 out.
        return when.instant.replace(tzinfo=None).isoformat(timespec="seconds").replace("-", "").replace(":", "") + "Z"
    return when.isoformat()
