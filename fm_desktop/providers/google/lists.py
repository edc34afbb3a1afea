"""Google's task lists as collections of the port: changes by `updatedMin`, writes on the ETag seen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import When
from fm_desktop.port import (
    Broken,
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
)
from fm_desktop.providers.google.api import SERVICE, TasksApi
from fm_desktop.providers.google.task import change, identity_of, is_away, new_task, read_task, restored, title_of
from fm_desktop.providers.graph.raw import Json, canonical, parsed, text
from fm_desktop.providers.ical.errors import BrokenCalendar

_PREFIX: Final = "google-tasks:"
# Times of change come from several servers: what was changed about then is asked for once more.
_OVERLAP: Final = timedelta(minutes=2)
# How long deleted tasks are told of is not documented: an older cursor is not trusted with deletions.
_LONGEST: Final = timedelta(days=7)


def holds_tasks(collection: str) -> bool:
    """Whether a collection is a task list, and no calendar."""
    return collection.startswith(_PREFIX)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The newest change that was seen, by Google's clock, and when it was looked for, by ours."""

    updated: datetime
    looked: datetime

    def to_text(self) -> str:
        return json.dumps({"kind": "tasks", "updated": self.updated.isoformat(), "looked": self.looked.isoformat()})

    @classmethod
    def from_text(cls, text: str | None) -> Cursor | None:
        """None for no cursor, and for one that this version does not know."""
        try:
            fields = json.loads(text or "")
            found = cls(datetime.fromisoformat(fields["updated"]), datetime.fromisoformat(fields["looked"]))
        except (ValueError, KeyError, TypeError):
            return None
        return found if found.updated.tzinfo and found.looked.tzinfo else None


class TaskLists:
    """The user's task lists. A list is named by its id behind a prefix, a task by its id."""

    def __init__(self, api: TasksApi, user_zone: str, clock: Callable[[], datetime]) -> None:
        self._api = api
        self._user_zone = user_zone
        self._clock = clock

    @property
    def requests(self) -> int:
        return self._api.requests

    def close(self) -> None:
        self._api.close()

    def collections(self) -> tuple[Collection, ...]:
        """Raises `Refused` where the sign-in does not cover tasks, or an administrator has switched them off."""
        return tuple(
            Collection(_PREFIX + text(each, "id"), text(each, "title") or "Tasks", kinds=frozenset({Kind.TASK}))
            for each in self._api.lists()
            if text(each, "id")
        )

    # --- reading ---------------------------------------------------------------------------------

    def changes(self, collection: Collection, cursor_text: str | None, known: Known) -> Changes:
        now = self._clock()
        cursor = Cursor.from_text(cursor_text)
        is_increment = cursor is not None and timedelta(0) <= now - cursor.looked < _LONGEST
        since = (cursor.updated - _OVERLAP) if cursor is not None and is_increment else None
        tasks = self._api.tasks(_id(collection.id), _stamp(since))
        revisions = known()
        present = {text(each, "id"): each for each in tasks if not is_away(each)}
        fresh = (
            each
            for key, each in present.items()
            if revisions.get(key) in (None, "") or revisions[key] != text(each, "etag")
        )
        newest = max((_updated(each) for each in tasks), default=_LONG_AGO)
        following = Cursor(newest if cursor is None else max(newest, cursor.updated), now)
        gone = {text(each, "id") for each in tasks if is_away(each)} & revisions.keys() if is_increment else set()
        return Changes(
            tuple(self._found(collection.id, each) for each in fresh),
            tuple(sorted(gone)),
            following.to_text(),
            None if is_increment else frozenset(present),
        )

    def parse(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        try:
            return Resource(ref, revision, raw, (read_task(parsed(raw)),))
        except BrokenCalendar as error:
            return Broken(ref, revision, raw, error.reason, error.title, error.uid)

    def fetch(self, collection: str, ids: Iterable[str]) -> tuple[Found, ...]:
        found = ((each, self._api.task(_id(collection), each)) for each in dict.fromkeys(ids))
        return tuple(
            self._found(collection, {**task, "id": each})
            for each, task in found
            if task is not None and not is_away(task)
        )

    def find(self, collection: str, uids: Iterable[str]) -> tuple[Found, ...]:
        """Google cannot search: the whole list is looked through."""
        wanted = frozenset(uids)
        tasks = self._api.tasks(_id(collection)) if wanted else []
        return tuple(
            self._found(collection, each) for each in tasks if identity_of(each) in wanted and not is_away(each)
        )

    # --- writing ---------------------------------------------------------------------------------

    def create(self, collection: str, uid: str, value: Projection) -> Resource:
        if value.kind is not Kind.TASK:
            raise Refused("A task list takes no events.", "Choose a calendar for events.")
        return self._insert(collection, new_task(value, uid, self._user_zone), value.title)

    def restore(self, collection: str, raw: bytes) -> Resource:
        try:
            task = parsed(raw)
            body = restored(task, read_task(task).uid)
        except BrokenCalendar as error:
            raise Refused(error.reason, "Make it anew in Google Tasks.") from error
        return self._insert(collection, body, title_of(task))

    def update(self, resource: Resource, patch: Patch, recurrence_id: When | None = None) -> Resource:
        if recurrence_id is not None:
            raise Refused("A task at Google has no dates of its own.", "Change it in Google Tasks.")
        collection, about = resource.ref.collection, _named(resource.items[0].title)
        body = change(parsed(resource.raw), patch, self._user_zone)
        if not body:
            return resource
        try:
            etag = self._current(resource, about)
            answer = self._api.patch(_id(collection), resource.ref.id, body, etag, about)
        except Conflict:
            if not self.fetch(collection, [resource.ref.id]):
                raise Gone(f"{about} is not there any more.") from None
            raise
        return self._readable(collection, answer, about)

    def delete(self, resource: Resource) -> None:
        """An absent one counts as deleted."""
        about = _named(resource.items[0].title)
        try:
            etag = self._current(resource, about)
            self._api.delete(_id(resource.ref.collection), resource.ref.id, etag, about)
        except Gone:
            return
        except Conflict:
            if self.fetch(resource.ref.collection, [resource.ref.id]):
                raise

    # --- inside ----------------------------------------------------------------------------------

    def _current(self, resource: Resource, about: str) -> str:
        """The ETag to send: the one seen, or that of a fresh look which shows the same task."""
        if resource.revision is not None:
            return resource.revision
        found = self._api.task(_id(resource.ref.collection), resource.ref.id)
        if found is None or is_away(found):
            raise Gone(f"{about} is not there any more.")
        if canonical(found) != resource.raw:
            raise Conflict(f"{about} was changed in {SERVICE} in the meantime.")
        return text(found, "etag")

    def _insert(self, collection: str, body: Json, title: str) -> Resource:
        return self._readable(collection, self._api.insert(_id(collection), body, _named(title)), _named(title))

    def _found(self, collection: str, task: Json) -> Found:
        return self.parse(Ref(collection, text(task, "id")), text(task, "etag") or None, canonical(task))

    def _readable(self, collection: str, task: Json, about: str) -> Resource:
        found = self._found(collection, task)
        if isinstance(found, Broken) or not found.ref.id:
            raise OutcomeUnknown(
                f"{SERVICE} stored {about} in a form that cannot be read.",
                "Nothing to do: it is checked by itself before anything else is written.",
            )
        return found


_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


def _id(collection: str) -> str:
    return collection.removeprefix(_PREFIX)


def _updated(task: Json) -> datetime:
    """When a task was last changed; long ago where that cannot be read, which only makes the next look wider."""
    try:
        found = datetime.fromisoformat(text(task, "updated"))
    except ValueError:
        return _LONG_AGO
    return found if found.tzinfo else _LONG_AGO


def _stamp(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _named(title: str) -> str:
    return f"“{title}”" if title else "a task without a title"
