"""Where a mailbox is: Autodiscover (MS-OXDSCLI), asked of the address's own domain and of nobody else.

The password goes to names inside the domain only, over TLS: neither to what an unencrypted answer sends on to, nor to
what DNS alone names. What such a server says itself, signed in to, is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

import requests

from fm_desktop.net import is_loopback
from fm_desktop.port import PortError, Refused, SignInNeeded, Unreachable
from fm_desktop.providers.autodiscover import ExchangeServer, exchange_server, hosts_of
from fm_desktop.providers.exchange.errors import online_refusal
from fm_desktop.providers.exchange.session import ONLINE, checked_host
from fm_desktop.providers.exchange.signing import Account, new_session, offered
from fm_desktop.providers.exchange.xml import Element, NotXml, clean, parse
from fm_desktop.providers.transfer import Answer
from fm_desktop.untrusted import TooLarge, bounded

_SECONDS: Final = (5.0, 15.0)
_MAX_ANSWER: Final = 1024 * 1024
_CHUNK: Final = 64 * 1024
_MAX_REDIRECTS: Final = 3
_REQUEST: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
_RESPONSE: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_NAMES: Final = {"a": _RESPONSE}


def ews_url(
    address: str,
    account: Account,
    *,
    without_password: Callable[[str], ExchangeServer | None] = exchange_server,
    origins: Sequence[str] | None = None,
) -> str:
    """The address of EWS. Raises the errors of the port."""
    server = without_password(address)
    if server is not None and server.url is not None:
        if server.is_online:
            raise online_refusal()
        checked_host(server.url)
        return server.url
    domain = address.rpartition("@")[2].lower()
    refusal: PortError | None = None
    for origin in origins or [f"https://{host}" for host in hosts_of(domain)]:
        try:
            url = _asked(f"{origin}/autodiscover/autodiscover.xml", address, account, domain)
        except SignInNeeded as error:
            refusal = error
        except requests.RequestException:
            continue
        else:
            if url is not None:
                return url
    raise refusal or Unreachable(
        f"The Exchange server of {domain} did not say where your mailbox is.",
        "Give the server's address by hand; your administrator knows it.",
    )


def _asked(url: str, address: str, account: Account, domain: str) -> str | None:
    """What one server says, after following what it names. Raises `requests.RequestException`, errors of the port."""
    for _ in range(_MAX_REDIRECTS):
        checked_host(url)
        answer = _exchange(url, address, account)
        if 300 <= answer.status < 400:
            url = _within(answer.headers.get("Location", ""), domain)
            continue
        if answer.status == 401:
            raise SignInNeeded("The Exchange server did not accept the user name or the password.", "Sign in again.")
        found = _account_of(answer)
        if found is None:
            return None
        if _text(found, "a:RedirectAddr"):
            raise _elsewhere(_text(found, "a:RedirectAddr"))
        if not _text(found, "a:RedirectUrl"):
            return _named(found)
        url = _text(found, "a:RedirectUrl")
    return None


def _exchange(url: str, address: str, account: Account) -> Answer:
    """One question: first without a password, then signed the way the server offers."""
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{_REQUEST}"><Request><EMailAddress>'
        f"{_escaped(address)}</EMailAddress><AcceptableResponseSchema>{_RESPONSE}</AcceptableResponseSchema>"
        "</Request></Autodiscover>"
    ).encode()
    encrypted = url.lower().startswith("https:")
    with new_session(use_proxies=not is_loopback(checked_host(url)), encrypted=encrypted) as session:
        session.auth = lambda request: request
        first = _posted(session, url, body)
        way = offered(first.headers.get("WWW-Authenticate", "")) if first.status == 401 else None
        if way is None:
            return first
        session.auth = account.signed(way)
        return _posted(session, url, body)


def _posted(session: requests.Session, url: str, body: bytes) -> Answer:
    """The answer; one that is too long for an address is none."""
    headers = {"Content-Type": "text/xml; charset=utf-8"}
    with session.post(url, data=body, headers=headers, timeout=_SECONDS, allow_redirects=False, stream=True) as answer:
        try:
            content = bounded(answer.iter_content(_CHUNK), _MAX_ANSWER)
        except TooLarge:
            content = b""
        return Answer(answer.status_code, answer.headers, content, url)


def _within(location: str, domain: str) -> str:
    """An HTTP redirect is followed inside the domain only; Microsoft's own service takes no such sign-in."""
    try:
        host = (urlsplit(location).hostname or "").lower()
    except ValueError:
        host = ""
    if host in ONLINE or host.endswith(".outlook.com"):
        raise online_refusal()
    if host != domain and not host.endswith(f".{domain}"):
        raise Refused(
            f"The mail server sends on to another company ({host or 'unknown'}), to which the password was not sent.",
            "Give the server's address by hand if it is right.",
        )
    return location


def _account_of(answer: Answer) -> Element | None:
    if answer.status != 200:
        return None
    try:
        return parse(answer.body).find("a:Response/a:Account", _NAMES)
    except NotXml:
        return None


def _named(account: Element) -> str | None:
    """The address for the world outside is taken where there is one (EXPR, Outlook Anywhere)."""
    urls = {_text(each, "a:Type"): _text(each, "a:EwsUrl") for each in account.findall("a:Protocol", _NAMES)}
    url = next((urls[kind] for kind in ("EXPR", "EXHTTP", "EXCH") if urls.get(kind)), None)
    if url is not None and checked_host(url) in ONLINE:
        raise online_refusal()
    return url


def _elsewhere(address: str) -> PortError:
    if address.lower().endswith(".onmicrosoft.com"):
        return online_refusal()
    return Refused(
        f"The Exchange server keeps this mailbox under another address, {address[:100]}.",
        "Set it up with that address.",
    )


def _text(element: Element, path: str) -> str:
    return (element.findtext(path, "", _NAMES) or "").strip()


def _escaped(value: str) -> str:
    return clean(value).replace("&", "&amp;").replace("<", "&lt;")
