"""HTTP to Microsoft Graph: sign-in, paging, throttling, bounded answers, counting, retries of reads."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final, TypeVar
from urllib.parse import quote, urlencode

import httpx2

from fm_desktop.net import client_tls, is_loopback
from fm_desktop.port import Malformed, PortError, Refused
from fm_desktop.providers.graph.errors import SERVICE, code_of, status_error, unusable
from fm_desktop.providers.graph.raw import Json
from fm_desktop.providers.tokens import AccessTokens
from fm_desktop.providers.transfer import Answer, Purpose, TransientFailure, patiently, transport_error
from fm_desktop.untrusted import TooLarge, bounded, json_of

_log = logging.getLogger(__name__)

BASE: Final = "https://graph.microsoft.com/v1.0"
NEXT_LINK: Final = "@odata.nextLink"
DELTA_LINK: Final = "@odata.deltaLink"

_TIMEOUT: Final = httpx2.Timeout(60.0, connect=10.0)
_MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
_MAX_PAGES: Final = 5_000
# "Microsoft Graph throttling guidance", Outlook: four requests at a time for one mailbox. Waiting for mail is one.
_AT_A_TIME: Final = 3
# Ids that stay the same when an item is moved ("Get immutable identifiers for Outlook resources").
_IMMUTABLE: Final = 'IdType="ImmutableId"'

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `about` names its thing inside a sentence. `prefer` are further preferences (RFC 7240)."""

    method: str
    target: str
    purpose: Purpose
    about: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = None
    prefer: str = ""
    if_match: str | None = None


def segment(identity: str) -> str:
    """An id as one part of a path."""
    return quote(identity, safe="")


class GraphSession:
    """Requests for one user. Safe to use from several threads.

    Targets are paths below `base` (`me/calendars`), or links that Graph gave, which are followed at the same origin
    only. Raises `Refused` for another `base` than Graph's own, this computer for tests excepted.
    """

    def __init__(
        self,
        tokens: AccessTokens,
        *,
        base: str = BASE,
        client: httpx2.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = httpx2.URL(base.rstrip("/"))
        if str(self._base) != BASE and not is_loopback(self._base.host):
            raise Refused("The sign-in is sent to Microsoft's own address only.", "Leave the address out.")
        self._tokens = tokens
        self._client = client or httpx2.Client(
            verify=client_tls(), timeout=_TIMEOUT, trust_env=not is_loopback(self._base.host)
        )
        self._sleep = sleep
        self._places = threading.BoundedSemaphore(_AT_A_TIME)
        self._counting = threading.Lock()
        self._closed = False
        self.requests = 0

    def __repr__(self) -> str:
        return f"GraphSession({self._base.host})"

    def close(self) -> None:
        """Ends what goes on in other threads, too: to them it is a connection that was cut."""
        self._closed = True
        self._client.close()

    # --- what is asked ---------------------------------------------------------------------------

    def entity(self, call: Call) -> Json:
        """The JSON object that answers a request; empty where there is no answer to give (204)."""
        answer = self._patiently(call, lambda: self._answered(call))
        if answer.status == 204 or not answer.body.strip():
            return {}
        try:
            value = json_of(answer.body)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise unusable(call.purpose, call.about)
        return value

    def pages(self, call: Call) -> Iterator[Json]:
        """All pages of a listing, by their `nextLink`. Raises `Malformed` where they do not come to an end."""
        seen: set[str] = set()
        for _ in range(_MAX_PAGES):
            page = self.entity(call)
            if not isinstance(page.get("value"), list):
                raise unusable(call.purpose, call.about)
            yield page
            link = page.get(NEXT_LINK)
            if not isinstance(link, str) or not link:
                return
            if link in seen:
                break
            seen.add(link)
            call = Call(call.method, link, call.purpose, call.about, prefer=call.prefer)
        raise Malformed(f"{SERVICE} does not come to the end of {call.about}.")

    def stream(self, call: Call, into: BinaryIO, limit: int | None) -> bool:
        """Writes the bytes of an answer, the first `limit` at most. False if there are more."""
        return self._patiently(call, lambda: self._streamed(call, into, limit))

    # --- one after another -----------------------------------------------------------------------

    def _patiently(self, call: Call, attempt: Callable[[], _Result]) -> _Result:
        return patiently(call.purpose, attempt, self._sleep)

    def _answered(self, call: Call) -> Answer:
        def read(response: httpx2.Response) -> Answer:
            return Answer(
                response.status_code,
                response.headers,
                bounded(response.iter_bytes(), _MAX_ANSWER_BYTES),
                str(response.url),
            )

        answer = self._signed(call, read)
        if not 200 <= answer.status < 300:
            raise self._error(call, answer)
        if answer.is_html:
            raise unusable(call.purpose, call.about)
        return answer

    def _streamed(self, call: Call, into: BinaryIO, limit: int | None) -> bool:
        complete = False

        def read(response: httpx2.Response) -> Answer:
            nonlocal complete
            if response.status_code != 200:
                return Answer(
                    response.status_code,
                    response.headers,
                    bounded(response.iter_bytes(), _MAX_ANSWER_BYTES),
                    str(response.url),
                )
            if not {"content-length", "transfer-encoding"} & response.headers.keys():
                # A proxy took the length out: a message that was cut off would pass for a whole one.
                raise httpx2.RemoteProtocolError("nothing tells where the answer ends")
            begin = into.tell()
            try:
                complete = _copied(response, into, limit)
            except httpx2.TransportError:
                # What came is of no use: the next try begins where this one did.
                into.seek(begin)
                into.truncate()
                raise
            return Answer(200, response.headers, b"", str(response.url))

        answer = self._signed(call, read)
        if answer.status != 200:
            raise self._error(call, answer)
        return complete

    def _error(self, call: Call, answer: Answer) -> PortError | TransientFailure:
        _log.warning(
            "Graph answered %s %s to a %s (request %s)",
            answer.status, code_of(answer), call.method, answer.headers.get("request-id", "unknown"),
        )  # fmt: skip
        return status_error(answer, call.purpose, call.about)

    def _signed(self, call: Call, read: Callable[[httpx2.Response], Answer]) -> Answer:
        """One exchange, and one more with another token where the first was not taken: nothing was done then."""
        url = self._url(call)
        token = self._tokens.fresh()
        answer = self._exchange(call, url, token, read)
        if answer.status == 401:
            self._tokens.refused(token)
            answer = self._exchange(call, url, self._tokens.fresh(), read)
        return answer

    def _exchange(self, call: Call, url: httpx2.URL, token: str, read: Callable[[httpx2.Response], Answer]) -> Answer:
        with self._counting:
            self.requests += 1
        try:
            with (
                self._places,
                self._client.stream(call.method, url, json=call.body, headers=_headers(call, token)) as response,
            ):
                return read(response)
        except httpx2.TransportError as error:
            raise transport_error(error, self._base.host, call.purpose) from error
        except (httpx2.InvalidURL, httpx2.DecodingError, TooLarge) as error:
            raise unusable(call.purpose, call.about) from error
        except RuntimeError as error:
            # httpx2 says so of a client that was closed.
            if not self._closed:
                raise
            raise transport_error(httpx2.ConnectError(str(error)), self._base.host, call.purpose) from error

    def _url(self, call: Call) -> httpx2.URL:
        if "://" not in call.target:
            query = urlencode(call.params, quote_via=quote, safe="$'(),:/")
            return httpx2.URL(f"{self._base}/{call.target}" + (f"?{query}" if query else ""))
        try:
            link = httpx2.URL(call.target)
        except httpx2.InvalidURL:
            raise unusable(call.purpose, call.about) from None
        here = (self._base.scheme, self._base.host, self._base.port)
        if (link.scheme, link.host, link.port) != here or link.userinfo:
            raise Malformed(f"{SERVICE} names another server ({link.host}), to which the sign-in was not sent.")
        return link


def _headers(call: Call, token: str) -> dict[str, str]:
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "User-Agent": "FM-Desktop",
        "Prefer": f"{_IMMUTABLE}, {call.prefer}" if call.prefer else _IMMUTABLE,
        "client-request-id": str(uuid.uuid4()),
        "return-client-request-id": "true",
    }
    return headers if call.if_match is None else {**headers, "If-Match": call.if_match}


def _copied(response: httpx2.Response, into: BinaryIO, limit: int | None) -> bool:
    written = 0
    for part in response.iter_bytes(1024 * 256):
        kept = part if limit is None else part[: limit - written]
        into.write(kept)
        written += len(kept)
        if len(kept) < len(part):
            return False
    return True
