"""Problems: what needs the user, told once, each with one next step."""

from __future__ import annotations

from dataclasses import dataclass

from fm_desktop.sync.store import Clock, Store, utc_text


@dataclass(frozen=True, slots=True)
class Problem:
    id: int
    key: str
    title: str
    message: str
    next_step: str
    first_seen: str
    last_seen: str
    count: int


def of_link(link: int) -> str:
    """The key of what is the matter with an item."""
    return f"link:{link}"


class Problems:
    """Those of one account."""

    def __init__(self, store: Store, account: int, clock: Clock) -> None:
        self._store = store
        self._account = account
        self._clock = clock

    def report(self, key: str, title: str, message: str, next_step: str) -> None:
        """Tells a problem; the same key again only counts."""
        now = utc_text(self._clock())
        self._store.run(
            "INSERT INTO problem (account, key, title, message, next_step, first_seen, last_seen)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (account, key) DO UPDATE SET title = excluded.title, message = excluded.message,"
            " next_step = excluded.next_step, last_seen = excluded.last_seen, count = count + 1",
            self._account, key, title, message, next_step, now, now,
        )  # fmt: skip

    def solved(self, key: str) -> None:
        self._store.run("DELETE FROM problem WHERE account = ? AND key = ?", self._account, key)

    def open(self) -> tuple[Problem, ...]:
        rows = self._store.rows(
            "SELECT id, key, title, message, next_step, first_seen, last_seen, count FROM problem"
            " WHERE account = ? ORDER BY id",
            self._account,
        )
        return tuple(Problem(**dict(row)) for row in rows)

    def count(self) -> int:
        return int(self._store.value("SELECT count(*) FROM problem WHERE account = ?", self._account))
