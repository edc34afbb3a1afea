"""Yahoo's CalDAV as it was probed in 2026-09: no challenge, no sync-token, time zones taken and lost."""

from __future__ import annotations

import itertools
import re

from lxml import etree

from tests.servers import personality as habits
from tests.servers.account import DavAccount
from tests.servers.personalities.service import (
    Personality,
    basic,
    component_of,
    events_only,
    if_match_reversed,
    unfolded,
)
from tests.servers.proxy import Exchange, Reply

_SYNC_PROPERTIES = ("{DAV:}sync-token", "{DAV:}supported-report-set")
_FILTERS = re.compile(rb"<(?:\w+:)?comp-filter[^>]*name=\"(?:VEVENT|VTODO|VJOURNAL)\"")
_ONE_KIND = re.compile(rb"(name=\")(?:VTODO|VJOURNAL)(\")")
_CONDITION = re.compile(rb"<(\w+:)?prop-filter.*?</(\w+:)?prop-filter>", re.DOTALL)


class Yahoo(Personality):
    """`lost` are the addresses of events that were written with a time zone: stored, and not to be read again."""

    def __init__(self, account: DavAccount, me: str) -> None:
        self.lost: set[str] = set()
        self._numbers = itertools.count(869)
        super().__init__(account, me)
        self.home = f"/dav/{account.user}/Calendar/"
        self.principal = f"/principals/users/{account.user}/"

    def calendar_path(self, name: str) -> str:
        return f"{self.home}{name}/"

    def calendar_name(self, path: str) -> str | None:
        found = re.match(rf"{re.escape(self.home)}([^/]+)(?:/|$)", path)
        return found.group(1) if found else None

    def carried(self, exchange: Exchange) -> Reply:
        """Nobody is written to: there is no scheduling."""
        return exchange.forward()

    def signed_in(self, exchange: Exchange) -> Reply | None:
        if basic(exchange, self.account):
            return None
        return Reply(401, {"Content-Type": "application/json"}, b'{"error": {"message": "sign in"}}')

    def listed(self, exchange: Exchange) -> Reply:
        return habits.changed(habits.edited(events_only)(exchange), habits.stripped(*_SYNC_PROPERTIES))

    def served(self, exchange: Exchange) -> Reply:
        if exchange.method == "PUT":
            return self._put(exchange)
        if exchange.method == "GET" and exchange.path in self.lost:
            return Reply(404)
        if habits.SYNC in exchange.body:
            return Reply(501)
        if exchange.method == "PROPFIND":
            return habits.without_properties(*_SYNC_PROPERTIES)(exchange)
        if exchange.method == "REPORT":
            return self._reported(exchange)
        return self.carried(exchange)

    def _reported(self, exchange: Exchange) -> Reply:
        if b"calendar-query" in exchange.body:
            if not _FILTERS.search(exchange.body):
                return Reply(500)
            # The kind that was asked for is ignored: the whole calendar comes.
            exchange.body = _CONDITION.sub(b"", _ONE_KIND.sub(rb"\1VEVENT\2", exchange.body))
        reply = exchange.forward()
        for each in self.lost:
            reply = _without(reply, each)
        return reply

    def _put(self, exchange: Exchange) -> Reply:
        there = exchange.ask("GET", exchange.path).status == 200
        refused = if_match_reversed(exchange, exists=there)
        if refused is not None:
            return refused
        body = unfolded(exchange.body)
        if component_of(body) != "VEVENT":
            return Reply(403)
        if b"\nRELATED-TO" in body:
            return Reply(400)
        reply = self._stored_elsewhere(exchange) if not there else self.carried(exchange)
        if reply.status < 300 and (b"TZID" in body or b"BEGIN:VTIMEZONE" in body):
            self.lost.add(exchange.path)
        return Reply(403) if reply.status == 409 else reply

    def _stored_elsewhere(self, exchange: Exchange) -> Reply:
        """Under a number of the server's own choosing."""
        if exchange.headers.get("If-Match"):
            return Reply(412)
        exchange.path = f"{exchange.path.rpartition('/')[0]}/{next(self._numbers)}.ics"
        reply = self.carried(exchange)
        return Reply(reply.status, {**reply.headers, "Location": exchange.path}, reply.body)


def _without(reply: Reply, path: str) -> Reply:
    def change(tree: etree._Element) -> None:
        for response in tree.findall("{DAV:}response"):
            if habits.href_of(response) == path:
                tree.replace(response, habits.response_element(path, 404))

    return habits.changed(reply, change)
