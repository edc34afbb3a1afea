"""Microsoft Graph as a port: what the engine asks, put together from the parts of this package."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import httpx2

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
from fm_desktop.providers.graph.account import Account, ask_account
from fm_desktop.providers.graph.calendars import holds_tasks, items_path, list_collections
from fm_desktop.providers.graph.changes import ChangeReader
from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.graph.errors import unusable
from fm_desktop.providers.graph.raw import Json, canonical, parsed, parts, plain, revision_of, text
from fm_desktop.providers.graph.session import BASE, Call, GraphSession, segment
from fm_desktop.providers.graph.shelves import EventShelf, Shelf, TaskShelf, fetched, found_of
from fm_desktop.providers.ical.errors import BrokenCalendar, NotPossible
from fm_desktop.providers.tokens import AccessTokens
from fm_desktop.providers.transfer import Purpose

_LEAVE_OUT: Final = "Change it at the provider, or leave it out."
# What hangs on an item is no part of the answer to a write.
_HANGING: Final = frozenset(
    ("singleValueExtendedProperties", "linkedResources", "exceptionOccurrences", "cancelledOccurrences")
)


def _now() -> datetime:
    return datetime.now(UTC)


class GraphProvider:
    """One user's calendars and To Do lists at Microsoft 365 or Outlook.com. Implements `CalendarService`.

    `user_zone` is the user's IANA zone. `own_addresses` are known to be the user's besides those Graph names. `base`
    is for tests on this computer. Signing in happens on the first use, or in `connect()`.
    """

    side = Side.PROVIDER
    manner = "microsoft-graph"

    def __init__(
        self,
        tokens: AccessTokens,
        *,
        user_zone: str,
        own_addresses: Iterable[str] = (),
        base: str = BASE,
        client: httpx2.Client | None = None,
        clock: Callable[[], datetime] = _now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = GraphSession(tokens, base=base, client=client, sleep=sleep)
        self._user_zone = user_zone
        self._given_addresses = frozenset(each.strip().lower() for each in own_addresses if "@" in each)
        self._account: Account | None = None
        self._signing_in = threading.Lock()
        self._reader = ChangeReader(self._session, clock)
        self._events: Shelf = EventShelf(self._session, self._context)
        self._tasks: Shelf = TaskShelf(self._session, self._context)

    def __repr__(self) -> str:
        return f"GraphProvider({self._session!r})"

    # --- who and where ---------------------------------------------------------------------------

    @property
    def requests(self) -> int:
        return self._session.requests

    def connect(self) -> Account:
        """Asks who the sign-in is for. Raises `SignInNeeded`, `Unreachable`, `Refused`, `Malformed`."""
        self._account = ask_account(self._session)
        return self._account

    def found(self) -> str:
        account = self._connected()
        return json.dumps({"id": account.id, "addresses": sorted(account.addresses)})

    def resume(self, found: str) -> None:
        try:
            value = json.loads(found)
            self._account = Account(str(value["id"]), frozenset(str(each) for each in value["addresses"]))
        except (KeyError, TypeError) as error:
            raise ValueError("this is not what a connection found") from error

    def close(self) -> None:
        self._session.close()

    def capabilities(self) -> Capabilities:
        """Exchange itself writes to the participants of a meeting that is changed or deleted."""
        return Capabilities(conditional_writes=True, schedules=True, task_hours=False)

    def principal(self) -> str:
        return self._connected().id

    def addresses(self) -> frozenset[str]:
        return self._connected().addresses | self._given_addresses

    def collections(self) -> tuple[Collection, ...]:
        account = self._connected()
        found, own = list_collections(self._session)
        self._account = Account(account.id, account.addresses | own)
        return found

    # --- reading ---------------------------------------------------------------------------------

    def changes(self, collection: Collection, cursor: str | None, known: Known) -> Changes:
        self._connected()
        return self._reader.changes(self._shelf(collection.id), collection.id, cursor, known)

    def parse(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        return self._shelf(ref.collection).read(ref, revision, raw)

    def fetch(self, collection: str, ids: Iterable[str]) -> tuple[Found, ...]:
        self._connected()
        shelf = self._shelf(collection)
        found = (fetched(shelf, collection, identity) for identity in dict.fromkeys(ids))
        return tuple(each for each in found if each is not None)

    def find(self, collection: str, uids: Iterable[str]) -> tuple[Found, ...]:
        self._connected()
        shelf = self._shelf(collection)
        return tuple(found_of(shelf, collection, each) for each in shelf.find(collection, dict.fromkeys(uids)))

    # --- writing ---------------------------------------------------------------------------------

    def create(self, collection: str, uid: str, value: Projection) -> Resource:
        self._connected()
        try:
            body = self._shelf(collection).new(value, uid)
        except NotPossible as error:
            raise Refused(str(error), _LEAVE_OUT) from error
        return self._store(collection, body, value.title)

    def update(self, resource: Resource, patch: Patch, recurrence_id: When | None = None) -> Resource:
        self._connected()
        collection = resource.ref.collection
        try:
            target, changed = self._shelf(collection).changed(resource.raw, patch, recurrence_id)
        except NotPossible as error:
            raise Refused(str(error), _LEAVE_OUT) from error
        except BrokenCalendar as error:
            raise Refused(error.reason, _LEAVE_OUT) from error
        if not changed:
            # It says so already: a needless PATCH could still send mail to participants.
            return resource
        self._hold_against_now(resource)
        is_item = recurrence_id is None
        call = self._call("PATCH", resource, text(target, "id"), resource.revision if is_item else revision_of(target))
        try:
            answer = self._session.entity(replace(call, body=changed))
        except Conflict:
            # Some servers answer 412 for what is away, too (RFC 9110 section 13.1.1).
            if self._is_away(resource):
                raise Gone(f"{call.about} is not there any more.") from None
            raise
        if not text(answer, "id"):
            raise unusable(call.purpose, call.about)
        kept = {name: each for name, each in plain(answer).items() if name not in _HANGING}
        # A value that was taken away may be left out of the answer.
        fresh = {**{name: None for name, each in changed.items() if each is None}, **kept}
        return self._after(resource, target, fresh, revision_of(answer) if is_item else None)

    def delete(self, resource: Resource) -> None:
        self._connected()
        self._reader.deleted(resource.ref.id)
        try:
            self._hold_against_now(resource)
            self._session.entity(self._call("DELETE", resource, resource.ref.id, resource.revision))
        except Gone:
            return
        except Conflict:
            if not self._is_away(resource):
                raise

    def restore(self, collection: str, uid: str, raw: bytes) -> Resource:  # noqa: ARG002 - `raw` holds it
        self._connected()
        shelf = self._shelf(collection)
        found = shelf.read(Ref(collection, ""), None, raw)
        if isinstance(found, Broken):
            raise Refused(found.reason, _LEAVE_OUT)
        try:
            body = shelf.restored(raw, found.uid)
        except NotPossible as error:
            raise Refused(str(error), "Restore it from the deleted items in Outlook.") from error
        return self._store(collection, body, found.items[0].title)

    def mark(self, resource: Resource, ext_id: str) -> Resource:  # noqa: ARG002 - only the CRM has marks
        return resource

    def are_twins(self, first: Resource, second: Resource) -> bool:  # noqa: ARG002 - nor second rows
        return False

    # --- inside ----------------------------------------------------------------------------------

    def _connected(self) -> Account:
        with self._signing_in:
            return self._account or self.connect()

    def _context(self) -> Context:
        found = self._account.addresses if self._account else frozenset()
        return Context(self._user_zone, found | self._given_addresses)

    def _shelf(self, collection: str) -> Shelf:
        return self._tasks if holds_tasks(collection) else self._events

    def _call(self, method: str, resource: Resource, identity: str, if_match: str | None) -> Call:
        target = f"{items_path(resource.ref.collection)}/{segment(identity)}"
        return Call(method, target, Purpose.WRITE, _named(resource.items[0].title), if_match=if_match)

    def _hold_against_now(self, resource: Resource) -> None:
        """Where no revision is known, nothing protects the write but a fresh look. Raises `Conflict` or `Gone`."""
        if resource.revision is not None:
            return
        about = _named(resource.items[0].title)
        found = fetched(self._shelf(resource.ref.collection), resource.ref.collection, resource.ref.id)
        if found is None:
            raise Gone(f"{about} is not there any more.")
        if found.raw != resource.raw:
            raise Conflict(f"{about} was changed at Microsoft 365 in the meantime.")

    def _is_away(self, resource: Resource) -> bool:
        return fetched(self._shelf(resource.ref.collection), resource.ref.collection, resource.ref.id) is None

    def _store(self, collection: str, body: Json, title: str) -> Resource:
        call = Call("POST", items_path(collection), Purpose.CREATE, _named(title), body=body)
        answer = self._session.entity(call)
        if not text(answer, "id"):
            raise unusable(call.purpose, call.about)
        hanging = {name: each for name, each in body.items() if name in _HANGING}
        return _readable(found_of(self._shelf(collection), collection, {**answer, **hanging}), call.about)

    def _after(self, resource: Resource, target: Json, fresh: Json, revision: str | None) -> Resource:
        """The resource after a change, to itself or to an occurrence. After the latter its revision is another one,
        which the answer does not tell."""
        entity = parsed(resource.raw)
        if text(target, "id") == text(entity, "id"):
            entity |= fresh
        else:
            occurrences = parts(entity, "exceptionOccurrences")
            entity["exceptionOccurrences"] = [
                {**each, **fresh} if text(each, "id") == text(target, "id") else each for each in occurrences
            ]
        found = self._shelf(resource.ref.collection).read(resource.ref, revision, canonical(entity))
        return _readable(found, _named(resource.items[0].title))


def _readable(found: Found, about: str) -> Resource:
    if isinstance(found, Broken):
        raise OutcomeUnknown(
            f"Microsoft 365 stored {about} in a form that cannot be read: {found.reason}",
            "Nothing to do: it is checked by itself before anything else is written.",
        )
    return found


def _named(title: str) -> str:
    return f"“{title}”" if title else "an item without a title"
