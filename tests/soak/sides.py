"""The memory fakes for months: they forget what no computer asks for any more, and find by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fm_desktop.mailport import LogEntry, Logged
from fm_desktop.model.message import Attachment
from fm_desktop.port import Found
from tests.fakes.mail import MemoryMail
from tests.fakes.memory import MemorySide


@dataclass
class LongSide(MemorySide):
    """`forget` is called at the end of a day, when the one computer has read everything."""

    def forget(self) -> None:
        alive = {
            f"{self.side}:{name}:{key}:{stored.revision}".encode(): stored
            for name, shelf in self.shelves.items()
            for key, stored in shelf.items()
        }
        self._archive = alive
        self._changes.clear()
        self._removed.clear()
        self.log.clear()
        self.mails.clear()

    def find(self, collection: str, uids: Iterable[str]) -> tuple[Found, ...]:
        """A calendar's keys are made of its UIDs; nobody else writes to this CRM."""
        self._reading(collection)
        keys = [f"{uid}.ics" for uid in uids]
        return tuple(self._found(collection, key) for key in keys if key in self.shelves[collection])


@dataclass
class LongLog:
    """ForceManager's log of messages, of which only the identities are kept."""

    requests: int = 0
    rows: dict[str, str] = field(default_factory=dict)
    twice: int = 0

    def find(self, ext_ids: Iterable[str]) -> Mapping[str, Logged]:
        self.requests += 1
        return {each: Logged(self.rows[each], each, (), None) for each in ext_ids if each in self.rows}

    def create(self, entry: LogEntry) -> Logged:
        self.requests += 1
        self.twice += entry.ext_id in self.rows
        number = str(len(self.rows) + 1)
        self.rows[entry.ext_id] = number
        return Logged(number, entry.ext_id, (), None)

    def upload(self, locator: str, attachment: Attachment) -> None:
        raise AssertionError("no letter of the soak has a file")

    def recent(self, contact_id: int | None, account_id: int | None, limit: int) -> tuple[LogEntry, ...]:
        return ()


@dataclass
class LongMail(MemoryMail):
    """A mailbox whose old messages a person moves to an archive that nobody reads."""

    def forget(self, keep: int) -> None:
        for shelf in self._shelves.values():
            for uid in list(shelf)[: max(0, len(shelf) - keep)]:
                del shelf[uid]
        self.downloads.clear()
        self.calls.clear()

    def count(self) -> int:
        return sum(map(len, self._shelves.values()))
