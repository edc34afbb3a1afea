"""The state file kept small between two cycles: what trimming left empty is given back to the disk."""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime
from typing import Final

from fm_desktop.sync.store import Store, StoreError

_log = logging.getLogger(__name__)

# Less is used again by itself within days, and is not worth writing the whole file for.
WASTED_BYTES: Final = 8 * 1024 * 1024
WASTED_SHARE: Final = 0.25

_TRIED = "vacuum_tried"


def tidy(store: Store, now: datetime) -> bool:
    """Writes the file anew without its empty pages, if these are many; says whether it did.

    Tried once a day at most, as it may take a second or two. Never within a transaction, so not in the middle of a
    cycle. SQLite takes the new file as a whole or, after a crash, not at all. Where the disk is too full for a copy, or
    another process holds the file, everything stays as it is.
    """
    today = now.date().isoformat()
    if store.meta(_TRIED) == today or not _is_wasteful(store):
        return False
    try:
        with store.transaction():
            store.set_meta(_TRIED, today)
        store.run("VACUUM")
        # Who reads just now is not waited for: nobody else could sync meanwhile.
        store.run("PRAGMA busy_timeout = 0")
        store.run("PRAGMA wal_checkpoint(TRUNCATE)")
        store.run("PRAGMA busy_timeout = 10000")  # as it was opened with
    except (sqlite3.OperationalError, StoreError) as error:
        _log.info("The state file keeps its empty pages for today: %s", error)
        return False
    _log.info("The state file was written anew without its empty pages")
    return True


def _is_wasteful(store: Store) -> bool:
    empty, pages = int(store.value("PRAGMA freelist_count")), int(store.value("PRAGMA page_count"))
    wasted = empty * int(store.value("PRAGMA page_size"))
    return wasted >= WASTED_BYTES and empty >= WASTED_SHARE * pages
