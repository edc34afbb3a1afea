"""Weeks of working days on one computer: nothing that the program holds or keeps grows."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from fm_desktop.sync import state, upkeep
from tests.soak.life import Life, Load, Size

WARM, MEASURED = 12, 10


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> tuple[Life, Load, Load]:
    """What it takes after some days, and after as many more. What is kept for months is kept for a week here."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("KEEP_TOMBSTONES", "KEEP_HISTORY", "KEEP_JOURNAL"):
            patched.setattr(state, name, timedelta(days=7))
        patched.setattr(upkeep, "WASTED_BYTES", 200_000)
        tracemalloc.start()
        try:
            life = Life(tmp_path_factory.mktemp("soak"), Size(links=120, messages=300, cycles_a_day=2))
            life.first_sync()
            life.days(WARM)
            before = life.load()
            life.days(MEASURED)
            after = life.load()
        finally:
            tracemalloc.stop()
    return life, before, after


def test_memory_files_and_threads_do_not_grow(loads: tuple[Life, Load, Load]) -> None:
    _, before, after = loads
    assert after.python <= before.python * 1.1 + 64_000
    assert after.files <= before.files
    assert after.threads <= before.threads


def test_the_state_file_is_as_large_as_what_is_in_it(loads: tuple[Life, Load, Load]) -> None:
    """Of what grows for good there are the identities of logged messages, and nothing else."""
    life, before, after = loads
    logged = after.rows["mail_message"] - before.rows["mail_message"]
    assert logged == MEASURED * life.size.letters_a_day // 10
    assert after.database <= before.database * 1.05 + 2_000 * logged
    assert life.largest_log <= 8 * 1024 * 1024
    assert after.log == 0


def test_what_is_over_is_trimmed_and_what_is_there_stays(loads: tuple[Life, Load, Load]) -> None:
    life, before, after = loads
    for table in ("operation", "history", "notice", "graveyard", "link", "resource"):
        assert after.rows[table] <= before.rows[table] * 1.1 + 5, (table, before.rows, after.rows)
    alive = len(life.calendar.shelves["Work"])
    assert alive == len(life.crm.shelves["agenda"])
    assert after.rows["resource"] == 2 * alive


def test_nothing_was_lost_or_doubled_on_the_way(loads: tuple[Life, Load, Load]) -> None:
    life, _, after = loads
    assert sorted(item.title for item in life.calendar.items()) == sorted(item.title for item in life.crm.items())
    assert life.log.twice == 0
    assert len(life.log.rows) == after.rows["mail_message"]


def test_a_mass_of_old_history_is_given_back_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KEEP_HISTORY", "KEEP_JOURNAL"):
        monkeypatch.setattr(state, name, timedelta(days=2))
    monkeypatch.setattr(upkeep, "WASTED_BYTES", 100_000)
    life = Life(tmp_path, Size(links=200, messages=0, cycles_a_day=1, added_a_day=0, edited_a_day=2, letters_a_day=0))
    life.first_sync()
    full = life.load().database
    life.days(6)
    assert life.vacuumed == 1
    assert life.load().database < full
