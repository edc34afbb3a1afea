"""What changed in a calendar: by sync-token (RFC 6578), else by ctag, else by listing all ETags."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from fm_desktop.port import Changes, CollectionGone, Known, Malformed
from fm_desktop.providers.caldav import xml
from fm_desktop.providers.caldav.fetch import XML_HEADERS, Fetcher
from fm_desktop.providers.caldav.hrefs import as_folder, is_member
from fm_desktop.providers.caldav.quirks import Quirks
from fm_desktop.providers.caldav.session import DavSession
from fm_desktop.providers.transfer import Purpose

# How servers say that they do not know a token, or cannot report at all. A calendar that is gone is
# told by the listing which follows.
_REFUSED: Final = frozenset({400, 403, 404, 405, 409, 410, 412, 415, 500, 501, 507})
# From here on a report is asked to go on until it brings nothing new: some servers cut without a 507.
_LARGE_REPORT: Final = 50
_MAX_PAGES: Final = 1000
_ABOUT: Final = "the calendar"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where reading goes on. `relisted` marks an over-complete report that was already checked."""

    kind: Literal["sync", "ctag", "etags"]
    value: str = ""
    relisted: str = ""

    def to_text(self) -> str:
        return json.dumps({"kind": self.kind, "value": self.value, "relisted": self.relisted}, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str | None) -> Cursor | None:
        """None for no cursor, and for one that this version does not know: then everything is listed."""
        try:
            fields = json.loads(text or "")
            kind, value, relisted = fields["kind"], fields["value"], fields["relisted"]
        except (ValueError, KeyError, TypeError):
            return None
        if kind not in ("sync", "ctag", "etags") or not isinstance(value, str) or not isinstance(relisted, str):
            return None
        return cls(kind, value, relisted)


@dataclass(slots=True)
class _Report:
    """The sum of one or more pages of a sync report: ETags of what is there, and what is not."""

    token: str
    there: dict[str, str | None] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def add(self, page: xml.Multistatus, collection: str) -> bool:
        """Whether the page brought anything new. Later pages outweigh earlier ones."""
        before = (dict(self.there), set(self.gone))
        for path, entry in _members(page, collection).items():
            if entry.is_gone:
                self.there.pop(path, None)
                self.gone.add(path)
            else:
                self.gone.discard(path)
                self.there[path] = entry.etag
        # A report without a token is against RFC 6578; with the old one nothing can get lost.
        self.token = page.sync_token or self.token
        return before != (self.there, self.gone)

    def digest(self) -> str:
        lines = sorted(f"{path} {etag}" for path, etag in self.there.items()) + sorted(self.gone)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class ChangeReader:
    """Reads the changes of one calendar after another."""

    def __init__(self, session: DavSession, quirks: Quirks, fetcher: Fetcher) -> None:
        self._session = session
        self._quirks = quirks
        self._fetcher = fetcher

    def changes(self, collection: str, cursor_text: str | None, known: Known) -> Changes:
        """See `Port.changes`. One request where nothing changed, whatever the kind of cursor."""
        cursor = Cursor.from_text(cursor_text)
        if cursor is None:
            return self._list_all(collection, self._state(collection), known())
        if cursor.kind == "sync":
            increment = self._increment(collection, cursor, known)
            return increment or self._list_all(collection, self._state(collection), known())
        if cursor.kind == "ctag":
            state = self._state(collection)
            if state == cursor:
                return Changes((), (), cursor.to_text())
            return self._list_all(collection, state, known())
        return self._list_all(collection, cursor, known())

    # --- complete listing ------------------------------------------------------------------------

    def _state(self, collection: str) -> Cursor:
        """The calendar's state before it is listed: what changes in between is then reported once more.

        RFC 6578 section 4 makes the token a property of the calendar.
        """
        answer = self._session.request(
            "PROPFIND",
            collection,
            purpose=Purpose.READ,
            about=_ABOUT,
            body=xml.propfind([xml.SYNC_TOKEN, xml.CTAG, xml.REPORTS]),
            headers={**XML_HEADERS, "Depth": "0"},
        )
        entries = xml.multistatus(answer.body).entries
        if not entries:
            raise Malformed("The calendar server told nothing about one of its calendars.")
        if entries[0].is_gone:  # Xandikos tells it inside a multistatus
            raise CollectionGone("The calendar is not there any more.", "Choose the calendars in the settings again.")
        own = entries[0]
        reports = own.properties.get(xml.REPORTS)
        syncs = reports is None or reports.find(f".//{xml.dav('sync-collection')}") is not None
        if own.text(xml.SYNC_TOKEN) and syncs and self._quirks.sync_token_reliable:
            return Cursor("sync", own.text(xml.SYNC_TOKEN))
        if own.text(xml.CTAG):
            return Cursor("ctag", own.text(xml.CTAG))
        return Cursor("etags")

    def _list_all(self, collection: str, cursor: Cursor, known: Mapping[str, str | None]) -> Changes:
        etags = self.etags(collection)
        stale = [path for path, etag in etags.items() if not _unchanged(known, path, etag)]
        found = self._fetcher.fetch(collection, stale)
        vanished = {path for path in stale if path not in found}
        return Changes(tuple(found.values()), (), cursor.to_text(), frozenset(etags.keys() - vanished))

    def etags(self, collection: str) -> dict[str, str | None]:
        """The ETags of all resources. Raises `Malformed` if the listing is not complete or not of this calendar."""
        answer = self._session.request(
            "PROPFIND",
            collection,
            purpose=Purpose.READ,
            about=_ABOUT,
            body=xml.propfind([xml.GETETAG, xml.RESOURCETYPE, xml.CONTENT_TYPE]),
            headers=XML_HEADERS,
        )
        page = xml.multistatus(answer.body)
        if page.truncated:
            raise Malformed("The calendar server listed only a part of the calendar.")
        return {path: each.etag for path, each in _members(page, collection).items() if not each.is_gone}

    # --- increments ------------------------------------------------------------------------------

    def _increment(self, collection: str, cursor: Cursor, known: Known) -> Changes | None:
        """The changes since a token; None where the server does not know the token any more."""
        report = self._report(collection, cursor.value)
        if report is None:
            return None
        if not report.there and not report.gone:
            return Changes((), (), Cursor("sync", report.token).to_text())
        revisions = known()
        stale = [path for path, etag in report.there.items() if not _unchanged(revisions, path, etag)]
        following = Cursor("sync", report.token)
        if len(stale) < len(report.there):
            # Resources reported although they did not change: the server lists everything again for a
            # token that it forgot (deletions are missing then), or relists what is recent.
            digest = report.digest()
            following = Cursor("sync", report.token, digest)
            if digest != cursor.relisted and revisions.keys() - report.there.keys() - report.gone:
                return self._list_all(collection, following, revisions)
        found = self._fetcher.fetch(collection, stale)
        gone = report.gone | {path for path in stale if path not in found}
        return Changes(tuple(found.values()), tuple(sorted(gone)), following.to_text())

    def _report(self, collection: str, token: str) -> _Report | None:
        """All pages since a token; None where it is refused, or where the pages do not come to an end."""
        report = _Report(token)
        more_is_due = False
        for _ in range(_MAX_PAGES):
            answer = self._session.request(
                "REPORT",
                collection,
                purpose=Purpose.READ,
                about=_ABOUT,
                body=xml.sync_collection(report.token),
                headers={**XML_HEADERS, "Depth": "0"},
                accept=_REFUSED,
            )
            if answer.status in _REFUSED:
                return None
            page = xml.multistatus(answer.body)
            asked = report.token
            is_new = report.add(page, collection)
            if (page.truncated or more_is_due) and (report.token == asked or not is_new):
                # More was announced and does not come: the rest is lost in this report.
                return None
            if not is_new or report.token == asked:
                return report
            more_is_due = page.truncated
            if not more_is_due and len(page.entries) < _LARGE_REPORT:
                return report
        return None


def _members(page: xml.Multistatus, collection: str) -> dict[str, xml.Entry]:
    """The calendar's own resources: not the calendar itself, no folders.

    Raises `Malformed` if the page is about another place only: that is no empty calendar.
    """
    inside = [each for each in page.entries if as_folder(each.path).startswith(as_folder(collection))]
    if page.entries and not inside and not page.truncated:
        raise Malformed("The calendar server answered about another calendar than the one asked for.")
    return {
        each.path: each
        for each in inside
        if is_member(each.path, collection)
        and each.status != 507
        and xml.dav("collection") not in each.children(xml.RESOURCETYPE)
        and _may_be_calendar_data(each)
    }


def _may_be_calendar_data(entry: xml.Entry) -> bool:
    kind = entry.text(xml.CONTENT_TYPE).lower()
    return not kind or "calendar" in kind or kind.startswith(("text/plain", "application/octet-stream"))


def _unchanged(known: Mapping[str, str | None], path: str, etag: str | None) -> bool:
    """Whether the content is known. Weak and strong forms of one tag name the same content here."""
    before = known.get(path)
    return before is not None and etag is not None and before.removeprefix("W/") == etag.removeprefix("W/")
