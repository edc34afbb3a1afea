"""Being told of what comes into a folder: a streaming subscription (MS-OXWSNTIF), in a thread of its own.

It only makes a look come sooner. Where a server or a proxy does not let it through, the looks go on as without it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

import requests
from exchangelib.util import DocumentYielder

from fm_desktop.mailport import Folder
from fm_desktop.paced import let_rest
from fm_desktop.port import PortError, Throttled
from fm_desktop.providers.exchange.errors import unusable
from fm_desktop.providers.exchange.operations import streaming_events, subscribe
from fm_desktop.providers.exchange.session import Call, EwsSession, failed
from fm_desktop.providers.exchange.xml import Element, NotXml, all_at, at, children, parse, text
from fm_desktop.providers.transfer import Purpose, TransientFailure
from fm_desktop.untrusted import TooLarge

_log = logging.getLogger(__name__)

# How long Exchange keeps an answer open (ConnectionTimeout; 30 is the most that it takes).
_MINUTES: Final = 29
# It says that it is still there at least every 45 seconds.
_SILENCE_SECONDS: Final = 150.0
# A connection that did not last so long is made again later and later.
_LASTING_SECONDS: Final = 300.0
_FIRST_PAUSE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 600.0
_MAX_DOCUMENT_BYTES: Final = 1024 * 1024


class Stream(threading.Thread):
    """Follows one folder until `end`, and calls `look` when something came into it, or may have come while nobody was
    told. From this thread, of which the process does not wait for the end.

    A connection is made only after `allow`: when a look went well. So a password that is no longer right is not tried
    here as well, which could lock the account. `is_live`: whether the server tells of news at the moment.
    A subscription that is left behind ends by itself at the server, within half an hour.
    """

    def __init__(
        self,
        session: Callable[[], EwsSession],
        folder: Folder,
        look: Callable[[], None],
        *,
        first_pause: float = _FIRST_PAUSE_SECONDS,
    ) -> None:
        super().__init__(name="exchange-news", daemon=True)
        self.folder = folder
        self.is_live = False
        self._session = session
        self._look = look
        self._about = f"the folder “{folder.name}”"
        self._first_pause = first_pause
        self._pause = first_pause
        self._subscription = ""
        self._allowed = threading.Event()
        self._ending = threading.Event()
        self._answer: requests.Response | None = None

    def allow(self) -> None:
        """From any thread: the server was asked something, and answered."""
        self._allowed.set()

    def end(self) -> None:
        """From any thread; the connection is cut."""
        self._ending.set()
        self._allowed.set()
        answer = self._answer
        if answer is not None:
            # The other thread reads it: closing would wait for that. `RuntimeError`: it was given back just now.
            with contextlib.suppress(OSError, ValueError, RuntimeError):
                answer.raw.shutdown()

    def run(self) -> None:
        while self._may_connect():
            began, asked = time.monotonic(), 0.0
            try:
                self._connected()
            except (PortError, TransientFailure) as error:
                _log.info("The server does not tell of news: %s", error)
                asked = (error.retry_after or 0.0) if isinstance(error, Throttled) else 0.0
            self._allowed.clear()  # what was asked while it was live says nothing of now
            if self.is_live:
                self.is_live = False
                self._ring()
            else:
                self._subscription = ""  # whatever came, it was no answer about this one
            has_lasted = time.monotonic() - began >= _LASTING_SECONDS
            self._pause = self._first_pause if has_lasted else min(self._pause * 2, _LONGEST_PAUSE_SECONDS)
            self._ending.wait(max(self._pause, asked))

    def _may_connect(self) -> bool:
        if self._ending.is_set():
            return False
        self._allowed.wait()
        self._allowed.clear()
        return not self._ending.is_set()

    def _connected(self) -> None:
        """One connection, from its beginning to its end. Raises the errors of the port, `TransientFailure`."""
        session = self._session()
        call = Call(streaming_events(self._subscribed(session), _MINUTES), Purpose.READ, self._about)
        with session.streamed(call, _SILENCE_SECONDS) as answer:
            self._answer = answer
            let_rest(answer)
            try:
                for message in _messages(answer, call):
                    if failed(message):
                        self._subscription = ""
                    session.check(message, call)
                    self._take(message)
                    if self._ending.is_set() or text(message, "m:ConnectionStatus") == "Closed":
                        return
            finally:
                self._answer = None
        raise unusable(call.purpose, call.about)

    def _subscribed(self, session: EwsSession) -> str:
        """The subscription outlasts a connection that was cut: what comes meanwhile is told afterwards."""
        if not self._subscription:
            call = Call(subscribe(self.folder.id), Purpose.READ, self._about)
            self._subscription = text(session.once(call), "m:SubscriptionId")
            if not self._subscription:
                raise unusable(call.purpose, call.about)
        return self._subscription

    def _take(self, message: Element) -> None:
        is_first, self.is_live = not self.is_live, True
        if is_first or at(message, "m:Notifications/t:Notification") is not None:
            self._ring()

    def _ring(self) -> None:
        if not self._ending.is_set():
            self._look()


def _messages(answer: requests.Response, call: Call) -> Iterator[Element]:
    """An answer of many envelopes, one after another, each as soon as it is complete."""
    pieces = _Pieces(answer)
    try:
        for document in DocumentYielder(pieces):
            pieces.left = _MAX_DOCUMENT_BYTES
            response = next(children(at(parse(document), "soap:Body")), None)
            yield from all_at(response, "m:ResponseMessages/*")
    except (NotXml, ValueError, AttributeError) as error:
        # Whatever is no envelope. `AttributeError`: the connection was taken away while it was read.
        raise unusable(call.purpose, call.about) from error


class _Pieces:
    """Single bytes, as exchangelib's reader wants them, but not without end."""

    def __init__(self, answer: requests.Response) -> None:
        self.left = _MAX_DOCUMENT_BYTES
        self._bytes = answer.iter_content(1)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise TooLarge
        return next(self._bytes)
