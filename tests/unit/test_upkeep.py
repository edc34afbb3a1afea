"""The state file between two cycles: empty pages, the log beside it, how often it is read as a whole, old history."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fm_desktop.sync import store as stores
from fm_desktop.sync import upkeep
from fm_desktop.sync.chronicle import Chronicle
from fm_desktop.sync.store import Store
from fm_desktop.sync.upkeep import tidy

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(upkeep, "WASTED_BYTES", 1_000_000)
    made = Store.open(tmp_path / "state.db")
    made.db.execute("PRAGMA synchronous = OFF")
    made.run("INSERT INTO account (id, tenant, crm_user, address) VALUES (1, 'crm.example', '7', 'emma')")
    yield made
    made.close()


def fill(store: Store, megabytes: int) -> None:
    with store.transaction():
        for number in range(megabytes):
            store.set_meta(f"large{number}", "x" * 1_000_000)


def waste(store: Store, megabytes: int) -> None:
    fill(store, megabytes)
    store.run("DELETE FROM meta WHERE key LIKE 'large%'")
    store.run("PRAGMA wal_checkpoint(TRUNCATE)")


def size(store: Store) -> int:
    return store.path.stat().st_size


def test_many_empty_pages_are_given_back_and_everything_else_stays(store: Store) -> None:
    store.set_meta("kept", "yes")
    waste(store, 3)
    before = size(store)
    assert tidy(store, NOW)
    assert size(store) < before / 5
    assert os.path.getsize(f"{store.path}-wal") == 0
    assert store.meta("kept") == "yes"
    assert store.value("PRAGMA integrity_check") == "ok"
    assert (store.value("PRAGMA user_version"), store.value("PRAGMA journal_mode")) == (stores.VERSION, "wal")


def test_few_empty_pages_are_not_worth_it(store: Store) -> None:
    fill(store, 8)
    store.run("DELETE FROM meta WHERE key = 'large1'")
    store.run("DELETE FROM meta WHERE key = 'large2'")
    assert store.value("PRAGMA freelist_count") * store.value("PRAGMA page_size") > upkeep.WASTED_BYTES
    assert not tidy(store, NOW)


def test_it_is_tried_once_a_day_and_not_while_another_process_holds_the_file(store: Store) -> None:
    waste(store, 3)
    before = size(store)
    store.run("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM meta").fetchall()
    other.execute("INSERT INTO meta VALUES ('other', 'x')")
    assert store.meta("vacuum_tried") is None
    assert not tidy(store, NOW)  # not even the attempt can be noted
    other.rollback()
    other.execute("BEGIN")
    other.execute("SELECT * FROM meta").fetchall()  # reads on: the copy waits in the log until it is done
    tidy(store, NOW)
    other.rollback()
    other.close()
    assert not tidy(store, NOW + timedelta(hours=3))
    waste(store, 3)
    assert tidy(store, NOW + timedelta(days=1))
    assert size(store) < before / 5


def test_it_is_left_for_today_where_the_file_cannot_be_written_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waste(store, 3)
    before = size(store)
    run = store.run

    def full(sql: str, *values: object) -> int:
        if sql == "VACUUM":
            raise sqlite3.OperationalError("database or disk is full")
        return run(sql, *values)

    with monkeypatch.context() as patched:
        patched.setattr(store, "run", full)
        assert not tidy(store, NOW)
    assert not tidy(store, NOW)
    assert size(store) == before
    assert tidy(store, NOW + timedelta(days=1))


def test_the_log_beside_the_file_does_not_stay_as_long_as_a_first_sync_made_it(store: Store) -> None:
    watcher = Store.open(store.path)  # as long as the window is open, no cycle is the last to close
    fill(store, 12)
    assert os.path.getsize(f"{store.path}-wal") > 10_000_000
    for number in range(3):
        store.run("PRAGMA wal_checkpoint(PASSIVE)")
        store.set_meta("next", str(number))
    assert os.path.getsize(f"{store.path}-wal") <= 4 * 1024 * 1024
    watcher.close()


def test_a_file_is_read_as_a_whole_when_others_had_it_and_not_for_each_cycle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    verdict = stores._verdict
    monkeypatch.setattr(stores, "_verdict", lambda connection: looked.append("") or verdict(connection))
    path = tmp_path / "state.db"
    for _ in range(3):
        Store.open(path).close()
    assert looked == []
    other = sqlite3.connect(path)
    other.execute("INSERT INTO meta VALUES ('other', 'x')")
    other.commit()
    other.close()
    for _ in range(3):
        Store.open(path).close()
    assert len(looked) == 1
    doubted = Store.open(path)
    doubted.doubt()
    doubted.close()
    Store.open(path).close()
    assert len(looked) == 2
    monkeypatch.setattr(stores, "_CHECKED_EVERY", 1e-3)
    Store.open(path).close()
    assert len(looked) == 3


def test_a_file_that_was_damaged_behind_our_back_is_set_aside_in_the_same_process(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    Store.open(path).close()
    path.write_bytes(b"no database at all" * 1_000)
    again = Store.open(path)
    assert again.set_aside is not None
    again.close()


def test_history_and_notices_keep_the_newest_by_age_and_by_number(store: Store) -> None:
    moment = [NOW - timedelta(days=10)]
    chronicle = Chronicle(store, 1, lambda: moment[0])
    for number in range(20):
        moment[0] = NOW - timedelta(days=10 - number // 2)
        chronicle.tell("new", f"#{number}")
    chronicle.trim(NOW - timedelta(days=8), 100)
    assert [each.text for each in chronicle.notices(100)] == [f"#{number}" for number in range(19, 3, -1)]
    chronicle.trim(NOW - timedelta(days=8), 5)
    assert [each.text for each in chronicle.notices(100)] == ["#19", "#18", "#17", "#16", "#15"]
    chronicle.trim(NOW - timedelta(days=8), 5)
    assert len(chronicle.notices(100)) == 5
