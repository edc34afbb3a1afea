"""From an e-mail address to its mail and calendar service (R03), or to a plain refusal (R31).

The catalog knows a service by the domain of the address or by the domain's mail servers (MX); any other
domain is asked for a calendar service of its own (RFC 6764). No password is involved at any step.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Final, TypeVar

from fm_desktop.aside import aside
from fm_desktop.net import client_tls
from fm_desktop.port import PortError, Refused, Unreachable
from fm_desktop.providers.autodiscover import ExchangeServer, exchange_server
from fm_desktop.providers.caldav.discovery import find_server
from fm_desktop.providers.catalog import FILE_NAME, Catalog, Protocol, Provider

T = TypeVar("T")

PATIENCE: Final = 12.0
_TICK: Final = 0.1
_DNS_SECONDS: Final = 4.0
_HTTP_SECONDS: Final = 6.0
_PROPFIND: Final = b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'


class LookupFailed(Exception):
    """The domain could not be asked: no network, no name server, no answer in time."""


class NoSuchDomain(LookupFailed):
    """The name servers do not know the domain. Behind a proxy that may be so for every domain outside."""


class FindingCancelled(Exception):
    """Nobody waits for the result any more."""


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class CalendarAt:
    """Where calendars are, and how they are talked to. `url` None: an Exchange that tells it to who signs in."""

    protocol: Protocol
    url: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What an address belongs to.

    `provider` is the catalog's entry, None for a service the domain itself named. `calendar` is None where there is
    none to be used: then `reason` says why, as plain sentences. `imap` is the mail server (over TLS) the domain itself
    named; the catalog's is in `provider`.
    """

    address: str
    provider: Provider | None
    calendar: CalendarAt | None
    reason: str = ""
    imap: Server | None = None

    @property
    def title(self) -> str:
        return self.provider.title if self.provider is not None else domain_of(self.address)


@dataclass(frozen=True, slots=True)
class Lookups:
    """How a domain is asked.

    `mail_servers` returns its MX hosts, best first; raises `NoSuchDomain`, `LookupFailed`.
    `calendar_service` returns the URL of a CalDAV service it names, `imap_server` its IMAP server, or None.
    `exchange_server` is given the address, and returns the Exchange server of its domain, or None.
    """

    mail_servers: Callable[[str], tuple[str, ...]]
    calendar_service: Callable[[str], str | None]
    imap_server: Callable[[str], Server | None]
    exchange_server: Callable[[str], ExchangeServer | None]


def find(
    address: str,
    catalog: Catalog,
    lookups: Lookups | None = None,
    cancelled: threading.Event | None = None,
    patience: float = PATIENCE,
) -> Finding:
    """The service of an address. Asks the network only where the catalog does not know the domain.

    Raises `Refused` for a domain without a calendar service (R31) or that does not exist, `Unreachable` where it
    could not be asked within `patience` seconds, and `FindingCancelled` soon after `cancelled` is set.
    """
    domain = domain_of(address)
    known = catalog.of_domain(domain)
    if known is not None and _needs_no_look(known):
        return _of_catalog(address, known, None)
    lookups = lookups or Lookups(mail_servers, calendar_service, imap_server, exchange_server)
    service = aside(lambda: lookups.calendar_service(domain), "find calendar service")
    imap = aside(lambda: lookups.imap_server(domain), "find mail server")
    exchange = aside(lambda: lookups.exchange_server(address.strip()), "find Exchange")
    look = _Look(cancelled or threading.Event(), time.monotonic() + patience)
    trouble: LookupFailed | None = None
    if known is None:
        known, trouble = _by_mail_servers(domain, catalog, lookups, look)
    if known is not None and _needs_no_look(known):
        return _of_catalog(address, known, None)
    try:
        url = look.result(service)
    except LookupFailed as error:
        url, trouble = None, trouble or error
    if known is not None:
        return _of_catalog(address, known, url)
    if url is not None:
        return Finding(address, None, CalendarAt("caldav", url), imap=look.result_if_any(imap))
    own = look.result_if_any(exchange)
    if own is None:
        raise _nothing_found(domain, catalog, trouble) from trouble
    return _of_exchange(address, own, catalog)


def _by_mail_servers(
    domain: str, catalog: Catalog, lookups: Lookups, look: _Look
) -> tuple[Provider | None, LookupFailed | None]:
    try:
        hosts = look.result(aside(lambda: lookups.mail_servers(domain), "find mail servers"))
    except LookupFailed as error:
        return None, error
    return catalog.of_mail_servers(hosts), None


def of_provider(address: str, provider: Provider) -> Finding | None:
    """What the catalog says of an address at a provider named by the user; None where its domain has to be asked."""
    return _of_catalog(address, provider, None) if _needs_no_look(provider) else None


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].strip().lower().rstrip(".")


def supported(catalog: Catalog) -> str:
    """The list of supported services, inside a sentence."""
    return f"{', '.join(each.title for each in catalog.available())}, and others that offer CalDAV with mail"


def not_supported(domain: str, catalog: Catalog) -> Refused:
    """The refusal of R31."""
    return Refused(
        f"{domain} offers no calendar service that can be found. "
        "A bare IMAP or POP3 server is no supported calendar provider.",
        f"Supported are {supported(catalog)}. An administrator can add another one.",
    )


def _nothing_found(domain: str, catalog: Catalog, trouble: LookupFailed | None) -> PortError:
    if trouble is None:
        return not_supported(domain, catalog)
    if isinstance(trouble, NoSuchDomain):
        return Refused(
            f"“{domain}” was not found on the internet.",
            "Check the address for a typing mistake, and the internet connection.",
        )
    return Unreachable(
        f"It could not be found out which service {domain} uses, because no server answered.",
        "Check the internet connection and try again.",
    )


def _needs_no_look(provider: Provider) -> bool:
    """Whether the catalog says all there is to say."""
    if not provider.available or provider.calendar is None:
        return True
    return provider.lacks_client_id or provider.calendar.protocol != "caldav" or provider.calendar.address is not None


def _of_catalog(address: str, provider: Provider, found: str | None) -> Finding:
    if not provider.available or provider.calendar is None:
        return Finding(address, provider, None, provider.reason)
    if provider.lacks_client_id:
        return Finding(address, provider, None, _not_registered(provider))
    url = provider.calendar.url(address) or found
    if url is None and provider.calendar.protocol == "caldav":
        return Finding(
            address, provider, None, f"{provider.title} did not tell where its calendars are. Try again later."
        )
    return Finding(address, provider, CalendarAt(provider.calendar.protocol, url))


def _of_exchange(address: str, server: ExchangeServer, catalog: Catalog) -> Finding:
    """A server of the domain's own; what it names at Microsoft itself is Microsoft 365."""
    named = catalog.named("microsoft-365" if server.is_online else "exchange")
    if named is not None and (server.is_online or not named.available):
        return _of_catalog(address, named, None)
    return Finding(address, named, CalendarAt("ews", server.url))


def _not_registered(provider: Provider) -> str:
    assert provider.oauth is not None
    page = provider.oauth.register_page or provider.oauth.authorization
    table = f"[{provider.name}.oauth]"
    return (
        f"Only programs that an administrator has registered at {page} are let in. Ask yours to register FM Desktop, "
        f"and to put its client id into {FILE_NAME} under {table} (README, “For administrators”)."
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """The waiting of one search: until its deadline, and not after it is cancelled."""

    cancelled: threading.Event
    deadline: float

    def result(self, future: Future[T]) -> T:
        """Raises `LookupFailed` at the deadline, `FindingCancelled`, and what the work raised."""
        while not future.done():
            if self.cancelled.is_set():
                raise FindingCancelled
            if time.monotonic() >= self.deadline:
                raise LookupFailed("no answer in time")
            wait([future], timeout=_TICK)
        return future.result()

    def result_if_any(self, future: Future[T | None]) -> T | None:
        """As `result`, for what is good to know and no more."""
        try:
            return self.result(future)
        except LookupFailed:
            return None


# --- asking the network ----------------------------------------------------------------------------


def mail_servers(domain: str) -> tuple[str, ...]:
    """The hosts that take in the mail of a domain, best first. Raises `NoSuchDomain`, `LookupFailed`."""
    import dns.exception
    import dns.rdtypes.ANY.MX
    import dns.resolver

    try:
        answer = dns.resolver.resolve(domain, "MX", lifetime=_DNS_SECONDS)
    except dns.resolver.NXDOMAIN as error:
        raise NoSuchDomain(domain) from error
    except dns.resolver.NoAnswer:
        return ()
    except dns.exception.DNSException as error:
        raise LookupFailed(str(error)) from error
    records = [each for each in answer if isinstance(each, dns.rdtypes.ANY.MX.MX)]
    return tuple(str(each.exchange).rstrip(".") for each in sorted(records, key=lambda each: each.preference))


def imap_server(domain: str) -> Server | None:
    """The IMAP server over TLS that a domain names (RFC 6186 section 3.2), None if there is none.

    Only one inside the domain is taken: a password goes there, and names alone can be forged.
    """
    import dns.exception
    import dns.rdtypes.IN.SRV
    import dns.resolver

    try:
        answer = dns.resolver.resolve(f"_imaps._tcp.{domain}", "SRV", lifetime=_DNS_SECONDS)
    except dns.exception.DNSException:
        return None
    records = [each for each in answer if isinstance(each, dns.rdtypes.IN.SRV.SRV)]
    for each in sorted(records, key=lambda each: (each.priority, -each.weight)):
        host = str(each.target).rstrip(".").lower()
        if host == domain or host.endswith(f".{domain}"):
            return Server(host, each.port)
    return None


def calendar_service(domain: str) -> str | None:
    """The CalDAV address a domain names and that answers as one, None if there is none."""
    url = find_server(domain)
    return url if url is not None and answers_caldav(url) else None


def answers_caldav(url: str) -> bool:
    """Whether CalDAV is spoken at an address. Asked without a password.

    Most web sites send any address on to their home page, the well-known one of RFC 6764 too; only a server
    that wants a sign-in for PROPFIND, or answers it, is more than a page.
    """
    import httpx2

    try:
        with (
            httpx2.Client(verify=client_tls(), timeout=_HTTP_SECONDS, follow_redirects=True, max_redirects=5) as client,
            # The body is not read: it is anybody's.
            client.stream("PROPFIND", url, content=_PROPFIND, headers={"Depth": "0"}) as answer,
        ):
            return answer.status_code in (207, 401) or "calendar-access" in answer.headers.get("dav", "")
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return False
