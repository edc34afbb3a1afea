"""iCloud's CalDAV as it was probed in 2026-10: two hosts, Basic behind another challenge, no search."""

from __future__ import annotations

import re
from urllib.parse import urljoin

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
from tests.servers.proxy import DavProxy, Exchange, Reply

_NUMBER = "17654321"
_SHARED_ID = 64
_STAMP = re.compile(rb"(DTSTAMP:[^\r\n<]*\r?\n)")
_TWICE = re.compile(rb"(DTSTAMP:[^\r\n]*\r?\n)(?:DTSTAMP:[^\r\n]*\r?\n)+")
_EVENTS = re.compile(rb"BEGIN:VEVENT.*?END:VEVENT", re.DOTALL)


class ICloud(Personality):
    """`front` is caldav.icloud.com, where one starts; `home_front` the host that the user's calendars are on."""

    dav = "1, access-control, calendar-access, calendar-schedule, calendar-auto-schedule"
    home = f"/{_NUMBER}/calendars/"
    principal = f"/{_NUMBER}/principal/"

    def __init__(self, account: DavAccount, me: str) -> None:
        super().__init__(account, me)
        self.home_front = DavProxy(account.url)
        self.home_front.always(self._at_home)
        self.front.always(self._at_first_host)

    def stop(self) -> None:
        self.home_front.stop()
        super().stop()

    def calendar_path(self, name: str) -> str:
        return f"{self.home}{name}/"

    def calendar_name(self, path: str) -> str | None:
        found = re.match(rf"{self.home}([^/]+)(?:/|$)", path)
        return found.group(1) if found else None

    def home_url(self) -> str:
        return urljoin(self.home_front.url.replace("127.0.0.1", "localhost"), self.home)

    def href(self, path: str) -> str:
        """Addresses come back on the first host."""
        return urljoin(self.front.url, path)

    def signed_in(self, exchange: Exchange) -> Reply | None:
        if basic(exchange, self.account):
            return None
        return Reply(401, {"WWW-Authenticate": 'X-MobileMe-AuthToken realm="iCloud", Basic realm="iCloud"'})

    def _at_first_host(self, exchange: Exchange) -> Reply:
        if exchange.path.startswith(self.home):
            return self.signed_in(exchange) or Reply(404)
        if exchange.path.rstrip("/") == self.principal.rstrip("/") and exchange.headers.get("Depth") != "0":
            return self.signed_in(exchange) or Reply(400)
        return self.answer(exchange)

    def _at_home(self, exchange: Exchange) -> Reply:
        return self.answer(exchange).without("Content-Type")

    def listed(self, exchange: Exchange) -> Reply:
        return habits.edited(events_only)(exchange)

    def served(self, exchange: Exchange) -> Reply:
        if exchange.method == "PUT":
            return self._put(exchange)
        if exchange.method == "REPORT" and habits.MULTIGET not in exchange.body and habits.SYNC not in exchange.body:
            # No filter finds anything, neither by component nor by time.
            return Reply(207, {}, b'<D:multistatus xmlns:D="DAV:"/>')
        if habits.SYNC in exchange.body:
            return habits.listing_itself(exchange)
        if habits.MULTIGET in exchange.body and len(exchange.path.rstrip("/").rpartition("/")[2]) == _SHARED_ID:
            return habits.edited(_all_missing)(exchange)
        reply = self.carried(exchange)
        if exchange.method in ("GET", "REPORT"):
            reply.body = _STAMP.sub(rb"\1\1", reply.body)
        return reply

    def _put(self, exchange: Exchange) -> Reply:
        there = exchange.ask("GET", exchange.path).status == 200
        refused = if_match_reversed(exchange, exists=there)
        if refused is not None:
            return refused
        if component_of(exchange.body) != "VEVENT":
            return Reply(403)
        if any(b"\nDTEND" not in each for each in _EVENTS.findall(unfolded(exchange.body))):
            return Reply(404)
        if not there and self._elsewhere(exchange):
            return Reply(403)
        exchange.body = _TWICE.sub(rb"\1", exchange.body)
        reply = self.carried(exchange)
        return Reply(403) if reply.status == 409 else reply

    def _elsewhere(self, exchange: Exchange) -> bool:
        """The same UID in another calendar of the user."""
        found = re.search(rb"^UID:([^\r\n]+)", unfolded(exchange.body), re.MULTILINE)
        listing = exchange.ask("PROPFIND", self.account.home, headers={**_signed(exchange), "Depth": "1"})
        hrefs = [each.text or "" for each in etree.fromstring(listing.body).iter("{DAV:}href")]
        calendars = [each for each in hrefs if each != self.account.home and not exchange.path.startswith(each)]
        return found is not None and any(_holds(exchange, each, found.group(1)) for each in calendars)


def _signed(exchange: Exchange) -> dict[str, str]:
    return {"Authorization": exchange.headers["Authorization"]}


def _holds(exchange: Exchange, calendar: str, uid: bytes) -> bool:
    whole = exchange.ask("GET", calendar)
    return b"UID:" + uid in unfolded(whole.body)


def _all_missing(tree: etree._Element) -> None:
    for response in tree.findall("{DAV:}response"):
        href = habits.href_of(response)
        tree.replace(response, habits.response_element(href, 404))
