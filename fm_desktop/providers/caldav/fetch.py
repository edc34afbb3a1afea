"""Reading resources: multiget in batches, each missing answer confirmed by a GET of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from fm_desktop.port import Broken, Found, Gone, Malformed, Ref, Refused
from fm_desktop.providers.caldav import xml
from fm_desktop.providers.caldav.quirks import Quirks
from fm_desktop.providers.caldav.session import DavSession
from fm_desktop.providers.transfer import Purpose

Understand = Callable[[Ref, str | None, bytes], Found]
"""Makes a resource of (address, ETag, bytes); what cannot be understood becomes a `Broken`."""

XML_HEADERS: Final = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
# A multiget that the server does not do, or not for these members: single GETs tell more.
_NO_MULTIGET: Final = frozenset({400, 403, 405, 413, 501, 507})


def normal_raw(raw: bytes) -> bytes:
    """The bytes with the line ends of RFC 5545 section 3.1.

    XML carries them as plain newlines and some servers indent the data, so that the same resource
    would differ between a multiget and a GET.
    """
    return raw.strip().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n"


class Fetcher:
    """Reads resources of a calendar, always afresh."""

    def __init__(self, session: DavSession, quirks: Quirks, understand: Understand) -> None:
        self._session = session
        self._batch = quirks.max_multiget
        self._understand = understand

    def fetch(self, collection: str, paths: Iterable[str], *, confirm: bool = True) -> dict[str, Found]:
        """Those of the resources that are there, by path, each in the order asked for.

        `confirm=False` takes a multiget's "not found" at its word, for paths that are a guess.
        """
        wanted = list(dict.fromkeys(paths))
        found: dict[str, Found] = {}
        for start in range(0, len(wanted), self._batch):
            batch = wanted[start : start + self._batch]
            answered, absent = self._multiget(collection, batch)
            for path in batch:
                one = answered.get(path)
                if one is None and (confirm or path not in absent):
                    one = self.get(Ref(collection, path))
                if one is not None:
                    found[path] = one
        return found

    def get(self, ref: Ref) -> Found | None:
        """One resource by GET; None if it is not there. One that cannot be had is a `Broken`, the rest goes on."""
        try:
            answer = self._session.request("GET", ref.id, purpose=Purpose.READ_ITEM, about="the item")
        except Gone:
            return None
        except (Refused, Malformed) as error:
            return Broken(ref, None, b"", str(error))
        return self._understand(ref, answer.headers.get("etag"), normal_raw(answer.body))

    def _multiget(self, collection: str, paths: Sequence[str]) -> tuple[dict[str, Found], set[str]]:
        """What the server answered: the resources, and the paths it called absent.

        Entries nobody asked for and second answers are ignored; left out ones are in neither.
        """
        if len(paths) < 2:
            return {}, set()
        answer = self._session.request(
            "REPORT",
            collection,
            purpose=Purpose.READ,
            about="the calendar",
            body=xml.multiget(paths),
            headers=XML_HEADERS,
            accept=_NO_MULTIGET,
        )
        if answer.status in _NO_MULTIGET:
            return {}, set()
        try:
            entries = xml.multistatus(answer.body).entries
        except Malformed:
            # One resource with a character that XML cannot carry spoils the batch: GETs are plain bytes.
            return {}, set()
        asked = set(paths)
        found = {
            each.path: resource
            for each in reversed(entries)
            if each.path in asked and (resource := self.from_entry(collection, each)) is not None
        }
        return found, {each.path for each in entries if each.is_gone}

    def from_entry(self, collection: str, entry: xml.Entry) -> Found | None:
        """The resource of a report's entry, None where it carries no calendar data."""
        data = entry.properties.get(xml.CALENDAR_DATA)
        if data is None or not data.text or not data.text.strip():
            return None
        return self._understand(Ref(collection, entry.path), entry.etag, normal_raw(data.text.encode("utf-8")))
