"""Waiting for new mail beside the loop, so that it is logged when it comes and not when the interval is over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fm_desktop.mailport import Folder, MailSource
from fm_desktop.port import PortError

_log = logging.getLogger(__name__)

_WAIT_SECONDS: Final = 600.0
_LOOK_SECONDS: Final = 1.0  # how soon a mailbox is noticed that is to be watched from now on
_SETTLE_SECONDS: Final = 1.0  # messages often come by twos and threes
_PAUSE_AFTER_ERROR: Final = 300.0
_LAST_ANSWER_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Watched:
    source: MailSource
    folder: Folder


class Arrivals:
    """`watched()` says where to wait, None for nowhere at the moment; `came()` is called when something came."""

    def __init__(self, watched: Callable[[], Watched | None], came: Callable[[], None]) -> None:
        self._watched = watched
        self._came = came
        self._ending = threading.Event()
        # A daemon: a server that does not answer must not keep the process.
        self._thread = threading.Thread(target=self._run, name="arrivals", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns within seconds."""
        self._ending.set()
        watched = self._watched()
        if watched is not None:
            watched.source.wake()
        self._thread.join(_LAST_ANSWER_SECONDS)

    def _run(self) -> None:
        while not self._ending.is_set():
            watched = self._watched()
            if watched is None:
                self._ending.wait(_LOOK_SECONDS)
                continue
            try:
                if watched.source.wait(watched.folder, _WAIT_SECONDS) and not self._ending.is_set():
                    self._came()
                    self._ending.wait(_SETTLE_SECONDS)
            except PortError as error:
                # The cycles come upon it as well, and tell the user.
                _log.info("New mail is not waited for: %s", error)
                self._ending.wait(_PAUSE_AFTER_ERROR)
            except (OSError, ValueError):
                # The loop closed the mailbox in this very moment; it says where to wait next.
                self._ending.wait(_LOOK_SECONDS)
