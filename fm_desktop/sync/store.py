"""The state file: SQLite with one writer, forward-only migrations, an integrity check at the start.

A file that cannot be read is set aside, never repaired by guessing: links are rebuilt from the
identities both sides carry, so nothing is created twice.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

VERSION = 2
_LOG_BYTES_KEPT = 4 * 1024 * 1024
_CHECKED_EVERY = 24 * 3_600.0

Clock = Callable[[], datetime]
"""The moment now, aware, in UTC."""


class StoreError(Exception):
    """The state file cannot be used; `str(error)` says why and what to do."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A damaged state file was moved out of the way."""

    moved_to: Path
    reason: str


class Store:
    """An open state file. One thread uses it; `transaction()` groups what must stand or fall together."""

    def __init__(self, connection: sqlite3.Connection, path: Path, set_aside: SetAside | None = None) -> None:
        self.db = connection
        self.path = path
        self.set_aside = set_aside

    @classmethod
    def open(cls, path: Path) -> Store:
        """Opens or makes the state file. Raises `StoreError` for one that a newer version wrote, or a
        folder that cannot be written."""
        set_aside = None if _is_as_we_left_it(path) else _set_aside_if_damaged(path)
        try:
            connection = _connect(path)
            _migrate(connection, path)
        except sqlite3.OperationalError as error:
            raise StoreError(f"The state file {path} cannot be opened: {error}.") from error
        return cls(connection, path, set_aside)

    def close(self) -> None:
        self.db.close()
        _left[self.path] = _signature(self.path)

    def doubt(self) -> None:
        """SQLite came upon something in the file: the next time it is opened, all of it is looked at."""
        _doubted.add(self.path)
        _left.pop(self.path, None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Inside another transaction it is part of that one. Raises `StoreError` where the
        file cannot be written: nothing of it is kept then."""
        if self.db.in_transaction:
            yield
            return
        try:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.db.rollback()
                raise
            self.db.commit()
        except sqlite3.OperationalError as error:
            self.db.rollback()
            raise self._cannot_write(error) from error

    def _cannot_write(self, error: sqlite3.OperationalError) -> StoreError:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            return StoreError(
                f"The disk is full: the state file {self.path} cannot grow. Nothing was lost and nothing will be "
                "created twice. Make room, then syncing goes on by itself."
            )
        return StoreError(f"The state file {self.path} cannot be written: {error}.")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self.db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self.db.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, *values: Any) -> Any:
        found = self.row(sql, *values)
        return None if found is None else found[0]

    def run(self, sql: str, *values: Any) -> int:
        """Runs one statement and returns the id of the row it inserted, if it did."""
        return self.db.execute(sql, values).lastrowid or 0

    def meta(self, key: str) -> str | None:
        found: str | None = self.value("SELECT value FROM meta WHERE key = ?", key)
        return found

    def set_meta(self, key: str, value: str) -> None:
        self.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)


def utc_text(moment: datetime) -> str:
    """How moments are stored: sortable UTC text."""
    # Not strftime, which leaves the zeros of the year 0999 out.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_utc(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_file(path)
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    # The journal of operations must be on the disk before the network is touched.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Without it the file of the log stays for ever as long as the longest transaction once made it.
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES_KEPT}")
    return connection


def _make_file(path: Path) -> None:
    """For its owner only from the start; SQLite gives the files beside it the same mode."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


_doubted: set[Path] = set()
"""Files to be looked at as a whole when they are opened next, whoever else had them open meanwhile."""

_left: dict[Path, tuple[int, ...]] = {}
"""How this process left state files, so that a file is not read as a whole for each cycle. Days count as well."""


def _signature(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, int(time.monotonic() // _CHECKED_EVERY)


def _is_as_we_left_it(path: Path) -> bool:
    return path not in _doubted and bool(_left.get(path)) and _left[path] == _signature(path)


def _set_aside_if_damaged(path: Path) -> SetAside | None:
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        connection = sqlite3.connect(path, timeout=10)
        try:
            verdict = _verdict(connection)
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        raise StoreError(f"The state file {path} cannot be opened: {error}.") from error
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    _doubted.discard(path)
    if verdict == "ok":
        return None
    moved_to = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for suffix in ("", "-wal", "-shm"):
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{moved_to}{suffix}")
    return SetAside(moved_to, verdict)


def _verdict(connection: sqlite3.Connection) -> str:
    """The quick check of SQLite 3.40 finds NULL where there is none, in tables without row ids whose key is not in the
    order of their columns: the slow one has the last word before a whole state is given up."""
    verdict = "ok"
    for check in ("quick_check", "integrity_check"):
        verdict = str(connection.execute(f"PRAGMA {check}(1)").fetchone()[0])
        if verdict == "ok":
            break
    return verdict


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise StoreError(
            f"The state file {path} was written by a newer version of FM Desktop. Install that version again, "
            "or move the file away: the links are then rebuilt, nothing is created twice."
        )
    if version == VERSION:
        return
    if version:
        _back_up(connection, path, version)
    for step in range(version, VERSION):
        script = _SCRIPTS[step]
        text = resources.files(__package__).joinpath(script).read_text(encoding="utf-8")
        connection.executescript(f"BEGIN IMMEDIATE;\n{text}\nPRAGMA user_version = {step + 1};\nCOMMIT;")


_SCRIPTS = ("schema.sql", "schema_mail.sql")
"""One script a version, in order; the first makes an empty file into version 1."""


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    backup = path.with_name(f"{path.name}.before-{version + 1}")
    if not backup.exists():
        _make_file(backup)
    copy = sqlite3.connect(backup)
    try:
        connection.backup(copy)
    finally:
        copy.close()
