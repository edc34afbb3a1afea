"""Answering what became of writes whose answer was lost: asked by identity, never repeated blindly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from fm_desktop.port import CollectionGone, Found, Port, Resource, Side
from fm_desktop.sync.journal import Entry
from fm_desktop.sync.merge import is_image, shows
from fm_desktop.sync.observe import Observer
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.project import crm_view
from fm_desktop.sync.resources import KnownCollection
from fm_desktop.sync.settle import Settler
from fm_desktop.sync.state import State
from fm_desktop.sync.store import read_utc

# A listing may lag behind a write that was stored: only after this time is "not there" an answer.
# At the provider a create is conditional on its own path, so there is nothing to wait for.
DOUBT = timedelta(seconds=90)


class Prober:
    """`zone` is the user's, an IANA name."""

    def __init__(
        self, state: State, ports: Mapping[Side, Port], observer: Observer, settler: Settler, zone: str
    ) -> None:
        self._state = state
        self._zone = zone
        self._ports = ports
        self._observer = observer
        self._settler = settler

    def probe(self, now: datetime) -> int:
        """Asks about every unknown write; returns how many stay unknown. Raises the port's errors."""
        left = 0
        for entry in self._state.journal.unknown():
            try:
                left += not self._answer(entry, now)
            except CollectionGone:
                self._never_mind(entry, now, "its calendar is not there any more")
        return left

    def _answer(self, entry: Entry, now: datetime) -> bool:
        port = self._ports[entry.side]
        link = self._state.links.get(entry.link)
        place = self._state.resources.collection(entry.collection)
        found: tuple[Found, ...] = ()
        if entry.verb is Verb.CREATE:
            identity = link.ext_id if entry.side is Side.CRM else link.uid
            for place in self._where(entry):
                found = port.find(place.what.id, [identity])
                if found:
                    break
            if not found and entry.side is Side.CRM and timedelta(0) <= now - read_utc(entry.sent_at) < DOUBT:
                return False
            absent: tuple[str, ...] = ()
        else:
            found = port.fetch(place.what.id, [entry.remote])
            absent = () if found else (entry.remote,)
        with self._state.store.transaction():
            if entry.verb is Verb.DELETE and not found:
                self._settler.deleted(entry, None)
                return True
            self._observer.look_again(port, place.id, found, absent, now)
            self._conclude(entry, [each for each in found if isinstance(each, Resource)], now)
        return True

    def _where(self, entry: Entry) -> list[KnownCollection]:
        """Where a created item may be: where it was sent, or where a person moved it to since."""
        known = [each for each in self._state.resources.collections(entry.side) if each.takes_part]
        return sorted(known, key=lambda each: each.id != entry.collection)

    def _conclude(self, entry: Entry, found: list[Resource], now: datetime) -> None:
        link = self._state.links.get(entry.link)
        seen = link.provider if entry.side is Side.PROVIDER else link.crm
        if (
            found
            and seen is not None
            and (
                entry.verb is Verb.CREATE
                or (entry.verb is Verb.UPDATE and shows(seen, entry.patch(), entry.before, self._day_zone(entry)))
            )
        ):
            self._settler.found_written(entry, _written_one(found, entry), self._day_zone(entry))
            return
        self._never_mind(entry, now, "it had not arrived")

    def _day_zone(self, entry: Entry) -> str:
        """The user's zone where the day of a task is all that is kept of its hours, else ''."""
        keeps_hours = self._ports[entry.side].capabilities().task_hours
        return "" if keeps_hours else self._zone

    def _never_mind(self, entry: Entry, now: datetime, why: str) -> None:
        """It is planned anew, on what is there now."""
        with self._state.store.transaction():
            self._state.journal.finish(entry.id, "failed", now, error=why)
            self._state.links.mark_dirty([entry.link])


def _written_one(found: list[Resource], entry: Entry) -> str:
    """Which of several resources with one identity is the one we wrote. Of two rows alike the lower may be
    another computer's, and stays; one that shows something else is a person's copy."""
    ids = [each.ref.id for each in found]
    if entry.side is Side.CRM and entry.verb is Verb.CREATE:
        sent = entry.value()
        alike = [each.ref.id for each in found if is_image(sent, crm_view(each.items[0]))]
        ids = alike or [min(ids, key=int)]
    return max(ids, key=lambda each: (len(each), each))
