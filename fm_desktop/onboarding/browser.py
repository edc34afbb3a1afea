"""Signing in with the browser, as setting up sees it: a page to visit, and what visiting it brings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from fm_desktop.providers.catalog import Provider
from fm_desktop.signing import Grant
from fm_desktop.sync.control import Channel


class Visit(Protocol):
    """A sign-in that has begun: this computer waits for the browser to come back."""

    @property
    def url(self) -> str:
        """The page at the service."""

    def finish(self, ending: threading.Event) -> Grant:
        """Waits for the person, not longer than a few minutes, and not after `ending` is set.

        Raises `Refused` where they did not agree or took another account, `Unreachable`, and the port's other errors.
        """

    def close(self) -> None:
        """Waits no longer. May be called again, and after `finish`."""


Browser = Callable[[Provider, Iterable[Channel], str], Visit]
"""Begins a sign-in at a service, for channels, with the account of an address. Raises `Refused`, `SettingsError`."""
