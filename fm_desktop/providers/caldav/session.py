"""HTTP to one CalDAV server: sign-in, safe redirects, bounded answers, pacing, counting, retries of reads."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urljoin

import httpx2
import stamina

from fm_desktop.net import client_tls, is_loopback
from fm_desktop.port import Malformed, Refused
from fm_desktop.providers.caldav.errors import page_instead, status_error, unusable
from fm_desktop.providers.caldav.hrefs import request_path
from fm_desktop.providers.transfer import Answer, Purpose, TransientFailure, transport_error
from fm_desktop.untrusted import TooLarge, bounded

_TIMEOUT: Final = httpx2.Timeout(30.0, connect=10.0)
# The first listing of a large calendar keeps some servers busy for minutes (Radicale 3.9: up to 40 ms an event).
_LISTING_TIMEOUT: Final = httpx2.Timeout(300.0, connect=10.0)
_LISTING_METHODS: Final = frozenset({"PROPFIND", "REPORT"})
_MAX_ANSWER_BYTES: Final = 128 * 1024 * 1024
_MAX_REDIRECTS: Final = 5
_ATTEMPTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


# Uncompressed answers: some servers weaken the ETag of what they compressed (RFC 9110 section 8.8.3.3).
_HEADERS: Final = {"Accept-Encoding": "identity", "User-Agent": "FM-Desktop"}


class Credentials(Protocol):
    """What a request is signed with."""

    def header(self) -> str:
        """The value of `Authorization`."""

    def renew(self) -> bool:
        """After a 401: whether `header()` is another one now, so that one repetition makes sense."""


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    body: bytes
    headers: Mapping[str, str]
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Password:
    """Basic authentication (RFC 7617). Sent unasked: some servers never challenge, or let guests in."""

    user: str
    secret: str = field(repr=False)

    def header(self) -> str:
        return "Basic " + b64encode(f"{self.user}:{self.secret}".encode()).decode("ascii")

    def renew(self) -> bool:
        return False


def same_site(host: str, other: str) -> bool:
    """Whether two hosts belong to one owner by name: equal, or below the same registrable-looking parent.

    `p42-caldav.icloud.com` and `caldav.icloud.com` are; `a.co.uk` and `b.co.uk` are not. Without a
    list of public suffixes this errs towards "no".
    """
    host, other = host.lower().rstrip("."), other.lower().rstrip(".")
    if host == other:
        return True
    if is_loopback(host) or is_loopback(other):
        return False
    labels, others = host.split("."), other.split(".")
    common = 0
    while common < min(len(labels), len(others)) and labels[-1 - common] == others[-1 - common]:
        common += 1
    second_level_suffix = common >= 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return common >= (3 if second_level_suffix else 2)


class DavSession:
    """Requests to one server. Safe to use from several threads.

    Targets are canonical paths (see `hrefs`) below `origin`, or absolute URLs. Credentials go to
    `origin`, to hosts of the same site, and to hosts named to `trust()`; and only over TLS or loopback.
    Raises `Refused` for an address that is none, or that is not encrypted.
    """

    def __init__(
        self, url: str, credentials: Credentials, *, interval: float = 0.0, client: httpx2.Client | None = None
    ) -> None:
        self._base = _parsed(url)
        self._trusted = {self._base.host}
        self._credentials = credentials
        self._refuse_clear_text(self._base)
        # Proxies of the environment are for the world outside; loopback is reached directly.
        self._client = client or httpx2.Client(
            verify=client_tls(), timeout=_TIMEOUT, trust_env=not is_loopback(self._base.host)
        )
        self._interval = interval
        self._lock = threading.Lock()
        self._next_slot = 0.0
        self._writes = threading.Condition()
        self._writing = 0
        self._one_write_at_a_time = False
        self.requests = 0

    @property
    def host(self) -> str:
        return self._base.host

    @property
    def origin(self) -> str:
        """Scheme, host and port, with a slash at the end."""
        return str(self._base.copy_with(path="/", query=None, fragment=None))

    def move_to(self, url: str) -> None:
        """Makes the origin of a discovered URL the base of paths (a home set on another host)."""
        target = _parsed(url)
        self._refuse_clear_text(target)
        self._trusted.add(target.host)
        self._base = target

    def trust(self, url: str) -> None:
        """Credentials may go to the host of this URL, because a trusted server named it."""
        self._trusted.add(_parsed(url).host)

    def close(self) -> None:
        self._client.close()

    def request(
        self,
        method: str,
        target: str,
        *,
        purpose: Purpose,
        about: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """The answer, if it is a success (2xx) or one of `accept`; any other raises an error of the port.

        Reads that fail in passing are tried up to three times; writes only where the server says that it
        did nothing because of another write (423).
        """
        request = _Request(method, body, {**_HEADERS, **(headers or {})}, purpose)
        url = self._absolute(target)
        try:
            for attempt in stamina.retry_context(
                on=TransientFailure, attempts=_ATTEMPTS, timeout=None, wait_initial=0.3, wait_max=3.0
            ):
                with attempt:
                    answer = self._answer(request, url)
                    if answer.status not in accept:
                        _check(answer, url.host, purpose, about)
                    return answer
        except TransientFailure as failure:
            raise failure.final from failure.__cause__
        raise AssertionError("the retry loop returns or raises")

    def _absolute(self, target: str) -> httpx2.URL:
        if target.startswith("/"):
            return httpx2.URL(urljoin(self.origin, request_path(target)))
        return _parsed(target)

    def _answer(self, request: _Request, url: httpx2.URL) -> Answer:
        """One request and, where that may help, one repetition with renewed credentials."""
        with self._turn_to_write(request.purpose):
            answer = self._followed(request, url)
            if answer.status == 401 and self._credentials.renew():
                answer = self._followed(request, url)
            if answer.status == 423:
                self._one_write_at_a_time = True
        return answer

    @contextmanager
    def _turn_to_write(self, purpose: Purpose) -> Iterator[None]:
        """Writes go side by side until the server shows that it takes one at a time."""
        if not purpose.writes:
            yield
            return
        with self._writes:
            self._writes.wait_for(lambda: not (self._one_write_at_a_time and self._writing))
            self._writing += 1
        try:
            yield
        finally:
            with self._writes:
                self._writing -= 1
                self._writes.notify_all()

    def _followed(self, request: _Request, url: httpx2.URL) -> Answer:
        """One exchange, following redirects that are safe to follow; others come back as they are."""
        for _ in range(_MAX_REDIRECTS):
            answer = self._exchange(request, url)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            try:
                following = url.join(location)
            except httpx2.InvalidURL:
                return answer
            if not self._may_follow(url, following, answer.status, request.purpose):
                return answer
            url = following
        raise Malformed(f"{url.host} sends on in a circle.", "Check the server's address.")

    def _may_follow(self, origin: httpx2.URL, target: httpx2.URL, status: int, purpose: Purpose) -> bool:
        # A write is repeated elsewhere only where HTTP promises that nothing was done (RFC 9110, 15.4.8 and 15.4.9).
        if purpose.writes and status not in (307, 308):
            return False
        if target.scheme not in ("http", "https") or (origin.scheme == "https" and target.scheme != "https"):
            return False
        return self._is_trusted(target)

    def _is_trusted(self, url: httpx2.URL) -> bool:
        return any(same_site(url.host, each) for each in self._trusted)

    def _sign(self, url: httpx2.URL) -> str:
        if not self._is_trusted(url):
            raise Refused(
                f"The server names another server ({url.host}) that was not asked for; "
                "the password was not sent there.",
                "Check the server's address.",
            )
        self._refuse_clear_text(url)
        return self._credentials.header()

    def _refuse_clear_text(self, url: httpx2.URL) -> None:
        if url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host)):
            return
        raise Refused(
            f"The password is not sent to {url.host or 'this address'} because the connection is not encrypted.",
            "Use an address that begins with https://.",
        )

    def _exchange(self, request: _Request, url: httpx2.URL) -> Answer:
        headers = {**request.headers, "Authorization": self._sign(url)}
        self._take_turn()
        patience = _LISTING_TIMEOUT if request.method in _LISTING_METHODS else httpx2.USE_CLIENT_DEFAULT
        body = request.body or None
        try:
            with self._client.stream(request.method, url, content=body, headers=headers, timeout=patience) as response:
                content = bounded(response.iter_bytes(), _MAX_ANSWER_BYTES)
                return Answer(response.status_code, response.headers, content, str(url))
        except httpx2.TransportError as error:
            raise transport_error(error, url.host, request.purpose) from error
        except TooLarge as error:
            message = f"{url.host} answered more than {_MAX_ANSWER_BYTES // 1024 // 1024} MB at once."
            raise unusable(request.purpose, message) from error
        except httpx2.DecodingError as error:
            raise unusable(request.purpose, f"{url.host} answered something that is not HTTP: {error}") from error
        except httpx2.InvalidURL as error:
            raise Malformed(f"{url.host} answered something that is not HTTP: {error}") from error

    def _take_turn(self) -> None:
        """Counts, and keeps the distance between requests that a provider wants."""
        with self._lock:
            self.requests += 1
            now = time.monotonic()
            wait = self._next_slot - now
            self._next_slot = max(now, self._next_slot) + self._interval
        if wait > 0:
            time.sleep(wait)


def _check(answer: Answer, host: str, purpose: Purpose, about: str) -> None:
    if not 200 <= answer.status < 300:
        raise status_error(answer, host, purpose, about)
    if answer.status == 200 and answer.is_html:
        raise page_instead(host, purpose)


def _parsed(url: str) -> httpx2.URL:
    """The address without a user name or password in it, which would end up in messages and logs."""
    try:
        return httpx2.URL(url).copy_with(userinfo=b"")
    except httpx2.InvalidURL as error:
        raise Refused("The calendar server's address is not a web address.", "Check the server's address.") from error
