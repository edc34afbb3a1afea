"""What changed in a calendar or a list: by delta query, with a complete listing where that does not tell all.

An event's delta (v1.0) knows a window of dates only, and tells nothing of it that moved out. So it is a bell and not
the record: what it names is read by itself, what it calls removed is asked for before it counts as removed, and a
listing without any window, compared with what is known, stands behind it: the first time, when the window has grown
old, when the state of the delta is lost, and once a day when the engine asks for it. What changes outside of the window
is seen then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from fm_desktop.port import Changes, CollectionGone, Found, Known, Malformed
from fm_desktop.providers.graph.calendars import changes_path, holds_tasks
from fm_desktop.providers.graph.raw import Json, revision_of, text
from fm_desktop.providers.graph.series import is_master
from fm_desktop.providers.graph.session import DELTA_LINK, Call, GraphSession
from fm_desktop.providers.graph.shelves import Shelf, completed, fetched
from fm_desktop.providers.transfer import Purpose

# Wider than the engine's own window of occurrences, by more than the days a window is used for.
_BACK, _AHEAD, _USED_FOR = timedelta(days=65), timedelta(days=400), timedelta(days=28)
# From so many changes on, a listing needs fewer requests than one for each.
_MANY: Final = 50
# Bodies cannot be left out of an event's delta; as text they are at least small.
_PAGES: Final = 'odata.maxpagesize=500, outlook.body-content-type="text"'
_ABOUT: Final = "the calendar"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The link that tells the next changes, and the day its window was opened."""

    link: str
    opened: date

    def to_text(self) -> str:
        return json.dumps({"link": self.link, "opened": self.opened.isoformat()}, separators=(",", ":"))

    @classmethod
    def from_text(cls, value: str | None, today: date) -> Cursor | None:
        """None for no cursor, for one that this version does not know, and for one that has grown too old."""
        try:
            fields = json.loads(value or "")
            cursor = cls(str(fields["link"]), date.fromisoformat(fields["opened"]))
        except (ValueError, KeyError, TypeError):
            return None
        # A clock that was put back makes no window good for longer.
        return cursor if abs(today - cursor.opened) <= _USED_FOR else None


@dataclass(slots=True)
class _Round:
    """What the pages of one delta named: items with their revisions, series to be looked at, and what went."""

    link: str = ""
    there: dict[str, str | None] = field(default_factory=dict)
    series: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    def add(self, entry: Json) -> None:
        identity = text(entry, "id")
        if "@removed" in entry:
            self.there.pop(identity, None)
            self.gone.add(identity)
        elif text(entry, "seriesMasterId"):
            self.series.add(text(entry, "seriesMasterId"))
        else:
            self.gone.discard(identity)
            self.there[identity] = revision_of(entry)


class ChangeReader:
    """Reads the changes of one collection after another."""

    def __init__(self, session: GraphSession, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock
        self._own_deletions: set[str] = set()

    def deleted(self, identity: str) -> None:
        """We deleted it: that the delta tells so is no news."""
        self._own_deletions.add(identity)

    def changes(self, shelf: Shelf, collection: str, cursor_text: str | None, known: Known) -> Changes:
        """See `Port.changes`. One request where nothing changed."""
        cursor = Cursor.from_text(cursor_text, self._clock().date())
        found = None if cursor is None else self._round(cursor.link)
        if cursor is None or found is None:
            return self._compared(shelf, collection, self._opened(collection), known(), series_anew=False)
        following = Cursor(found.link, cursor.opened)
        if not (found.there or found.series or found.gone):
            return Changes((), (), following.to_text())
        return self._increment(shelf, collection, found, following, known())

    # --- increments ------------------------------------------------------------------------------

    def _increment(
        self, shelf: Shelf, collection: str, found: _Round, cursor: Cursor, known: Mapping[str, str | None]
    ) -> Changes:
        unknown = found.gone - known.keys() - self._own_deletions
        self._own_deletions -= found.gone
        if unknown and not holds_tasks(collection):
            # A removed date of a series is told by an id that says nothing about the series: all are looked at.
            return self._compared(shelf, collection, cursor, known, series_anew=True)
        stale = {each for each, revision in found.there.items() if revision is None or known.get(each) != revision}
        stale |= found.series | (found.gone & known.keys())
        stale.discard("")
        if len(stale) > _MANY:
            return self._compared(shelf, collection, cursor, known, series_anew=bool(found.series))
        present: list[Found] = []
        removed: set[str] = set()
        for identity in sorted(stale):
            if identity in found.series:
                one = fetched(shelf, collection, identity, known_series=True)
            else:
                one = self._confirmed(shelf, collection, identity, told_gone=identity in found.gone)
            if one is None:
                removed.add(identity)
            else:
                present.append(one)
        return Changes(tuple(present), tuple(sorted(removed)), cursor.to_text())

    def _confirmed(self, shelf: Shelf, collection: str, identity: str, *, told_gone: bool) -> Found | None:
        """An item as it is now. What left a window, or a page that was shown while others were removed, is there."""
        one = fetched(shelf, collection, identity)
        return None if one is None or (told_gone and not shelf.is_in(one)) else one

    # --- complete listing ------------------------------------------------------------------------

    def _compared(
        self, shelf: Shelf, collection: str, cursor: Cursor, known: Mapping[str, str | None], *, series_anew: bool
    ) -> Changes:
        """Everything, against what is known. The cursor is older than the listing: what comes in between is told
        once more."""
        present: dict[str, Found] = {}
        listed: set[str] = set()
        for entry in shelf.listed(collection):
            identity, revision = text(entry, "id"), revision_of(entry)
            is_known = revision is not None and known.get(identity) == revision
            if identity in listed or (is_known and not (series_anew and is_master(entry))):
                listed.add(identity)
                continue
            one = completed(shelf, collection, entry)
            if one is not None:
                listed.add(identity)
                present[identity] = one
        for one in self._slipped(shelf, collection, known.keys() - listed):
            listed.add(one.ref.id)
            present[one.ref.id] = one
        return Changes(tuple(present.values()), (), cursor.to_text(), frozenset(listed))

    def _slipped(self, shelf: Shelf, collection: str, absent: Set[str]) -> Iterator[Found]:
        """Those of the absent that are there. Pages are counted off: one item that is removed meanwhile lets another
        slip through between two of them."""
        if len(absent) <= _MANY:
            found = (self._confirmed(shelf, collection, each, told_gone=True) for each in sorted(absent))
        else:
            again = (each for each in shelf.listed(collection) if text(each, "id") in absent)
            found = (completed(shelf, collection, each) for each in again)
        return (each for each in found if each is not None)

    # --- the delta -------------------------------------------------------------------------------

    def _opened(self, collection: str) -> Cursor:
        """A new delta, read to its end: the state of the calendar before it is listed."""
        today = self._clock().date()
        params: dict[str, str] = {}
        if not holds_tasks(collection):
            params = {
                "startDateTime": f"{today - _BACK}T00:00:00Z",
                "endDateTime": f"{today + _AHEAD}T00:00:00Z",
            }
        found = self._read(Call("GET", changes_path(collection), Purpose.READ, _ABOUT, params, prefer=_PAGES))
        return Cursor(found.link, today)

    def _round(self, link: str) -> _Round | None:
        """The changes since a state; None where the service does not know it any more."""
        try:
            return self._read(Call("GET", link, Purpose.READ, _ABOUT, prefer=_PAGES))
        except (Malformed, CollectionGone):
            # A lost state is told in many ways. Asked anew, from the beginning, it shows whether it was that.
            return None

    def _read(self, call: Call) -> _Round:
        found = _Round()
        for page in self._session.pages(call):
            for entry in page["value"]:
                if not isinstance(entry, dict) or not text(entry, "id"):
                    raise Malformed("Microsoft 365 told a change of something that is no item.")
                found.add(entry)
            link = page.get(DELTA_LINK)
            found.link = link if isinstance(link, str) else found.link
        if not found.link:
            raise Malformed("Microsoft 365 did not say where reading goes on.")
        return found
