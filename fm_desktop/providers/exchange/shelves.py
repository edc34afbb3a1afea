"""Where items are kept: what is asked for events and for tasks, each in its own way, behind one form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol

from exchangelib.fields import FieldPath

from fm_desktop.model.items import Item
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import When
from fm_desktop.port import Broken, CollectionGone, Found, Gone, Malformed, PortError, Ref, Refused, Resource
from fm_desktop.providers.exchange import events, tasks
from fm_desktop.providers.exchange.errors import SERVICE, Failure, failure_error
from fm_desktop.providers.exchange.folders import folder_of
from fm_desktop.providers.exchange.operations import (
    EVENT,
    TASK,
    CleanGlobalObjectId,
    Identity,
    compared,
    find_items,
    get_items,
    item_id,
    property_path,
)
from fm_desktop.providers.exchange.session import Call, EwsSession, failed
from fm_desktop.providers.exchange.uids import clean_global_object_id
from fm_desktop.providers.exchange.xml import Element, NotXml, all_at, at, attribute, children, parse
from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.ical.errors import BrokenCalendar
from fm_desktop.providers.transfer import Purpose, TransientFailure

# Bodies are part of an item, so that an answer stays below a few MB.
_BATCH: Final = 50
_PAGE: Final = 200
_MAX_PAGES: Final = 1_000

ContextOf = Callable[[], Context]


class Shelf(Protocol):
    """One kind of item. `about` names one inside a sentence."""

    about: str

    def fetched(self, collection: str, ids: Iterable[str]) -> Iterator[Found]:
        """Those of the items that are there now, with all that is to be known of them."""

    def find(self, collection: str, uids: Iterable[str]) -> Iterator[Found]: ...

    def holds(self, collection: str, uid: str) -> bool:
        """Is an item of ours with this identity there? One request."""

    def read(self, ref: Ref, revision: str | None, raw: bytes) -> Found: ...

    def new(self, value: Projection, uid: str) -> Element: ...

    def restored(self, raw: bytes, uid: str) -> Element: ...

    def changed(self, raw: bytes, patch: Patch, recurrence_id: When | None) -> tuple[Element, list[Element], list[str]]:
        """What is to be changed, its fields in their new form, and the names of those that are taken away."""

    def mails(self, raw: bytes) -> bool:
        """Are participants told of a change?"""


class EventShelf:
    """Events: our property or the UID is their identity, and a series has edited occurrences to be asked for."""

    about = "the calendar"

    def __init__(self, session: Callable[[], EwsSession], context: ContextOf) -> None:
        self._session = session
        self._context = context

    def fetched(self, collection: str, ids: Iterable[str]) -> Iterator[Found]:
        for identity, item in _got(self._session(), EVENT, collection, ids):
            yield item if isinstance(item, Broken) else self._whole(collection, identity, item)

    def _whole(self, collection: str, identity: str, item: Element) -> Found:
        """A series with its edited occurrences; those that went meanwhile are told of by the series' next change."""
        named = [attribute(each, "Id") for each in all_at(item, "t:ModifiedOccurrences/t:Occurrence/t:ItemId")]
        ref, revision = Ref(collection, identity), attribute(at(item, "t:ItemId"), "ChangeKey") or None
        occurrences: list[Element] = []
        for _, each in _got(self._session(), EVENT, "", named):
            if isinstance(each, Broken):
                return Broken(
                    ref, None, events.raw_of([item]), each.reason, events.title_of(item), events.identity_of(item)
                )
            occurrences.append(each)
        return self.read(ref, revision, events.raw_of([item, *occurrences]))

    def find(self, collection: str, uids: Iterable[str]) -> Iterator[Found]:
        """By the property we gave it; else by the server's own UID, which is kept in the item's GlobalObjectId."""
        for uid in uids:
            found = _of_ours(self._session(), collection, uid)
            if not found:
                condition = compared("IsEqualTo", property_path(CleanGlobalObjectId), clean_global_object_id(uid))
                found = _matching(self._session(), collection, condition)
            yield from (each for each in self.fetched(collection, found) if _uid(each) == uid)

    def holds(self, collection: str, uid: str) -> bool:
        return bool(_of_ours(self._session(), collection, uid))

    def read(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        return _understood(ref, revision, raw, lambda items: events.read_event(items, self._context()))

    def new(self, value: Projection, uid: str) -> Element:
        return events.new_event(value, uid, self._context())

    def restored(self, raw: bytes, uid: str) -> Element:
        return events.restored(items_of(raw), uid, self._context())

    def changed(self, raw: bytes, patch: Patch, recurrence_id: When | None) -> tuple[Element, list[Element], list[str]]:
        target, fields = events.change(items_of(raw), patch, recurrence_id, self._context())
        return target, fields, []

    def mails(self, raw: bytes) -> bool:
        return events.mails_participants(items_of(raw), self._context())


class TaskShelf:
    """Tasks: our property is their identity, else their id."""

    about = "the tasks"

    def __init__(self, session: Callable[[], EwsSession], context: ContextOf) -> None:
        self._session = session
        self._context = context

    def fetched(self, collection: str, ids: Iterable[str]) -> Iterator[Found]:
        for identity, item in _got(self._session(), TASK, collection, ids):
            if isinstance(item, Broken):
                yield item
            else:
                revision = attribute(at(item, "t:ItemId"), "ChangeKey") or None
                yield self.read(Ref(collection, identity), revision, events.raw_of([item]))

    def find(self, collection: str, uids: Iterable[str]) -> Iterator[Found]:
        for uid in uids:
            found = _of_ours(self._session(), collection, uid)
            yield from (each for each in self.fetched(collection, found or [uid]) if _uid(each) == uid)

    def holds(self, collection: str, uid: str) -> bool:
        return bool(_of_ours(self._session(), collection, uid))

    def read(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        return _understood(ref, revision, raw, lambda items: tasks.read_task(items, self._context()))

    def new(self, value: Projection, uid: str) -> Element:
        return tasks.new_task(value, uid, self._context())

    def restored(self, raw: bytes, uid: str) -> Element:
        return tasks.restored(items_of(raw), uid)

    def changed(self, raw: bytes, patch: Patch, recurrence_id: When | None) -> tuple[Element, list[Element], list[str]]:  # noqa: ARG002
        items = items_of(raw)
        return items[0], *tasks.change(items, patch, self._context())

    def mails(self, raw: bytes) -> bool:  # noqa: ARG002 - tasks are nobody else's
        return False


def items_of(raw: bytes) -> list[Element]:
    """Raises `BrokenCalendar`."""
    try:
        found = list(children(parse(raw)))
    except NotXml:
        found = []
    if not found:
        raise BrokenCalendar("It cannot be read: it is no item of Exchange.")
    return found


def _uid(found: Found) -> str:
    return found.uid


def _understood(
    ref: Ref, revision: str | None, raw: bytes, read: Callable[[Sequence[Element]], tuple[Item, ...]]
) -> Found:
    try:
        return Resource(ref, revision, raw, read(items_of(raw)))
    except BrokenCalendar as error:
        return Broken(ref, revision, raw, error.reason, error.title, error.uid)


def _got(
    session: EwsSession, fields: Sequence[FieldPath], collection: str, ids: Iterable[str]
) -> Iterator[tuple[str, Element | Broken]]:
    """Items in batches, in order. Absent ones are left out, moved ones among them, which get another id. One that
    cannot be had is `Broken`, the rest goes on."""
    named = list(dict.fromkeys(ids))
    for begin in range(0, len(named), _BATCH):
        batch = named[begin : begin + _BATCH]
        call = Call(get_items(map(item_id, batch), fields), Purpose.READ_ITEM, "the item")
        messages = session.messages(call)
        if len(messages) != len(batch):
            raise Malformed(f"{SERVICE} gave no usable answer about the calendar.")
        for identity, message in zip(batch, messages, strict=True):
            one = _item_of(message, call, Ref(collection, identity))
            if one is not None:
                yield identity, one


def _item_of(message: Element, call: Call, ref: Ref) -> Element | Broken | None:
    if failed(message):
        failure = Failure.of(message)
        error: PortError | TransientFailure = failure_error(failure, call.purpose, call.about)
        error = error.final if isinstance(error, TransientFailure) and failure.code in _WHOLE_MAILBOX else error
        if isinstance(error, Gone):
            return None
        if isinstance(error, Refused | Malformed | TransientFailure) and not isinstance(error, CollectionGone):
            reason = error.final if isinstance(error, TransientFailure) else error
            return Broken(ref, None, b"", str(reason))
        raise error
    item = next(children(at(message, "m:Items")), None)
    if item is None:
        return Broken(ref, None, b"", f"{SERVICE} shows nothing of it.")
    return item


# Not a fault of one item: nothing of the batch says anything.
_WHOLE_MAILBOX: Final = frozenset(
    ("ErrorMailboxStoreUnavailable", "ErrorMailboxFailover", "ErrorBatchProcessingStopped", "ErrorTimeoutExpired",
     "ErrorConnectionFailed", "ErrorMailboxMoveInProgress", "ErrorInsufficientResources")
)  # fmt: skip


def _of_ours(session: EwsSession, collection: str, uid: str) -> list[str]:
    return _matching(session, collection, compared("IsEqualTo", property_path(Identity), uid))


def _matching(session: EwsSession, collection: str, condition: Element) -> list[str]:
    """The ids of the items that meet a condition."""
    found: dict[str, None] = {}
    offset = 0
    for _ in range(_MAX_PAGES):
        request = find_items(folder_of(collection), condition, offset, _PAGE)
        root = at(session.one(Call(request, Purpose.READ, "the calendar")), "m:RootFolder")
        found |= dict.fromkeys(attribute(each, "Id") for each in all_at(root, "t:Items/*/t:ItemId"))
        if attribute(root, "IncludesLastItemInRange") == "true":
            return list(found)
        following = attribute(root, "IndexedPagingOffset")
        if not following.isdecimal():
            break
        offset = int(following)
    raise Malformed(f"{SERVICE} does not come to the end of what was looked for.")
