"""What differs between CalDAV providers, as data: facts measured by others and by our own tests.

Everything a server says about itself (sync-token, components, privileges, DAV header) is asked and
not listed here; neither is what the client tolerates everywhere (weak ETags, odd escapes, refused tokens).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Quirks:
    """How one provider deviates; the defaults are a server that keeps to the RFCs.

    `hosts`                   domains the provider's servers are in.
    `if_none_match_honoured`  False: a PUT that must create may overwrite, so a GET comes first.
    `missing_is_created`      True: a conditional PUT creates what was deleted, so a GET comes first.
    `max_multiget`            resources asked for in one request; 1 means single GETs.
    `request_interval`        seconds to keep between two requests, 0 for none.
    `sync_token_reliable`     False: changes are found by ctag or listing although a token is offered.
    `uid_search`              False: searching by UID finds nothing, or returns whole calendars.
    `html_descriptions`       descriptions are HTML without saying so.
    `tasks_as_events`         the provider keeps no tasks at all.
    `utc_only`                an event that is written with a time zone cannot be read any more.
    `needs_end`               an event without DTEND is refused.
    `stored_elsewhere`        a new resource gets another address than the one asked for.
    `doubles_refused_plainly` a second item of one UID is refused without saying that this is why.
    """

    name: str
    hosts: tuple[str, ...] = ()
    if_none_match_honoured: bool = True
    missing_is_created: bool = False
    max_multiget: int = 100
    request_interval: float = 0.0
    sync_token_reliable: bool = True
    uid_search: bool = True
    html_descriptions: bool = False
    tasks_as_events: bool = False
    utc_only: bool = False
    needs_end: bool = False
    stored_elsewhere: bool = False
    doubles_refused_plainly: bool = False


GENERIC: Final = Quirks("generic")

_PROVIDERS: Final = (
    # Google's guide: If-Match is the only conditional header, no VTODO; descriptions are HTML.
    Quirks(
        "google",
        ("googleusercontent.com", "google.com"),
        if_none_match_honoured=False,
        max_multiget=50,
        html_descriptions=True,
        tasks_as_events=True,
    ),
    # Shared calendars answer 404 in a multiget now and then: missing entries are confirmed anyway.
    # Probed by python-caldav in 2026-10: no event without DTEND, one UID in one calendar only, searches find nothing.
    Quirks(
        "icloud",
        ("icloud.com", "me.com", "icloud.com.cn"),
        max_multiget=50,
        uid_search=False,
        tasks_as_events=True,
        needs_end=True,
        doubles_refused_plainly=True,
    ),
    # Probed in 2026-09: events with a zone are taken and lost, queries answer the whole calendar, no sync-token.
    Quirks(
        "yahoo",
        ("yahoo.com",),
        max_multiget=25,
        uid_search=False,
        tasks_as_events=True,
        utc_only=True,
        stored_elsewhere=True,
        doubles_refused_plainly=True,
    ),
    # About one request every two seconds; the sync report fails, and a conditional PUT creates.
    Quirks(
        "gmx",
        ("gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.com", "web.de"),
        missing_is_created=True,
        request_interval=2.0,
        sync_token_reliable=False,
    ),
    Quirks("fastmail", ("fastmail.com", "messagingengine.com")),
    Quirks("nextcloud"),
    Quirks("ox", ("mailbox.org",)),
    Quirks("posteo", ("posteo.de",), missing_is_created=True, sync_token_reliable=False),
    Quirks("sogo", if_none_match_honoured=False, missing_is_created=True, uid_search=False),
    Quirks("davical"),
    GENERIC,
)
_BY_NAME: Final = {each.name: each for each in _PROVIDERS}


def named(name: str) -> Quirks:
    """The provider of that name. Raises `KeyError` for an unknown one."""
    return _BY_NAME[name]


def is_known(name: str) -> bool:
    return name in _BY_NAME


def for_host(host: str) -> Quirks:
    """The provider whose servers a host belongs to, else `GENERIC`."""
    host = host.lower().rstrip(".")
    for each in _PROVIDERS:
        if any(host == domain or host.endswith("." + domain) for domain in each.hosts):
            return each
    return GENERIC
