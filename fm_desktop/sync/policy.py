"""Who may edit what, and which way things travel: the rules R01, R20-R27 as pure functions.

One-way modes mirror the items of the source side and put edits of the copies back. Items that were
born on the other side, and are linked from earlier two-way days, are left alone on both sides:
overwriting a user's own calendar from an old CRM copy would lose data.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fm_desktop.model.items import Answer, Item, Kind, Privacy
from fm_desktop.model.projection import Projection
from fm_desktop.model.times import Span
from fm_desktop.port import Side


class Direction(StrEnum):
    BOTH = "bidirectional"
    TO_CRM = "calendar-to-crm"
    TO_PROVIDER = "crm-to-calendar"


class PrivateEvents(StrEnum):
    BUSY = "busy"
    FULL = "full"
    SKIP = "skip"


class Conflicts(StrEnum):
    DEFAULT = "default"
    CALENDAR = "calendar"
    CRM = "crm"


class Origin(StrEnum):
    """Where an item was born."""

    CRM = "crm"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Options:
    """The user's choices, and who the user is. `zone` is the user's IANA zone."""

    tenant: str
    user: str
    zone: str
    direction: Direction = Direction.BOTH
    private_events: PrivateEvents = PrivateEvents.BUSY
    conflicts: Conflicts = Conflicts.DEFAULT
    follow_edited_occurrences: bool = False
    ask_before_notifying: bool = True
    history_days: int = 30
    series_days_back: int = 30
    series_days_ahead: int = 365
    series_limit: int = 200
    writes_per_cycle: int = 2_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about an item at the provider, apart from its fields.

    `guest`  the user is only a participant.  `others`  how many other people are on it; `whom`: who they are.
    `masked` only shown as busy.  `read_only`  the calendar itself cannot be written.
    """

    guest: bool = False
    series: bool = False
    masked: bool = False
    read_only: bool = False
    cancelled: bool = False
    others: int = 0
    whom: str = ""
    answer: Answer | None = None

    @property
    def editable(self) -> bool:
        """May the CRM's user edit it there (R21, R22, R24)?"""
        return not (self.guest or self.series or self.masked or self.read_only)

    def why_locked(self) -> str:
        if self.series:
            return "it is part of a recurring series"
        if self.guest:
            return "you are a participant, not the organiser"
        if self.masked:
            return "it is private"
        if self.read_only:
            return "its calendar can only be read"
        return ""


def facts_of(item: Item, own_addresses: frozenset[str], *, series: bool, read_only: bool, options: Options) -> Facts:
    organiser = item.organiser
    guest = organiser is not None and organiser.address not in own_addresses
    people = {each.address or each.name for each in item.participants if each.address not in own_addresses}
    return Facts(
        guest=guest,
        series=series,
        masked=item.privacy is Privacy.PRIVATE and options.private_events is not PrivateEvents.FULL,
        read_only=read_only,
        cancelled=item.cancelled,
        others=len(people),
        whom=hashlib.sha256("\x1f".join(sorted(people)).encode(errors="replace")).hexdigest()[:16] if people else "",
        answer=item.answer,
    )


def source_of(origin: Origin) -> Side:
    return Side.CRM if origin is Origin.CRM else Side.PROVIDER


def travels(origin: Origin, direction: Direction) -> bool:
    """Is an item born there kept in step at all?"""
    if direction is Direction.BOTH:
        return True
    return origin is (Origin.PROVIDER if direction is Direction.TO_CRM else Origin.CRM)


def authority(origin: Origin, facts: Facts, direction: Direction) -> Side | None:
    """The side whose word alone counts for an item; None where both may edit it."""
    if not facts.editable:
        return Side.PROVIDER
    if direction is Direction.BOTH:
        return None
    return source_of(origin)


def text_winner(facts: Facts, conflicts: Conflicts) -> Side:
    """The note is the salesperson's, unless other people read it in the invitation (design 4, "Merge")."""
    if conflicts is Conflicts.DEFAULT:
        return Side.PROVIDER if facts.others else Side.CRM
    return Side.CRM if conflicts is Conflicts.CRM else Side.PROVIDER


def field_winner(conflicts: Conflicts) -> Side:
    return Side.CRM if conflicts is Conflicts.CRM else Side.PROVIDER


def series_window(now: datetime, options: Options) -> tuple[datetime, datetime]:
    """The sliding window of occurrences, cut to whole UTC days so that it moves once a day."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=options.series_days_back), today + timedelta(days=options.series_days_ahead)


def is_in_range(projection: Projection, now: datetime, options: Options) -> bool:
    """Is an item recent enough to be copied for the first time? Linked ones stay linked whatever their age."""
    if projection.span is None:
        return not projection.completed
    return _end(projection.span, options.zone) >= now - timedelta(days=options.history_days) or (
        projection.kind is Kind.TASK and not projection.completed
    )


def _end(span: Span, zone: str) -> datetime:
    return max(span.end_instant(zone), span.start_instant(zone))
