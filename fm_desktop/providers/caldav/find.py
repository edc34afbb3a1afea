"""The probe: whether resources of certain UIDs are in a calendar, wherever they are stored there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from fm_desktop.port import Found
from fm_desktop.providers.caldav import xml
from fm_desktop.providers.caldav.fetch import XML_HEADERS, Fetcher
from fm_desktop.providers.caldav.hrefs import member
from fm_desktop.providers.caldav.quirks import Quirks
from fm_desktop.providers.caldav.session import DavSession
from fm_desktop.providers.transfer import Purpose

# A server that cannot search: the address derived from the UID was then the only look there is.
_NO_SEARCH: Final = frozenset({400, 403, 405, 412, 415, 500, 501, 507})
_COMPONENTS: Final = ("VEVENT", "VTODO")


class Finder:
    """Looks for resources by UID: first under the address we would give them, then by a search.

    `listed` gives the addresses of all resources, for servers that choose them and cannot search either.
    """

    def __init__(
        self, session: DavSession, quirks: Quirks, fetcher: Fetcher, listed: Callable[[str], Iterable[str]]
    ) -> None:
        self._session = session
        self._quirks = quirks
        self._fetcher = fetcher
        self._listed = listed

    def find(self, collection: str, uids: Iterable[str]) -> tuple[Found, ...]:
        derived = {member(collection, uid): uid for uid in uids}
        found = self._fetcher.fetch(collection, derived, confirm=False)
        # Another item may sit under that address where servers let it be overwritten.
        right = {path: each for path, each in found.items() if each.uid in (derived[path], "")}
        missing = [uid for path, uid in derived.items() if path not in right]
        return (*right.values(), *self._looked_for(collection, missing))

    def _looked_for(self, collection: str, missing: list[str]) -> list[Found]:
        if self._quirks.uid_search:
            return [each for uid in missing for each in self._search(collection, uid)]
        if not self._quirks.stored_elsewhere or not missing:
            return []
        everything = self._fetcher.fetch(collection, self._listed(collection))
        return [each for each in everything.values() if each.uid in missing]

    def _search(self, collection: str, uid: str) -> list[Found]:
        for component in _COMPONENTS:
            answer = self._session.request(
                "REPORT",
                collection,
                purpose=Purpose.READ,
                about="the calendar",
                body=xml.query_by_uid(component, uid),
                headers=XML_HEADERS,
                accept=_NO_SEARCH,
            )
            if answer.status in _NO_SEARCH:
                continue
            entries = xml.multistatus(answer.body).entries
            read = (self._fetcher.from_entry(collection, each) for each in entries)
            # Searches return more than was asked for at some servers, up to the whole calendar, or twice.
            hits = {each.ref.id: each for each in read if each is not None and each.uid == uid}
            if hits:
                return list(hits.values())
        return []
