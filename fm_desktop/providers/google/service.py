"""Google's calendars and its task lists as one calendar service.

Where the sign-in does not cover tasks, or an administrator has switched them off, events stand for tasks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import When
from fm_desktop.port import Capabilities, Changes, Collection, Found, Known, Ref, Refused, Resource, Side
from fm_desktop.providers.caldav.bearer import Bearer
from fm_desktop.providers.caldav.provider import CalDavProvider
from fm_desktop.providers.google.api import BASE, TasksApi
from fm_desktop.providers.google.lists import TaskLists, holds_tasks
from fm_desktop.providers.tokens import AccessTokens

_QUIRKS: Final = "google"


def _now() -> datetime:
    return datetime.now(UTC)


def google_calendars(
    url: str,
    user: str,
    tokens: AccessTokens,
    *,
    user_zone: str,
    own_addresses: Iterable[str] = (),
    tasks_url: str = BASE,
    clock: Callable[[], datetime] = _now,
) -> GoogleCalendarService:
    """The calendars at a CalDAV address and the tasks of the same account, without a request."""
    calendars = CalDavProvider(
        url,
        user,
        user_zone=user_zone,
        quirks=_QUIRKS,
        own_addresses=own_addresses,
        credentials=Bearer(tokens),
        clock=clock,
    )
    return GoogleCalendarService(calendars, TaskLists(TasksApi(tokens, base=tasks_url), user_zone, clock))


class GoogleCalendarService:
    """One user's calendars and task lists. Implements `CalendarService`."""

    side = Side.PROVIDER
    manner = _QUIRKS

    def __init__(self, calendars: CalDavProvider, tasks: TaskLists) -> None:
        self._calendars = calendars
        self._tasks = tasks

    def __repr__(self) -> str:
        return f"GoogleCalendarService({self._calendars!r})"

    # --- who and where ---------------------------------------------------------------------------

    @property
    def requests(self) -> int:
        return self._calendars.requests + self._tasks.requests

    def connect(self) -> object:
        return self._calendars.connect()

    def found(self) -> str:
        return json.dumps({"calendars": self._calendars.found()})

    def resume(self, found: str) -> None:
        try:
            calendars = json.loads(found)["calendars"]
        except (KeyError, TypeError) as error:
            raise ValueError("this is not what a connection found") from error
        self._calendars.resume(calendars)

    def close(self) -> None:
        self._calendars.close()
        self._tasks.close()

    def capabilities(self) -> Capabilities:
        return replace(self._calendars.capabilities(), task_hours=False)

    def principal(self) -> str:
        return self._calendars.principal()

    def addresses(self) -> frozenset[str]:
        return self._calendars.addresses()

    def collections(self) -> tuple[Collection, ...]:
        calendars = self._calendars.collections()
        try:
            lists = self._tasks.collections()
        except Refused:
            return calendars
        # New tasks go to the lists; events that stood for tasks before are still read as such.
        return (*(replace(each, kinds=each.kinds - {Kind.TASK}) for each in calendars), *lists)

    # --- reading ---------------------------------------------------------------------------------

    def changes(self, collection: Collection, cursor: str | None, known: Known) -> Changes:
        return self._keeper(collection.id).changes(collection, cursor, known)

    def parse(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        return self._keeper(ref.collection).parse(ref, revision, raw)

    def fetch(self, collection: str, ids: Iterable[str]) -> tuple[Found, ...]:
        return self._keeper(collection).fetch(collection, ids)

    def find(self, collection: str, uids: Iterable[str]) -> tuple[Found, ...]:
        return self._keeper(collection).find(collection, uids)

    # --- writing ---------------------------------------------------------------------------------

    def create(self, collection: str, uid: str, value: Projection) -> Resource:
        return self._keeper(collection).create(collection, uid, value)

    def update(self, resource: Resource, patch: Patch, recurrence_id: When | None = None) -> Resource:
        return self._keeper(resource.ref.collection).update(resource, patch, recurrence_id)

    def delete(self, resource: Resource) -> None:
        self._keeper(resource.ref.collection).delete(resource)

    def restore(self, collection: str, uid: str, raw: bytes) -> Resource:
        if holds_tasks(collection):
            return self._tasks.restore(collection, raw)
        return self._calendars.restore(collection, uid, raw)

    def mark(self, resource: Resource, ext_id: str) -> Resource:  # noqa: ARG002 - only the CRM has marks
        return resource

    def are_twins(self, first: Resource, second: Resource) -> bool:  # noqa: ARG002 - nor second rows
        return False

    def _keeper(self, collection: str) -> CalDavProvider | TaskLists:
        return self._tasks if holds_tasks(collection) else self._calendars
