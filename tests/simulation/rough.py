"""A side that misbehaves as servers and people do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from fm_desktop.model.items import Item
from fm_desktop.model.projection import Patch
from fm_desktop.model.times import When
from fm_desktop.port import Resource, Side
from tests.fakes.memory import MemorySide, Stored

TITLE_LIMIT, TEXT_LIMIT = 80, 200
LAG = timedelta(seconds=60)


@dataclass
class RoughSide(MemorySide):
    """A side on which somebody may act in the very moment before a write, and where the process may die
    after one. `lossy`: cuts titles and texts as the CRM does. `lags`: what was made less than a minute ago is in no
    listing and found by no search yet, as at the CRM; `now` is the time of the world. `blinks`: by collection, the key
    of what the next listing misses, although it is there."""

    lossy: bool = False
    lags: bool = False
    blinks: dict[str, str] = field(default_factory=dict)
    now: Callable[[], datetime] = lambda: datetime.max
    made: dict[tuple[str, str], datetime] = field(default_factory=dict)
    before_write: list[Callable[[], None]] = field(default_factory=list)
    after_write: Callable[[], None] = lambda: None
    locked: list[str] = field(default_factory=list)

    def _write(self, verb, collection, key, make, title):  # type: ignore[no-untyped-def]
        while self.before_write:
            self.before_write.pop(0)()
        result = super()._write(verb, collection, key, make, title)
        self.after_write()
        return result

    def _hidden(self, collection: str) -> dict[str, Stored]:
        return {
            key: stored
            for key, stored in self.shelves.get(collection, {}).items()
            if self.lags and self.now() - self.made.get((collection, key), datetime.min) < LAG
        }

    def changes(self, collection, cursor, known):  # type: ignore[no-untyped-def]
        blinks = self.blinks.pop(collection.id, "")
        if blinks in self.shelves[collection.id]:
            return self._while_out_of_sight(blinks, collection, cursor, known)
        hidden = self._hidden(collection.id)
        with self._without(collection.id, hidden):
            found = super().changes(collection, cursor, known)
        if not hidden:
            return found
        # As the CRM's watermark, which reads the last minutes again: what lags is not skipped.
        token = min(min(each.revision for each in hidden.values()) - 1, json.loads(found.cursor)["token"])
        return replace(found, cursor=json.dumps({"token": token}), removed=tuple({*found.removed} - {*hidden}))

    def _while_out_of_sight(self, key, collection, cursor, known):  # type: ignore[no-untyped-def]
        stored = self.shelves[collection.id][key]
        self._note(collection.id, key)
        with self._without(collection.id, {key: stored}):
            found = self.changes(collection, cursor, known)
        self.shelves[collection.id][key] = replace(stored, revision=self._note(collection.id, key))
        return found

    def find(self, collection, uids):  # type: ignore[no-untyped-def]
        with self._without(collection, self._hidden(collection)):
            return super().find(collection, uids)

    @contextmanager
    def _without(self, collection: str, hidden: dict[str, Stored]) -> Iterator[None]:
        shelf = self.shelves.get(collection, {})
        order = list(shelf)
        for key in hidden:
            del shelf[key]
        try:
            yield
        finally:
            kept = {**shelf, **hidden}
            shelf.clear()
            shelf.update((key, kept[key]) for key in [*order, *(each for each in kept if each not in order)])

    def store(self, collection, key, items):  # type: ignore[no-untyped-def]
        if key not in self.shelves[collection]:
            self.made[collection, key] = self.now()
        return super().store(collection, key, tuple(self._cut(item) for item in items) if self.lossy else items)

    def _cut(self, item: Item) -> Item:
        shortened = item.shortened or len(item.text) > TEXT_LIMIT
        return replace(item, title=item.title[:TITLE_LIMIT].rstrip(), text=item.text[:TEXT_LIMIT], shortened=shortened)

    def update(self, resource: Resource, patch: Patch, recurrence_id: When | None = None) -> Resource:
        if self.side is Side.PROVIDER:
            self._note_if_locked(resource)
        stored = self.shelves[resource.ref.collection].get(resource.ref.id)
        if stored is not None and isinstance(patch.text, str):
            stored.items = (replace(stored.items[0], shortened=False), *stored.items[1:])
        return super().update(resource, patch, recurrence_id)

    def delete(self, resource: Resource) -> None:
        if self.side is Side.PROVIDER:
            self._note_if_locked(resource)
        super().delete(resource)

    def _note_if_locked(self, resource: Resource) -> None:
        item = resource.items[0]
        guest = item.organiser is not None and item.organiser.address not in self.own
        if guest or item.is_series or not self.writable.get(resource.ref.collection, True):
            self.locked.append(item.title)
