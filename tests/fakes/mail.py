"""A mailbox and ForceManager's log of messages in memory, with whatever can go wrong, and an engine between them.

`moment` is called before and after every call of a port, and after every commit: where a process may die.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

from fm_desktop.mailport import Batch, Broken, Folder, Heading, LogEntry, Logged, MessageRef
from fm_desktop.model.items import Party
from fm_desktop.model.message import Attachment, Content, Direction
from fm_desktop.port import CollectionGone, Gone, OutcomeUnknown, PortError, Unreachable
from fm_desktop.sync.mail.folders import Folders, history_start
from fm_desktop.sync.mail.pipeline import Mailbox as Connection
from fm_desktop.sync.mail.pipeline import MailCycle
from fm_desktop.sync.mail.policy import MailOptions
from fm_desktop.sync.report import MailReport
from fm_desktop.sync.store import Store
from tests.fakes.commits import after_every_commit, without_disk
from tests.fakes.letters import ANN, BOB, EMMA, INBOX, NOW, SENT, Letter

Moment = Callable[[], None]


class Crash(BaseException):
    """The process dies."""


@dataclass
class MemoryMail:
    """Folders of letters by UID; a cursor is the folder's generation (UIDVALIDITY) and the last UID."""

    shown: tuple[Folder, ...] = (INBOX, SENT)
    batch_size: int = 3
    who: str = EMMA
    moment: Moment = lambda: None
    requests: int = 0
    downloads: list[str] = field(default_factory=list)
    errors: dict[str, list[PortError]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._shelves: dict[str, dict[int, Letter]] = {each.id: {} for each in self.shown}
        self._next: Counter[str] = Counter()
        self._generation: Counter[str] = Counter()

    # --- what happens in a mailbox ---

    def put(self, folder: Folder, *letters: Letter) -> None:
        for each in letters:
            self._next[folder.id] += 1
            self._shelves[folder.id][self._next[folder.id]] = each

    def move(self, source: Folder, target: Folder, subject: str) -> None:
        self.put(target, self.take_away(source, subject))

    def take_away(self, folder: Folder, subject: str) -> Letter:
        shelf = self._shelves[folder.id]
        (uid,) = [uid for uid, each in shelf.items() if each.headers.subject == subject]
        return shelf.pop(uid)

    def letters(self, folder: Folder) -> list[Letter]:
        return list(self._shelves[folder.id].values())

    def renumber(self, folder: Folder) -> None:
        """UIDVALIDITY changes: every UID means another message now, or none."""
        self._generation[folder.id] += 1
        letters = list(self._shelves[folder.id].values())
        self._shelves[folder.id] = dict(enumerate(reversed(letters), start=100))
        self._next[folder.id] = 100 + len(letters)

    def remove_folder(self, folder: Folder) -> None:
        self.shown = tuple(each for each in self.shown if each.id != folder.id)
        del self._shelves[folder.id]

    def add_folder(self, folder: Folder) -> None:
        self.shown = (*self.shown, folder)
        self._shelves.setdefault(folder.id, {})

    def fail(self, call: str, *errors: PortError) -> None:
        self.errors.setdefault(call, []).extend(errors)

    # --- the port ---

    def principal(self) -> str:
        return self.who

    def folders(self) -> tuple[Folder, ...]:
        with self._call("folders"):
            return self.shown

    def new(self, folder: Folder, cursor: str | None, since: date) -> Iterator[Batch]:
        with self._call(f"new {folder.id}"):
            shelf = self._shelf(folder)
            generation, _, last = (cursor or "").partition("/")
            valid = cursor is not None and generation == str(self._generation[folder.id])
            after = int(last) if valid else 0
            uids = sorted(uid for uid in shelf if uid > after and (valid or self._came_since(shelf[uid], since)))
        restarted = cursor is not None and not valid
        for start in range(0, len(uids), self.batch_size) or [0]:
            part = uids[start : start + self.batch_size]
            end = part[-1] if part[-1:] != uids[-1:] else self._next[folder.id]
            with self._call(f"batch {folder.id}"):
                yield Batch(self._found(folder, part), self._cursor(folder, end), restarted)
        if not uids:
            return

    def search(self, folder: Folder, addresses: Iterable[str], since: date, before: date) -> Iterator[Batch]:
        wanted = set(addresses)
        with self._call(f"search {folder.id}"):
            shelf = self._shelf(folder)
            uids = [uid for uid, each in shelf.items() if wanted & _everybody(each) and self._came_since(each, since)]
        for start in range(0, len(uids), self.batch_size):
            yield Batch(self._found(folder, uids[start : start + self.batch_size]), "")

    def download(self, ref: MessageRef, into: BinaryIO, limit: int | None = None) -> bool:
        with self._call(f"download {ref.folder}"):
            generation, _, uid = ref.id.partition("/")
            if ref.folder not in self._shelves:
                raise CollectionGone("The folder is not there any more.")
            found = self._shelves[ref.folder].get(int(uid))
            if found is None or generation != str(self._generation[ref.folder]):
                raise Gone("The message is not there any more.")
            self.downloads.append(found.headers.subject)
            into.write(f"{ref.folder}\x00{uid}".encode())
            return limit is None or found.size <= limit

    def wait(self, folder: Folder, seconds: float) -> bool:
        return False

    def wake(self) -> None: ...

    def close(self) -> None: ...

    # --- reading ---

    def read(self, file: BinaryIO, *, complete: bool) -> Content:
        """The counterpart of `download`: what `read_content` is to real messages."""
        folder, _, uid = file.read().decode().partition("\x00")
        found = self._shelves[folder][int(uid)]
        if found.text == "!":
            raise LookupError("a charset that nobody knows")
        files = tuple(
            Attachment(name, "application/octet-stream", len(data), lambda data=data: iter((data,)))  # type: ignore[misc]
            for name, data in found.files
        )
        return Content(found.text, files, () if complete else ("Only its beginning was read.",))

    # --- inside ---

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        self.moment()
        self.requests += not name.startswith("batch")
        self.calls.append(name)
        waiting = self.errors.get(name, [])
        if waiting:
            raise waiting.pop(0)
        yield
        self.moment()

    def _shelf(self, folder: Folder) -> dict[int, Letter]:
        if folder.id not in self._shelves:
            raise CollectionGone(f"The folder “{folder.name}” is not there any more.")
        return self._shelves[folder.id]

    def _came_since(self, each: Letter, since: date) -> bool:
        return each.received is None or each.received.date() >= since

    def _cursor(self, folder: Folder, last: int) -> str:
        return f"{self._generation[folder.id]}/{last}"

    def _found(self, folder: Folder, uids: Iterable[int]) -> tuple[Heading | Broken, ...]:
        return tuple(self._heading(folder, uid, self._shelves[folder.id][uid]) for uid in uids)

    def _heading(self, folder: Folder, uid: int, each: Letter) -> Heading | Broken:
        ref = MessageRef(folder.id, self._cursor(folder, uid))
        if each.broken:
            return Broken(ref, each.broken)
        return Heading(ref, each.headers, each.received, each.size, each.key, each.roles)


def _everybody(each: Letter) -> set[str]:
    headers = each.headers
    return {box.address for box in (*headers.sender, *headers.to, *headers.cc, *headers.bcc, *headers.reply_to)}


@dataclass
class Held:
    """An entry at ForceManager, its files by name: None as long as the bytes are not there."""

    id: str
    entry: LogEntry
    files: dict[str, bytes | None]


@dataclass
class MemoryLog:
    """ForceManager's log of messages. A fault answers one call with an error, after or without carrying it out."""

    moment: Moment = lambda: None
    requests: int = 0
    rows: list[Held] = field(default_factory=list)
    faults: dict[str, list[tuple[PortError | Crash, bool]]] = field(default_factory=dict)
    lags: bool = False  # its list does not show what was stored
    uploads: Counter[tuple[str, str]] = field(default_factory=Counter)

    def fail(self, call: str, error: PortError | Crash, *, stored: bool = False) -> None:
        self.faults.setdefault(call, []).append((error, stored))

    def find(self, ext_ids: Iterable[str]) -> Mapping[str, Logged]:
        with self._call("find"):
            wanted = set(ext_ids)
            found: dict[str, Logged] = {}
            for each in [] if self.lags else self.rows:
                if each.entry.ext_id in wanted:
                    found.setdefault(each.entry.ext_id, self._logged(each))
            return found

    def create(self, entry: LogEntry) -> Logged:
        with self._call("create", lambda: self._store(entry)):
            return self._logged(self._store(entry))

    def upload(self, locator: str, attachment: Attachment) -> None:
        with self._call("upload", lambda: self._take(locator, attachment)):
            self._take(locator, attachment)

    def recent(self, contact_id: int | None, account_id: int | None, limit: int) -> tuple[LogEntry, ...]:
        fitting = [
            each.entry
            for each in self.rows
            if (each.entry.contact_id, each.entry.account_id) == (contact_id, account_id)
        ]
        return tuple(fitting[-limit:])

    @contextmanager
    def _call(self, name: str, carry_out: Callable[[], object] = lambda: None) -> Iterator[None]:
        self.moment()
        self.requests += 1
        if self.faults.get(name):
            error, stored = self.faults[name].pop(0)
            if stored:
                carry_out()
            raise error
        yield
        self.moment()

    def _store(self, entry: LogEntry) -> Held:
        self.rows.append(Held(str(len(self.rows) + 1), entry, {each.name: None for each in entry.attachments}))
        return self.rows[-1]

    def _take(self, locator: str, attachment: Attachment) -> None:
        row, _, name = locator.partition("/")
        held = self.rows[int(row) - 1]
        assert held.files[name] is None, f"{name} was there already"
        held.files[name] = b"".join(attachment.chunks())
        self.uploads[row, name] += 1

    def _logged(self, each: Held) -> Logged:
        missing = {name: f"{each.id}/{name}" for name, data in each.files.items() if data is None}
        return Logged(each.id, each.entry.ext_id, tuple(each.files), missing or None)


@dataclass
class MemoryPeople:
    """The directory: contacts (id, account) by address."""

    people: dict[str, Party] = field(
        default_factory=lambda: {
            ANN: Party(1, 10),
            BOB: Party(2, 10),
            "info@client.example": Party(None, 10),
            "info@shop.example": Party(None, 20),
        }
    )
    error: PortError | None = None

    def lookup(self, address: str) -> Party:
        return self.people.get(address, Party())

    def addresses(self) -> frozenset[str]:
        return frozenset(self.people)

    def read_on(self) -> None:
        if self.error is not None:
            raise self.error


class MailWorld:
    """A mailbox, a CRM and one computer. `log()` runs a cycle; `reopen()` is a new process on the same state."""

    def __init__(self, folder: Path, mail: MemoryMail | None = None, **options: object) -> None:
        self.folder = folder
        self.now = NOW
        self.mail = mail or MemoryMail()
        self.crm = MemoryLog()
        self.people = MemoryPeople()
        self.history_days = 30
        self.choices = options
        self.moment: Moment = lambda: None
        self.store: Store | None = None
        self.reopen()

    def reopen(self, name: str = "state") -> None:
        if self.store is not None:
            self.store.close()
        self.store = Store.open(self.folder / f"{name}.db")
        without_disk(self.store)
        with self.store.transaction():
            self.store.run(
                "INSERT OR IGNORE INTO account (id, tenant, crm_user, address) VALUES (1, 'crm.example', '7', 'emma')"
            )
        after_every_commit(self.store, self._passed)
        self.connection = Connection(self.mail, self.crm, self.mail.read)
        self.mail.moment = self.crm.moment = self._passed

    def _passed(self) -> None:
        self.moment()

    @property
    def cycle(self) -> MailCycle:
        assert self.store is not None
        since = history_start(Folders(self.store, 1), self.now, self.history_days)
        options = MailOptions(user="7", address=EMMA, own=frozenset({EMMA}), since=since)
        options = replace(options, **self.choices)  # type: ignore[arg-type]
        return MailCycle(self.store, 1, self.connection, self.people, options, lambda: self.now)

    def run(self, *, minutes: float = 2, **more: object) -> MailReport:
        self.now += timedelta(minutes=minutes)
        return self.cycle.run(**more)  # type: ignore[arg-type]

    def log(self, *, minutes: float = 2) -> MailReport:
        """A cycle in which nothing may go wrong."""
        report = self.run(minutes=minutes)
        assert report.error is None, report.error
        return report

    # --- what there is ---

    @property
    def entries(self) -> list[LogEntry]:
        return [each.entry for each in self.crm.rows]

    def logged(self) -> list[tuple[str, str, int | None]]:
        """(subject, direction, contact) of every record, sorted."""
        return sorted((each.subject, each.direction.value, each.contact_id) for each in self.entries)

    def subjects(self) -> list[str]:
        return sorted(each.subject for each in self.entries)

    def complete(self) -> bool:
        """Is every file there, and no record twice?"""
        identities = [each.entry.ext_id for each in self.crm.rows]
        whole = all(data is not None for each in self.crm.rows for data in each.files.values())
        return whole and len(identities) == len(set(identities)) and set(self.crm.uploads.values()) <= {1}

    def problems(self) -> list[str]:
        return [each.message for each in self.cycle.tables.problems.open()]

    def state_of(self, subject: str) -> tuple[str, str]:
        assert self.store is not None
        row = self.store.row("SELECT state, why FROM mail_message WHERE subject = ?", subject)
        return ("", "") if row is None else (row["state"], row["why"])


LOST = OutcomeUnknown("The answer was lost.")
AWAY = Unreachable("The mail server cannot be reached.")
RECEIVED, SENT_WORD = Direction.RECEIVED.value, Direction.SENT.value
