"""Waking a running instance from another process: what a person decided there should not wait for the interval."""

from __future__ import annotations

from datetime import datetime

from fm_desktop.sync.store import Store, utc_text

_KEY = "nudged"


def nudge(store: Store, now: datetime) -> None:
    """Asks for a cycle soon."""
    with store.transaction():
        store.set_meta(_KEY, utc_text(now))


def last_nudge(store: Store) -> str:
    """Differs from an earlier answer if somebody asked since; '' if nobody ever did."""
    return store.meta(_KEY) or ""
