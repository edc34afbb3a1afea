"""The store's links: one item known, or to be known, on both sides, with its three trees."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from fm_desktop.model.items import Answer
from fm_desktop.model.projection import Projection
from fm_desktop.port import Side
from fm_desktop.sync.identity import ext_id_for, is_our_ext_id, is_released
from fm_desktop.sync.plan import Decisions, Verb, View, Wish
from fm_desktop.sync.policy import Facts, Origin
from fm_desktop.sync.resources import LEFT
from fm_desktop.sync.serial import dump, load, patch_value, read_patch
from fm_desktop.sync.store import Store, utc_text


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the table `link`; see `schema.sql` for the meaning of its fields."""

    id: int
    ext_id: str
    uid: str
    recurrence: str
    origin: Origin
    collection: int | None
    provider_resource: int | None
    crm_resource: int | None
    provider: Projection | None
    crm: Projection | None
    base_provider: Projection | None
    base_crm: Projection | None
    facts: Facts
    ignored: str
    detached: bool
    quarantined: bool
    excluded: bool
    dirty: bool
    echo_provider: Projection | None
    echo_crm: Projection | None
    failures: int
    not_before: str | None
    wish: Wish | None
    ended_at: str | None
    marked_as_ours: bool
    released: bool

    @property
    def title(self) -> str:
        """What people call it."""
        wished = self.wish.value if self.wish else None
        shown = self.provider or self.crm or self.base_provider or self.base_crm or wished
        return (shown.title if shown else "") or "(no title)"

    @property
    def settled(self) -> bool:
        return self.provider == self.base_provider and self.crm == self.base_crm

    def resource(self, side: Side) -> int | None:
        return self.provider_resource if side is Side.PROVIDER else self.crm_resource

    def view(self, decisions: Decisions, *, all_take_part: bool) -> View:
        """`all_take_part`: whether all of the user's calendars do."""
        left = self.collection is None and self.base_provider is not None
        return View(
            link=self.id,
            uid=self.uid,
            recurrence=self.recurrence,
            origin=self.origin,
            facts=self.facts,
            provider=self.provider,
            crm=self.crm,
            base_provider=self.base_provider,
            base_crm=self.base_crm,
            marked_as_ours=self.marked_as_ours,
            released=self.released,
            elsewhere=left or not all_take_part,
            decisions=decisions,
            wish=self.wish,
        )


_PROJECTIONS = ("provider", "crm", "base_provider", "base_crm", "echo_provider", "echo_crm")


class Links:
    """Reads and writes of the table `link`. Callers hold the transaction."""

    def __init__(self, store: Store, account: int, user: str) -> None:
        self._store = store
        self._account = account
        self._user = user

    def get(self, link: int) -> Link:
        row = self._store.row(f"{_SELECT} WHERE link.id = ?", link)
        assert row is not None
        return _link(row)

    def of_uid(self, uid: str) -> tuple[Link, ...]:
        return self._many("WHERE link.account = ? AND link.uid = ?", self._account, uid)

    def of_ext_id(self, ext_id: str) -> Link | None:
        return self._one("WHERE link.account = ? AND ext_id = ?", self._account, ext_id)

    def of_resource(self, side: Side, resource: int) -> tuple[Link, ...]:
        return self._many(f"WHERE link.account = ? AND {side.value}_resource = ?", self._account, resource)

    def of_crm_row(self, resource: int) -> Link | None:
        return self._one("WHERE crm_resource = ?", resource)

    def of_collection(self, collection: int) -> tuple[Link, ...]:
        return self._many("WHERE link.collection = ?", collection)

    def with_row(self) -> tuple[Link, ...]:
        """Those that the CRM shows."""
        return self._many("WHERE link.account = ? AND crm IS NOT NULL", self._account)

    def to_plan(self, now: datetime) -> tuple[Link, ...]:
        """Those that changed since they were last planned, and are neither put aside nor waiting."""
        rows = self._store.rows(
            f"{_SELECT_DIRTY} WHERE link.account = ? AND dirty AND NOT detached AND NOT quarantined AND NOT excluded"
            " AND (not_before IS NULL OR not_before <= ?)"
            " AND NOT EXISTS (SELECT 1 FROM operation AS open WHERE open.link = link.id"
            " AND open.state IN ('sending', 'unknown')) ORDER BY link.id",
            self._account, utc_text(now),
        )  # fmt: skip
        return tuple(_link(row) for row in rows)

    def without_base(self) -> tuple[Link, ...]:
        """Items known on one side only and never copied: those that may turn out to be one and the same."""
        return self._many(
            "WHERE link.account = ? AND base_provider IS NULL AND base_crm IS NULL AND NOT detached AND NOT excluded"
            " AND (provider IS NULL) != (crm IS NULL)",
            self._account,
        )

    def left_behind(self) -> tuple[Link, ...]:
        """Single items with a copy that were in a calendar of a service which the user left."""
        return self._many(
            "WHERE link.account = ? AND detached AND NOT excluded AND recurrence = ''"
            " AND provider IS NOT NULL AND crm IS NOT NULL"
            " AND link.collection IN (SELECT id FROM collection WHERE substr(remote, 1, length(?)) = ?)",
            self._account, LEFT, LEFT,
        )  # fmt: skip

    def missing_in(self, side: Side, collection: int) -> bool:
        """Is an item that was in step before away from this calendar, and nothing done about it yet?"""
        of_it = "collection = ?" if side is Side.PROVIDER else "? IS NOT NULL"
        found = self._store.row(
            f"SELECT 1 FROM link WHERE account = ? AND {of_it} AND {side.value} IS NULL"
            f" AND base_{side.value} IS NOT NULL AND NOT detached AND NOT excluded",
            self._account, collection,
        )  # fmt: skip
        return found is not None

    def living(self) -> dict[int | None, int]:
        """Linked items per calendar, a series counted once."""
        rows = self._store.rows(
            "SELECT collection, count(DISTINCT uid) AS number FROM link"
            " WHERE account = ? AND base_provider IS NOT NULL AND ended_at IS NULL GROUP BY collection",
            self._account,
        )
        return {row["collection"]: row["number"] for row in rows}

    def add(self, ext_id: str, uid: str, recurrence: str, origin: Origin) -> Link:
        identity = self._store.run(
            "INSERT INTO link (account, ext_id, uid, recurrence, origin) VALUES (?, ?, ?, ?, ?)",
            self._account, ext_id, uid, recurrence, origin.value,
        )  # fmt: skip
        return self.get(identity)

    def ext_id(self, uid: str, recurrence: str) -> str:
        return ext_id_for(self._user, uid, recurrence)

    def update(self, link: Link, **changes: Any) -> Link:
        """Stores the named fields anew and returns the link with them."""
        changed = replace(link, **changes)
        columns = {name: _column(name, value) for name, value in changes.items()}
        names = ", ".join(f"{name} = ?" for name in columns)
        self._store.run(f"UPDATE link SET {names} WHERE id = ?", *columns.values(), link.id)
        return changed

    def exclude(self, link: Link, **changes: Any) -> Link:
        """It is to have no copy: what both sides agreed on before is void, so that nothing that is missing can be
        taken for a deletion, should it ever take part again."""
        return self.update(link, excluded=True, base_provider=None, base_crm=None, **changes)

    def remove(self, link: Link) -> None:
        self._store.run("DELETE FROM link WHERE id = ?", link.id)

    def trim(self, before: datetime) -> None:
        """Forgets the tombstones of long ago."""
        self._store.run("DELETE FROM link WHERE ended_at IS NOT NULL AND ended_at < ?", utc_text(before))

    def mark_dirty(self, links: Iterable[int]) -> None:
        for link in links:
            self._store.run("UPDATE link SET dirty = 1, not_before = NULL WHERE id = ?", link)

    def _one(self, where: str, *values: Any) -> Link | None:
        row = self._store.row(f"{_SELECT} {where}", *values)
        return None if row is None else _link(row)

    def _many(self, where: str, *values: Any) -> tuple[Link, ...]:
        return tuple(_link(row) for row in self._store.rows(f"{_SELECT} {where} ORDER BY link.id", *values))


_ROW = "LEFT JOIN resource ON resource.id = link.crm_resource"
_SELECT = f"SELECT link.*, resource.uid AS crm_ext_id FROM link {_ROW}"
# Named, or SQLite prefers the index of all the account's links: an idle cycle must not read them.
_SELECT_DIRTY = f"SELECT link.*, resource.uid AS crm_ext_id FROM link INDEXED BY link_dirty {_ROW}"


def _link(row: sqlite3.Row) -> Link:
    fields: dict[str, Any] = {name: load(row[name]) for name in _PROJECTIONS}
    fields |= {name: bool(row[name]) for name in ("detached", "quarantined", "excluded", "dirty")}
    mark = row["crm_ext_id"] or ""
    plain = ("id", "ext_id", "uid", "recurrence", "collection", "provider_resource", "crm_resource", "ignored",
             "failures", "not_before", "ended_at")  # fmt: skip
    fields |= {name: row[name] for name in plain}
    return Link(
        origin=Origin(row["origin"]),
        facts=read_facts(row["facts"]),
        wish=None if row["wish"] is None else read_wish(row["wish"]),
        marked_as_ours=row["origin"] == Origin.PROVIDER.value and (is_our_ext_id(mark) or is_released(mark)),
        released=is_released(mark),
        **fields,
    )


def _column(name: str, value: Any) -> Any:
    if name in _PROJECTIONS:
        return dump(value)
    if name == "wish":
        return None if value is None else wish_text(value)
    if name == "facts":
        return facts_text(value)
    if isinstance(value, Origin):
        return value.value
    return value


def facts_text(facts: Facts) -> str:
    return json.dumps({name: value for name, value in asdict(facts).items() if value})


def read_facts(text: str) -> Facts:
    value = json.loads(text)
    if "answer" in value:
        value["answer"] = Answer(value["answer"])
    return Facts(**value)


def wish_text(wish: Wish) -> str:
    value = {
        "side": wish.side.value,
        "verb": wish.verb.value,
        "patch": patch_value(wish.patch),
        "value": dump(wish.value),
    }
    return json.dumps(value, ensure_ascii=False)


def read_wish(text: str) -> Wish:
    value = json.loads(text)
    return Wish(Side(value["side"]), Verb(value["verb"]), read_patch(value["patch"]), load(value["value"]))
