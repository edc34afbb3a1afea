"""The commits of a store, watched: between two of them a process may die."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fm_desktop.sync.store import Store


def after_every_commit(store: Store, happens: Callable[[], None]) -> None:
    transaction = store.transaction

    @contextmanager
    def watched() -> Iterator[None]:
        nested = store.db.in_transaction
        with transaction():
            yield
        if not nested:
            happens()

    store.transaction = watched  # type: ignore[method-assign]


def without_disk(store: Store) -> None:
    """Nothing of it outlives the process, whose deaths are played: what a transaction undoes is kept in memory."""
    store.db.executescript("PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY")
