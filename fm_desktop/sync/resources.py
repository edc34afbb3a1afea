"""The store's memory of what each side holds: collections and their resources."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fm_desktop.model.items import Item, Kind, Participant
from fm_desktop.port import Broken, Collection, Found, Ref, Resource, Side
from fm_desktop.sync.store import Store, utc_text

LEFT = "left "


@dataclass(frozen=True, slots=True)
class KnownCollection:
    """A calendar as the store knows it: the side's description and the user's choices."""

    id: int
    side: Side
    what: Collection
    position: int
    selected: bool
    target: bool
    missing: bool
    cursor: str | None
    compared_at: str | None
    suspect: str

    @property
    def takes_part(self) -> bool:
        return self.selected and not self.missing

    @property
    def is_left(self) -> bool:
        """Was it at a service that the user has left (`sync/moving.py`)? It never comes back under this id."""
        return self.what.id.startswith(LEFT)


@dataclass(frozen=True, slots=True)
class KnownResource:
    id: int
    collection: int
    ref: Ref
    revision: str | None
    confirmed: bool
    replaced: str | None
    uid: str
    broken: str
    raw: bytes
    first_seen: str


_SELECT = (
    "SELECT resource.*, collection.remote AS place FROM resource JOIN collection ON collection.id = resource.collection"
)


class Resources:
    """Reads and writes of the tables `collection` and `resource`. Callers hold the transaction."""

    def __init__(self, store: Store, account: int) -> None:
        self._store = store
        self._account = account

    def collection(self, collection: int) -> KnownCollection:
        row = self._store.row("SELECT * FROM collection WHERE id = ?", collection)
        assert row is not None
        return _known_collection(row)

    def collections(self, side: Side) -> tuple[KnownCollection, ...]:
        """All calendars of a side, in the user's order."""
        rows = self._store.rows(
            "SELECT * FROM collection WHERE account = ? AND side = ? ORDER BY position, id", self._account, side.value
        )
        return tuple(_known_collection(row) for row in rows)

    def save_collection(self, side: Side, what: Collection, position: int, *, selected: bool) -> None:
        """Adds a calendar, or updates its description; the user's choices about a known one stay."""
        self._store.run(
            "INSERT INTO collection (account, side, remote, name, colour, writable, kinds, position, selected)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, side, remote) DO UPDATE SET"
            " name = excluded.name, colour = excluded.colour, writable = excluded.writable,"
            " kinds = excluded.kinds, position = excluded.position, missing = 0",
            self._account, side.value, what.id, what.name, what.colour, what.writable,
            " ".join(sorted(each.value for each in what.kinds)), position, selected,
        )  # fmt: skip

    def revisions(self, collection: int) -> Mapping[str, str | None]:
        """Known revisions by key; None for what has to be read afresh (our own writes, broken ones no)."""
        rows = self._store.rows("SELECT remote, revision, confirmed FROM resource WHERE collection = ?", collection)
        return {row["remote"]: row["revision"] if row["confirmed"] else None for row in rows}

    def count(self, collection: int) -> int:
        return int(self._store.value("SELECT count(*) FROM resource WHERE collection = ?", collection))

    def get(self, collection: int, remote: str) -> KnownResource | None:
        row = self._store.row(f"{_SELECT} WHERE collection = ? AND resource.remote = ?", collection, remote)
        return None if row is None else self._known(row)

    def by_id(self, resource: int) -> KnownResource:
        row = self._store.row(f"{_SELECT} WHERE resource.id = ?", resource)
        assert row is not None
        return self._known(row)

    def by_uid(self, uid: str) -> tuple[KnownResource, ...]:
        """The provider's resources of a UID in the calendars that take part, in the user's order."""
        rows = self._store.rows(
            f"{_SELECT} WHERE uid = ? AND account = ? AND side = 'provider' AND selected AND NOT missing"
            " ORDER BY collection.position, collection.id, resource.remote",
            uid, self._account,
        )  # fmt: skip
        return tuple(self._known(row) for row in rows)

    def rests(self, uid: str) -> bool:
        """Did a calendar that takes no part any more hold this UID when it was read last?"""
        found = self._store.row(
            "SELECT 1 FROM resource JOIN collection ON collection.id = resource.collection"
            " WHERE uid = ? AND account = ? AND side = 'provider' AND (NOT selected OR missing)"
            " AND substr(collection.remote, 1, length(?)) != ?",
            uid, self._account, LEFT, LEFT,
        )  # fmt: skip
        return found is not None

    @staticmethod
    def _known(row: sqlite3.Row) -> KnownResource:
        return KnownResource(
            id=row["id"],
            collection=row["collection"],
            ref=Ref(row["place"], row["remote"]),
            revision=row["revision"],
            confirmed=bool(row["confirmed"]),
            replaced=row["replaced"],
            uid=row["uid"],
            broken=row["broken"],
            raw=row["raw"],
            first_seen=row["first_seen"],
        )

    def rows_marked(self, ext_id: str) -> tuple[KnownResource, ...]:
        """The CRM's rows that carry this mark."""
        rows = self._store.rows(
            f"{_SELECT} WHERE uid = ? AND account = ? AND side = 'crm' AND NOT broken", ext_id, self._account
        )
        return tuple(self._known(row) for row in rows)

    def save(
        self, collection: int, found: Found, now: datetime, *, confirmed: bool, replaced: str | None = None
    ) -> int:
        """Remembers a resource as it is now; returns its id."""
        broken = found.reason if isinstance(found, Broken) else ""
        items: tuple[Item, ...] = found.items if isinstance(found, Resource) else ()
        series = any(each.is_series or each.recurrence_id is not None for each in items)
        people = " ".join(sorted({each.address for item in items for each in _people(item) if each.address}))
        self._store.run(
            "INSERT INTO resource (collection, remote, revision, confirmed, replaced, uid, series, people, broken, raw,"
            " first_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (collection, remote) DO UPDATE SET"
            " revision = excluded.revision, confirmed = excluded.confirmed, replaced = excluded.replaced,"
            " uid = excluded.uid, series = excluded.series, people = excluded.people, broken = excluded.broken,"
            " raw = excluded.raw",
            collection, found.ref.id, found.revision, confirmed, replaced, found.uid, series,
            f" {people} " if people else "", broken, found.raw, utc_text(now),
        )  # fmt: skip
        return int(
            self._store.value("SELECT id FROM resource WHERE collection = ? AND remote = ?", collection, found.ref.id)
        )

    def forget(self, resource: int) -> None:
        self._store.run("DELETE FROM resource WHERE id = ?", resource)

    def bury(self, resource: KnownResource, link: int, side: Side, now: datetime) -> None:
        """Keeps the raw form of what is gone, for an undo."""
        self._store.run(
            "INSERT INTO graveyard (link, side, raw, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (link, side) DO UPDATE SET raw = excluded.raw, at = excluded.at",
            link, side.value, resource.raw, utc_text(now),
        )  # fmt: skip

    def buried(self, link: int, side: Side) -> bytes | None:
        """The raw form of what an item was, before it was deleted."""
        found: bytes | None = self._store.value(
            "SELECT raw FROM graveyard WHERE link = ? AND side = ?", link, side.value
        )
        return found

    def trim(self, before: datetime) -> None:
        self._store.run("DELETE FROM graveyard WHERE at < ?", utc_text(before))

    def unlinked_marked(self) -> tuple[KnownResource, ...]:
        """CRM rows with our mark that no link holds: second rows of one item, or what is left of two."""
        rows = self._store.rows(
            f"{_SELECT} WHERE uid >= 'fmd1-' AND uid < 'fmd1.' AND NOT broken AND side = 'crm' AND account = ?"
            " AND NOT EXISTS (SELECT 1 FROM link WHERE crm_resource = resource.id)",
            self._account,
        )
        return tuple(self._known(row) for row in rows)

    def marked_as_another(self) -> tuple[tuple[KnownResource, str], ...]:
        """CRM rows whose mark is not theirs, and the mark each is to have: a person's copy of a row; a row whose own
        item is gone and that was linked to the same meeting in the calendar; a row whose copy, or it as the copy, was
        to be taken away and was not."""
        rows = self._store.rows(
            "SELECT resource.*, collection.remote AS place,"
            " CASE link.origin WHEN 'provider' THEN link.ext_id ELSE '' END AS own_mark FROM resource"
            " JOIN collection ON collection.id = resource.collection JOIN link ON link.crm_resource = resource.id"
            " WHERE resource.uid >= 'fmd0-' AND resource.uid < 'fmd1.' AND NOT broken AND side = 'crm'"
            " AND collection.account = ? AND (substr(link.ext_id, 6) != substr(resource.uid, 6)"
            " OR resource.uid < 'fmd0.' AND link.provider IS NOT NULL AND NOT link.excluded AND link.wish IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM held WHERE held.link = link.id AND held.side = 'crm' AND verb = 'delete'"
            " AND decision = 'approved'))",
            self._account,
        )
        return tuple((self._known(row), row["own_mark"]) for row in rows)

    def uids_of_people(self, addresses: Iterable[str]) -> set[str]:
        """UIDs of the provider's items that one of these people is on."""
        found: set[str] = set()
        for address in addresses:
            rows = self._store.rows(
                "SELECT DISTINCT uid FROM resource WHERE instr(people, ?) AND NOT broken", f" {address} "
            )
            found |= {row["uid"] for row in rows}
        return found

    def series_uids(self) -> set[str]:
        rows = self._store.rows(
            "SELECT DISTINCT uid FROM resource JOIN collection ON collection.id = resource.collection"
            " WHERE series AND side = 'provider' AND account = ?",
            self._account,
        )
        return {row["uid"] for row in rows}

    def all_uids(self) -> set[str]:
        rows = self._store.rows(
            "SELECT DISTINCT uid FROM resource JOIN collection ON collection.id = resource.collection"
            " WHERE side = 'provider' AND account = ?",
            self._account,
        )
        return {row["uid"] for row in rows}


def _known_collection(row: sqlite3.Row) -> KnownCollection:
    kinds = frozenset(Kind(each) for each in row["kinds"].split())
    return KnownCollection(
        id=row["id"],
        side=Side(row["side"]),
        what=Collection(row["remote"], row["name"], bool(row["writable"]), kinds, row["colour"]),
        position=row["position"],
        selected=bool(row["selected"]),
        target=bool(row["target"]),
        missing=bool(row["missing"]),
        cursor=row["cursor"],
        compared_at=row["compared_at"],
        suspect=row["suspect"],
    )


def _people(item: Item) -> tuple[Participant, ...]:
    return ((item.organiser,) if item.organiser else ()) + item.participants
