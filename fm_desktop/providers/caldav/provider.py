"""A CalDAV provider (RFC 4791) as a port: what the engine asks, put together from the parts of this package."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import httpx2

from fm_desktop.model.items import Item, Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import When
from fm_desktop.port import (
    Broken,
    Capabilities,
    Changes,
    Collection,
    Conflict,
    Found,
    Known,
    Ref,
    Refused,
    Resource,
    Side,
)
from fm_desktop.providers import ical
from fm_desktop.providers.caldav import quirks as known_quirks
from fm_desktop.providers.caldav.calendars import list_calendars
from fm_desktop.providers.caldav.changes import ChangeReader
from fm_desktop.providers.caldav.discovery import Service, discover
from fm_desktop.providers.caldav.fetch import Fetcher, normal_raw
from fm_desktop.providers.caldav.find import Finder
from fm_desktop.providers.caldav.quirks import Quirks
from fm_desktop.providers.caldav.session import Credentials, DavSession, Password
from fm_desktop.providers.caldav.write import Writer

_LEAVE_OUT: Final = "Change it at the provider, or leave it out."


def _now() -> datetime:
    return datetime.now(UTC)


class CalDavProvider:
    """One user's calendars at one CalDAV server. Implements `CalendarService`.

    `url` is any address of the service: its root, the principal, a calendar home. `user_zone` is the
    IANA zone of times without one. `own_addresses` are known to be the user's besides those the
    server names. `quirks` names a provider of `quirks.py`; None takes the one of the host.
    Signing in happens on the first use, or in `connect()`. The constructor raises `Refused` for an
    address that is none or not encrypted, and `KeyError` for quirks of an unknown name.
    """

    side = Side.PROVIDER

    def __init__(
        self,
        url: str,
        username: str,
        password: str = "",
        *,
        user_zone: str,
        quirks: str | None = None,
        own_addresses: Iterable[str] = (),
        credentials: Credentials | None = None,
        client: httpx2.Client | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._url = url
        self._user_zone = user_zone
        self._quirks = (
            known_quirks.for_host(urlsplit(url).hostname or "") if quirks is None else known_quirks.named(quirks)
        )
        self._session = DavSession(
            url,
            credentials or Password(username, password),
            interval=self._quirks.request_interval,
            client=client,
        )
        self._given_addresses = frozenset(each.strip().lower() for each in (*own_addresses, username) if "@" in each)
        self._clock = clock
        self._service: Service | None = None
        self._signing_in = threading.Lock()
        self._tasks_as_events = self._quirks.tasks_as_events
        self._fetcher = Fetcher(self._session, self._quirks, self._understand)
        self._reader = ChangeReader(self._session, self._quirks, self._fetcher)
        self._finder = Finder(self._session, self._quirks, self._fetcher, self._reader.etags)
        self._writer = Writer(self._session, self._quirks, self._fetcher)
        self._context = self._make_context()

    def __repr__(self) -> str:
        return f"CalDavProvider({self._session.host}, {self._quirks.name})"

    # --- who and where ---------------------------------------------------------------------------

    @property
    def requests(self) -> int:
        return self._session.requests

    @property
    def quirks(self) -> Quirks:
        return self._quirks

    @property
    def manner(self) -> str:
        return self._quirks.name

    def connect(self) -> Service:
        """Signs in and finds the calendars. Raises `SignInNeeded`, `Unreachable`, `Refused`, `Malformed`."""
        self._service = discover(self._session, self._url)
        self._context = self._make_context()
        return self._service

    def found(self) -> str:
        """What `connect` and `collections` found out, as text without secrets, for `resume`."""
        service = self._connected()
        return json.dumps(
            {
                "origin": self._session.origin,
                "principal": service.principal,
                "homes": list(service.homes),
                "addresses": sorted(service.addresses),
                "schedules": service.schedules,
                "tasks_as_events": self._tasks_as_events,
            }
        )

    def resume(self, found: str) -> None:
        """Goes on with what an earlier connection found, without a request. Raises `ValueError` for other text."""
        try:
            value = json.loads(found)
            service = Service(
                str(value["principal"]),
                tuple(value["homes"]),
                frozenset(value["addresses"]),
                bool(value["schedules"]),
            )
            origin, tasks_as_events = str(value["origin"]), bool(value["tasks_as_events"])
        except (KeyError, TypeError) as error:
            raise ValueError("this is not what a connection found") from error
        self._session.move_to(origin)
        self._service, self._tasks_as_events = service, tasks_as_events
        self._context = self._make_context()

    def close(self) -> None:
        self._session.close()

    def capabilities(self) -> Capabilities:
        return Capabilities(conditional_writes=True, schedules=self._connected().schedules)

    def principal(self) -> str:
        return self._connected().principal

    def addresses(self) -> frozenset[str]:
        return self._connected().addresses | self._given_addresses

    def collections(self) -> tuple[Collection, ...]:
        found = list_calendars(self._session, self._connected().homes)
        # No calendar that takes tasks: the server has no task store at all, events stand for them.
        self._tasks_as_events = self._quirks.tasks_as_events or not any(Kind.TASK in each.kinds for each in found)
        self._context = self._make_context()
        if not self._tasks_as_events:
            return found
        return tuple(
            replace(each, kinds=each.kinds | {Kind.TASK}) if Kind.EVENT in each.kinds else each for each in found
        )

    # --- reading ---------------------------------------------------------------------------------

    def changes(self, collection: Collection, cursor: str | None, known: Known) -> Changes:
        self._connected()
        return self._reader.changes(collection.id, cursor, known)

    def parse(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        return self._understand(ref, revision, raw)

    def fetch(self, collection: str, ids: Iterable[str]) -> tuple[Found, ...]:
        self._connected()
        return tuple(self._fetcher.fetch(collection, ids).values())

    def find(self, collection: str, uids: Iterable[str]) -> tuple[Found, ...]:
        self._connected()
        return self._finder.find(collection, uids)

    # --- writing ---------------------------------------------------------------------------------

    def create(self, collection: str, uid: str, value: Projection) -> Resource:
        self._connected()
        try:
            raw = ical.create(value, uid, self._context, self._clock())
        except ical.NotPossible as error:
            raise Refused(str(error), _LEAVE_OUT) from error
        return self._store(collection, uid, raw, value.title)

    def update(self, resource: Resource, patch: Patch, recurrence_id: When | None = None) -> Resource:
        self._connected()
        try:
            raw = ical.edit(resource.raw, patch, recurrence_id, self._context, self._clock())
        except ical.NotPossible as error:
            raise Refused(str(error), _LEAVE_OUT) from error
        except ical.BrokenCalendar as error:
            raise Refused(error.reason, _LEAVE_OUT) from error
        if raw == resource.raw:
            # It says so already: a needless PUT could still send mail to participants.
            return resource
        raw = self._taken(raw)
        revision = self._writer.update(resource, raw)
        return Resource(resource.ref, revision, raw, self._read(raw))

    def delete(self, resource: Resource) -> None:
        self._connected()
        self._writer.delete(resource)

    def restore(self, collection: str, uid: str, raw: bytes) -> Resource:  # noqa: ARG002 - `raw` holds it
        self._connected()
        items = self._read(raw)
        return self._store(collection, items[0].uid, self._taken(raw), items[0].title)

    def mark(self, resource: Resource, ext_id: str) -> Resource:  # noqa: ARG002 - only the CRM has marks
        return resource

    def are_twins(self, first: Resource, second: Resource) -> bool:  # noqa: ARG002 - nor second rows
        return False

    # --- inside ----------------------------------------------------------------------------------

    def _connected(self) -> Service:
        with self._signing_in:
            return self._service or self.connect()

    def _make_context(self) -> ical.WriteContext:
        found = self._service.addresses if self._service else frozenset()
        return ical.WriteContext(
            user_zone=self._user_zone,
            own_addresses=found | self._given_addresses,
            html_descriptions=self._quirks.html_descriptions,
            tasks_as_events=self._tasks_as_events,
        )

    def _store(self, collection: str, uid: str, raw: bytes, title: str) -> Resource:
        try:
            ref, revision = self._writer.create(collection, uid, raw, title)
        except Refused:
            if self._quirks.doubles_refused_plainly and self._finder.find(collection, [uid]):
                raise Conflict(f"{title} is at {self._session.host} already.") from None
            raise
        return Resource(ref, revision, normal_raw(raw), self._read(raw))

    def _taken(self, raw: bytes) -> bytes:
        """The object in the form this provider takes. Raises `Refused` where there is none."""
        try:
            if self._quirks.utc_only:
                raw = ical.in_utc(raw, self._user_zone)
            return ical.with_end(raw, self._user_zone) if self._quirks.needs_end else raw
        except ical.NotPossible as error:
            raise Refused(str(error), _LEAVE_OUT) from error
        except ical.BrokenCalendar as error:
            raise Refused(error.reason, _LEAVE_OUT) from error

    def _read(self, raw: bytes) -> tuple[Item, ...]:
        """Items of bytes that were readable before. Raises `Refused` where they are not."""
        try:
            return ical.read(raw, self._context)
        except ical.BrokenCalendar as error:
            raise Refused(error.reason, _LEAVE_OUT) from error

    def _understand(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        try:
            return Resource(ref, revision, raw, ical.read(raw, self._context))
        except ical.BrokenCalendar as error:
            return Broken(ref, revision, raw, error.reason, error.title, error.uid)
