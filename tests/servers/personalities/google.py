"""Google's CalDAV, version 2: its guide for developers, and what clients found out beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from lxml import etree

from tests.servers import personality as habits
from tests.servers.account import DavAccount
from tests.servers.personalities.postman import organiser_of
from tests.servers.personalities.service import Personality, component_of, events_only, unfolded
from tests.servers.proxy import Exchange, Reply

_GROUP = "@group.calendar.google.com"
_UNKNOWN_METHODS = ("MKCALENDAR", "MKCOL", "MOVE", "COPY", "LOCK", "PROPPATCH", "POST")
_DESCRIPTION = re.compile(rb"^(DESCRIPTION[^:\r\n]*:)([^\r\n]*)", re.MULTILINE)
_INBOX = (
    '<D:response xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:href>{path}</D:href><D:propstat><D:prop>'
    "<D:resourcetype><D:collection/><C:schedule-inbox/></D:resourcetype><D:displayname>Inbox</D:displayname></D:prop>"
    "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
)


class Google(Personality):
    """`tokens` are the access tokens that are good. `ghosts` are names that listings hold and nobody can read.

    `breaches` are listings of a calendar whose sync-token was still good: the guide demands sync-collection then.
    """

    dav = "1, calendar-access, calendar-schedule, calendar-auto-schedule, calendar-proxy"

    def __init__(self, account: DavAccount, me: str) -> None:
        self.tokens = {"a good token"}
        self.ghosts: list[str] = []
        self.breaches: list[str] = []
        self._in_step: set[str] = set()
        super().__init__(account, me)
        self.home = f"/caldav/v2/{me}/"
        self.principal = f"/caldav/v2/{me}/user/"

    def calendar_path(self, name: str) -> str:
        return f"/caldav/v2/{name}{_GROUP}/events/"

    def calendar_name(self, path: str) -> str | None:
        found = re.match(rf"/caldav/v2/([^/]+){re.escape(_GROUP)}/events(?:/|$)", path)
        return found.group(1) if found else None

    def signed_in(self, exchange: Exchange) -> Reply | None:
        """OAuth 2.0 only: no password is taken, application passwords neither."""
        scheme, _, token = exchange.headers.get("Authorization", "").partition(" ")
        if scheme == "Bearer" and token in self.tokens:
            return None
        return Reply(401, {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'})

    def listed(self, exchange: Exchange) -> Reply:
        """With the inbox, which is always empty: invitations go straight into the events."""

        def change(tree: etree._Element) -> None:
            events_only(tree)
            tree.append(etree.fromstring(_INBOX.format(path=f"{self.home}inbox/")))

        return habits.edited(change)(exchange)

    def served(self, exchange: Exchange) -> Reply:
        if exchange.method in _UNKNOWN_METHODS:
            return Reply(405)
        for header in ("If-None-Match", "If-Modified-Since", "If-Unmodified-Since"):
            del exchange.headers[header]
        if exchange.method == "PUT":
            return self._put(exchange)
        if habits.SYNC in exchange.body:
            return self._synchronised(exchange)
        if (
            exchange.method == "REPORT"
            and habits.MULTIGET not in exchange.body
            and b"calendar-query" not in exchange.body
        ):
            return Reply(501)
        if exchange.method == "PROPFIND" and exchange.headers.get("Depth") != "0":
            return self._members(exchange)
        return self.carried(exchange)

    def _put(self, exchange: Exchange) -> Reply:
        if component_of(exchange.body) != "VEVENT":
            return Reply(403, {"Content-Type": "text/plain"}, b"only events")
        is_new = exchange.ask("GET", exchange.path).status == 404
        if is_new and exchange.headers.get("If-Match"):
            return Reply(412)
        if is_new and organiser_of(exchange.body) not in ("", self.me):
            return Reply(403, {"Content-Type": "text/plain"}, b"foreign organizer")
        exchange.body = _DESCRIPTION.sub(_as_html, unfolded(exchange.body))
        return self.carried(exchange)

    def _synchronised(self, exchange: Exchange) -> Reply:
        reply = self.carried(exchange)
        (self._in_step.add if reply.status == 207 else self._in_step.discard)(exchange.path)
        return reply

    def _members(self, exchange: Exchange) -> Reply:
        if exchange.path in self._in_step:
            self.breaches.append(exchange.path)

        def change(tree: etree._Element) -> None:
            for name in self.ghosts:
                tree.append(habits.response_element(exchange.path + name, 200))

        return habits.edited(change)(exchange)

    def token_forgotten(self, exchange: Exchange) -> Reply:
        """A sync-token too old: from then on a listing is right."""
        self._in_step.clear()
        return habits.precondition(403, "D:valid-sync-token")(exchange)


def _as_html(found: re.Match[bytes]) -> bytes:
    r"""A description is stored and given back as HTML: `\n` becomes a line break of it."""
    words = re.sub(rb"\\(.)", lambda each: b"<br>" if each.group(1) in b"nN" else each.group(), found.group(2))
    return found.group(1) + words


def limit_reached(reason: str, *, xml: bool = False) -> Callable[[Exchange], Reply]:
    """403 where others say 429: `rateLimitExceeded`, `userRateLimitExceeded`, `quotaExceeded`."""
    if xml:
        body = f'<errors xmlns="http://schemas.google.com/g/2005"><error><domain>GData</domain><code>{reason}</code></error></errors>'
        return lambda exchange: Reply(403, {"Content-Type": "application/xml"}, body.encode())
    told = {"error": {"code": 403, "message": "Limit", "errors": [{"domain": "usageLimits", "reason": reason}]}}
    return lambda exchange: Reply(403, {"Content-Type": "application/json"}, json.dumps(told).encode())
