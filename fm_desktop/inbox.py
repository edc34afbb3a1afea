"""Telling the user of new events by a message in their own inbox, where they switched it on (R25).

Each event is told of once at most: it counts as told before its message is on its way, and is taken back only where
the server surely has not stored it. After a crash or a lost answer in between a message may be missing; two of the
same would be worse.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fm_desktop.notes import ENGLISH, News, Words, composed, grouped
from fm_desktop.port import OutcomeUnknown, PortError
from fm_desktop.sync.state import State
from fm_desktop.sync.store import read_utc, utc_text

_log = logging.getLogger(__name__)

Put = Callable[[bytes], None]
"""Stores a message in the inbox. Raises `OutcomeUnknown` if it may be there, other errors of the port if it is not."""

TELL_AFTER = 3  # tries
_LONGEST_PAUSE = timedelta(hours=1)
_MARK, _PROBLEM, _TITLE = "inbox_notes", "inbox-notes", "New events in your inbox"


@dataclass(frozen=True, slots=True)
class _Mark:
    """`told`: the last notice that was told of, or passed over."""

    told: int
    failures: int = 0
    not_before: str | None = None


class InboxNotes:
    """Over one account's state, used by one cycle. `put` is None where no mail server is known; `words` are those of
    the messages."""

    def __init__(self, state: State, address: str, zone: str, put: Put | None, words: Words = ENGLISH) -> None:
        self._state = state
        self._store = state.store
        self._address = address
        self._zone = zone
        self._put = put
        self._words = words

    def tell(self, began: datetime) -> None:
        """Tells of what is new since the last call; the first time, since the cycle `began`. Raises `StoreError`."""
        mark = self._mark() or _Mark(self._last_before(began))
        newest = int(self._store.value("SELECT coalesce(max(id), 0) FROM notice"))
        if mark.told > newest:
            # Old notices were thrown away, and their numbers are given out again.
            mark = replace(mark, told=self._last_before(began))
        self._keep(mark)
        rows = self._store.rows(
            "SELECT id, link, text FROM notice WHERE account = ? AND kind = 'new' AND id > ? ORDER BY id",
            self._state.account, mark.told,
        )  # fmt: skip
        if not rows or self._is_resting(mark):
            return
        if self._put is None:
            self._report(
                f"No mail server is known for {self._address}.", "Set up e-mail, or switch these messages off."
            )
            return
        told = 0
        for group in grouped([self._news(row) for row in rows]):
            told += len(group)
            if not self._tell(group, replace(mark, told=rows[told - 1]["id"]), mark):
                return
            mark = _Mark(rows[told - 1]["id"])

    def forget(self) -> None:
        """They are switched off: what is new until they are switched on again is not told of later."""
        if self._mark() is not None:
            with self._store.transaction():
                self._store.run("DELETE FROM meta WHERE key = ?", self._key)
                self._state.problems.solved(_PROBLEM)

    # --- one message ---

    def _tell(self, group: tuple[News, ...], after: _Mark, before: _Mark) -> bool:
        """False if the inbox could not be reached: the rest has to wait, too."""
        assert self._put is not None
        self._keep(after)
        try:
            self._put(composed(group, self._address, self._zone, self._state.clock(), self._words))
        except OutcomeUnknown as error:
            _log.warning("It is not known whether a note is in the inbox: %s", error)
        except PortError as error:
            _log.warning("A note could not be put into the inbox: %s %s", error, error.next_step)
            self._failed(before, error)
            return False
        with self._store.transaction():
            self._keep(_Mark(after.told))
            self._state.problems.solved(_PROBLEM)
        return True

    def _failed(self, before: _Mark, error: PortError) -> None:
        failures = before.failures + 1
        pause = min(_LONGEST_PAUSE, timedelta(minutes=1) * 2 ** min(failures, 6))
        with self._store.transaction():
            self._keep(replace(before, failures=failures, not_before=utc_text(self._state.clock() + pause)))
            if failures >= TELL_AFTER:
                self._report(str(error), error.next_step)

    def _report(self, message: str, next_step: str) -> None:
        with self._store.transaction():
            self._state.problems.report(_PROBLEM, _TITLE, message, next_step)

    def _news(self, row: Any) -> News:
        if row["link"] is None:
            return News(f"notice {row['id']}", row["text"])
        link = self._state.links.get(row["link"])
        shown = link.provider or link.crm
        if shown is None:
            return News(link.ext_id, row["text"])
        return News(link.ext_id, row["text"], shown.span, shown.details)

    # --- how far it is ---

    @property
    def _key(self) -> str:
        return f"{_MARK}:{self._state.account}"

    def _mark(self) -> _Mark | None:
        kept = self._store.meta(self._key)
        return None if kept is None else _Mark(**json.loads(kept))

    def _keep(self, mark: _Mark) -> None:
        if mark != self._mark():
            with self._store.transaction():
                self._store.set_meta(self._key, json.dumps(asdict(mark)))

    def _last_before(self, moment: datetime) -> int:
        return int(self._store.value("SELECT coalesce(max(id), 0) FROM notice WHERE at < ?", utc_text(moment)))

    def _is_resting(self, mark: _Mark) -> bool:
        """A clock that was put back makes no pause longer."""
        now = self._state.clock()
        return mark.not_before is not None and now < read_utc(mark.not_before) <= now + _LONGEST_PAUSE
