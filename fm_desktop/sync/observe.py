"""Observing: what a side says has changed becomes the trees of the links. Plans nothing.

The cursor is saved in the same transaction as the observations that came with it. Absence proves
something only in a complete listing, and then each absent one is asked for once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from fm_desktop.port import Changes, CollectionGone, Found, Port, Side
from fm_desktop.sync.relink import Relinker
from fm_desktop.sync.resources import KnownCollection
from fm_desktop.sync.state import State
from fm_desktop.sync.store import read_utc, utc_text

COMPARE_EVERY = timedelta(hours=24)
# A row of our own that a lagging listing does not show yet is not gone.
UNCONFIRMED_GRACE = timedelta(hours=1)


class Observer:
    def __init__(self, state: State, relinker: Relinker) -> None:
        self._store = state.store
        self._resources = state.resources
        self._links = state.links
        self._held = state.held
        self._problems = state.problems
        self._relink = relinker

    def observe(self, port: Port, now: datetime) -> None:
        """Reads what changed in every calendar that takes part. Raises the port's errors; what was
        read before one of them is kept."""
        for collection in self._resources.collections(port.side):
            if collection.takes_part:
                self._observe_collection(port, collection, now)

    def _observe_collection(self, port: Port, collection: KnownCollection, now: datetime) -> None:
        compare = collection.compared_at is None or now - read_utc(collection.compared_at) >= COMPARE_EVERY
        cursor = None if compare else collection.cursor
        try:
            changes = port.changes(collection.what, cursor, lambda: self._resources.revisions(collection.id))
        except CollectionGone:
            self._collection_is_gone(collection)
            return
        absent, still_there = self._absent(port, collection, changes, now)
        with self._store.transaction():
            present = (*changes.present, *still_there)
            self._take(port.side, collection.id, present, absent, now, changes.removed_marks)
            suspect = self._judge_listing(collection, changes, absent)
            # A listing that is not believed is asked for again, whole, until it can be.
            cursor = None if suspect else changes.cursor
            self._store.run("UPDATE collection SET cursor = ? WHERE id = ?", cursor, collection.id)
            if changes.listed is not None:
                self._store.run("UPDATE collection SET compared_at = ? WHERE id = ?", utc_text(now), collection.id)

    def look_again(
        self, port: Port, collection: int, found: Iterable[Found], absent: Iterable[str], now: datetime
    ) -> None:
        """Takes single resources that were read apart from a listing (a conflict, a probe)."""
        with self._store.transaction():
            self._take(port.side, collection, tuple(found), tuple(absent), now)

    def _take(
        self,
        side: Side,
        collection: int,
        present: tuple[Found, ...],
        absent: tuple[str, ...],
        now: datetime,
        removed_marks: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        # What is there first: an event that moved between calendars is found before it is missed.
        for found in present:
            self._relink.present(side, collection, found, now)
        for remote in absent:
            self._relink.absent(side, collection, remote, now)
        self._relink.released(removed_marks, now)
        self._relink.finish(side, now)

    def _absent(
        self, port: Port, collection: KnownCollection, changes: Changes, now: datetime
    ) -> tuple[tuple[str, ...], tuple[Found, ...]]:
        """(keys that are gone, resources that a listing left out although they are there)."""
        if changes.listed is None:
            return changes.removed, ()
        known = self._resources.revisions(collection.id)
        present = {found.ref.id for found in changes.present}
        missing = [key for key in known if key not in changes.listed and key not in present]
        missing = [key for key in missing if not self._is_fresh_write(collection.id, key, now)]
        if not missing or not changes.listed:
            return (*changes.removed, *missing), ()
        there = port.fetch(collection.what.id, missing)
        found_keys = {found.ref.id for found in there}
        return (*changes.removed, *(key for key in missing if key not in found_keys)), there

    def _is_fresh_write(self, collection: int, key: str, now: datetime) -> bool:
        known = self._resources.get(collection, key)
        return known is not None and not known.confirmed and now - read_utc(known.first_seen) < UNCONFIRMED_GRACE

    def _judge_listing(self, collection: KnownCollection, changes: Changes, absent: tuple[str, ...]) -> str:
        """An empty listing of what was full is believed only with the user's word (guard)."""
        suspect = collection.suspect
        if changes.listed is not None:
            if changes.listed or not self._links.missing_in(collection.side, collection.id):
                suspect = ""
            elif absent:
                name = "ForceManager" if collection.side is Side.CRM else f"the calendar “{collection.what.name}”"
                suspect = f"{name} was listed as empty, although it held {len(absent)} items"
        elif changes.present:
            suspect = ""
        if suspect != collection.suspect:
            self._store.run("UPDATE collection SET suspect = ? WHERE id = ?", suspect, collection.id)
            self._links.mark_dirty(self._held.waiting_because(collection.suspect))
        return suspect

    def _collection_is_gone(self, collection: KnownCollection) -> None:
        """A calendar that was deleted, or is not shared any more: its items are left alone, and told."""
        with self._store.transaction():
            self._store.run("UPDATE collection SET missing = 1, cursor = NULL WHERE id = ?", collection.id)
            self._relink.detach(collection.id)
            self._problems.report(
                f"collection:{collection.id}",
                collection.what.name,
                f"The calendar “{collection.what.name}” is not there any more.",
                "Its copies in ForceManager were left alone. Choose your calendars again: fm-desktop calendars",
            )
