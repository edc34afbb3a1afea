"""The mailbox: everything that is stored, the log of changes behind the deltas, and the mails it would have sent."""

from __future__ import annotations

import base64
import itertools
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from tests.servers.graph.errors import bad_request, not_found
from tests.servers.graph.faults import Faults

if TYPE_CHECKING:
    from tests.servers.graph.events import Event
    from tests.servers.graph.mail import Folder, Message
    from tests.servers.graph.todo import Task, TaskList

Scope = tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail the service would have sent to other people. kind: invitation, update, cancellation, response."""

    kind: str
    to: tuple[str, ...]
    subject: str
    uid: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Ids:
    """The two ids of an item: the one that changes when it moves, and the one that does not."""

    plain: str
    immutable: str

    def pick(self, immutable: bool) -> str:
        return self.immutable if immutable else self.plain


@dataclass(frozen=True, slots=True)
class Change:
    number: int
    scope: Scope
    key: str
    ids: Ids
    gone: bool


@dataclass(slots=True)
class Calendar:
    key: str
    name: str
    group: str
    default: bool = False
    can_edit: bool = True
    color: str = "auto"
    version: int = 0
    owner_name: str = ""
    owner_address: str = ""


@dataclass(slots=True)
class Mailbox:
    address: str
    name: str
    time_zone: str
    faults: Faults
    calendars: dict[str, Calendar] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    lists: dict[str, TaskList] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    sent: list[SentMail] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    """Requests that send mail outright; nothing of ours may make one."""
    changes: list[Change] = field(default_factory=list)
    hidden: dict[str, int] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _last: datetime | None = None

    def next_number(self) -> int:
        return next(self._numbers)

    def now(self) -> datetime:
        """The service's clock; it never shows the same microsecond twice."""
        moment = datetime.now(UTC) + self.faults.clock_offset
        if self._last is not None and self._last >= moment and self.faults.clock_offset >= timedelta():
            moment = self._last + timedelta(microseconds=1)
        self._last = moment
        return moment

    def log(self, scope: Scope, key: str, ids: Ids, *, gone: bool = False) -> None:
        self.changes.append(Change(self.next_number(), scope, key, ids, gone))

    def hide_for_a_while(self, key: str) -> None:
        if self.faults.lag:
            self.hidden[key] = self.faults.lag

    def listed(self, keys: Iterable[str]) -> set[str]:
        """The keys a listing shows now: those not hidden by a lag, whose count goes down by this."""
        shown = set()
        for key in keys:
            left = self.hidden.get(key, 0)
            if left:
                self.hidden[key] = left - 1
            else:
                shown.add(key)
        return shown

    def default_calendar(self) -> Calendar:
        return next(calendar for calendar in self.calendars.values() if calendar.default)


def new_key() -> str:
    return uuid.uuid4().hex


def container_id(key: str) -> str:
    """Calendars, folders and lists have one constant id ("Obtain immutable identifiers for Outlook resources")."""
    return _encode("AQMkAD", key)


def item_ids(key: str, moved: int, suffix: str = "") -> Ids:
    """`moved` counts the moves of the item; `suffix` names an occurrence of a series."""
    return Ids(_encode("AAMkAD", f"{key}.{moved}.{suffix}"), _encode("AAkALg", f"{key}.i.{suffix}"))


@dataclass(frozen=True, slots=True)
class ItemKey:
    key: str
    moved: int | None
    suffix: str


def read_item_id(text: str) -> ItemKey:
    """What an id of either form names; whether it names a thing that is still there is for the caller to see."""
    for prefix in ("AAMkAD", "AAkALg"):
        if text.startswith(prefix):
            key, moved, suffix = _decode(prefix, text, r"([0-9a-f]{32})\.(\d+|i)\.(\w*)")
            return ItemKey(key, None if moved == "i" else int(moved), suffix)
    raise bad_request("Id is malformed.", "ErrorInvalidIdMalformed")


def read_container_id(text: str) -> str:
    (key,) = _decode("AQMkAD", text, r"([0-9a-f]{32})")
    return key


def _encode(prefix: str, text: str) -> str:
    return prefix + base64.urlsafe_b64encode(text.encode()).decode()


def _decode(prefix: str, text: str, pattern: str) -> tuple[Any, ...]:
    try:
        decoded = base64.urlsafe_b64decode(text.removeprefix(prefix).encode()).decode()
    except ValueError as error:
        raise bad_request("Id is malformed.", "ErrorInvalidIdMalformed") from error
    found = re.fullmatch(pattern, decoded)
    if not text.startswith(prefix) or found is None or _encode(prefix, decoded) != text:
        raise bad_request("Id is malformed.", "ErrorInvalidIdMalformed")
    return found.groups()


def found(stored: dict[str, T], key: str) -> T:
    try:
        return stored[key]
    except KeyError as error:
        raise not_found() from error


def stamp(moment: datetime) -> str:
    """An Edm.DateTimeOffset as Outlook writes it: UTC, seven digits of fraction."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
