"""Waiting for mail: IDLE (RFC 2177), or asking from time to time where a server has none."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from enum import Enum, auto
from typing import Final

from fm_desktop.mailport import Folder
from fm_desktop.port import Malformed, Throttled, Unreachable
from fm_desktop.providers.imap.connection import Connection, Opened
from fm_desktop.providers.imap.wire import Client

# RFC 2177 allows 29 minutes; routers forget a silent connection earlier. Ending IDLE also shows that it still lives.
_REISSUE_SECONDS: Final = 9 * 60.0
_POLL_SECONDS: Final = 60.0
_FIRST_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 300.0
_CLOSING_SECONDS: Final = 2.0


class _Event(Enum):
    READABLE = auto()
    WOKEN = auto()
    TIME = auto()


class Waiter:
    """Waits over a connection of its own. `wait` is called from one thread; `wake`, `opened` and `close` from any."""

    def __init__(
        self, connection: Connection, *, reissue_seconds: float = _REISSUE_SECONDS, poll_seconds: float = _POLL_SECONDS
    ) -> None:
        self._connection = connection
        self._reissue_seconds = reissue_seconds
        self._poll_seconds = poll_seconds
        self._seen: dict[str, Opened] = {}
        self._pause = _FIRST_PAUSE_SECONDS
        self._not_before = 0.0
        self._waiting = threading.Lock()
        self._closed = False
        self._bell, self._cord = socket.socketpair()
        self._bell.setblocking(False)
        self._cord.setblocking(False)

    @property
    def requests(self) -> int:
        return self._connection.requests

    def opened(self, folder: Opened) -> None:
        """How a reader found a folder: what comes after that is something new."""
        self._seen[folder.id] = folder

    def wait(self, folder: Folder, seconds: float) -> bool:
        """See `MailSource.wait`. A connection that fails is made again, after longer and longer pauses; only what the
        user has to see to is raised: `SignInNeeded`, `CollectionGone`, `Refused`."""
        with self._waiting:
            try:
                return self._wait(folder, time.monotonic() + seconds)
            finally:
                if self._closed:
                    self._release()

    def wake(self) -> None:
        try:
            self._cord.send(b"!")
        except OSError:
            return  # it has been rung so often that nothing more fits in, or has been closed

    def close(self) -> None:
        """Whoever is waiting returns; if they are just waiting for a server, they take the connection with them."""
        self._closed = True
        self.wake()
        if self._waiting.acquire(timeout=_CLOSING_SECONDS):
            try:
                self._release()
            finally:
                self._waiting.release()

    # --- inside ----------------------------------------------------------------------------------

    def _release(self) -> None:
        self._connection.close()
        self._bell.close()
        self._cord.close()

    def _wait(self, folder: Folder, deadline: float) -> bool:
        while not self._closed:
            until = min(deadline, max(self._not_before, time.monotonic()))
            if self._event(None, until) is _Event.WOKEN or time.monotonic() >= deadline:
                return False
            try:
                grown = self._watch(folder, deadline)
            except (Unreachable, Throttled, Malformed) as error:
                asked = error.retry_after if isinstance(error, Throttled) else None
                self._not_before = time.monotonic() + max(self._pause, asked or 0.0)
                self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS)
            else:
                self._pause = _FIRST_PAUSE_SECONDS
                return grown
        return False

    def _watch(self, folder: Folder, deadline: float) -> bool:
        """Opening the folder tells what came while nobody was waiting."""
        opened = self._connection.examine(folder)
        if self._is_news(opened):
            return True
        if self._connection.run(lambda client: client.has_capability("IDLE"), folder.name):
            return self._idle(folder, opened, deadline)
        while True:
            event = self._event(None, min(deadline, time.monotonic() + self._poll_seconds))
            if event is _Event.WOKEN or time.monotonic() >= deadline:
                return False
            if self._is_news(self._connection.examine(folder)):
                return True

    def _is_news(self, opened: Opened) -> bool:
        before = self._seen.get(opened.id)
        self._seen[opened.id] = opened
        if before is None:
            return False
        if before.validity != opened.validity:
            return True
        if before.next_uid is not None and opened.next_uid is not None:
            return opened.next_uid > before.next_uid
        return opened.count > before.count

    def _idle(self, folder: Folder, opened: Opened, deadline: float) -> bool:
        count = opened.count
        while True:
            until = min(deadline, time.monotonic() + self._reissue_seconds)

            def step(client: Client, count: int = count, until: float = until) -> tuple[bool, int, _Event]:
                return self._idle_once(client, count, until)

            # Not repeated by itself: what came while the connection was down, only opening the folder tells.
            grown, count, event = self._connection.inside(folder, opened.validity, step, repeat=False)
            if grown or event is _Event.WOKEN or time.monotonic() >= deadline:
                return grown

    def _idle_once(self, client: Client, count: int, until: float) -> tuple[bool, int, _Event]:
        wire = client.wire
        tag = wire.start_idle()
        event = _Event.READABLE
        grown, count = wire.grown_beyond(count)
        while not grown:
            event = _Event.READABLE if wire.arrived() else self._event(wire.sock, until)
            if event is not _Event.READABLE:
                break
            if wire.arrived():
                wire.next_report()
            grown, count = wire.grown_beyond(count)
        wire.end_idle(tag)
        grown_meanwhile, count = wire.grown_beyond(count)
        return grown or grown_meanwhile, count, event

    def _event(self, sock: socket.socket | None, until: float) -> _Event:
        """What comes first: something to read, the bell, or the time."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            if sock is not None:
                selector.register(sock, selectors.EVENT_READ)
            ready = {key.fileobj for key, _ in selector.select(max(0.0, until - time.monotonic()))}
        if self._bell in ready:
            self._silence()
            return _Event.WOKEN
        return _Event.READABLE if ready else _Event.TIME

    def _silence(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._bell.recv(4096):
                continue
