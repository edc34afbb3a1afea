"""The records of the sandbox, in SQLite: the one place where they are read and written.

The API, the web page and the tests all come through here, so a record changed by a person on the page
and one changed over the API obey the same rules and leave the same audit dates.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fm_desktop.sandbox.clock import Clock
from fm_desktop.sandbox.errors import bad_where, fixed, invalid, missing, read_only, unknown_resource
from fm_desktop.sandbox.fields import Field, Kind, parse
from fm_desktop.sandbox.resources import FILES, RESOURCES, Resource
from fm_desktop.sandbox.rules import check
from fm_desktop.sandbox.settings import Switches
from fm_desktop.sandbox.sql import json_of, tables
from fm_desktop.sandbox.where import condition

Row = dict[str, Any]


class Store:
    """All records of one tenant, in the file `path`. Safe to use from several threads.

    Rows go in and come out in the API's own shapes: links are written as a bare id and read as
    `{id, value}`. Every method raises `errors.ApiError`, as the API would answer.
    """

    def __init__(self, path: Path, switches: Switches | None = None, clock: Clock | None = None) -> None:
        self.switches = switches or Switches()
        self.clock = clock or Clock()
        self._path = path
        self._lock = threading.RLock()
        self._db = _connect(path)
        _prepare(self._db, path)
        self._behind: sqlite3.Connection | None = None
        self._behind_since = 0.0

    def close(self) -> None:
        with self._lock:
            self.release_stale()
            self._db.close()

    # --- reading -------------------------------------------------------------------------------------

    def get(self, resource: str, row_id: int) -> Row:
        """One record in its read shape, deleted or not."""
        row: Row = json.loads(self.get_json(resource, row_id))
        return row

    def get_json(self, resource: str, row_id: int) -> str:
        kind = _resource(resource)
        with self._lock:
            found = self._db.execute(
                f'SELECT {json_of(kind.name)} FROM "{kind.name}" t WHERE id = ?',  # noqa: S608 - known names
                (row_id,),
            ).fetchone()
        if found is None:
            raise missing()
        return str(found[0])

    def rows(self, resource: str, where: str = "", order: str = "") -> list[Row]:
        """All records that meet `where`, deleted ones included, in their read shape."""
        listed: list[Row] = json.loads(self.list_json(resource, where=where, order=order))
        return listed

    def list_json(
        self,
        resource: str,
        *,
        where: str = "",
        order: str = "",
        limit: int = -1,
        offset: int = 0,
        stale: float | None = None,
    ) -> str:
        """A JSON array of records by id, or by the field `order` with the highest first.

        With `stale`, a list as of up to that many seconds ago (`inf`: as of the first stale read).
        """
        kind = _resource(resource)
        met = condition(kind.name, where) if where.strip() else None
        # The rows of the page are found first: sorting would else build the JSON of every row there is.
        by = _order(kind, order)
        condition_sql = f" WHERE {met.sql}" if met else ""
        page = f'SELECT id FROM "{kind.name}" t{condition_sql} ORDER BY {by} LIMIT ? OFFSET ?'  # noqa: S608 - known names
        sql = f'SELECT {json_of(kind.name)} FROM "{kind.name}" t WHERE id IN ({page}) ORDER BY {by}'  # noqa: S608 - same
        values = (*(met.values if met else ()), limit, offset)
        with self._lock:
            db = self._db if stale is None else self._snapshot(stale)
            found = db.execute(sql, values).fetchall()
        return "[" + ",".join([each[0] for each in found]) + "]"

    # --- writing -------------------------------------------------------------------------------------

    def create(self, resource: str, body: Mapping[str, Any], user: int | None = None) -> int:
        """Stores a new record and returns its id. `user` is who did it, by default the record's owner."""
        kind = _resource(resource)
        values = {each.name: each.default for each in kind.own if each.default is not None}
        values |= self._parsed(kind, body)
        lacking = [each.name for each in kind.own if each.required and values.get(each.name) is None]
        if lacking:
            raise invalid(f"required: {', '.join(lacking)}")
        with self._transaction():
            check(kind, values)
            self._check_links(kind, values)
            return self._insert(
                kind,
                values
                | {
                    "deleted": 0,
                    "dateCreated": self.clock.stamp(),
                    "salesRepIdCreated": user if user is not None else values.get(kind.owner),
                },
            )

    def update(self, resource: str, row_id: int, body: Mapping[str, Any], user: int | None = None) -> None:
        """Changes the fields named in `body`.

        A record marked readOnly refuses, unless the body itself says what readOnly shall be: so an
        integration maintains its own records while people cannot touch them.
        """
        kind = _resource(resource)
        _refuse_fixed(kind)
        values = self._parsed(kind, body)
        with self._lock:
            before = self._living(kind, row_id)
            if "readOnly" not in values:
                self._refuse_locked(kind, before)
            merged = before | values
            check(kind, merged)
            self._check_links(kind, values)
            self._change(
                kind,
                row_id,
                values
                | {
                    "dateUpdated": self.clock.stamp(),
                    "salesRepIdUpdated": user if user is not None else merged.get(kind.owner),
                },
            )

    def delete(self, resource: str, row_id: int, user: int | None = None) -> None:
        """Marks a record as deleted; it stays in lists. `dateUpdated` is not touched."""
        kind = _resource(resource)
        _refuse_fixed(kind)
        with self._lock:
            before = self._living(kind, row_id)
            self._refuse_locked(kind, before)
            self._change(
                kind,
                row_id,
                {
                    "deleted": 1,
                    "dateDeleted": self.clock.stamp(),
                    "salesRepIdDeleted": user if user is not None else before.get(kind.owner),
                },
            )

    def load(self, resource: str, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        """Stores many new records at once, in one transaction, and returns their ids.

        Unlike `create`, audit fields and `id` may be given; a missing dateCreated is one moment for all.
        """
        kind = _resource(resource)
        created = self.clock.stamp()
        ids: list[int] = []
        with self._transaction():
            for row in rows:
                values = {each.name: each.default for each in kind.own if each.default is not None}
                values |= {"deleted": 0, "dateCreated": created, "salesRepIdCreated": row.get(kind.owner)}
                values |= self._parsed(kind, row, audit=True)
                check(kind, values)
                ids.append(self._insert(kind, values))
        return ids

    # --- reads that lag behind -------------------------------------------------------------------------

    def _snapshot(self, seconds: float) -> sqlite3.Connection:
        """A connection that sees the records as they were when it was opened, renewed after `seconds`."""
        if self._behind is not None and time.monotonic() - self._behind_since >= seconds:
            self.release_stale()
        if self._behind is None:
            self._behind = _connect(self._path)
            # In WAL mode a read transaction keeps seeing the state of its first read.
            self._behind.execute("BEGIN")
            self._behind.execute("SELECT count(*) FROM sqlite_master").fetchone()
            self._behind_since = time.monotonic()
        return self._behind

    def freeze_stale(self) -> None:
        """From now on, stale lists show the records as they are now."""
        with self._lock:
            self.release_stale()
            self._snapshot(float("inf"))

    def release_stale(self) -> None:
        with self._lock:
            if self._behind is not None:
                self._behind.close()
                self._behind = None

    # --- inside ----------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _parsed(self, kind: Resource, body: Mapping[str, Any], *, audit: bool = False) -> Row:
        cut = self.switches.overflow == "cut"
        values: Row = {}
        for name, value in body.items():
            field = kind.by_name.get(name.lower())
            if field is None:
                raise invalid(f"{kind.name} has no field {name[:60]!r}")
            # Read-only fields sent back with a whole record are passed over, as the docs' body tables name `id`.
            if audit or not field.read_only:
                values[field.name] = parse(field, value, cut=cut)
        return values

    def _check_links(self, kind: Resource, values: Row) -> None:
        for name, value in values.items():
            field = kind.by_name[name.lower()]
            if value is None or not field.table:
                continue
            for target in json.loads(value) if field.kind is Kind.LINKS else (value,):
                self._check_link(field, target)

    def _check_link(self, field: Field, target: int) -> None:
        sql = f'SELECT 1 FROM "{field.table}" WHERE id = ?'  # noqa: S608 - a known name
        if self._db.execute(sql, (target,)).fetchone() is None:
            raise invalid(f"{field.name}: {field.table} has no record {target}")

    def _living(self, kind: Resource, row_id: int) -> Row:
        """The stored form of a record that is not deleted."""
        found = self._db.execute(
            f'SELECT * FROM "{kind.name}" WHERE id = ? AND deleted = 0',  # noqa: S608 - a known name
            (row_id,),
        ).fetchone()
        if found is None:
            raise missing()
        return dict(zip((each.name for each in kind.columns), found, strict=True))

    def _refuse_locked(self, kind: Resource, before: Row) -> None:
        if self.switches.read_only_enforced and before.get("readOnly"):
            raise read_only(kind.name, before["id"])

    def _insert(self, kind: Resource, values: Row) -> int:
        """A row, and those of the files that it names."""
        files = values.pop("attachments", None) or ()
        row_id = self._insert_row(kind, values)
        shared = {name: values.get(name) for name in ("deleted", "dateCreated", "salesRepIdCreated")}
        for each in files:
            self._insert_row(FILES, {**shared, **each, "folderId": "-1", "emailId": row_id})
        return row_id

    def _insert_row(self, kind: Resource, values: Row) -> int:
        columns = ", ".join(f'"{name}"' for name in values)
        places = ", ".join("?" * len(values))
        sql = f'INSERT INTO "{kind.name}" ({columns}) VALUES ({places})'  # noqa: S608 - known names, bound values
        row_id = self._db.execute(sql, tuple(values.values())).lastrowid
        assert row_id is not None
        return row_id

    def _change(self, kind: Resource, row_id: int, values: Row) -> None:
        columns = ", ".join(f'"{name}" = ?' for name in values)
        sql = f'UPDATE "{kind.name}" SET {columns} WHERE id = ?'  # noqa: S608 - known names, bound values
        self._db.execute(sql, (*values.values(), row_id))


def _connect(path: Path) -> sqlite3.Connection:
    # Autocommit: a change is one statement, and new records begin a transaction of their own.
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    """Makes the tables. Raises `ValueError` for a file whose tables are those of another version."""
    script = tables()
    version = zlib.crc32(script.encode()) >> 1  # user_version is signed
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found not in (0, version):
        db.close()
        raise ValueError(f"{path} was made by another version of the sandbox: use another folder, or delete this one")
    db.executescript(f"BEGIN; {script} PRAGMA user_version = {version}; COMMIT;")


def _resource(name: str) -> Resource:
    found = RESOURCES.get(name)
    if found is None:
        raise unknown_resource(name[:60])
    return found


def _refuse_fixed(kind: Resource) -> None:
    if kind.fixed:
        raise fixed(kind.name)


def _order(kind: Resource, order: str) -> str:
    if not order.strip():
        return "t.id"
    field = kind.by_name.get(order.strip().lower().removesuffix(".id"))
    if field is None or field.kind in (Kind.LINKS, Kind.FILES):
        raise bad_where(f"{kind.name} cannot be ordered by {order[:60]!r}")
    return f't."{field.name}" DESC, t.id DESC'
