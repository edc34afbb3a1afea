"""One user's calendars at a real CalDAV server, handled by plain HTTP: the tests' own independent hands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.etree import ElementTree

import httpx2

_DAV = "{DAV:}"
_MKCALENDAR = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="http://apple.com/ns/ical/"><D:set><D:prop>
<D:displayname>{name}</D:displayname>
<C:supported-calendar-component-set>{components}</C:supported-calendar-component-set>{extra}
</D:prop></D:set></C:mkcalendar>"""
_PROPFIND = (
    """<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><D:resourcetype/></D:prop></D:propfind>"""
)


@dataclass(slots=True)
class DavAccount:
    """A user of a CalDAV server. Calendars are named by the unquoted path of their URL, with a slash at the end.

    `store` is the folder of the user's calendars, where files can be written straight into the
    server's own store (Radicale only, else None).
    """

    server: str
    url: str
    user: str
    password: str
    home: str
    store: Path | None = None
    client: httpx2.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.client = httpx2.Client(auth=(self.user, self.password), trust_env=False, timeout=60.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def address(self, path: str) -> str:
        return urljoin(self.url, quote(path))

    def request(
        self, method: str, path: str, body: bytes | str = b"", headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """One request, its answer as it is (no status is an error here)."""
        return self.client.request(method, self.address(path), content=body, headers=headers)

    def make_calendar(
        self,
        name: str,
        components: tuple[str, ...] = ("VEVENT", "VTODO"),
        *,
        label: str | None = None,
        colour: str = "",
    ) -> str:
        """Creates a calendar and returns its path."""
        path = f"{self.home}{name}/"
        listed = "".join(f'<C:comp name="{each}"/>' for each in components)
        extra = f"<A:calendar-color>{colour}</A:calendar-color>" if colour else ""
        body = _MKCALENDAR.format(name=label or name, components=listed, extra=extra)
        answer = self.request("MKCALENDAR", path, body, {"Content-Type": "application/xml"})
        assert answer.status_code == 201, answer.text
        return path

    def delete_calendar(self, calendar: str) -> None:
        answer = self.request("DELETE", calendar)
        assert answer.status_code in (200, 204), answer.text

    def put(self, calendar: str, name: str, data: bytes | str) -> str:
        """Stores a resource, whatever was there before. Returns its ETag as it is read back."""
        answer = self.request("PUT", calendar + name, data, {"Content-Type": "text/calendar; charset=utf-8"})
        assert answer.status_code in (200, 201, 204), f"{answer.status_code} {answer.text}"
        return self.etag(calendar, name) or ""

    def get(self, calendar: str, name: str) -> bytes | None:
        answer = self.request("GET", calendar + name)
        if answer.status_code in (404, 410):
            return None
        assert answer.status_code == 200, answer.text
        return answer.content

    def etag(self, calendar: str, name: str) -> str | None:
        return self.list(calendar).get(name)

    def delete(self, calendar: str, name: str) -> None:
        answer = self.request("DELETE", calendar + name)
        assert answer.status_code in (200, 204), answer.text

    def list(self, calendar: str) -> dict[str, str]:
        """The names of all resources of a calendar and their ETags."""
        answer = self.request("PROPFIND", calendar, _PROPFIND, {"Depth": "1", "Content-Type": "application/xml"})
        assert answer.status_code == 207, answer.text
        found: dict[str, str] = {}
        for response in ElementTree.fromstring(answer.content).iter(f"{_DAV}response"):
            href = unquote(urlsplit(response.findtext(f"{_DAV}href", "")).path)
            if response.find(f".//{_DAV}collection") is None and href.startswith(calendar):
                found[href.removeprefix(calendar)] = response.findtext(f".//{_DAV}getetag", "")
        return found

    def all(self, calendar: str) -> dict[str, bytes]:
        """Every resource of a calendar by name."""
        return {name: self.get(calendar, name) or b"" for name in self.list(calendar)}

    def find_by_title(self, calendar: str, title: str) -> bytes | None:
        """The one resource whose SUMMARY is `title` (in an unfolded line), or None."""
        pattern = re.compile(rb"^SUMMARY[^:\r\n]*:" + re.escape(title.encode()) + rb"\r?$", re.MULTILINE)
        hits = [data for data in self.all(calendar).values() if pattern.search(data)]
        assert len(hits) <= 1, f"{len(hits)} resources are called {title!r}"
        return hits[0] if hits else None

    def fill(self, calendar: str, files: Mapping[str, bytes]) -> None:
        """Many resources at once: written into the server's store where that is possible, else by PUT."""
        if self.store is None:
            for name, data in files.items():
                self.put(calendar, name, data)
            return
        folder = self.store / calendar.removeprefix(self.home).strip("/")
        for name, data in files.items():
            (folder / name).write_bytes(data)
