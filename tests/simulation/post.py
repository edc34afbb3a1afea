"""A mailbox and ForceManager's log that misbehave, and a small model of what must be logged: what `mailing` drives.

Every message carries a number in its subject (`#7 Offer`), by which it is known again wherever it turns up.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from fm_desktop.mailport import Folder, LogEntry, Logged
from fm_desktop.model.items import Party
from fm_desktop.sync.mail.policy import NEVER_READ
from fm_desktop.sync.report import Outcome
from tests.fakes.letters import ARCHIVE, INBOX, JUNK, SENT, Letter
from tests.fakes.mail import Crash, Held, MailWorld, MemoryLog, MemoryMail

LAG = timedelta(seconds=60)
FOLDERS = (INBOX, SENT, ARCHIVE, JUNK)
LATER = {f"new{number}@later.example": Party(100 + number, 50) for number in range(4)}
"""People who are no contacts yet."""


@dataclass
class LaggingLog(MemoryLog):
    """`slow`: what was stored less than a minute ago is in no list yet; `now` is the time of the world."""

    slow: bool = False
    now: Callable[[], datetime] = lambda: datetime.max
    stored_at: dict[str, datetime] = field(default_factory=dict)

    def find(self, ext_ids: Iterable[str]) -> Mapping[str, Logged]:
        rows = self.rows
        self.rows = [each for each in rows if not (self.slow and self.now() - self.stored_at[each.id] < LAG)]
        try:
            return super().find(ext_ids)
        finally:
            self.rows = rows

    def _store(self, entry: LogEntry) -> Held:
        held = super()._store(entry)
        self.stored_at[held.id] = self.now()
        return held


@dataclass
class Mail:
    """What the model knows of one message. `may`: the keys of everybody it may be logged for, as they were known while
    it was there to be read. `stranger`: that was nobody, ever. `kept_out`: the user took its conversation out at some
    time; `closed`: every computer knows."""

    number: int
    people: tuple[str, ...]
    may: set[str] = field(default_factory=set)
    stranger: bool = True
    kept_out: bool = False
    closed: bool = False
    answers: int = 0
    """The number of the message it answers, if it does."""


class PostOffice:
    """The world, its computers, and the model. Methods named after what happens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = self._computer(folder, MemoryMail(shown=FOLDERS))
        self.crm = LaggingLog(now=lambda: self.world.now)
        self.world.crm = self.crm
        self.world.reopen()
        self.other: MailWorld | None = None
        self.items: dict[int, Mail] = {}
        self.backup: Path | None = None
        self._states = itertools.count(1)

    @staticmethod
    def _computer(folder: Path, mail: MemoryMail) -> MailWorld:
        folder.mkdir(parents=True, exist_ok=True)
        return MailWorld(folder, mail)

    # --- computers ---

    def start_other(self) -> None:
        """It is set up when the CRM shows what is there: two first syncs in one minute are a known limit."""
        if self.other is None:
            self.crm.slow = False
            self._open_all()
            self.other = self._computer(self.folder / "other", self.world.mail)
            self.other.crm, self.other.people = self.crm, self.world.people
            self.other.reopen()

    def computers(self) -> list[MailWorld]:
        return [self.world] if self.other is None else [self.world, self.other]

    def sync(self, computer: MailWorld | None = None, *, minutes: float = 2):  # type: ignore[no-untyped-def]
        for each in self.computers():
            each.now += timedelta(minutes=minutes)
        self._note_whom()
        report = (computer or self.world).cycle.run()
        self.check_nothing_twice()
        return report

    def crash(self, moment: int) -> None:
        """Dies at the n-th commit or call of a cycle, and starts again."""
        left = itertools.count(1)

        def tick() -> None:
            if next(left) == moment:
                raise Crash

        self.world.moment = tick
        try:
            self.sync()
        except Crash:
            pass
        finally:
            self.world.moment = lambda: None
        assert self.world.store is not None
        self.world.reopen(self.world.store.path.stem)

    def keep_out(self, mail: Mail, subject: str) -> None:
        self.world.cycle.tables.conversations.exclude(subject)
        root = self._root(mail)
        for each in self.items.values():
            each.kept_out = each.kept_out or self._root(each) == root
        if self.other is None:
            mail.closed, mail.may = True, set(self.logged_for(mail.number))

    def answer(self, mail: Mail, to: Mail) -> None:
        """An answer to what was kept out is kept out too; an answer to an answer only once that one was read."""
        mail.answers, mail.kept_out = to.number, to.kept_out
        mail.closed = to.closed and not to.answers

    def _root(self, mail: Mail) -> int:
        return self._root(self.items[mail.answers]) if mail.answers else mail.number

    def _open_all(self) -> None:
        """What the user took out is known to one state of one computer."""
        for mail in self.items.values():
            mail.closed = False

    def lose_state(self) -> None:
        self._wait_for_the_list()
        self._open_all()
        self.world.reopen(f"fresh{next(self._states)}")

    def back_up(self) -> None:
        assert self.world.store is not None
        self.backup = self.folder / f"backup{next(self._states)}.db"
        with sqlite3.connect(self.backup) as copy:
            self.world.store.db.backup(copy)
        copy.close()

    def restore(self) -> None:
        assert self.backup is not None
        self._wait_for_the_list()
        self._open_all()
        name = f"restored{next(self._states)}"
        (self.folder / f"{name}.db").write_bytes(self.backup.read_bytes())
        self.world.reopen(name)

    def _wait_for_the_list(self) -> None:
        """Nobody loses a state, or finds an old one, and syncs again before the CRM shows what was logged a minute ago."""
        for each in self.computers():
            each.now += LAG

    # --- what must be ---

    def where(self, number: int) -> list[tuple[Folder, Letter]]:
        return [
            (folder, each)
            for folder in FOLDERS
            for each in self.world.mail.letters(folder)
            if number_of(each.headers.subject) == number
        ]

    def _note_whom(self) -> None:
        for mail in self.items.values():
            if self._is_to_be_read(mail) and not mail.closed:
                mail.may |= self._parties(mail)
                mail.stranger = mail.stranger and not mail.may

    def _is_to_be_read(self, mail: Mail) -> bool:
        return any(folder.role not in NEVER_READ for folder, _ in self.where(mail.number))

    def _parties(self, mail: Mail) -> set[str]:
        """Each contact; an account only where none of its contacts is on the message."""
        found = [party for each in mail.people if (party := self.world.people.lookup(each)) != Party()]
        contacts = {each for each in found if each.contact_id is not None}
        accounts = {each.account_id for each in found} - {each.account_id for each in contacts}
        return {f"contact:{each.contact_id}" for each in contacts} | {f"account:{each}" for each in accounts}

    def logged_for(self, number: int) -> Counter[str]:
        return Counter(
            f"account:{each.account_id}" if each.contact_id is None else f"contact:{each.contact_id}"
            for each in self.world.entries
            if number_of(each.subject) == number
        )

    def _is_whole(self, number: int) -> bool:
        """What is away from the mailbox, or kept out by now, may lack files: nobody has them any more, or should."""
        rows = [each for each in self.crm.rows if number_of(each.entry.subject) == number]
        return all(data is not None for each in rows for data in each.files.values())

    def _is_told(self, number: int) -> bool:
        """A file that ForceManager refused again and again is given up, and the user told."""
        told = [each for computer in self.computers() for each in computer.problems()]
        return any(f"“#{number} " in each and "not whole" in each for each in told)

    def settle(self) -> None:
        self.crm.faults.clear()
        self.world.mail.errors.clear()
        self.crm.slow = False
        for minutes in (2, 2, 10, 70, 60 * 8, 60 * 25, 60 * 25, 2, 10):
            for computer in self.computers():
                report = self.sync(computer, minutes=minutes)
                assert report.error is None, report.error
        for computer in self.computers():
            stored = len(self.crm.rows)
            report = self.sync(computer)
            assert report.outcome is Outcome.DONE, report
            assert len(self.crm.rows) == stored

    def check(self) -> None:
        """Everything is quiet: is logged what must be, and nothing else?"""
        for mail in self.items.values():
            there = set(self.logged_for(mail.number))
            here = f"#{mail.number}: logged for {sorted(there)}"
            assert there <= mail.may, f"{here}, although only {sorted(mail.may)} may have it"
            if self._is_to_be_read(mail) and not mail.kept_out:
                must = self._parties(mail)
                assert must <= there, f"{here}, and not for {sorted(must - there)}"
            if self._is_to_be_read(mail) and not mail.kept_out:
                assert self._is_whole(mail.number) or self._is_told(mail.number), f"{here}, and not all its files"
        assert set(self.crm.uploads.values()) <= {1}, "a file was sent twice"
        strangers = [each.number for each in self.items.values() if each.stranger]
        assert not [each for each in self.world.mail.downloads if number_of(each) in strangers], "a stranger's mail"

    def check_nothing_twice(self) -> None:
        twice = [name for name, count in Counter(each.ext_id for each in self.world.entries).items() if count > 1]
        assert not twice, f"logged twice: {[each.subject for each in self.world.entries if each.ext_id in twice]}"
        for mail in self.items.values():
            assert max(self.logged_for(mail.number).values(), default=0) <= 1, f"#{mail.number} logged twice"

    def close(self) -> None:
        for each in self.computers():
            if each.store is not None:
                each.store.close()


def number_of(subject: str) -> int:
    return int(subject.split(maxsplit=1)[0].removeprefix("#"))
