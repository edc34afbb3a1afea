"""One store, several accounts after one another: each starts with what is its own."""

from __future__ import annotations

from pathlib import Path

from fm_desktop.sync import accounts
from fm_desktop.sync.store import Store


def test_an_account_is_found_again_whatever_the_spelling(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "state.db")
    emma = accounts.ensure(store, "crm.example", "7", "Emma@Example.com")
    assert accounts.ensure(store, "crm.example", "7", "emma@example.com") == emma
    assert accounts.find(store, "crm.example", "8", "emma@example.com") is None
    store.close()


def test_another_account_does_not_take_over_what_was_remembered_of_the_first(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "state.db")
    emma = accounts.ensure(store, "crm.example", "7", "emma@example.com")
    with store.transaction():
        store.set_meta("calendars_listed", "2026-11-25T09:00:00Z")
        store.set_meta("cycle", "41")
    assert accounts.ensure(store, "crm.example", "7", "emma@example.com") == emma
    assert store.meta("calendars_listed") is not None
    javier = accounts.ensure(store, "crm.example", "8", "javier@example.com")
    assert javier != emma
    assert store.meta("calendars_listed") is None
    assert store.meta("cycle") == "41"
    assert accounts.ensure(store, "crm.example", "7", "emma@example.com") == emma
    store.close()
