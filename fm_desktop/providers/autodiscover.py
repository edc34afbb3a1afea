"""Whether a domain has an Exchange server of its own, and where: asked of the domain itself, without a password.

Autodiscover v2 (MS-OXDISCO's successor, a JSON answer that needs no sign-in) names the address of EWS. A server that
has it not, or hides it, still shows by the way it asks for a sign-in that it is an Exchange: then the address is asked
for with the password, at that same server. Only names inside the domain are asked, over TLS: DNS alone can be forged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fm_desktop.net import client_tls
from fm_desktop.untrusted import bounded, json_of

if TYPE_CHECKING:
    import httpx2

_SECONDS: Final = 5.0
_DNS_SECONDS: Final = 4.0
_MAX_ANSWER: Final = 64 * 1024
_EXCHANGE_HEADERS: Final = ("x-feserver", "x-owa-version", "x-calculatedbetarget")
_ONLINE: Final = ("outlook.office365.com", "outlook.office.com", "outlook.live.com")


@dataclass(frozen=True, slots=True)
class ExchangeServer:
    """`url` is that of EWS, None where it is told only to who signs in."""

    url: str | None

    @property
    def is_online(self) -> bool:
        """Whether it is Microsoft's own service, which is no server of the domain."""
        return self.url is not None and _host(self.url) in _ONLINE


def exchange_server(address: str) -> ExchangeServer | None:
    """The Exchange server of an address, None if its domain has none."""
    import httpx2

    domain = address.rpartition("@")[2].lower()
    with httpx2.Client(verify=client_tls(), timeout=_SECONDS, follow_redirects=False) as client:
        for host in hosts_of(domain):
            try:
                found = ask(client, f"https://{host}", address)
            except (httpx2.HTTPError, httpx2.InvalidURL):
                continue
            if found is not None:
                return found
    return None


def ask(client: httpx2.Client, origin: str, address: str) -> ExchangeServer | None:
    """What one server says. Raises `httpx2.HTTPError`."""
    path = "/autodiscover/autodiscover.json"
    asked = {"Email": address, "Protocol": "EWS", "RedirectCount": "1"}
    with client.stream("GET", f"{origin}{path}", params=asked) as answer:
        if answer.is_redirect and _host(answer.headers.get("location", "")) in _ONLINE:
            return ExchangeServer("https://outlook.office365.com/EWS/Exchange.asmx")
        url = _named(answer)
    if url is not None:
        return ExchangeServer(url)
    with client.stream("GET", f"{origin}/autodiscover/autodiscover.xml") as answer:
        return ExchangeServer(None) if _is_exchange(answer) else None


def hosts_of(domain: str) -> tuple[str, ...]:
    """Where Outlook looks, too: the usual name, the domain, and what it names in DNS if that is inside the domain."""
    usual = (f"autodiscover.{domain}", domain)
    named = _srv(domain)
    return usual if named is None or named in usual else (*usual, named)


def _srv(domain: str) -> str | None:
    import dns.exception
    import dns.rdtypes.IN.SRV
    import dns.resolver

    try:
        answer = dns.resolver.resolve(f"_autodiscover._tcp.{domain}", "SRV", lifetime=_DNS_SECONDS)
    except dns.exception.DNSException:
        return None
    records = [each for each in answer if isinstance(each, dns.rdtypes.IN.SRV.SRV)]
    for each in sorted(records, key=lambda each: (each.priority, -each.weight)):
        host = str(each.target).rstrip(".").lower()
        if host.endswith(f".{domain}"):
            return host
    return None


def _named(answer: httpx2.Response) -> str | None:
    """The address of EWS in an answer of Autodiscover v2."""
    if answer.status_code != 200:
        return None
    try:
        value = json_of(bounded(answer.iter_bytes(), _MAX_ANSWER))
    except ValueError:
        return None
    url = value.get("Url") if isinstance(value, dict) and value.get("Protocol") == "EWS" else None
    return url if isinstance(url, str) and _host(url) else None


def _is_exchange(answer: httpx2.Response) -> bool:
    asks = answer.headers.get("www-authenticate", "").lower()
    windows = "ntlm" in asks or "negotiate" in asks
    return answer.status_code == 401 and (windows or any(each in answer.headers for each in _EXCHANGE_HEADERS))


def _host(url: str) -> str:
    """The host of an encrypted address, '' for any other text."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme == "https" else ""
    except ValueError:
        return ""
