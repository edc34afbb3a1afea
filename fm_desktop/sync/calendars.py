"""The user's calendars (R04): which there are, which take part, where items born in the CRM go."""

from __future__ import annotations

from collections.abc import Sequence

from fm_desktop.port import Port, Side
from fm_desktop.sync import moving
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.policy import Origin
from fm_desktop.sync.resources import KnownCollection
from fm_desktop.sync.state import State

LOOK_ANEW = "shown_with"
"""Key of the choices that the items were last looked at with; emptied, they are looked at anew."""


class UnknownCalendar(Exception):
    """A name that is none of the user's calendars; `str(error)` names those there are."""


class Calendars:
    """Changes are stored only; the next cycle looks at the items anew (`LOOK_ANEW`)."""

    def __init__(self, state: State) -> None:
        self._state = state

    def all(self) -> tuple[KnownCollection, ...]:
        return tuple(each for each in self._state.resources.collections(Side.PROVIDER) if not each.is_left)

    def refresh(self, port: Port, *, select_new: bool) -> None:
        """Takes the side's own list: new calendars, other names, rights that changed, those gone. After a move to
        another service a new one in the place of one that was left takes part as that one did (`moving.heirs`)."""
        listed = port.collections()
        known = {each.what.id: each for each in self._state.resources.collections(port.side)}
        left = moving.under_way(self._state.store, self._state.account) if port.side is Side.PROVIDER else ""
        heirs = moving.heirs(listed, known, left)
        with self._state.store.transaction():
            for position, what in enumerate(listed):
                former = heirs.get(what.id)
                selected = former.selected if former else select_new or what.id in heirs
                self._state.resources.save_collection(port.side, what, position, selected=selected)
                before = known.get(what.id)
                if before is not None and before.missing and before.selected:
                    self._rejoin(before)
                if before is not None and before.what.writable != what.writable:
                    self._look_anew()
            present = {what.id for what in listed}
            for each in known.values():
                if each.what.id not in present and not each.missing:
                    self._leave(each, "missing = 1")
            if port.side is Side.PROVIDER:
                for each in self.all():
                    former = heirs.get(each.what.id)
                    if former is not None and former.target and each.takes_part and each.what.writable:
                        self._set_target(each.id)
                self._ensure_target(listed_default=[what.id for what in listed if what.is_default])

    def choose(self, names: Sequence[str]) -> None:
        """Exactly these take part. Raises `UnknownCalendar`."""
        wanted = {self._named(name).id for name in names}
        for each in self.all():
            # By their ids: one that is gone may have had the same name.
            if each.id in wanted and not each.selected:
                self.select(each.what.id)
            elif each.id not in wanted and each.selected:
                self.deselect(each.what.id, remove_copies=False)

    def select(self, name: str) -> None:
        """The calendar takes part (again): its links wake up and are compared from scratch."""
        collection = self._named(name)
        with self._state.store.transaction():
            self._state.store.run("UPDATE collection SET selected = 1 WHERE id = ?", collection.id)
            self._rejoin(collection)
            self._ensure_target(listed_default=[])

    def deselect(self, name: str, *, remove_copies: bool) -> None:
        """The calendar takes no part any more. That deletes nothing; with `remove_copies` the copies of
        its items are taken out of ForceManager, items born there stay."""
        collection = self._named(name)
        with self._state.store.transaction():
            if remove_copies:
                self._remove_copies(collection)
            self._leave(collection, "selected = 0, target = 0")
            self._ensure_target(listed_default=[])

    def set_target(self, name: str) -> None:
        """Where items born in the CRM go. Raises `UnknownCalendar` for one that cannot take them."""
        collection = self._named(name)
        if not collection.takes_part or not collection.what.writable:
            raise UnknownCalendar(f"“{name}” cannot be written to, or takes no part. Choose another target calendar.")
        with self._state.store.transaction():
            self._set_target(collection.id)

    def _named(self, name: str) -> KnownCollection:
        there_first = sorted(self.all(), key=lambda each: each.missing)
        for each in there_first:
            if name == each.what.id:
                return each
        for each in there_first:
            if name == each.what.name:
                return each
        for each in there_first:
            if each.what.name.casefold() == name.casefold():
                return each
        names = ", ".join(f"“{each.what.name}”" for each in self.all()) or "none"
        raise UnknownCalendar(f"There is no calendar “{name}”. Your calendars: {names}.")

    def _leave(self, collection: KnownCollection, how: str) -> None:
        self._state.store.run(f"UPDATE collection SET {how}, cursor = NULL WHERE id = ?", collection.id)
        for link in self._state.links.of_collection(collection.id):
            if not self._state.resources.by_uid(link.uid):
                self._state.links.update(link, detached=True)
                # A word would be carried out when the calendar takes part again, long after it was given.
                self._state.held.keep_only(link.id, ())
            else:
                self._look_anew()

    def _look_anew(self) -> None:
        self._state.store.set_meta(LOOK_ANEW, "")

    def _rejoin(self, collection: KnownCollection) -> None:
        self._state.store.run(
            "UPDATE collection SET cursor = NULL, compared_at = NULL, missing = 0 WHERE id = ?", collection.id
        )
        # Every item is read afresh: links may have been undone meanwhile although the item never changed.
        self._state.store.run("UPDATE resource SET revision = NULL WHERE collection = ?", collection.id)
        for link in self._state.links.of_collection(collection.id):
            self._state.links.update(link, detached=False, dirty=True)

    def _remove_copies(self, collection: KnownCollection) -> None:
        for link in self._state.links.of_collection(collection.id):
            held = self._state.resources.by_uid(link.uid)
            if any(each.collection != collection.id for each in held):
                # Another calendar that takes part holds the same item, or one date of it: of what that one shows the
                # copy is from now on, and the rest goes when it is looked at next.
                self._state.links.update(link, collection=None)
                self._look_anew()
                continue
            if link.origin is Origin.PROVIDER and link.crm is not None and link.base_crm is not None:
                self._state.held.approve_in_advance(link.id, Side.CRM, Verb.DELETE, "you took its calendar out")
                self._state.links.update(link, provider=None, provider_resource=None, collection=None, dirty=True)
                self._state.links.update(link, quarantined=False, failures=0, not_before=None)

    def _ensure_target(self, *, listed_default: Sequence[str]) -> None:
        """There is always one target among the calendars that take part and can be written."""
        takes = [each for each in self.all() if each.takes_part and each.what.writable]
        if any(each.target for each in takes) or not takes:
            return
        best = next((each for each in takes if each.what.id in listed_default), takes[0])
        self._set_target(best.id)

    def _set_target(self, collection: int) -> None:
        self._state.store.run("UPDATE collection SET target = 0")
        self._state.store.run("UPDATE collection SET target = 1 WHERE id = ?", collection)
