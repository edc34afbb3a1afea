"""SOAP to one Exchange server: sign-in, throttling, bounded answers, counting, retries of reads.

Requests are made by exchangelib (`operations`, `envelopes`); the connections that carry them are our own, and so is the
reading of what comes back (docs/architecture.md, Decisions).
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests

from fm_desktop.net import is_loopback
from fm_desktop.port import PortError, Refused, SignInNeeded, Unreachable
from fm_desktop.providers.exchange.envelopes import envelope
from fm_desktop.providers.exchange.errors import (
    NOTHING_TO_DO,
    SERVICE,
    Failure,
    failure_error,
    fault,
    online_refusal,
    status_error,
    transport_error,
    unusable,
)
from fm_desktop.providers.exchange.operations import Operation
from fm_desktop.providers.exchange.signing import Account, SignIn, new_session, offered
from fm_desktop.providers.exchange.xml import Element, NotXml, all_at, at, attribute, children, parse
from fm_desktop.providers.transfer import Purpose, TransientFailure, patiently
from fm_desktop.untrusted import TooLarge, bounded

_log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_TIMEOUT: Final = (10.0, 100.0)
_MAX_ANSWER_BYTES: Final = 128 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_AT_A_TIME: Final = 3
_HEADERS: Final = {"Content-Type": "text/xml; charset=utf-8", "Accept": "text/xml"}
ONLINE: Final = ("outlook.office365.com", "outlook.office.com", "outlook.live.com")


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `about` names its thing inside a sentence. `zone`: the Windows zone of days in it."""

    operation: Operation
    purpose: Purpose
    about: str
    zone: str = ""


class EwsSession:
    """Requests for one mailbox. Safe to use from several threads.

    Raises `Refused` for an address that is none, or that is not encrypted (this computer for tests excepted).
    """

    def __init__(
        self,
        url: str,
        account: Account,
        *,
        way: SignIn | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url
        self.host = checked_host(url)
        self.way = way
        self._account = account
        self._sleep = sleep
        # None: a place for one that was not needed so far.
        self._free: queue.LifoQueue[requests.Session | None] = queue.LifoQueue()
        for _ in range(_AT_A_TIME):
            self._free.put(None)
        self._counting = threading.Lock()
        self._knew_us = False
        self._closed = False
        self.requests = 0

    def __repr__(self) -> str:
        return f"EwsSession({self.host})"

    @property
    def is_online(self) -> bool:
        return self.host in ONLINE

    def close(self) -> None:
        self._closed = True
        with suppress(queue.Empty):
            while True:
                session = self._free.get_nowait()
                if session is not None:
                    session.close()

    # --- what is asked ---------------------------------------------------------------------------

    def messages(self, call: Call) -> list[Element]:
        """The answers to a request, one for each thing asked for, errors among them (see `failed`)."""
        return self.patiently(call, lambda: self._answered(call))

    def one(self, call: Call) -> Element:
        """The only answer to a request. Raises what its error means."""
        return self.patiently(call, lambda: self.once(call))

    def once(self, call: Call) -> Element:
        """As `one`, but not tried again. Raises `TransientFailure`, too."""
        found = self._answered(call)
        if len(found) != 1:
            raise unusable(call.purpose, call.about)
        self.check(found[0], call)
        return found[0]

    def check(self, message: Element, call: Call) -> None:
        if failed(message):
            raise self._meaning(Failure.of(message), call)

    @contextmanager
    def streamed(self, call: Call, seconds: float | None = None) -> Iterator[requests.Response]:
        """The answer to a request as it arrives; the caller reads it. `seconds`: how long it may be silent."""
        with self._leased() as session, self._sent(session, call, seconds) as answer:
            if answer.status_code != 200:
                self._raise(answer, call)
            self._knew_us = True
            yield answer

    # --- one after another -----------------------------------------------------------------------

    def patiently(self, call: Call, attempt: Callable[[], _Result]) -> _Result:
        return patiently(call.purpose, attempt, self._sleep)

    def _answered(self, call: Call) -> list[Element]:
        with self._leased() as session, self._sent(session, call) as answer:
            body = self._read(answer, call)
        try:
            root = parse(body)
        except NotXml:
            root = None
        fault = at(root, "soap:Body/soap:Fault")
        if fault is not None:
            raise self._meaning(Failure.of(fault), call, answer.status_code)
        if answer.status_code != 200:
            self._raise(answer, call)
        self._knew_us = True
        response = next(children(at(root, "soap:Body")), None)
        found = all_at(response, "m:ResponseMessages/*")
        if not found and response is not None:
            # Not every service wraps its answer in ResponseMessages (messages.xsd, ResponseMessageType).
            found = [response] if attribute(response, "ResponseClass") else []
        if not found:
            raise unusable(call.purpose, call.about)
        return found

    def _meaning(self, failure: Failure, call: Call, status: int = 200) -> PortError | TransientFailure:
        _log.warning("Exchange answered %s (status %s)", failure.code or "a fault", status)
        if failure.code == "ErrorAccessDenied" and self.is_online:
            return online_refusal()
        if not failure.code:
            return status_error(status, call.purpose, is_online=self.is_online, knew_us=self._knew_us)
        return failure_error(failure, call.purpose, call.about)

    def _raise(self, answer: requests.Response, call: Call) -> NoReturn:
        _log.warning("Exchange answered with status %s", answer.status_code)
        if answer.status_code == 401 and "WWW-Authenticate" not in answer.headers and not self.is_online:
            # RFC 9110 section 15.5.2 wants a challenge. Without one it was cut off, and is no word about a password.
            raise fault(call.purpose, "status 401")
        raise status_error(answer.status_code, call.purpose, is_online=self.is_online, knew_us=self._knew_us)

    # --- over the network ------------------------------------------------------------------------

    @contextmanager
    def _leased(self) -> Iterator[requests.Session]:
        """A connection of its own for each thread: NTLM signs a connection."""
        try:
            session = self._free.get(block=not self._closed, timeout=_TIMEOUT[1] * 2)
        except queue.Empty:
            raise Unreachable(f"The connection to {self.host} was closed.", NOTHING_TO_DO) from None
        try:
            if session is None:
                session = self._new_session()
            yield session
        finally:
            if not self._closed:
                self._free.put(session)
            elif session is not None:
                session.close()

    def _new_session(self) -> requests.Session:
        return new_session(use_proxies=not is_loopback(self.host), encrypted=self.url.lower().startswith("https:"))

    @contextmanager
    def _sent(self, session: requests.Session, call: Call, seconds: float | None = None) -> Iterator[requests.Response]:
        way = self.way or self._asked(session, call)
        if session.auth is None:
            session.auth = self._account.signed(way)
        try:
            with self._posted(session, envelope(call.operation, call.zone), seconds) as answer:
                yield answer
        except requests.RequestException as error:
            raise transport_error(error, self.host, call.purpose) from error

    def _asked(self, session: requests.Session, call: Call) -> SignIn:
        """What sign-in the server offers: asked once, without a password. Where that fails, nothing else was sent, so
        that nothing is unknown of whatever the call would have written."""
        question = Call(call.operation, Purpose.READ, call.about)
        try:
            session.auth = _unsigned
            with self._posted(session, b"") as answer:
                self._read(answer, question)
        except requests.RequestException as error:
            meaning = transport_error(error, self.host, question.purpose)
            raise meaning.final if isinstance(meaning, TransientFailure) else meaning from error
        finally:
            session.auth = None
        if answer.status_code != 401:
            # Nor does a server that is busy, or a gateway before one, say how it is signed in to.
            if answer.status_code in (403, 404, 429, 502, 503, 504) or 300 <= answer.status_code < 400:
                self._raise(answer, question)
            self.way = SignIn.BASIC
            return self.way
        if "WWW-Authenticate" not in answer.headers:
            self._raise(answer, question)
        way = offered(answer.headers["WWW-Authenticate"])
        if way is None:
            if self.is_online:
                raise online_refusal()
            raise SignInNeeded(
                f"{SERVICE} does not take a user name and a password.", "Ask your administrator to allow NTLM or Basic."
            )
        self.way = way
        return way

    @contextmanager
    def _posted(
        self, session: requests.Session, body: bytes, seconds: float | None = None
    ) -> Iterator[requests.Response]:
        with self._counting:
            self.requests += 1
        timeout = _TIMEOUT if seconds is None else (_TIMEOUT[0], seconds)
        with session.post(
            self.url, data=body, headers=_HEADERS, timeout=timeout, stream=True, allow_redirects=False
        ) as answer:
            yield answer

    def _read(self, answer: requests.Response, call: Call) -> bytes:
        try:
            return bounded(answer.iter_content(_CHUNK), _MAX_ANSWER_BYTES)
        except TooLarge:
            raise unusable(call.purpose, call.about) from None


def failed(message: Element) -> bool:
    """`Warning` is the answer of a request that was not carried out because an earlier one failed."""
    return attribute(message, "ResponseClass") != "Success"


def checked_host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    host = (parts.hostname or "").lower()
    if not host or parts.scheme not in ("http", "https") or parts.username is not None:
        raise Refused(
            "This is no address of an Exchange server.", "It looks like https://mail.example.com/EWS/Exchange.asmx."
        )
    if parts.scheme != "https" and not is_loopback(host):
        raise Refused(
            "The password is sent over an encrypted connection only.", "Use an address that begins with https://."
        )
    return host


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
