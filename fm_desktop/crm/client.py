"""The client of ForceManager's REST API v4: sign-in, pages, errors, the tenant's request budget."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from fm_desktop import __version__
from fm_desktop.crm import answers
from fm_desktop.crm.answers import Call
from fm_desktop.crm.budget import Budget, Cancelled, PausedTooLong
from fm_desktop.net import client_tls
from fm_desktop.port import Malformed, PortError, Refused, Unreachable
from fm_desktop.untrusted import TooLarge, bounded

_log = logging.getLogger(__name__)

Row = dict[str, Any]

PAGE_SIZE = 500
"""Rows asked for per page by the `Count` header (CRM API 2.3). The maximum is UNKNOWN: fewer may come."""

_ATTEMPTS = 4
_FIRST_BACKOFF = 0.5
# What may be repeated at any time is left to the next cycle early: where thousands share a limit, tries are its load.
_THROTTLED_READS = 3
_THROTTLED_WRITES = 8
# Longer pauses are not sat out inside a request: the caller is told, and the cycle ends.
_PATIENCE = 60.0
_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
# For one step of sending or reading, not for the whole of a file; a place for files confirms once it has stored it all.
_UPLOAD_TIMEOUT = httpx2.Timeout(60.0, connect=10.0, read=120.0)
_RECEIPT_BYTES = 4096
# The longest page of rows is a hundredth of it.
_LARGEST_ANSWER = 64 * 1024 * 1024
# What headers say of a body as it was sent, packed or in pieces.
_OF_THE_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding"})
# Idle connections are dropped before a server or a proxy drops them: a write sent into a connection
# that is being closed cannot be told from one that was stored.
_LIMITS = httpx2.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=3.0)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `served_at` is the server's own clock, None where it does not tell."""

    rows: tuple[Row, ...]
    served_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a place for files said. `text` is the beginning of it, `retry_after` the seconds it asks to wait."""

    status: int
    media_type: str
    text: str
    retry_after: float | None


class CrmClient:
    """One tenant's API, for several threads. Every method raises the errors of `fm_desktop.port`.

    Signing in happens with the first request, and once more whenever the session has expired.
    `session_key` may be kept (as a secret) and given again, which saves that request.
    `requests` counts all requests made, `sign_ins` those of them that were sign-ins, `throttled` those over the limit.
    """

    def __init__(
        self,
        url: str,
        public_key: str,
        private_key: str,
        budget: Budget,
        *,
        transport: httpx2.BaseTransport | None = None,
        cancel: threading.Event | None = None,
        session_key: str = "",
        hide: Callable[[str], object] | None = None,
    ) -> None:
        """`hide` is told each new session key before it is used: it is a secret."""
        self.url = checked_url(url)
        self.requests = 0
        self.sign_ins = 0
        self.throttled = 0
        self.session_key = session_key
        self._credentials = {"username": public_key, "password": private_key}
        self._budget = budget
        self._cancel = cancel
        self._hide = hide
        self._count_lock = threading.Lock()
        self._sign_in_lock = threading.Lock()
        self._http = httpx2.Client(
            transport=transport,
            verify=client_tls() if transport is None else True,
            timeout=_TIMEOUT,
            limits=_LIMITS,
            headers={"User-Agent": f"FM-Desktop/{__version__}", "Accept": "application/json"},
        )

    def __repr__(self) -> str:
        return f"CrmClient({self.url!r})"

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> CrmClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- verbs -----------------------------------------------------------------------------------

    def get(self, path: str) -> Row:
        """One record. Raises `Gone` if it is not there."""
        call = Call("GET", path)
        return _object(call, answers.parsed(call, self._request(call)))

    def pages(self, path: str, where: str = "", size: int = PAGE_SIZE, order: str = "") -> Iterator[Page]:
        """The pages of a list as they are read, up to and including the empty one that ends it.

        The server may give fewer rows than asked for, so that only an empty page is surely the end;
        whoever knows more stops earlier (`fm_desktop.crm.increment`). Soft-deleted rows are included (2.9).
        With `order`, the rows with the highest value of that field come first (2.5).
        """
        number = 0
        while True:
            params = (("page", str(number)), ("where", where), ("order", order))
            given = tuple(each for each in params if each[1])
            call = Call("GET", path, given, headers=(("Count", str(size)),))
            response = self._request(call)
            page = Page(tuple(_rows(call, answers.parsed(call, response))), answers.served_at(response))
            yield page
            if not page.rows:
                return
            number += 1

    def rows(self, path: str, where: str = "") -> list[Row]:
        """A whole list, read to its end."""
        return [row for page in self.pages(path, where) for row in page.rows]

    def post(self, path: str, body: Mapping[str, Any]) -> Row:
        return self._write(Call("POST", path, body=dict(body)))

    def put(self, path: str, body: Mapping[str, Any]) -> Row:
        return self._write(Call("PUT", path, body=dict(body)))

    def delete(self, path: str) -> Row:
        return self._write(Call("DELETE", path))

    def put_file(self, url: str, size: int, chunks: Iterable[bytes]) -> Receipt:
        """Streams the `size` bytes of a file to an address that the API gave out, once, and returns what it said.

        Without the session key: such an address is its own permission, and usually another company's (CRM API 5).
        A turn of the tenant's budget is taken only at the API's own host, as nobody else counts it there.
        Raises httpx2's errors, whose meaning depends on whether the upload may be repeated, and `Throttled` and
        `Unreachable` for what kept it from being sent.
        """
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size),
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }
        is_own = _authority(url) == _authority(self.url)
        if is_own:
            self._take_turn()
        self._count()
        body = self._until_cancelled(chunks)
        with self._http.stream("PUT", url, headers=headers, content=body, timeout=_UPLOAD_TIMEOUT) as response:
            media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            receipt = Receipt(response.status_code, media_type, _beginning(response), answers.retry_after(response))
        if is_own and receipt.status == httpx2.codes.TOO_MANY_REQUESTS:
            self._budget.throttled(receipt.retry_after)
        return receipt

    def _until_cancelled(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if self._cancel is not None and self._cancel.is_set():
                raise _stopping()
            yield chunk

    def _write(self, call: Call) -> Row:
        return _object(call, answers.parsed(call, self._request(call)))

    # --- session ---------------------------------------------------------------------------------

    def _request(self, call: Call) -> httpx2.Response:
        """The answer in the current session; an expired one is renewed once (CRM API 1.3)."""
        key = self._signed_in(stale=None)
        response = self._deliver(call, key)
        if response.status_code == httpx2.codes.UNAUTHORIZED:
            # Nothing was carried out, so that this holds for writes too.
            response = self._deliver(call, self._signed_in(stale=key))
        return response

    def _signed_in(self, stale: str | None) -> str:
        """A session key other than the `stale` one; threads that find it stale together sign in once."""
        with self._sign_in_lock:
            if not self.session_key or self.session_key == stale:
                self.session_key = ""
                fresh = self._sign_in()
                if self._hide is not None:
                    self._hide(fresh)
                self.session_key = fresh
            return self.session_key

    def _sign_in(self) -> str:
        call = Call("POST", "login", body=dict(self._credentials), is_login=True)
        token = _object(call, answers.parsed(call, self._deliver(call, ""))).get("token")
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise answers.unreadable(call, "it holds no session key")
        return token

    # --- delivery --------------------------------------------------------------------------------

    def _deliver(self, call: Call, key: str) -> httpx2.Response:
        """Sends a request as often as is safe. Raises when no answer to go by could be had."""
        failures = throttles = 0
        while True:
            trouble: PortError
            try:
                response = self._transmit(call, key)
            except httpx2.HTTPError as error:
                trouble = answers.transport_error(call, error)
                if not answers.may_be_repeated(call, error) or failures + 1 >= _ATTEMPTS:
                    raise trouble from error
            else:
                if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
                    throttles += 1
                    with self._count_lock:
                        self.throttled += 1
                    self._slow_down(answers.retry_after(response), last=throttles >= _throttled_attempts(call))
                    continue
                if not answers.is_trouble(response.status_code):
                    self._budget.answered()
                    return response
                trouble = answers.error_of(call, response)
                if not call.repeatable or failures + 1 >= _ATTEMPTS:
                    raise trouble
            _log.info("%s %s is tried again: %s", call.method, call.path, trouble)
            self._back_off(failures)
            failures += 1

    def _slow_down(self, seconds: float | None, *, last: bool) -> None:
        """Nothing was carried out: the next try waits in the budget, unless that takes too long."""
        self._budget.throttled(seconds)
        if last or (seconds or 0.0) > _PATIENCE:
            raise answers.throttled(seconds)

    def _back_off(self, failures: int) -> None:
        seconds = _FIRST_BACKOFF * 2**failures
        try:
            self._budget.sleep(seconds * random.uniform(0.5, 1.0), self._cancel)
        except Cancelled as error:
            raise _stopping() from error

    def _take_turn(self) -> None:
        try:
            self._budget.acquire(self._cancel, _PATIENCE)
        except Cancelled as error:
            raise _stopping() from error
        except PausedTooLong as error:
            raise answers.throttled(error.seconds) from error

    def _count(self, *, is_login: bool = False) -> None:
        with self._count_lock:
            self.requests += 1
            self.sign_ins += is_login

    def _transmit(self, call: Call, key: str) -> httpx2.Response:
        self._take_turn()
        self._count(is_login=call.is_login)
        headers = dict(call.headers)
        if key:
            headers["X-Session-Key"] = key
        with self._http.stream(
            call.method, f"{self.url}/{call.path}", params=call.params or None, headers=headers, json=call.body
        ) as response:
            _log.debug("%s %s: HTTP %d", call.method, call.path, response.status_code)
            return _whole(call, response)


def checked_url(url: str) -> str:
    """The base address without a slash at its end. Raises `Refused` for what is no web address."""
    try:
        parsed = httpx2.URL(url.strip())
    except httpx2.InvalidURL:
        parsed = httpx2.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Refused(
            f"“{url}” is no address of ForceManager.",
            "Enter one like https://api.forcemanager.com/api/v4 in the settings.",
        )
    return str(parsed).rstrip("/")


def _throttled_attempts(call: Call) -> int:
    return _THROTTLED_READS if call.repeatable else _THROTTLED_WRITES


def _authority(url: str) -> tuple[str, int | None]:
    parsed = httpx2.URL(url)
    return parsed.host.lower(), parsed.port


def _whole(call: Call, response: httpx2.Response) -> httpx2.Response:
    """An answer with its body, unpacked. Raises what one means that is too long to be the API's."""
    try:
        body = bounded(response.iter_bytes(), _LARGEST_ANSWER)
    except TooLarge as error:
        raise answers.unreadable(call, "it is far too long") from error
    headers = [(name, value) for name, value in response.headers.items() if name.lower() not in _OF_THE_BODY]
    return httpx2.Response(response.status_code, headers=headers, content=body, request=response.request)


def _beginning(response: httpx2.Response) -> str:
    """Not more than is of use: it may be anybody's answer."""
    text = b""
    for chunk in response.iter_raw(_RECEIPT_BYTES):
        text += chunk
        if len(text) >= _RECEIPT_BYTES:
            break
    return text[:_RECEIPT_BYTES].decode("utf-8", "replace")


def _stopping() -> Unreachable:
    return Unreachable("Syncing is being stopped, so nothing more was sent to ForceManager.")


def _object(call: Call, value: Any) -> Row:
    if not isinstance(value, dict):
        raise answers.unreadable(call, "a record was expected")
    return value


def _rows(call: Call, value: Any) -> list[Row]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Malformed(
            f"ForceManager's list “{call.path}” could not be read: it is no list of records.",
            "Nothing to do: nothing was changed, and syncing tries again by itself.",
        )
    return value
