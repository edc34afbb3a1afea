"""One side in memory: conditional writes, cursors, soft faults, and a log of every write.

It behaves like the CalDAV adapter (revisions, sync tokens) or, with `locking=False` and ids that only
grow, like the CRM's. Faults are one-shot and scripted: `fail(verb, error, stored=True)` answers one
write with an error after, or without, having carried it out.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from fm_desktop.model.items import Item, Kind, Party
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import When
from fm_desktop.port import (
    Broken,
    Capabilities,
    Changes,
    Collection,
    CollectionGone,
    Conflict,
    Found,
    Gone,
    Known,
    PortError,
    Ref,
    Resource,
    Side,
)


@dataclass
class Fault:
    verb: str
    error: PortError
    stored: bool


@dataclass
class Stored:
    items: tuple[Item, ...]
    revision: int
    broken: str = ""


@dataclass
class MemorySide:
    """`tidy` is applied to every item as it is stored, as a server that rewrites what it gets would."""

    side: Side
    names: tuple[str, ...] = ("Work",)
    own: frozenset[str] = frozenset({"emma@example.com"})
    who: str = "emma"
    tidy: Callable[[Item], Item] = lambda item: item
    requests: int = 0
    shelves: dict[str, dict[str, Stored]] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    read_errors: list[PortError] = field(default_factory=list)
    writable: dict[str, bool] = field(default_factory=dict)
    kinds: dict[str, frozenset[Kind]] = field(default_factory=dict)
    refuse_tokens: bool = False
    lists_empty: bool = False
    mails: list[str] = field(default_factory=list)
    task_hours: bool = True

    def __post_init__(self) -> None:
        self._clock = itertools.count(1)
        self._ids = itertools.count(100)
        self._archive: dict[bytes, Stored] = {}
        self._changes: list[tuple[int, str, str]] = []
        self._removed: list[tuple[int, str, str]] = []
        for name in self.names:
            self.shelves.setdefault(name, {})

    # --- a person at this side ---

    def put(self, collection: str, *items: Item, key: str = "") -> str:
        """A person creates an item (or a series with its overrides), or replaces one."""
        key = key or (f"{items[0].uid}.ics" if self.side is Side.PROVIDER else str(next(self._ids)))
        self.store(collection, key, items)
        return key

    def edit(self, collection: str, key: str, **changes: object) -> None:
        stored = self.shelves[collection][key]
        self.store(collection, key, (replace(stored.items[0], **changes), *stored.items[1:]))

    def remove(self, collection: str, key: str) -> None:
        gone = self.shelves[collection].pop(key)
        moment = next(self._clock)
        self._changes.append((moment, collection, key))
        self._removed.append((moment, key, gone.items[0].uid))

    def breaks(self, collection: str, key: str, reason: str) -> None:
        stored = self.shelves[collection][key]
        self.shelves[collection][key] = replace(stored, revision=self._note(collection, key), broken=reason)

    def items(self, collection: str | None = None) -> list[Item]:
        shelves = self.shelves.values() if collection is None else [self.shelves[collection]]
        return [item for shelf in shelves for stored in shelf.values() for item in stored.items]

    def titles(self) -> list[str]:
        return sorted(item.title for item in self.items())

    def one(self, title: str) -> Item:
        found = [item for item in self.items() if item.title == title]
        assert len(found) == 1, f"{len(found)} items titled {title!r} at {self.side}: {self.titles()}"
        return found[0]

    def key_of(self, title: str) -> str:
        for shelf in self.shelves.values():
            for key, stored in shelf.items():
                if stored.items[0].title == title:
                    return key
        raise KeyError(title)

    def writes(self, verb: str = "") -> int:
        return sum(1 for done, _ in self.log if not verb or done == verb)

    def fail(self, verb: str, error: PortError, *, stored: bool = False) -> None:
        self.faults.append(Fault(verb, error, stored))

    def store(self, collection: str, key: str, items: tuple[Item, ...]) -> Stored:
        stored = Stored(tuple(self.tidy(item) for item in items), self._note(collection, key))
        self.shelves[collection][key] = stored
        return stored

    def _note(self, collection: str, key: str) -> int:
        revision = next(self._clock)
        self._changes.append((revision, collection, key))
        return revision

    # --- the port ---

    def capabilities(self) -> Capabilities:
        return Capabilities(True, schedules=self.side is Side.PROVIDER, task_hours=self.task_hours)

    def principal(self) -> str:
        return self.who

    def addresses(self) -> frozenset[str]:
        return self.own

    def collections(self) -> tuple[Collection, ...]:
        self.requests += 1
        return tuple(
            Collection(
                name, name, self.writable.get(name, True), self.kinds.get(name, frozenset(Kind)), is_default=index == 0
            )
            for index, name in enumerate(self.shelves)
        )

    def changes(self, collection: Collection, cursor: str | None, known: Known) -> Changes:
        self._reading(collection.id)
        shelf = {} if self.lists_empty else self.shelves[collection.id]
        now = json.dumps({"token": next(self._clock)})
        if cursor is None or self.refuse_tokens or self.lists_empty:
            revisions = known()
            present = [key for key, stored in shelf.items() if revisions.get(key) != str(stored.revision)]
            found = tuple(self._found(collection.id, key) for key in present)
            return Changes(found, (), now, frozenset(shelf), self._removed_marks(0))
        since = json.loads(cursor)["token"]
        touched = dict.fromkeys(key for at, where, key in self._changes if where == collection.id and at > since)
        present = tuple(self._found(collection.id, key) for key in touched if key in shelf)
        removed = tuple(key for key in touched if key not in shelf)
        return Changes(present, removed, now, removed_marks=self._removed_marks(since))

    def _removed_marks(self, since: int) -> dict[str, str]:
        if self.side is Side.PROVIDER:
            return {}
        return {key: uid for moment, key, uid in self._removed if moment > since and uid}

    def parse(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        return self._shown(ref, revision, raw, self._archive[raw])

    def fetch(self, collection: str, ids: Iterable[str]) -> tuple[Found, ...]:
        self._reading(collection)
        return tuple(self._found(collection, key) for key in ids if key in self.shelves[collection])

    def find(self, collection: str, uids: Iterable[str]) -> tuple[Found, ...]:
        self._reading(collection)
        wanted = set(uids)
        return tuple(
            self._found(collection, key)
            for key, stored in self.shelves[collection].items()
            if stored.items[0].uid in wanted
        )

    def create(self, collection: str, uid: str, value: Projection) -> Resource:
        key = f"{uid}.ics" if self.side is Side.PROVIDER else str(next(self._ids))
        item = Item(kind=value.kind, uid=uid, title=value.title, span=value.span, text=value.text,
                    completed=value.completed, details=value.details, locked=value.locked, party=value.party)  # fmt: skip
        return self._write("create", collection, key, lambda: self._new(collection, key, item), value.title)

    def _new(self, collection: str, key: str, item: Item) -> tuple[Item, ...]:
        if key in self.shelves[collection]:
            raise Conflict("it is there already")
        return (item,)

    def update(self, resource: Resource, patch: Patch, recurrence_id: When | None = None) -> Resource:
        collection, key = resource.ref.collection, resource.ref.id

        def patched() -> tuple[Item, ...]:
            stored = self._at(resource)
            # A calendar keeps no “done” of an event, and is not written to for that.
            if dict(patch.items()).keys() != {"completed"} or stored.items[0].kind is Kind.TASK:
                self._mail(stored.items[0])
            return (replace(stored.items[0], **dict(patch.items())), *stored.items[1:])

        return self._write("update", collection, key, patched, resource.items[0].title)

    def delete(self, resource: Resource) -> None:
        collection, key = resource.ref.collection, resource.ref.id

        def gone() -> tuple[Item, ...]:
            if key in self.shelves[collection]:
                self._mail(self._at(resource).items[0])
            return ()

        self._write("delete", collection, key, gone, resource.items[0].title)

    def mark(self, resource: Resource, ext_id: str) -> Resource:
        if self.side is Side.PROVIDER or resource.items[0].uid == ext_id:
            return resource

        def marked() -> tuple[Item, ...]:
            return tuple(replace(each, uid=ext_id) for each in self._at(resource).items)

        return self._write("mark", resource.ref.collection, resource.ref.id, marked, resource.items[0].title)

    def are_twins(self, first: Resource, second: Resource) -> bool:
        return self.side is Side.CRM and first.items == second.items

    def restore(self, collection: str, uid: str, raw: bytes) -> Resource:
        items = self._archive[raw].items
        if self.side is Side.CRM:
            items = tuple(replace(each, uid=uid) for each in items)
        key = f"{items[0].uid}.ics" if self.side is Side.PROVIDER else str(next(self._ids))
        self._mail(items[0])
        return self._write("create", collection, key, lambda: items, items[0].title)

    # --- inside ---

    def _at(self, resource: Resource) -> Stored:
        stored = self.shelves[resource.ref.collection].get(resource.ref.id)
        if stored is None:
            raise Gone("it is not there")
        if str(stored.revision) != resource.revision:
            raise Conflict("it changed")
        return stored

    def _mail(self, item: Item) -> None:
        """What a scheduling server would send (RFC 6638) for a write to a meeting with others on it."""
        self.mails += [each.address for each in item.participants if each.address not in self.own]

    def _write(
        self, verb: str, collection: str, key: str, make: Callable[[], tuple[Item, ...]], title: str
    ) -> Resource:
        self.requests += 1
        fault = next((each for each in self.faults if each.verb == verb), None)
        if fault is not None:
            self.faults.remove(fault)
            if not fault.stored:
                raise fault.error
        self._there(collection)
        items = make()
        self.log.append((verb, title))
        if items:
            self.store(collection, key, items)
        elif key in self.shelves[collection]:
            self.remove(collection, key)
        if fault is not None:
            raise fault.error
        if not items:
            return Resource(Ref(collection, key), None, b"", (Item(Kind.EVENT, "", title, None),))
        found = self._found(collection, key)
        assert isinstance(found, Resource)
        return found

    def _found(self, collection: str, key: str) -> Found:
        stored = self.shelves[collection][key]
        raw = f"{self.side}:{collection}:{key}:{stored.revision}".encode()
        self._archive[raw] = stored
        return self._shown(Ref(collection, key), str(stored.revision), raw, stored)

    def _shown(self, ref: Ref, revision: str | None, raw: bytes, stored: Stored) -> Found:
        if stored.broken:
            return Broken(ref, revision, raw, stored.broken, stored.items[0].title, stored.items[0].uid)
        return Resource(ref, revision, raw, stored.items)

    def _reading(self, collection: str) -> None:
        self.requests += 1
        if self.read_errors:
            raise self.read_errors.pop(0)
        self._there(collection)

    def _there(self, collection: str) -> None:
        if collection not in self.shelves:
            raise CollectionGone(f"{collection} is gone")


@dataclass
class MemoryDirectory:
    parties: dict[str, Party] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()

    def lookup(self, address: str) -> Party:
        return self.parties.get(address, Party())

    def refresh(self) -> frozenset[str]:
        changed, self.changed = self.changed, frozenset()
        return changed
