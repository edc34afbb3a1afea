"""The habits of other CalDAV servers, as behaviours of the proxy in front of Radicale.

Each function names one deviation that was measured at some server. Use: `proxy.on("PUT").then(habit)`,
or the ready-made rules below that take the proxy and hold until `proxy.clear()`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from urllib.parse import urljoin

from lxml import etree

from tests.servers.proxy import CUT, Behaviour, DavProxy, Exchange, Reply

D = "{DAV:}"
_XML = {"Content-Type": "application/xml; charset=utf-8"}
SYNC = b"sync-collection"
MULTIGET = b"calendar-multiget"

Change = Callable[[etree._Element], None]


# --- answers that are not the server's ---------------------------------------------------------------


def status(code: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answers without asking the server. Header names are given with underscores."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda exchange: Reply(code, dict(named), body)


def precondition(code: int, element: str) -> Behaviour:
    """A refusal with a condition of WebDAV or CalDAV in its body, such as `D:valid-sync-token`."""
    body = f'<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><{element}/></D:error>'
    return lambda exchange: Reply(code, dict(_XML), body.encode())


def sign_in_page(exchange: Exchange) -> Reply:
    """The page of a hotel's network: 200 and HTML for everything."""
    return Reply(200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html><body>Welcome</body></html>")


def connection_cut(exchange: Exchange) -> Reply:
    """The request never reaches the server."""
    return CUT


def answer_lost(exchange: Exchange) -> Reply:
    """The server did it, the client never hears."""
    exchange.forward()
    return CUT


def answer_held(until: threading.Event) -> Behaviour:
    """The server did it; the answer comes only when the test says so, for time-outs of the client."""

    def hold(exchange: Exchange) -> Reply:
        reply = exchange.forward()
        until.wait(30)
        return reply

    return hold


# --- writes ----------------------------------------------------------------------------------------


def ignoring(*headers: str) -> Behaviour:
    """The server does not know these request headers: `If-None-Match` (Google, SOGo), `If-Match`."""

    def forward(exchange: Exchange) -> Reply:
        for each in headers:
            del exchange.headers[each]
        return exchange.forward()

    return forward


def conditional_put_creates(exchange: Exchange) -> Reply:
    """`If-Match` on a resource that is away creates it (SOGo, GMX)."""
    if exchange.headers.get("If-Match") and exchange.ask("GET", exchange.path).status == 404:
        del exchange.headers["If-Match"]
    return exchange.forward()


def without_etag(exchange: Exchange) -> Reply:
    return exchange.forward().without("ETag")


def weak_etag(exchange: Exchange) -> Reply:
    """Weak ETags in headers; sent back, they hold like the strong ones."""
    given = exchange.headers.get("If-Match", "")
    if given:
        exchange.headers.replace_header("If-Match", given.removeprefix("W/"))
    reply = exchange.forward()
    etag = reply.header("ETag")
    return reply if etag is None else _with(reply.without("ETag"), {"ETag": f"W/{etag.removeprefix('W/')}"})


def other_uid_overwrites(exchange: Exchange) -> Reply:
    """Another UID under the same address replaces what was there (Xandikos, DAViCal, SOGo)."""
    headers = {key: value for key, value in exchange.headers.items() if not key.startswith("If-")}
    exchange.ask("DELETE", exchange.path)
    return exchange.ask("PUT", exchange.path, exchange.body, headers)


def stored_elsewhere(name: str) -> Behaviour:
    """The server picks another address and says so in `Location` (Yahoo, OX)."""

    def store(exchange: Exchange) -> Reply:
        exchange.path = urljoin(exchange.path, name)
        return _with(exchange.forward(), {"Location": exchange.path})

    return store


def moved(target: str, code: int = 301) -> Behaviour:
    return status(code, Location=target)


def unauthorised_without_challenge(exchange: Exchange) -> Reply:
    """Yahoo: 401 to guests, and no `WWW-Authenticate` that would make a client sign in."""
    if exchange.headers.get("Authorization"):
        return exchange.forward()
    return Reply(401, {"Content-Type": "application/json"}, b"{}")


# --- listings and reports ------------------------------------------------------------------------------


def edited(change: Change) -> Behaviour:
    """The server's own multistatus with a change to its tree."""

    return lambda exchange: changed(exchange.forward(), change)


def changed(reply: Reply, change: Change) -> Reply:
    if reply.status != 207:
        return reply
    tree = etree.fromstring(reply.body)
    change(tree)
    return Reply(reply.status, reply.headers, etree.tostring(tree))


def href_of(response: etree._Element) -> str:
    return response.findtext(f"{D}href") or ""


def leaving_out(part: str) -> Behaviour:
    """Responses whose href contains `part` are missing."""

    def change(tree: etree._Element) -> None:
        for response in tree.findall(f"{D}response"):
            if part in href_of(response):
                tree.remove(response)

    return edited(change)


def empty(exchange: Exchange) -> Reply:
    """Only the calendar itself is listed."""

    def change(tree: etree._Element) -> None:
        for response in tree.findall(f"{D}response"):
            if not href_of(response).endswith("/"):
                tree.remove(response)

    return edited(change)(exchange)


def over_reporting(exchange: Exchange) -> Reply:
    """Every response twice, and one that nobody asked for."""

    def change(tree: etree._Element) -> None:
        for response in tree.findall(f"{D}response"):
            tree.append(etree.fromstring(etree.tostring(response)))
        tree.append(response_element("/somebody/else/foreign.ics", 200))

    return edited(change)(exchange)


def listing_itself(exchange: Exchange) -> Reply:
    """The sync report names the calendar itself (iCloud)."""
    return edited(lambda tree: tree.insert(0, response_element(exchange.path, 200)))(exchange)


def deleted_as(code: int) -> Behaviour:
    """Deleted members come with another status than 404 (418 at one hosted server)."""

    def change(tree: etree._Element) -> None:
        for line in tree.iterfind(f"{D}response/{D}status"):
            if "404" in (line.text or ""):
                line.text = f"HTTP/1.1 {code} Gone"

    return edited(change)


def reporting_unknown_deletion(name: str) -> Behaviour:
    """What was created and deleted in between is reported as 404."""
    return lambda exchange: edited(lambda tree: tree.append(response_element(exchange.path + name, 404)))(exchange)


def escaping(old: str, new: str) -> Behaviour:
    """Hrefs escaped differently: `@` against `%40`."""

    def change(tree: etree._Element) -> None:
        for href in tree.iter(f"{D}href"):
            href.text = (href.text or "").replace(old, new)

    return edited(change)


def without_properties(*tags: str) -> Behaviour:
    """Properties the server does not have, such as `{DAV:}sync-token`."""
    return edited(stripped(*tags))


def stripped(*tags: str) -> Change:
    def change(tree: etree._Element) -> None:
        for tag in tags:
            for each in list(tree.iter(tag)):
                parent = each.getparent()
                assert parent is not None
                parent.remove(each)

    return change


def reading_only(path: str) -> Change:
    """The user may only read the calendar at `path` (RFC 3744, 5.4)."""

    def change(tree: etree._Element) -> None:
        for response in tree.findall(f"{D}response"):
            for privileges in response.iter(f"{D}current-user-privilege-set"):
                if href_of(response).rstrip("/") == path.rstrip("/"):
                    privileges[:] = []
                    etree.SubElement(etree.SubElement(privileges, f"{D}privilege"), f"{D}read")

    return change


def response_element(href: str, code: int) -> etree._Element:
    inner = f"<D:status>HTTP/1.1 {code} Status</D:status>"
    if code == 200:
        inner = (
            '<D:propstat><D:prop><D:getetag>"own"</D:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>'
        )
    return etree.fromstring(f'<D:response xmlns:D="DAV:"><D:href>{href}</D:href>{inner}</D:response>')


# --- sync tokens ---------------------------------------------------------------------------------------

_TOKEN = re.compile(rb"(<(?:\w+:)?sync-token[^>]*?)(?:/>|>([^<]*)</(\w+:)?sync-token>)")


def asked_token(body: bytes) -> bytes:
    found = _TOKEN.search(body)
    return b"" if found is None else found.group(2) or b""


def _with_token(body: bytes, token: bytes) -> bytes:
    return body.replace(b">" + asked_token(body) + b"<", b">" + token + b"<") if asked_token(body) else body


def forgetting_tokens(exchange: Exchange) -> Reply:
    """An unknown token is answered by everything there is, without deletions (DAViCal, SOGo)."""
    exchange.body = _with_token(exchange.body, b"")
    return without_deletions(exchange)


def without_deletions(exchange: Exchange) -> Reply:
    """Deletions are never reported."""

    def change(tree: etree._Element) -> None:
        for response in tree.findall(f"{D}response"):
            if response.find(f"{D}status") is not None:
                tree.remove(response)

    return edited(change)(exchange)


def relisting(part: str) -> Behaviour:
    """Besides what changed, resources whose href contains `part` are listed every time (tokens of whole seconds)."""

    def forward(exchange: Exchange) -> Reply:
        headers = dict(exchange.headers.items())
        full = exchange.ask("REPORT", exchange.path, _with_token(exchange.body, b""), headers)
        reply = exchange.forward()
        tree = etree.fromstring(reply.body)
        there = {href_of(each) for each in tree.findall(f"{D}response")}
        for each in etree.fromstring(full.body).findall(f"{D}response"):
            if part in href_of(each) and href_of(each) not in there and each.find(f"{D}status") is None:
                tree.insert(0, each)
        return Reply(reply.status, reply.headers, etree.tostring(tree))

    return forward


class Paging:
    """Cuts sync reports into pages. `announced`: with a 507 as in RFC 6578; `resumable`: the token goes on there.

    A page that is not resumable carries the token of the whole report, so that the rest is lost.
    """

    def __init__(self, size: int, *, announced: bool, resumable: bool = True) -> None:
        self._size = size
        self._announced = announced
        self._resumable = resumable
        self._rest: dict[bytes, bytes] = {}

    def __call__(self, exchange: Exchange) -> Reply:
        token = asked_token(exchange.body)
        kept = self._rest.get(token)
        reply = exchange.forward() if kept is None else Reply(207, dict(_XML), kept)
        if reply.status != 207:
            return reply
        tree = etree.fromstring(reply.body)
        rest = etree.fromstring(reply.body)
        for index, (here, later) in enumerate(
            zip(tree.findall(f"{D}response"), rest.findall(f"{D}response"), strict=True)
        ):
            (tree if index >= self._size else rest).remove(here if index >= self._size else later)
        if rest.find(f"{D}response") is not None:
            self._mark(tree, rest, exchange.path)
        return Reply(207, reply.headers, etree.tostring(tree))

    def _mark(self, tree: etree._Element, rest: etree._Element, path: str) -> None:
        if self._announced:
            tree.append(response_element(path, 507))
        if self._resumable:
            token = f"page-{len(self._rest) + 1}"
            self._rest[token.encode()] = etree.tostring(rest)
            found = tree.find(f"{D}sync-token")
            assert found is not None
            found.text = token


# --- whole servers ---------------------------------------------------------------------------------------


def home_on(proxy: DavProxy, other: DavProxy) -> None:
    """The calendar home is on another host (iCloud): its address is given in full."""

    def change(tree: etree._Element) -> None:
        for href in tree.iterfind(".//{urn:ietf:params:xml:ns:caldav}calendar-home-set/{DAV:}href"):
            href.text = urljoin(other.url, href.text or "")

    proxy.on("PROPFIND").then(edited(change))


def _with(reply: Reply, headers: dict[str, str]) -> Reply:
    return Reply(reply.status, {**reply.headers, **headers}, reply.body, reply.cut)
