"""Where items are kept: what is asked for events and for tasks, each in its own way, behind one form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, Protocol

from fm_desktop.model.items import Item
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import When
from fm_desktop.port import Broken, Found, Gone, Malformed, Ref, Refused, Resource
from fm_desktop.providers.graph import events, tasks
from fm_desktop.providers.graph.calendars import items_path
from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.graph.raw import Json, canonical, parsed, parts, revision_of, text
from fm_desktop.providers.graph.series import is_master
from fm_desktop.providers.graph.session import NEXT_LINK, Call, GraphSession, segment
from fm_desktop.providers.ical.errors import BrokenCalendar
from fm_desktop.providers.outlook.identity import GRAPH_PROPERTY_ID
from fm_desktop.providers.transfer import Purpose

# Outlook takes up to a thousand an answer; bodies are part of it, so that fewer are asked for.
_PAGE: Final = "200"
_FIELDS: Final = (
    "id,changeKey,iCalUId,subject,body,start,end,originalStart,originalStartTimeZone,originalEndTimeZone,isAllDay,"
    "isCancelled,isOrganizer,organizer,attendees,responseStatus,sensitivity,showAs,importance,categories,location,"
    "locations,onlineMeeting,onlineMeetingUrl,isOnlineMeeting,recurrence,type,seriesMasterId,isReminderOn,"
    "reminderMinutesBeforeStart"
)
_IDENTITY: Final = f"singleValueExtendedProperties($filter=id eq '{GRAPH_PROPERTY_ID}')"
_OCCURRENCES: Final = frozenset(("occurrence", "exception"))
_LINKS: Final = "linkedResources"


class Shelf(Protocol):
    """One kind of item. `about` names one inside a sentence."""

    about: str

    def listed(self, collection: str) -> Iterator[Json]:
        """All items, a series as its master. Raises `CollectionGone`."""

    def is_whole(self, entry: Json) -> bool:
        """Does the listing tell all that is to be known of this item?"""

    def get(self, collection: str, identity: str, *, known_series: bool = False) -> Json | None:
        """One item with all that is to be known of it, None where it is not there."""

    def is_in(self, found: Found) -> bool:
        """An item that is there by its id, is it in its collection still? An id stays when its item is moved."""

    def find(self, collection: str, uids: Iterable[str]) -> Iterator[Json]: ...

    def read(self, ref: Ref, revision: str | None, raw: bytes) -> Found: ...

    def new(self, value: Projection, uid: str) -> Json: ...

    def restored(self, raw: bytes, uid: str) -> Json: ...

    def changed(self, raw: bytes, patch: Patch, recurrence_id: When | None) -> tuple[Json, Json]:
        """What is to be changed, and its new values."""


ContextOf = Callable[[], Context]


class EventShelf:
    """Events: `iCalUId` or our property is their identity, and a series is asked for by itself for its dates."""

    about = "the event"

    def __init__(self, session: GraphSession, context: ContextOf) -> None:
        self._session = session
        self._context = context

    def listed(self, collection: str) -> Iterator[Json]:
        return _all(self._session, items_path(collection), {"$select": _FIELDS, "$expand": _IDENTITY, "$top": _PAGE})

    def is_whole(self, entry: Json) -> bool:
        return not is_master(entry)

    def get(self, collection: str, identity: str, *, known_series: bool = False) -> Json | None:
        if known_series:
            return self._series(collection, identity)
        found = self._by_id(collection, identity, _FIELDS, _IDENTITY)
        if found is None or text(found, "type") in _OCCURRENCES:
            # An occurrence is none of the calendar's items, its series is.
            return None
        return self._series(collection, identity) if is_master(found) else found

    def is_in(self, found: Found) -> bool:
        """The calendar is asked for the item's UID: what it answers does not hang on forms of ids."""
        uid = text(parsed(found.raw), "iCalUId") if found.raw else ""
        if not uid:
            return True
        listed = self._filtered(found.ref.collection, f"iCalUId eq '{_quoted(uid)}'")
        return any(text(each, "id") == found.ref.id for each in listed)

    def find(self, collection: str, uids: Iterable[str]) -> Iterator[Json]:
        """By the property we gave it; else by the server's own UID, for what others made."""
        for uid in uids:
            value = _quoted(uid)
            ours = f"singleValueExtendedProperties/any(p: p/id eq '{GRAPH_PROPERTY_ID}' and p/value eq '{value}')"
            found = self._filtered(collection, ours) or self._filtered(collection, f"iCalUId eq '{value}'")
            for each in found:
                entity = each if self.is_whole(each) else self._series(collection, text(each, "id"))
                if entity is not None and events.identity_of(entity) == uid:
                    yield entity

    def read(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        return _understood(ref, revision, raw, lambda entity: events.read_event(entity, self._context()))

    def new(self, value: Projection, uid: str) -> Json:
        return events.new_event(value, uid, self._context())

    def restored(self, raw: bytes, uid: str) -> Json:
        return events.restored(parsed(raw), uid, self._context())

    def changed(self, raw: bytes, patch: Patch, recurrence_id: When | None) -> tuple[Json, Json]:
        return events.change(parsed(raw), patch, recurrence_id, self._context())

    def _filtered(self, collection: str, condition: str) -> list[Json]:
        params = {"$filter": condition, "$select": _FIELDS, "$expand": _IDENTITY}
        return list(_all(self._session, items_path(collection), params))

    def _series(self, collection: str, identity: str) -> Json | None:
        """Its dates are told of a series only, and on $select by id only (event, cancelledOccurrences)."""
        fields = f"{_FIELDS},exceptionOccurrences,cancelledOccurrences"
        found = self._by_id(collection, identity, fields, f"exceptionOccurrences,{_IDENTITY}")
        link = None if found is None else found.pop(f"exceptionOccurrences{NEXT_LINK}", None)
        if found is not None and isinstance(link, str) and link:
            rest = _all(self._session, link, {})
            found["exceptionOccurrences"] = [*parts(found, "exceptionOccurrences"), *rest]
        return found

    def _by_id(self, collection: str, identity: str, fields: str, expanded: str) -> Json | None:
        target = f"{items_path(collection)}/{segment(identity)}"
        params = {"$select": fields, "$expand": expanded}
        try:
            return self._session.entity(Call("GET", target, Purpose.READ_ITEM, self.about, params))
        except Gone:
            return None


class TaskShelf:
    """To Do tasks: a linked resource is their identity, else their id."""

    about = "the task"

    def __init__(self, session: GraphSession, context: ContextOf) -> None:
        self._session = session
        self._context = context

    def listed(self, collection: str) -> Iterator[Json]:
        return _all(self._session, items_path(collection), {"$expand": _LINKS, "$top": "100"})

    def is_whole(self, entry: Json) -> bool:  # noqa: ARG002 - it is always so
        return True

    def get(self, collection: str, identity: str, *, known_series: bool = False) -> Json | None:  # noqa: ARG002
        target = f"{items_path(collection)}/{segment(identity)}"
        call = Call("GET", target, Purpose.READ_ITEM, self.about, {"$expand": _LINKS})
        try:
            return self._session.entity(call)
        except Gone:
            return None

    def is_in(self, found: Found) -> bool:  # noqa: ARG002 - a list answers for its own tasks only
        return True

    def find(self, collection: str, uids: Iterable[str]) -> Iterator[Json]:
        """To Do cannot be asked by a linked resource, so that its list is looked through."""
        wanted = set(uids)
        return (each for each in self.listed(collection) if tasks.identity_of(each) in wanted)

    def read(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        return _understood(ref, revision, raw, lambda entity: tasks.read_task(entity, self._context()))

    def new(self, value: Projection, uid: str) -> Json:
        return tasks.new_task(value, uid, self._context())

    def restored(self, raw: bytes, uid: str) -> Json:
        return tasks.restored(parsed(raw), uid)

    def changed(self, raw: bytes, patch: Patch, recurrence_id: When | None) -> tuple[Json, Json]:  # noqa: ARG002
        task = parsed(raw)
        return task, tasks.change(task, patch, self._context())


def _quoted(value: str) -> str:
    """Inside the quotes of a literal (OData URL conventions, 5.1.1.6.1)."""
    return value.replace("'", "''")


def found_of(shelf: Shelf, collection: str, entity: Json) -> Found:
    return shelf.read(Ref(collection, text(entity, "id")), revision_of(entity), canonical(entity))


def fetched(shelf: Shelf, collection: str, identity: str, *, known_series: bool = False) -> Found | None:
    """One item read afresh, None where it is not there. One that cannot be had is `Broken`, the rest goes on."""
    try:
        entity = shelf.get(collection, identity, known_series=known_series)
    except (Refused, Malformed) as error:
        return Broken(Ref(collection, identity), None, b"", str(error))
    return None if entity is None else found_of(shelf, collection, {**entity, "id": identity})


def completed(shelf: Shelf, collection: str, entry: Json) -> Found | None:
    """A listed item with all that is to be known of it, None where it went in the meantime."""
    if shelf.is_whole(entry):
        return found_of(shelf, collection, entry)
    one = fetched(shelf, collection, text(entry, "id"), known_series=True)
    if isinstance(one, Broken) and not one.title:
        return replace(one, title=events.title_of(entry), uid=events.identity_of(entry))
    return one


def _understood(ref: Ref, revision: str | None, raw: bytes, read: Callable[[Json], tuple[Item, ...]]) -> Found:
    try:
        return Resource(ref, revision, raw, read(parsed(raw)))
    except BrokenCalendar as error:
        return Broken(ref, revision, raw, error.reason, error.title, error.uid)


def _all(session: GraphSession, target: str, params: dict[str, str]) -> Iterator[Json]:
    call = Call("GET", target, Purpose.READ, "the calendar", params)
    for page in session.pages(call):
        for each in page["value"]:
            if not isinstance(each, dict) or not text(each, "id"):
                # Left out it would count as removed.
                raise Malformed("Microsoft 365 listed something that is no item.")
            yield each
