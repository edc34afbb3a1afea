"""One computer over months of working days: a real state file, the engine and the mail part, sides in memory.

Every day people add, edit and remove as many items as the day before, so that what is there stays as much as it was;
whatever grows is the program's.
"""

from __future__ import annotations

import gc
import os
import random
import threading
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fm_desktop.model.items import Item
from fm_desktop.port import Side
from fm_desktop.sync.cycle import Engine, Setting
from fm_desktop.sync.mail.folders import Folders, history_start
from fm_desktop.sync.mail.pipeline import Mailbox, MailCycle
from fm_desktop.sync.mail.policy import MailOptions
from fm_desktop.sync.policy import Options
from fm_desktop.sync.report import Outcome
from fm_desktop.sync.store import Store
from fm_desktop.sync.upkeep import tidy
from tests.fakes.letters import ANN, EMMA, INBOX, letter
from tests.fakes.mail import MemoryPeople
from tests.fakes.memory import MemoryDirectory
from tests.fakes.world import AGENDA, NOW, at, event
from tests.soak.sides import LongLog, LongMail, LongSide

TEXT = "What was agreed, and what is to be sent before the next visit. " * 8


@dataclass(frozen=True, slots=True)
class Size:
    """`links` items from the first day on and `messages` in the mailbox, one of ten with a contact. A day has so many
    cycles, and people do so much in it."""

    links: int
    messages: int
    cycles_a_day: int = 4
    added_a_day: int = 4
    edited_a_day: int = 8
    letters_a_day: int = 20


@dataclass(frozen=True, slots=True)
class Load:
    """What the program takes. Bytes; `python`: memory allocated in its own modules, 0 where that is not traced."""

    python: int
    resident: int
    files: int
    threads: int
    database: int
    log: int
    rows: dict[str, int]


class Life:
    def __init__(self, folder: Path, size: Size, seed: int = 1) -> None:
        self.size = size
        self.random = random.Random(seed)
        self.now = NOW
        self.path = folder / "state.db"
        self.crm = LongSide(Side.CRM, (AGENDA,), who="7")
        self.calendar = LongSide(Side.PROVIDER, ("Work",))
        self.mail, self.log = LongMail((INBOX,), batch_size=500), LongLog()
        self.mailbox = Mailbox(self.mail, self.log, self.mail.read)
        self.vacuumed = 0
        self.largest_log = 0
        self._number = 0
        self._keys: list[str] = []
        for _ in range(size.links):
            self._add_at_calendar()
        self.mail.put(INBOX, *(self._letter(number) for number in range(size.messages)))
        store = Store.open(self.path)
        with store.transaction():
            store.run("INSERT INTO account (id, tenant, crm_user, address) VALUES (1, 'crm.example', '7', 'emma')")
        store.close()

    # --- people ---

    def _item(self) -> Item:
        self._number += 1
        number = self._number
        span = at(1 + number % 28, 8 + number % 9, length=30 + number % 60)
        return event(f"#{number} Visit", f"uid-{number}", span, text=TEXT)

    def _add_at_calendar(self) -> None:
        self._keys.append(self.calendar.put("Work", self._item()))

    def _letter(self, number: int):  # type: ignore[no-untyped-def]
        who = ANN if number % 10 == 0 else f"somebody{number}@elsewhere.example"
        when = self.now - timedelta(minutes=number % 600)
        self._number += 1
        return letter(f"Offer {self._number}", who, date=when, received=when, message_id=f"m{self._number}@x.example")

    def _people_work(self) -> None:
        """As much is removed as is added; half of it in ForceManager."""
        size = self.size
        for _ in range(size.added_a_day // 2):
            self._add_at_calendar()
            self.crm.put(AGENDA, self._item_of_the_crm())
            self._remove_one(self.calendar, "Work")
            self._remove_one(self.crm, AGENDA)
        for side, name in ((self.calendar, "Work"), (self.crm, AGENDA)):
            for key in self.random.sample(sorted(side.shelves[name]), min(size.edited_a_day // 2, size.links // 4)):
                side.edit(name, key, title=f"#{self.random.randrange(10**6)} Visit, moved")
        self.mail.put(INBOX, *(self._letter(number) for number in range(size.letters_a_day)))

    def _item_of_the_crm(self) -> Item:
        item = self._item()
        return event(item.title, "", item.span, text=TEXT)

    def _remove_one(self, side: LongSide, name: str) -> None:
        side.remove(name, self.random.choice(sorted(side.shelves[name])))

    # --- the program ---

    def cycle(self) -> bool:
        """As the program does it: the state is opened, both parts have their turn, and it is closed. True if it is
        complete."""
        store = Store.open(self.path)
        # No power fails here, and writing through to the disk would only cost time.
        store.db.execute("PRAGMA synchronous = OFF")
        options = Options(tenant="crm.example", user="7", zone="Europe/Madrid", history_days=4_000)
        ports = {Side.CRM: self.crm, Side.PROVIDER: self.calendar}
        engine = Engine(store, Setting(1, options), ports, MemoryDirectory(), self._clock)
        try:
            calendar = engine.cycle()
            mail = self._mail_cycle(store).run()
            assert calendar.error is mail.error is None, (calendar.error, mail.error)
            for held in engine.state.held.waiting():
                raise AssertionError(f"held: {held.reason}")
            self.vacuumed += tidy(store, self.now)
            self.largest_log = max(self.largest_log, _bytes(Path(f"{self.path}-wal")))
        finally:
            engine.close()
            store.close()
        return calendar.outcome is Outcome.DONE and mail.outcome is Outcome.DONE

    def _mail_cycle(self, store: Store) -> MailCycle:
        since = history_start(Folders(store, 1), self.now, 30)
        options = MailOptions(user="7", address=EMMA, own=frozenset({EMMA}), since=since)
        return MailCycle(store, 1, self.mailbox, MemoryPeople(), options, self._clock)

    def _clock(self) -> datetime:
        return self.now

    # --- days ---

    def first_sync(self) -> int:
        """The cycles it takes until all is in step."""
        for number in range(1, 10_000):
            done = self.cycle()
            self.now += timedelta(minutes=2)
            if done:
                return number
        raise AssertionError("it comes to no end")

    def day(self) -> None:
        for number in range(self.size.cycles_a_day):
            if number == 0:
                self._people_work()
            while not self.cycle():
                self.now += timedelta(minutes=2)
            self.now += timedelta(hours=24 / self.size.cycles_a_day)
        for side in (self.crm, self.calendar):
            side.forget()
        self.mail.forget(keep=200)

    def days(self, number: int, watch: Callable[[int], None] = lambda _: None) -> None:
        for day in range(number):
            self.day()
            watch(day)

    # --- what it takes ---

    def load(self) -> Load:
        gc.collect()
        _threads_have_ended()
        store = Store.open(self.path)
        tables = ("link", "resource", "operation", "history", "notice", "graveyard", "mail_message", "mail_place")
        rows = {table: int(store.value(f"SELECT count(*) FROM {table}")) for table in tables}
        store.close()
        return Load(
            python=_traced(),
            resident=_resident(),
            files=len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0,
            threads=threading.active_count(),
            database=_bytes(self.path),
            log=_bytes(Path(f"{self.path}-wal")),
            rows=rows,
        )


def _threads_have_ended() -> None:
    """An engine that is closed does not wait for its threads, which have nothing to do any more."""
    for thread in threading.enumerate():
        if thread.name.startswith("write"):
            thread.join(10.0)
            assert not thread.is_alive(), f"{thread.name} did not end with its engine"


def _traced() -> int:
    if not tracemalloc.is_tracing():
        return 0
    ours = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, "*/fm_desktop/*")])
    return sum(each.size for each in ours.statistics("filename"))


def _resident() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _bytes(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
