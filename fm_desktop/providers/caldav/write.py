"""Conditional writes (RFC 4791 section 5.3.2, RFC 9110 section 13): never over what somebody else changed."""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin, urlsplit

from fm_desktop.port import Broken, Conflict, Gone, Ref, Resource
from fm_desktop.providers.caldav.fetch import Fetcher
from fm_desktop.providers.caldav.hrefs import canonical, is_member, member
from fm_desktop.providers.caldav.quirks import Quirks
from fm_desktop.providers.caldav.session import DavSession
from fm_desktop.providers.transfer import Answer, Purpose

_CONTENT_TYPE: Final = {"Content-Type": "text/calendar; charset=utf-8"}


class Writer:
    """Stores, replaces and deletes resources. Safe to use from several threads."""

    def __init__(self, session: DavSession, quirks: Quirks, fetcher: Fetcher) -> None:
        self._session = session
        self._quirks = quirks
        self._fetcher = fetcher

    def create(self, collection: str, uid: str, raw: bytes, title: str) -> tuple[Ref, str | None]:
        """Where the new resource is and its ETag, if the server gave one. Raises `Conflict` if it exists."""
        ref = Ref(collection, member(collection, uid))
        if not self._quirks.if_none_match_honoured and self._fetcher.get(ref) is not None:
            raise Conflict(f"{_named(title)} is at {self._session.host} already.")
        answer = self._session.request(
            "PUT",
            ref.id,
            purpose=Purpose.CREATE,
            about=_named(title),
            body=raw,
            headers={**_CONTENT_TYPE, "If-None-Match": "*"},
        )
        return self._stored_at(ref, answer), answer.headers.get("etag")

    def update(self, resource: Resource, raw: bytes) -> str | None:
        """Replaces a resource and returns its new ETag, if the server gave one. Raises `Conflict` or `Gone`."""
        about = _named(resource.items[0].title)
        revision = self._current_revision(resource, about)
        try:
            answer = self._session.request(
                "PUT",
                resource.ref.id,
                purpose=Purpose.WRITE,
                about=about,
                body=raw,
                headers={**_CONTENT_TYPE, **_if_match(revision)},
            )
        except Conflict:
            # Servers answer 412 for a resource that is away, too (RFC 9110 section 13.1.1).
            if self._fetcher.get(resource.ref) is None:
                raise Gone(f"{about} is not there any more.") from None
            raise
        return answer.headers.get("etag")

    def delete(self, resource: Resource) -> None:
        """Raises `Conflict` if the resource changed; one that is not there counts as deleted."""
        about = _named(resource.items[0].title)
        try:
            revision = self._current_revision(resource, about)
            self._session.request(
                "DELETE", resource.ref.id, purpose=Purpose.WRITE, about=about, headers=_if_match(revision)
            )
        except Gone:
            return
        except Conflict:
            if self._fetcher.get(resource.ref) is not None:
                raise

    def _current_revision(self, resource: Resource, about: str) -> str | None:
        """The ETag to send: the one seen, or a fresh one where that would not protect the resource."""
        if resource.revision is not None and not self._quirks.missing_is_created:
            return resource.revision
        current = self._fetcher.get(resource.ref)
        if current is None:
            raise Gone(f"{about} is not there any more.")
        if isinstance(current, Broken) or not _is_same(resource, current):
            raise Conflict(f"{about} was changed at {self._session.host} in the meantime.")
        return current.revision

    def _stored_at(self, asked: Ref, answer: Answer) -> Ref:
        """Some servers store under an address of their own and say which (RFC 9110 section 10.2.2)."""
        location = answer.headers.get("location", "")
        url = urljoin(answer.url, location)
        path = canonical(url)
        if location and urlsplit(url).netloc == urlsplit(answer.url).netloc and is_member(path, asked.collection):
            return Ref(asked.collection, path)
        return asked


def _named(title: str) -> str:
    return f"“{title}”" if title else "an item without a title"


def _if_match(revision: str | None) -> dict[str, str]:
    """Verbatim, weak or not: a server that hands out weak tags compares them itself."""
    return {} if revision is None else {"If-Match": revision}


def _is_same(seen: Resource, current: Resource) -> bool:
    if seen.revision is not None and current.revision is not None:
        return seen.revision.removeprefix("W/") == current.revision.removeprefix("W/")
    return seen.raw == current.raw
