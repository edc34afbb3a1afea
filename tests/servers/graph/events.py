"""Events as they are stored: singles, series masters, and the occurrences and exceptions that hang on a master."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.servers.graph import recurrence
from tests.servers.graph.box import Ids, ItemKey, Mailbox, Scope, item_ids, new_key, read_item_id
from tests.servers.graph.errors import not_found
from tests.servers.graph.extended import Extended
from tests.servers.graph.zones import Moment

NEVER = "0001-01-01T00:00:00Z"
_GLOBAL_ID = "040000008200E00074C5B7101A82E008"  # MS-OXOCAL 2.2.1.27, Byte Array ID


@dataclass(slots=True)
class Attachment:
    key: str
    name: str
    content_type: str
    content: bytes
    inline: bool
    content_id: str | None
    modified: datetime


@dataclass(slots=True, eq=False)
class Event:
    """`details` are the properties that are kept as they are written; the others have fields of their own."""

    key: str
    calendar: str
    start: Moment
    end: Moment
    organizer: dict[str, Any]
    uid: str
    created: datetime
    modified: datetime
    version: int
    details: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    attendees: list[dict[str, Any]] = field(default_factory=list)
    all_day: bool = False
    mine: bool = True
    response: str = "organizer"
    response_time: str = NEVER
    cancelled: bool = False
    transaction: str | None = None
    moved: int = 0
    recurrence: dict[str, Any] | None = None
    online: dict[str, Any] | None = None
    extended: Extended = field(default_factory=dict)
    extensions: dict[str, dict[str, Any]] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    exceptions: dict[date, Event] = field(default_factory=dict)
    deleted: set[date] = field(default_factory=set)
    master: Event | None = None
    day: date | None = None
    own: set[str] = field(default_factory=set)
    """Of an exception: the properties in which it differs from its master."""

    @property
    def kind(self) -> str:
        if self.master is None:
            return "seriesMaster" if self.recurrence else "singleInstance"
        return "exception" if self.day in self.master.exceptions else "occurrence"

    @property
    def ids(self) -> Ids:
        stem = self.master or self
        return item_ids(stem.key, stem.moved, self.day.strftime("%Y%m%d") if self.day else "")

    @property
    def change_key(self) -> str:
        return f"EZ9r3czxY0m2jz8c45czkwAA{self.version:08X}=="

    @property
    def etag(self) -> str:
        return f'W/"{self.change_key}"'

    @property
    def scope(self) -> Scope:
        return ("events", self.calendar)

    @property
    def global_uid(self) -> str:
        """iCalUId: "different for each occurrence in a recurring series" ("event resource type")."""
        if self.day is None:
            return self.uid
        bare = self.uid if self.uid.startswith(_GLOBAL_ID) else _wrapped(self.uid)
        return f"{_GLOBAL_ID}{self.day.year:04X}{self.day.month:02X}{self.day.day:02X}{bare[40:]}"

    def overlaps(self, start: datetime, end: datetime) -> bool:
        mine, until = self.start.instant, self.end.instant
        return mine < end and (until > start or mine == until == start)

    def instance(self, day: date) -> Event:
        """The occurrence of a date; the exception where there is one."""
        known = self.exceptions.get(day)
        if known is not None:
            return known
        shift = timedelta(days=(day - self.start.local.date()).days)
        return dataclasses.replace(
            self, start=self.start.shifted(shift), end=self.end.shifted(shift), master=self, day=day,
            details=dict(self.details), attendees=list(self.attendees), extended=dict(self.extended),
            extensions=dict(self.extensions), attachments=dict(self.attachments), exceptions={}, deleted=set(),
            recurrence=None, transaction=None, own=set(),
        )  # fmt: skip

    def instances(self, start: datetime, end: datetime) -> list[Event]:
        """What of a series (or of a single event) is in a window."""
        if self.recurrence is None:
            return [self] if self.overlaps(start, end) else []
        length = self.end.local - self.start.local
        first, last = (start - length).date() - timedelta(days=2), end.date() + timedelta(days=2)
        days = set(recurrence.between(self.recurrence, first, last)) | set(self.exceptions)
        found = [self.instance(day) for day in sorted(days - self.deleted)]
        return [event for event in found if event.overlaps(start, end)]


def _wrapped(uid: str) -> str:
    """A foreign UID inside a Global Object ID (MS-OXOCAL 2.2.1.27: "vCal-Uid")."""
    data = b"vCal-Uid\x01\x00\x00\x00" + uid.encode() + b"\x00"
    return _GLOBAL_ID + "0" * 40 + len(data).to_bytes(4, "little").hex().upper() + data.hex().upper()


def new_uid() -> str:
    return _GLOBAL_ID + "0" * 24 + "0" * 16 + "10000000" + new_key().upper()


def touch(box: Mailbox, event: Event) -> None:
    """Another version of the event; what hangs on a series shares its change log."""
    event.version = box.next_number()
    event.modified = box.now()
    stem = event.master or event
    if event.master is not None:
        stem.version = box.next_number()
        stem.modified = event.modified
    box.log(stem.scope, stem.key, stem.ids)


def find(box: Mailbox, text: str, calendar: str | None = None) -> Event:
    """The event an id names: a stored one, or an occurrence of a series."""
    item = read_item_id(text)
    stem = box.events.get(item.key)
    if stem is None or item.moved not in (None, stem.moved) or calendar not in (None, stem.calendar):
        raise not_found()
    return stem if not item.suffix else _occurrence(stem, item)


def _occurrence(stem: Event, item: ItemKey) -> Event:
    day = datetime.strptime(item.suffix, "%Y%m%d").replace(tzinfo=UTC).date()
    if stem.recurrence is None or day in stem.deleted:
        raise not_found()
    if day not in stem.exceptions and day not in recurrence.between(stem.recurrence, day, day):
        raise not_found()
    return stem.instance(day)


def remove(box: Mailbox, event: Event) -> None:
    """Takes an event away, or one date out of its series."""
    if event.master is None or event.day is None:
        del box.events[event.key]
        box.log(event.scope, event.key, event.ids, gone=True)
        return
    event.master.exceptions.pop(event.day, None)
    event.master.deleted.add(event.day)
    touch(box, event.master)


def move(box: Mailbox, event: Event, calendar: str) -> None:
    """The user drags an event into another calendar: its plain id dies, the immutable one stays."""
    box.log(event.scope, event.key, event.ids, gone=True)
    event.calendar = calendar
    event.moved += 1
    for exception in event.exceptions.values():
        exception.calendar = calendar
    touch(box, event)
