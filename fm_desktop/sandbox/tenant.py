"""One sandbox as a whole: its records, keys, sessions, switches, faults and request log."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from fm_desktop.sandbox.clock import Clock, TokenBucket
from fm_desktop.sandbox.faults import Faults
from fm_desktop.sandbox.keys import Keys
from fm_desktop.sandbox.requests_log import RequestLog
from fm_desktop.sandbox.settings import Switches
from fm_desktop.sandbox.store import Store
from fm_desktop.sandbox.uploads import Uploads

STORE_NAME = "records.sqlite"
FILES_NAME = "files"


class Sessions:
    """The tokens given out by `POST /login`; several are valid at once."""

    def __init__(self) -> None:
        self._ends: dict[str, float] = {}

    def begin(self, lifetime: float) -> str:
        now = time.monotonic()
        self._ends = {token: end for token, end in self._ends.items() if end > now}
        token = secrets.token_urlsafe(48)
        self._ends[token] = now + lifetime
        return token

    def is_valid(self, token: str) -> bool:
        return self._ends.get(token, 0.0) > time.monotonic()

    def expire_all(self) -> None:
        """Every session ends now, as if its hour were over."""
        self._ends = {}


class Tenant:
    """What the API, the page and the tests share."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.keys = keys
        self.switches = Switches()
        self.clock = Clock()
        self.store = Store(folder / STORE_NAME, self.switches, self.clock)
        self.uploads = Uploads(folder / FILES_NAME, keys, self.clock, self.store)
        self.faults = Faults(on_stale=self.store.freeze_stale, on_fresh=self.store.release_stale)
        self.requests = RequestLog()
        self.sessions = Sessions()
        self.bucket = TokenBucket()

    def close(self) -> None:
        self.store.close()
