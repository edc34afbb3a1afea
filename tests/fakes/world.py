"""Two sides in memory and an engine between them: a whole small world with a clock that tests move."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fm_desktop.model.items import Answer, Item, Kind, Participant
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.port import Side
from fm_desktop.sync.cycle import Engine, Serial, Setting
from fm_desktop.sync.policy import Options
from fm_desktop.sync.report import Report
from fm_desktop.sync.store import Store
from tests.fakes.memory import MemoryDirectory, MemorySide

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
AGENDA = "agenda"


def at(day: int, hour: int, minute: int = 0, *, length: int = 60, zone: str = "Europe/Madrid") -> Span:
    """A span in November 2026 (days beyond 30 go on into December)."""
    start = datetime(2026, 11, 1) + timedelta(days=day - 1, hours=hour, minutes=minute)
    return Span(Timed(start, zone), Timed(start + timedelta(minutes=length), zone))


def event(title: str, uid: str = "", span: Span | None = None, **more: object) -> Item:
    return Item(kind=Kind.EVENT, uid=uid or f"uid-{title}", title=title, span=span or at(26, 10), **more)


def task(title: str, uid: str = "", due: date | None = date(2026, 11, 27), **more: object) -> Item:
    return Item(
        kind=Kind.TASK, uid=uid or f"uid-{title}", title=title, span=None if due is None else day_span(due), **more
    )


def person(address: str, answer: Answer = Answer.NEEDS_ACTION, name: str = "") -> Participant:
    return Participant(address, name, answer)


EMMA = person("emma@example.com", Answer.ACCEPTED, "Emma")


def invitation(title: str, uid: str = "", *, answer: Answer = Answer.NEEDS_ACTION, **more: object) -> Item:
    """A meeting of somebody else's, to which the user is invited."""
    people = (person("boss@client.example", Answer.ACCEPTED, "Boss"), replace(EMMA, answer=answer))
    return event(title, uid, organiser=people[0], participants=people, answer=answer, **more)


class World:
    """`crm` and `calendar` are the sides, `sync()` runs a cycle; `reopen()` is a new process on the same state."""

    def __init__(self, folder: Path, *, calendars: tuple[str, ...] = ("Work",), **options: object) -> None:
        self.folder = folder
        self.now = NOW
        self.crm = MemorySide(Side.CRM, (AGENDA,), who="7")
        self.calendar = MemorySide(Side.PROVIDER, calendars)
        self.directory = MemoryDirectory()
        self.options = Options(tenant="crm.example", user="7", zone="Europe/Madrid", **options)
        self.engine = self._open("state")

    def _open(self, name: str) -> Engine:
        self.store = Store.open(self.folder / f"{name}.db")
        # No power fails here, and a dying process loses nothing it handed to the system: fsync would only cost time.
        self.store.db.execute("PRAGMA synchronous = OFF")
        with self.store.transaction():
            self.store.run(
                "INSERT OR IGNORE INTO account (id, tenant, crm_user, address) VALUES (1, 'crm.example', '7', 'emma')"
            )
        ports = {Side.CRM: self.crm, Side.PROVIDER: self.calendar}
        return Engine(self.store, Setting(1, self.options), ports, self.directory, lambda: self.now, pool=Serial())

    def reopen(self, name: str = "state", **options: object) -> None:
        self.store.close()
        self.options = replace(self.options, **options)
        self.engine = self._open(name)

    def another_computer(self, name: str = "second") -> Engine:
        """The same user's other computer, with a state of its own."""
        kept = self.store
        engine = self._open(name)
        self.store = kept
        return engine

    def sync(self, *, minutes: float = 2) -> Report:
        """A cycle, `minutes` later; nothing may be left over, and one more cycle must write nothing."""
        self.now += timedelta(minutes=minutes)
        report = self.engine.cycle()
        assert report.error is None, report.error
        return report

    def quiet(self) -> None:
        """Proves that another cycle has nothing to write."""
        before = (self.crm.writes(), self.calendar.writes())
        self.sync()
        assert (self.crm.writes(), self.calendar.writes()) == before, (self.crm.log, self.calendar.log)
