"""The port: how the engine sees either side, the CRM or a provider, without knowing the protocol.

A side holds collections (calendars; at the CRM the user's one agenda), a collection holds resources.
Writes may be called from several threads at once; everything else from one. Every method raises the
errors of this module and no others: adapters translate at their boundary, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from fm_desktop.model.items import Item, Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import When


class Side(StrEnum):
    CRM = "crm"
    PROVIDER = "provider"

    @property
    def other(self) -> Side:
        return Side.PROVIDER if self is Side.CRM else Side.CRM


# --- what is there -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Collection:
    """One calendar. `id` is its stable key at the side (CalDAV: the path of its URL, unquoted)."""

    id: str
    name: str
    writable: bool = True
    kinds: frozenset[Kind] = frozenset(Kind)
    colour: str = ""
    is_default: bool = False

    def takes(self, kind: Kind) -> bool:
        """Can a new item of this kind be put here?"""
        return self.writable and kind in self.kinds


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a resource is. `id` is the key inside its collection (CalDAV: unquoted path; CRM: row id)."""

    collection: str
    id: str


@dataclass(frozen=True, slots=True)
class Resource:
    """What one address at a side holds: a single item, or a series with its edited occurrences.

    `revision` is what a conditional write needs (ETag verbatim, change key); None where the server
    gave none. `raw` is the side's own representation, byte for byte. `items`: the master or single
    item first (absent where only occurrences were shared with the user), then the overrides.
    """

    ref: Ref
    revision: str | None
    raw: bytes
    items: tuple[Item, ...]

    @property
    def uid(self) -> str:
        return self.items[0].uid


@dataclass(frozen=True, slots=True)
class Broken:
    """A resource that could not be understood: kept aside as a problem, never counted as absent."""

    ref: Ref
    revision: str | None
    raw: bytes
    reason: str
    title: str = ""
    uid: str = ""


Found = Resource | Broken


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a collection since a cursor.

    `listed` is None for an increment. For a complete listing it names every resource that is there,
    including the unchanged ones that are not in `present`: what is known and not listed is gone.
    A listing that ended early is never given as complete. `cursor` is opaque text from the same
    reply as the changes (RFC 6578 sync-token, ctag, CRM watermark). `removed_marks`: at the CRM the `extId`s
    of deleted rows that this reading showed, known ones or not, by the row's id.
    """

    present: tuple[Found, ...]
    removed: tuple[str, ...]
    cursor: str
    listed: frozenset[str] | None = None
    removed_marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`conditional_writes`: updates and deletes can carry the revision seen.

    `schedules`: the server mails participants when an event with participants is written, or may.

    `task_hours`: a task keeps the hours of its date, and not the day alone.
    """

    conditional_writes: bool
    schedules: bool
    task_hours: bool = True


Known = Callable[[], Mapping[str, str | None]]
"""The revisions known of a collection's resources, by id; None forces a fresh read of that one."""


class Port(Protocol):
    """One side. `requests` counts the network requests made since it was built."""

    side: Side

    @property
    def requests(self) -> int: ...

    def capabilities(self) -> Capabilities: ...

    def principal(self) -> str:
        """Who the server says we are. A change means other credentials: everything is held."""

    def addresses(self) -> frozenset[str]:
        """The user's own e-mail addresses there, lower case."""

    def collections(self) -> tuple[Collection, ...]: ...

    def changes(self, collection: Collection, cursor: str | None, known: Known) -> Changes:
        """What is new since `cursor`; with None, or a cursor the server refuses, a complete listing."""

    def parse(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        """A stored raw representation, understood again. Makes no request."""

    def fetch(self, collection: str, ids: Iterable[str]) -> tuple[Found, ...]:
        """Those of the named resources that are there now, read afresh. Absent ones are left out."""

    def find(self, collection: str, uids: Iterable[str]) -> tuple[Found, ...]:
        """Resources by identity (UID at a provider, extId at the CRM), read afresh: the probe."""

    def create(self, collection: str, uid: str, value: Projection) -> Resource:
        """Stores a new item and returns it as it will be read back, as far as known without reading.

        Raises `Conflict` if that identity is already there (where the side can tell).
        """

    def update(self, resource: Resource, patch: Patch, recurrence_id: When | None = None) -> Resource:
        """Changes only what `patch` names, on the raw representation; everything else stays byte for byte.

        Raises `Conflict` if the resource is not at `resource.revision` any more, `Gone` if it is away.
        """

    def delete(self, resource: Resource) -> None:
        """Raises `Conflict` if it changed since `resource.revision`; an absent one counts as deleted."""

    def restore(self, collection: str, uid: str, raw: bytes) -> Resource:
        """Stores a deleted resource again from its raw representation, as complete as it was (undo), under the
        identity it is to be found by (at a provider the one in `raw`)."""

    def mark(self, resource: Resource, ext_id: str) -> Resource:
        """At the CRM: gives a row another `extId`, '' for none; nothing is sent where it has it already. A
        provider's items carry no mark but their UID: they stay as they are."""

    def are_twins(self, first: Resource, second: Resource) -> bool:
        """At the CRM: do two rows show the same in everything that a person can set? A provider's items have none."""


class CalendarService(Port, Protocol):
    """A provider's calendars: a side, and how it is connected to."""

    @property
    def manner(self) -> str:
        """How it is talked to, for people: the protocol, or the server whose habits are known."""

    def connect(self) -> object:
        """Signs in and finds the calendars, anew. Raises `SignInNeeded`, `Unreachable`, `Refused`, `Malformed`."""

    def found(self) -> str:
        """What connecting found out, as text without secrets, for `resume`."""

    def resume(self, found: str) -> None:
        """Goes on with what an earlier connection found, without a request. Raises `ValueError` for other text."""

    def close(self) -> None: ...


# --- what can go wrong ---------------------------------------------------------------------------


class PortError(Exception):
    """Something a side could not do. `str(error)` is a plain sentence; `next_step` what the user can do."""

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step


class Unreachable(PortError):
    """No connection was made, or the read failed: nothing was changed. Tried again later."""


class OutcomeUnknown(PortError):
    """A write was sent and no usable answer came: it may have been stored. Probed, never repeated blindly."""


class Throttled(PortError):
    """The side asks to slow down and did not carry the request out. `retry_after` in seconds, or None."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message, "Nothing to do: syncing goes on by itself a little later.")
        self.retry_after = retry_after


class SignInNeeded(PortError):
    """The credentials were refused."""


class Conflict(PortError):
    """The item changed since it was read (HTTP 412), or a new one exists already: observe and plan again."""


class Gone(PortError):
    """The item to change is not there any more."""


class Refused(PortError):
    """The side will not take this write, and would not if it were repeated: a problem of this item."""


class CollectionGone(PortError):
    """The calendar itself is not there any more."""


class Malformed(PortError):
    """The side answered something that is not its contract; nothing was taken from it."""
