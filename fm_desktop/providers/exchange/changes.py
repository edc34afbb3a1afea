"""What changed in a folder, by SyncFolderItems: ids and change keys, then the items that are not known as they are.

The state comes with the last page of the changes it stands behind. A series is one item, its master; a change of one of
its dates changes the master's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fm_desktop.port import Changes, Found, Known, Malformed
from fm_desktop.providers.exchange.errors import SERVICE, Expired
from fm_desktop.providers.exchange.folders import folder_of
from fm_desktop.providers.exchange.operations import sync_items
from fm_desktop.providers.exchange.session import Call, EwsSession
from fm_desktop.providers.exchange.shelves import Shelf
from fm_desktop.providers.exchange.xml import Element, at, attribute, children, local_name, text
from fm_desktop.providers.transfer import Purpose

# The most that Exchange gives (SyncFolderItems, MaxChangesReturned).
_PAGE: Final = 512
_MAX_PAGES: Final = 4_000


@dataclass(slots=True)
class _Round:
    """The changes between two states: change keys by ids, and what went."""

    state: str
    there: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def add(self, change: Element) -> None:
        kind = local_name(change)
        holder = change if kind in ("Delete", "ReadFlagChange") else next(children(change), None)
        found = at(holder, "t:ItemId")
        identity = attribute(found, "Id")
        if not identity:
            # Left out it would count as absent.
            raise Malformed(f"{SERVICE} listed something that is no item.")
        if kind == "Delete":
            self.there.pop(identity, None)
            self.gone.add(identity)
        else:
            self.gone.discard(identity)
            self.there[identity] = attribute(found, "ChangeKey")


def changes(session: EwsSession, shelf: Shelf, collection: str, cursor: str | None, known: Known) -> Changes:
    """See `Port.changes`. One request where nothing changed."""
    if cursor:
        try:
            return _increment(session, shelf, collection, cursor, known)
        except Expired:
            pass
    found = _round(session, collection, "", shelf.about)
    present, absent = _fresh(shelf, collection, found.there, known())
    return Changes(present, (), found.state, frozenset(found.there.keys() - absent))


def _increment(session: EwsSession, shelf: Shelf, collection: str, cursor: str, known: Known) -> Changes:
    found = _round(session, collection, cursor, shelf.about)
    if not (found.there or found.gone):
        return Changes((), (), found.state)
    present, absent = _fresh(shelf, collection, found.there, known())
    return Changes(present, tuple(sorted(found.gone | absent)), found.state)


def _fresh(
    shelf: Shelf, collection: str, there: Mapping[str, str], known: Mapping[str, str | None]
) -> tuple[tuple[Found, ...], set[str]]:
    """Those that are not known as they are, and the ids of those that went in the meantime."""
    stale = [identity for identity, key in there.items() if not key or known.get(identity) != key]
    present = tuple(shelf.fetched(collection, stale))
    return present, set(stale) - {each.ref.id for each in present}


def _round(session: EwsSession, collection: str, state: str, about: str) -> _Round:
    found = _Round(state)
    for _ in range(_MAX_PAGES):
        call = Call(sync_items(folder_of(collection), found.state, _PAGE), Purpose.READ, about)
        message = session.one(call)
        entries = list(children(at(message, "m:Changes")))
        for each in entries:
            found.add(each)
        following = text(message, "m:SyncState")
        is_last = text(message, "m:IncludesLastItemInRange") != "false"
        if not following or (not is_last and not entries):
            break
        found.state = following
        if is_last:
            return found
    raise Malformed(f"{SERVICE} does not come to the end of {about}.")
