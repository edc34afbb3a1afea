"""What the personalities have in common: addresses of their own, discovery, sign-in, then a real Radicale behind."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from base64 import b64encode
from urllib.parse import quote, unquote, urlsplit

from lxml import etree

from tests.servers import personality as habits
from tests.servers.account import DavAccount
from tests.servers.personalities.postman import Postman
from tests.servers.proxy import DavProxy, Exchange, Reply

D = "{DAV:}"
C = "{urn:ietf:params:xml:ns:caldav}"
_NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
_XML = {"Content-Type": "application/xml; charset=utf-8"}


class Personality(ABC):
    """One user's calendars. `front` is the proxy to talk to, `account` the way round it, straight into the store.
    `read_only` names the calendars that others share with the user for reading.

    A subclass says where things are (`calendar_path`, `inside`) and what is different (`served`).
    """

    dav = "1, access-control, calendar-access"
    home: str
    principal: str

    def __init__(self, account: DavAccount, me: str) -> None:
        self.account = account
        self.me = me
        self.postman = Postman(me)
        self.read_only: set[str] = set()
        self.front = DavProxy(account.url)
        self.front.always(self.answer)

    @property
    def url(self) -> str:
        return self.front.url

    def stop(self) -> None:
        self.front.stop()

    # --- what a subclass says ---------------------------------------------------------------------

    @abstractmethod
    def calendar_path(self, name: str) -> str:
        """Where a calendar of the store is to the outside."""

    @abstractmethod
    def calendar_name(self, path: str) -> str | None:
        """The calendar of the store that a path from the outside is in, None for another place."""

    @abstractmethod
    def signed_in(self, exchange: Exchange) -> Reply | None:
        """None where the credentials are right."""

    def served(self, exchange: Exchange) -> Reply:
        """A request inside a calendar; its path is that of the store."""
        return self.carried(exchange)

    # --- answering --------------------------------------------------------------------------------

    def answer(self, exchange: Exchange) -> Reply:
        refused = self.signed_in(exchange)
        if refused is not None:
            return refused
        pair = f"{self.account.user}:{self.account.password}".encode()
        del exchange.headers["Authorization"]
        exchange.headers["Authorization"] = "Basic " + b64encode(pair).decode()
        path = unquote(urlsplit(exchange.path).path)
        if exchange.method == "OPTIONS":
            return Reply(200, {"DAV": self.dav, "Allow": "OPTIONS, GET, PUT, DELETE, PROPFIND, REPORT"})
        if exchange.method == "PROPFIND" and self.calendar_name(path) is None:
            return self.discovered(exchange, path)
        name = self.calendar_name(path)
        if name is None:
            return Reply(404)
        if name in self.read_only and exchange.method in ("PUT", "DELETE"):
            return Reply(403)
        exchange.path = quote(self._stored(path, name))
        self._inward(exchange)
        return self._outward(self.served(exchange))

    def discovered(self, exchange: Exchange, path: str) -> Reply:
        """RFC 5397, RFC 4791 6.2.1, and the list of calendars."""
        if path.rstrip("/") == self.principal.rstrip("/"):
            return self.told(
                self.principal,
                f"<C:calendar-home-set><D:href>{self.home_url()}</D:href></C:calendar-home-set>"
                f"<C:calendar-user-address-set><D:href>mailto:{self.me}</D:href></C:calendar-user-address-set>",
            )
        if path.rstrip("/") == self.home.rstrip("/"):
            exchange.path = quote(self.account.home)
            return self._outward(habits.changed(self.listed(exchange), self._privileges))
        if path in ("/", "/.well-known/caldav"):
            return self.told(path)
        return Reply(404)

    def _privileges(self, tree: etree._Element) -> None:
        for each in self.read_only:
            habits.reading_only(f"{self.account.home}{each}/")(tree)

    def home_url(self) -> str:
        return self.home

    def listed(self, exchange: Exchange) -> Reply:
        """The calendars of the home."""
        return self.carried(exchange)

    def told(self, path: str, properties: str = "") -> Reply:
        user = f"<D:current-user-principal><D:href>{self.principal}</D:href></D:current-user-principal>"
        body = (
            f"<D:multistatus {_NAMESPACES}><D:response><D:href>{path}</D:href><D:propstat><D:prop>{user}{properties}"
            "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>"
        )
        return Reply(207, {**_XML, "DAV": self.dav}, body.encode())

    def carried(self, exchange: Exchange) -> Reply:
        """Done by the store; whom it would have been written to about is noted."""
        if exchange.method in ("PUT", "DELETE"):
            return self.postman.carry(exchange)
        return exchange.forward()

    # --- addresses --------------------------------------------------------------------------------

    def _stored(self, path: str, name: str) -> str:
        return f"{self.account.home}{name}/" + path.removeprefix(self.calendar_path(name).rstrip("/")).lstrip("/")

    def shown(self, stored: str) -> str:
        """A path of the store as it is to the outside."""
        inside = stored.removeprefix(self.account.home)
        name, slash, rest = inside.partition("/")
        if not name:
            return self.home
        return self.calendar_path(name) + rest if slash else stored

    def _inward(self, exchange: Exchange) -> None:
        """The hrefs of a multiget."""
        if exchange.method != "REPORT" or habits.MULTIGET not in exchange.body:
            return
        tree = etree.fromstring(exchange.body)
        for href in tree.iter(f"{D}href"):
            path = unquote(urlsplit(href.text or "").path)
            name = self.calendar_name(path)
            href.text = quote(path if name is None else self._stored(path, name))
        exchange.body = etree.tostring(tree)

    def _outward(self, reply: Reply) -> Reply:
        headers = {
            key: quote(self.shown(unquote(value))) if key.lower() == "location" else value
            for key, value in reply.headers.items()
        }
        if reply.status != 207:
            return Reply(reply.status, headers, reply.body, reply.cut)
        tree = etree.fromstring(reply.body)
        for href in tree.iter(f"{D}href"):
            path = unquote(href.text or "")
            if path.startswith(self.account.home):
                href.text = self.href(quote(self.shown(path)))
        return Reply(reply.status, headers, etree.tostring(tree))

    def href(self, path: str) -> str:
        return path


def component_of(raw: bytes) -> str:
    """VEVENT or VTODO, what comes first in an object."""
    found = re.search(rb"BEGIN:(VEVENT|VTODO|VJOURNAL)", raw)
    return found.group(1).decode() if found else ""


def unfolded(raw: bytes) -> bytes:
    """Without the folds of RFC 5545 3.1, which may stand in the middle of any word."""
    return re.sub(rb"\r?\n[ \t]", b"", raw)


def events_only(tree: etree._Element) -> None:
    """No calendar takes tasks."""
    for components in tree.iter(f"{C}supported-calendar-component-set"):
        for each in list(components):
            if each.get("name") != "VEVENT":
                components.remove(each)


def basic(exchange: Exchange, account: DavAccount) -> bool:
    """Whether the account's own password was sent."""
    pair = f"{account.user}:{account.password}".encode()
    return exchange.headers.get("Authorization") == "Basic " + b64encode(pair).decode()


def if_match_reversed(exchange: Exchange, *, exists: bool) -> Reply | None:
    """`If-Match: *` is refused for what exists, and creates what does not (against RFC 9110, 13.1.1)."""
    if exchange.headers.get("If-Match") != "*":
        return None
    del exchange.headers["If-Match"]
    return Reply(412) if exists else None
