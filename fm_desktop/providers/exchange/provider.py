"""Exchange on an own server as a port: what the engine asks, put together from the parts of this package."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Final

from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import When
from fm_desktop.port import (
    Broken,
    Capabilities,
    Changes,
    Collection,
    Conflict,
    Found,
    Gone,
    Known,
    OutcomeUnknown,
    Ref,
    Refused,
    Resource,
    Side,
)
from fm_desktop.providers.exchange import changes as listing
from fm_desktop.providers.exchange import discovery
from fm_desktop.providers.exchange.connection import Connection, Mailbox
from fm_desktop.providers.exchange.errors import CHECKED, LEAVE_OUT, unusable
from fm_desktop.providers.exchange.events import applied, raw_of
from fm_desktop.providers.exchange.folders import all_folders, calendars_of, folder_of, holds_tasks
from fm_desktop.providers.exchange.operations import (
    create_item,
    delete_item,
    get_items,
    item_id,
    path,
    update_item,
)
from fm_desktop.providers.exchange.session import Call
from fm_desktop.providers.exchange.shelves import EventShelf, Shelf, TaskShelf, items_of
from fm_desktop.providers.exchange.signing import Account
from fm_desktop.providers.exchange.xml import Element, at, attribute, children, local_name, make
from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.ical.errors import BrokenCalendar, NotPossible
from fm_desktop.providers.transfer import Purpose

_OF_ITEMS: Final = frozenset(("Subject", "Body", "Sensitivity"))


class ExchangeProvider:
    """One user's calendars and task folders at an Exchange server. Implements `CalendarService`.

    `user_zone` is the user's IANA zone. `own_addresses` are known to be the user's besides those the server names.
    `url` None: the server is found by the address. Signing in happens on the first use, or in `connect()`.
    """

    side = Side.PROVIDER
    manner = "exchange-web-services"

    def __init__(
        self,
        account: Account,
        address: str,
        *,
        user_zone: str,
        url: str | None = None,
        own_addresses: Iterable[str] = (),
        discover: Callable[[str, Account], str] = discovery.ews_url,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = Connection(account, address, url=url, discover=discover, sleep=sleep)
        self._user_zone = user_zone
        self._given_addresses = frozenset(each.strip().lower() for each in own_addresses if "@" in each)
        self._events: Shelf = EventShelf(self._connection.session, self._context)
        self._tasks: Shelf = TaskShelf(self._connection.session, self._context)

    def __repr__(self) -> str:
        return f"ExchangeProvider({self._connection!r})"

    # --- who and where ---------------------------------------------------------------------------

    @property
    def requests(self) -> int:
        return self._connection.requests

    def connect(self) -> Mailbox:
        """Finds the server and signs in. Raises `SignInNeeded`, `Unreachable`, `Refused`, `Malformed`."""
        return self._connection.connect()

    def found(self) -> str:
        return self._connection.found()

    def resume(self, found: str) -> None:
        self._connection.resume(found)

    def close(self) -> None:
        self._connection.close()

    def capabilities(self) -> Capabilities:
        """Exchange writes to the participants of a meeting where it is told to."""
        return Capabilities(conditional_writes=True, schedules=True, task_hours=False)

    def principal(self) -> str:
        return self._connection.mailbox().id

    def addresses(self) -> frozenset[str]:
        return frozenset(self._connection.mailbox().addresses) | self._given_addresses

    def collections(self) -> tuple[Collection, ...]:
        return calendars_of(all_folders(self._connection.session()))

    # --- reading ---------------------------------------------------------------------------------

    def changes(self, collection: Collection, cursor: str | None, known: Known) -> Changes:
        return listing.changes(self._connection.session(), self._shelf(collection.id), collection.id, cursor, known)

    def parse(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        return self._shelf(ref.collection).read(ref, revision, raw)

    def fetch(self, collection: str, ids: Iterable[str]) -> tuple[Found, ...]:
        return tuple(self._shelf(collection).fetched(collection, ids))

    def find(self, collection: str, uids: Iterable[str]) -> tuple[Found, ...]:
        return tuple(self._shelf(collection).find(collection, dict.fromkeys(uids)))

    # --- writing ---------------------------------------------------------------------------------

    def create(self, collection: str, uid: str, value: Projection) -> Resource:
        shelf = self._shelf(collection)
        try:
            item = shelf.new(value, uid)
        except NotPossible as error:
            raise Refused(str(error), LEAVE_OUT) from error
        # EWS stores whatever it is given as often as it is given it. Another computer of the user may have been faster.
        if shelf.holds(collection, uid):
            raise Conflict(f"{_named(value.title)} is there already.")
        return self._store(collection, item, value.title)

    def update(self, resource: Resource, patch: Patch, recurrence_id: When | None = None) -> Resource:
        shelf = self._shelf(resource.ref.collection)
        try:
            target, fields, removed = shelf.changed(resource.raw, patch, recurrence_id)
        except NotPossible as error:
            raise Refused(str(error), LEAVE_OUT) from error
        except BrokenCalendar as error:
            raise Refused(error.reason, LEAVE_OUT) from error
        if not fields and not removed:
            # It says so already: a needless write could still send mail to participants.
            return resource
        identity, is_item = _id_of(target), _id_of(target) == resource.ref.id
        key = (resource.revision if is_item else None) or attribute(at(target, "t:ItemId"), "ChangeKey")
        changed = [_set(target, each) for each in fields] + [_deleted(each) for each in removed]
        about = _named(resource.items[0].title)
        call = Call(
            update_item(item_id(identity, key), changed, mails=shelf.mails(resource.raw)),
            Purpose.WRITE, about, self._context().clock.name,
        )  # fmt: skip
        written = at(next(children(at(self._connection.session().one(call), "m:Items")), None), "t:ItemId")
        if written is None:
            raise unusable(call.purpose, about)
        fresh = applied(target, fields, removed, attribute(written, "ChangeKey"))
        items = [fresh if _id_of(each) == identity else each for each in items_of(resource.raw)]
        return self._readable(resource.ref, attribute(written, "ChangeKey") if is_item else None, items, about)

    def delete(self, resource: Resource) -> None:
        """EWS deletes whatever is there, so that it is looked at first; what is deleted goes to the bin."""
        shelf, about = self._shelf(resource.ref.collection), _named(resource.items[0].title)
        session = self._connection.session()
        look = get_items([item_id(resource.ref.id)])
        try:
            found = session.one(Call(look, Purpose.READ_ITEM, about))
            key = attribute(at(next(children(at(found, "m:Items")), None), "t:ItemId"), "ChangeKey")
            if key != (resource.revision or attribute(at(items_of(resource.raw)[0], "t:ItemId"), "ChangeKey")):
                raise Conflict(f"{about} was changed at the Exchange server in the meantime.")
            request = delete_item(item_id(resource.ref.id, key), mails=shelf.mails(resource.raw))
            session.one(Call(request, Purpose.WRITE, about))
        except Gone:
            return

    def restore(self, collection: str, uid: str, raw: bytes) -> Resource:  # noqa: ARG002 - `raw` holds it
        shelf = self._shelf(collection)
        found = shelf.read(Ref(collection, ""), None, raw)
        if isinstance(found, Broken):
            raise Refused(found.reason, LEAVE_OUT)
        try:
            item = shelf.restored(raw, found.uid)
        except NotPossible as error:
            raise Refused(str(error), "Restore it from the deleted items in Outlook.") from error
        if any(True for _ in shelf.find(collection, [found.uid])):
            raise Conflict(f"{_named(found.items[0].title)} is there already.")
        return self._store(collection, item, found.items[0].title)

    def mark(self, resource: Resource, ext_id: str) -> Resource:  # noqa: ARG002 - only the CRM has marks
        return resource

    def are_twins(self, first: Resource, second: Resource) -> bool:  # noqa: ARG002 - nor second rows
        return False

    # --- inside ----------------------------------------------------------------------------------

    def _context(self) -> Context:
        mailbox = self._connection.known()
        return Context(self._user_zone, frozenset(mailbox.addresses if mailbox else ()) | self._given_addresses)

    def _shelf(self, collection: str) -> Shelf:
        return self._tasks if holds_tasks(collection) else self._events

    def _store(self, collection: str, item: Element, title: str) -> Resource:
        about = _named(title)
        call = Call(create_item(folder_of(collection), item), Purpose.CREATE, about, self._context().clock.name)
        answer = self._connection.session().one(call)
        stored = at(next(children(at(answer, "m:Items")), None), "t:ItemId")
        if not attribute(stored, "Id"):
            raise unusable(call.purpose, about)
        assert stored is not None
        kept = deepcopy(item)
        kept.insert(0, deepcopy(stored))
        ref = Ref(collection, attribute(stored, "Id"))
        return self._readable(ref, attribute(stored, "ChangeKey") or None, [kept], about)

    def _readable(self, ref: Ref, revision: str | None, items: list[Element], about: str) -> Resource:
        found = self._shelf(ref.collection).read(ref, revision, raw_of(items))
        if isinstance(found, Broken):
            raise OutcomeUnknown(f"Exchange stored {about} in a form that cannot be read: {found.reason}", CHECKED)
        return found


def _id_of(item: Element) -> str:
    return attribute(at(item, "t:ItemId"), "Id")


def _uri(kind: str, name: str) -> Element:
    prefix = "item" if name in _OF_ITEMS else "task" if kind == "Task" else "calendar"
    uri: Element = path(f"{prefix}:{name}").to_xml()
    return uri


def _set(target: Element, value: Element) -> Element:
    kind = local_name(target)
    return make("t:SetItemField", _uri(kind, local_name(value)), make(f"t:{kind}", deepcopy(value)))


def _deleted(name: str) -> Element:
    return make("t:DeleteItemField", _uri("Task", name))


def _named(title: str) -> str:
    return f"“{title}”" if title else "an item without a title"
