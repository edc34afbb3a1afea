"""What the server was asked: how often, and the last requests one by one."""

from __future__ import annotations

import re
import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass

_LOG_LENGTH = 2000
_ID = re.compile(r"/\d+(?:\.\w+)?(?=/|$)")


@dataclass(slots=True)
class Entry:
    """One request. `path` is relative to the API's base; `status` is None when no answer was sent."""

    method: str
    path: str
    query: str
    at: str
    status: int | None = None


class RequestLog:
    """Counts by method and path, ids written as `{id}`. Safe to read from other threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._log: deque[Entry] = deque(maxlen=_LOG_LENGTH)

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._counts[f"{entry.method} {_ID.sub('/{id}', entry.path)}"] += 1
            self._log.append(entry)

    def count(self, method: str | None = None, path: str | None = None) -> int:
        """Requests since the last reset, of one method and/or one path such as `/calendar/{id}`."""
        with self._lock:
            return sum(
                times
                for (its_method, its_path), times in ((tuple(key.split(" ", 1)), n) for key, n in self._counts.items())
                if method in (None, its_method) and path in (None, its_path)
            )

    @property
    def total(self) -> int:
        return self.count()

    @property
    def counts(self) -> dict[str, int]:
        with self._lock:
            return dict(self._counts)

    @property
    def log(self) -> list[Entry]:
        """The last requests, oldest first."""
        with self._lock:
            return list(self._log)

    def reset(self) -> None:
        with self._lock:
            self._counts.clear()
            self._log.clear()

    def as_json(self) -> dict[str, object]:
        return {"total": self.total, "counts": self.counts, "log": [asdict(each) for each in self.log]}
