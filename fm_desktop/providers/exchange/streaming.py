"""Being told of what comes into a folder: a streaming subscription (MS-OXWSNTIF), in a thread of its own.

It only makes a look come sooner. Where a server or a proxy does not let it through, nothing is lost: the looks go on.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Final

import requests
from exchangelib.util import DocumentYielder

from fm_desktop.mailport import Folder
from fm_desktop.paced import let_rest
from fm_desktop.port import CollectionGone, PortError, Refused, SignInNeeded, Throttled
from fm_desktop.providers.exchange.errors import unusable
from fm_desktop.providers.exchange.operations import streaming_events, subscribe
from fm_desktop.providers.exchange.session import Call, EwsSession
from fm_desktop.providers.exchange.xml import Element, NotXml, all_at, at, children, parse, text
from fm_desktop.providers.transfer import Purpose, TransientFailure
from fm_desktop.untrusted import TooLarge

_log = logging.getLogger(__name__)

# The most that Exchange allows (ConnectionTimeout, 1 to 30); it closes the answer then.
_MINUTES: Final = 29
# It says that it is still there at least every 45 seconds.
_SILENCE_SECONDS: Final = 150.0
_FIRST_PAUSE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 600.0
_MAX_DOCUMENT_BYTES: Final = 1024 * 1024


class Stream(threading.Thread):
    """Follows one folder until `end`: calls `came` when something came into it, `look` when something may have come
    that nobody was told of. Both in this thread, of which the process does not wait for the end.

    `is_live`: whether the server tells of news at the moment.
    """

    def __init__(
        self,
        session: Callable[[], EwsSession],
        folder: Folder,
        came: Callable[[], None],
        look: Callable[[], None],
        *,
        first_pause: float = _FIRST_PAUSE_SECONDS,
    ) -> None:
        super().__init__(name="exchange-news", daemon=True)
        self.folder = folder
        self.is_live = False
        self._session = session
        self._came = came
        self._look = look
        self._about = f"the folder “{folder.name}”"
        self._first_pause = first_pause
        self._pause = first_pause
        self._ending = threading.Event()
        self._answer: requests.Response | None = None

    def end(self) -> None:
        """From any thread; the connection is cut."""
        self._ending.set()
        answer = self._answer
        if answer is not None:
            # The other thread reads it: closing would wait for that.
            with contextlib.suppress(OSError, ValueError):
                answer.raw.shutdown()

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                self._follow()
            except (PortError, TransientFailure) as failed:
                error = failed.final if isinstance(failed, TransientFailure) else failed
                if self._ending.is_set():
                    return
                _log.info("The server does not tell of news: %s", error)
                if isinstance(error, Refused | SignInNeeded | CollectionGone):
                    return  # the looks come upon it, too, or this server cannot do it
                self._rest(error.retry_after if isinstance(error, Throttled) else None)
            finally:
                self.is_live = False

    def _rest(self, asked: float | None) -> None:
        self._ending.wait(max(self._pause, asked or 0.0))
        self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS)

    def _follow(self) -> None:
        """Until the server forgets the subscription. Raises the errors of the port, `TransientFailure`."""
        call = Call(subscribe(self.folder.id), Purpose.READ, self._about)
        subscription = text(self._session().one(call), "m:SubscriptionId")
        if not subscription:
            raise unusable(call.purpose, call.about)
        while not self._ending.is_set():
            self._connected(Call(streaming_events(subscription, _MINUTES), Purpose.READ, self._about))

    def _connected(self, call: Call) -> None:
        with self._session().streamed(call, _SILENCE_SECONDS) as answer:
            self._answer = answer
            let_rest(answer)
            try:
                for message in _messages(answer, call):
                    self._session().check(message, call)
                    if not self.is_live:
                        self.is_live, self._pause = True, self._first_pause
                        self._look()
                    if at(message, "m:Notifications/t:Notification") is not None:
                        self._came()
                    if self._ending.is_set() or text(message, "m:ConnectionStatus") == "Closed":
                        return
            finally:
                self._answer = None
        raise unusable(call.purpose, call.about)


def _messages(answer: requests.Response, call: Call) -> Iterator[Element]:
    """An answer of many envelopes, one after another, each as soon as it is complete."""
    pieces = _Pieces(answer)
    try:
        for document in DocumentYielder(pieces):
            pieces.left = _MAX_DOCUMENT_BYTES
            response = next(children(at(parse(document), "soap:Body")), None)
            yield from all_at(response, "m:ResponseMessages/*")
    except (NotXml, ValueError, AttributeError) as error:
        # A fault is an envelope, too, and whatever else is no answer. `AttributeError`: the connection was taken away.
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
