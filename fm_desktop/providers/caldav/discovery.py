"""From an address or a server to the user's calendar home: RFC 6764, RFC 5397, RFC 4791 section 6.2."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from fm_desktop.port import CollectionGone, Malformed, Refused
from fm_desktop.providers.caldav import xml
from fm_desktop.providers.caldav.hrefs import as_folder, canonical
from fm_desktop.providers.caldav.session import DavSession
from fm_desktop.providers.transfer import Answer, Purpose

_log = logging.getLogger(__name__)
_PROPERTIES: Final = (xml.CURRENT_USER, xml.HOME_SET, xml.ADDRESS_SET, xml.RESOURCETYPE)
_WELL_KNOWN: Final = "/.well-known/caldav"
_HEADERS: Final = {"Depth": "0", "Content-Type": "application/xml; charset=utf-8"}
# Answers that mean "no CalDAV at this address", where the next candidate is worth a look.
_NOT_HERE: Final = frozenset({400, 403, 404, 405, 410, 501})


@dataclass(frozen=True, slots=True)
class Service:
    """Who the user is at the server, and where the calendars are.

    `homes` are canonical paths at the session's origin. `schedules`: the server says that it mails
    participants itself (RFC 6638).
    """

    principal: str
    homes: tuple[str, ...]
    addresses: frozenset[str]
    schedules: bool


def find_server(address: str) -> str | None:
    """The CalDAV URL of an e-mail address or a domain by DNS and well-known address, None if it has none.

    No password is involved, and only encrypted services of the address's own domain are taken.
    """
    from caldav.discovery import discover_caldav  # heavy; needed in the set-up only

    found = discover_caldav(address, require_tls=True)
    return None if found is None else str(found.url)


def discover(session: DavSession, url: str) -> Service:
    """Finds principal, calendar homes and own addresses; moves the session to the server of the homes.

    Raises `Refused` with a plain sentence where there are no calendars at that address.
    """
    start = _first_answering(session, url)
    principal = _principal(session, start)
    homes = _href_urls(principal, xml.HOME_SET)
    if not homes:
        raise Refused(
            f"{session.host} names no calendars for this user.",
            "Check the address and the user name; a server for mail only has no calendars.",
        )
    # iCloud keeps each user's calendars on another host than the one that was asked.
    session.move_to(homes[0])
    return Service(
        principal=urljoin(principal.url, principal.entry.href if principal.entry else principal.url),
        homes=tuple(dict.fromkeys(as_folder(canonical(each)) for each in homes if _same_origin(each, homes[0]))),
        addresses=_mail_addresses(principal),
        schedules=_schedules(session, principal, canonical(homes[0])),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    url: str
    answer: Answer
    entry: xml.Entry | None


def _look(session: DavSession, url: str) -> _Look | None:
    """What an address says about the user; None where nothing is there."""
    session.trust(url)
    answer = session.request(
        "PROPFIND",
        url,
        purpose=Purpose.READ,
        about="the calendar server",
        body=xml.propfind(_PROPERTIES),
        headers=_HEADERS,
        accept=_NOT_HERE,
    )
    if answer.status in _NOT_HERE:
        return None
    entries = xml.multistatus(answer.body).entries
    return _Look(answer.url, answer, entries[0] if entries else None)


def _first_answering(session: DavSession, url: str) -> _Look:
    """The first address that knows the user: as given, then the well-known one, then the root."""
    candidates = dict.fromkeys((url, urljoin(url, _WELL_KNOWN), urljoin(url, "/")))
    misses: list[str] = []
    for each in candidates:
        try:
            found = _look(session, each)
        except Malformed as error:
            # A home page, or a redirect that is not followed: another candidate may still do.
            misses.append(str(error))
            continue
        if found is not None and found.entry is not None and _names_user(found):
            return found
        misses.append(f"nothing at {urlsplit(each).path}")
    _log.info("no CalDAV at %s: %s", session.host, "; ".join(misses))
    raise Refused(
        f"There is no calendar service (CalDAV) at {session.host}.",
        "Check the server's address. A bare IMAP or POP3 server has no calendar and cannot be synced.",
    )


def _names_user(look: _Look) -> bool:
    return bool(_href_urls(look, xml.CURRENT_USER) or _href_urls(look, xml.HOME_SET))


def _principal(session: DavSession, start: _Look) -> _Look:
    """RFC 5397. Where the address given was already the principal's own, that saves a request."""
    named = _href_urls(start, xml.CURRENT_USER)
    own = urlsplit(start.url).path.rstrip("/")
    if not named or (canonical(named[0]).rstrip("/") == own and _href_urls(start, xml.HOME_SET)):
        return start
    found = _look(session, named[0])
    if found is None:
        raise Refused(
            f"{session.host} names an address for this user that is not there.",
            "Check the user name, or ask the server's administrator.",
        )
    return found


def _href_urls(look: _Look, name: str) -> tuple[str, ...]:
    if look.entry is None:
        return ()
    return tuple(urljoin(look.url, each) for each in look.entry.hrefs(name))


def _same_origin(url: str, other: str) -> bool:
    return urlsplit(url)[:2] == urlsplit(other)[:2]


def _mail_addresses(principal: _Look) -> frozenset[str]:
    """RFC 6638 section 2.4.1: `mailto:` URIs are the user's own addresses."""
    hrefs: Iterable[str] = principal.entry.hrefs(xml.ADDRESS_SET) if principal.entry else ()
    found = (canonical(each[7:]) if each.lower().startswith("mailto:") else "" for each in hrefs)
    return frozenset(each.strip().lower() for each in found if "@" in each)


def _schedules(session: DavSession, principal: _Look, home: str) -> bool:
    """RFC 6638 section 3.1: the DAV header names `calendar-auto-schedule`. Often it is on OPTIONS only."""
    offered = principal.answer.headers.get("dav", "")
    if "calendar-access" not in offered:
        try:
            answer = session.request("OPTIONS", home, purpose=Purpose.READ, about="the calendar server")
        except (Malformed, Refused, CollectionGone):
            return True  # not told: assume the careful answer
        offered = answer.headers.get("dav", "")
    return "calendar-auto-schedule" in offered
