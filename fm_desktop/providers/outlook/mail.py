"""What reading a mailbox of Exchange has in common over both protocols: waiting by looking, searching by headers."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from fm_desktop.mailport import Batch, Broken, Folder, Heading
from fm_desktop.port import Malformed, Throttled, Unreachable
from fm_desktop.providers.mime.addresses import bare_address

# A server that tells of news is looked at so many times more seldom.
_WHILE_TOLD: Final = 10


class Watch:
    """Waits for new mail by looking every so many seconds, colleagues at different ones. `newest` asks for the id of a
    folder's newest message, '' where it is empty, and raises the port's errors. `is_told`: whether the server tells of
    news at the moment, by `look`."""

    def __init__(
        self, newest: Callable[[Folder], str], look_seconds: float, is_told: Callable[[], bool] = lambda: False
    ) -> None:
        self._ask = newest
        self._look_seconds = look_seconds
        self._is_told = is_told
        self._newest: dict[str, str] = {}
        self._bell = threading.Event()
        self._woken = False
        self._closed = False
        self._missed = False  # the last look failed
        self._not_before = 0.0  # the server wants to be left alone until then

    def wait(self, folder: Folder, seconds: float) -> bool:
        """As `MailSource.wait`. Raises `SignInNeeded`, `CollectionGone`, `Refused`; what passes is waited for."""
        end = time.monotonic() + seconds
        while not self._closed:
            if time.monotonic() >= self._not_before and self._has_news(folder):
                return True
            now = time.monotonic()
            left = end - now
            if left <= 0:
                return False
            pause = self._look_seconds * (_WHILE_TOLD if self._is_told() and not self._missed else 1)
            if self._bell.wait(min(left, max(pause * random.uniform(0.75, 1.25), self._not_before - now))):
                self._bell.clear()
                if self._woken:
                    self._woken = False
                    return False
        return False

    @property
    def is_woken(self) -> bool:
        """Was `wake` called, so that a wait that begins ends at once?"""
        return self._woken

    def wake(self) -> None:
        self._woken = True
        self._bell.set()

    def look(self) -> None:
        """Something may have come: whoever waits looks now. From any thread."""
        self._bell.set()

    def close(self) -> None:
        """Ends a `wait` that is going on, too."""
        self._closed = True
        self.wake()

    def _has_news(self, folder: Folder) -> bool:
        """Is another message the newest than when it was looked last?"""
        self._missed = True
        try:
            newest = self._ask(folder)
        except (Unreachable, Throttled, Malformed) as error:
            if isinstance(error, Throttled):
                self._not_before = time.monotonic() + (error.retry_after or 0.0)
            return False
        self._missed = False
        before = self._newest.get(folder.id)
        self._newest[folder.id] = newest
        return before is not None and newest not in ("", before)


def with_addresses(found: Iterable[Iterable[Heading | Broken]], addresses: Iterable[str]) -> Iterator[Batch]:
    """Of batches of headers those messages that one of the addresses is on, and those that cannot be understood."""
    wanted = frozenset(bare_address(each) for each in addresses) - {""}
    for batch in found:
        matching = tuple(each for each in batch if isinstance(each, Broken) or wanted & _on(each))
        if matching:
            yield Batch(matching, "")


def _on(heading: Heading) -> frozenset[str]:
    headers = heading.headers
    return frozenset(each.address for each in (*headers.sender, *headers.to, *headers.cc, *headers.bcc))
