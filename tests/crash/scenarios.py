"""What is swept: in each, what is there before, what people do, and the work that is cut short at every moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fm_desktop.model.times import Span, Timed
from tests.contract.stages.stage import Made
from tests.crash.crm import Crm
from tests.crash.places import PRIVATE, CalendarPlace, DavPlace, MailPlace, Place
from tests.fakes.real import EMMA, ZONE
from tests.real.engine.scene import day
from tests.real.mail.office import message


@dataclass(frozen=True, slots=True)
class World:
    """Both sides of one user, and the folder of the computer between them."""

    crm: Crm
    place: Place
    home: Path

    @property
    def calendars(self) -> CalendarPlace:
        assert isinstance(self.place, CalendarPlace)
        return self.place

    def event(self, title: str, number: int, hour: int = 9, **more: Any) -> None:
        start = datetime.combine(day(number), datetime.min.time()).replace(hour=hour)
        span = Span(Timed(start, ZONE), Timed(start.replace(hour=hour + 1), ZONE))
        self.calendars.hand.add(Made(title, span, **more))


Act = Callable[[World], None]


def _nothing(world: World) -> None:
    """The first sync itself is the scenario."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`before` is there when the computer is set up; then come the cycles `first`, and what people do (`act`). `steps`
    are what is cut short. Of `places` the first is the one of a test run. `rest`: so many cycles follow at least before
    nothing is left to do. `at_most_once`: a crash may cost a
    note in the inbox. `told` is what the computer
    is told besides."""

    name: str
    places: tuple[str, ...]
    before: Act
    act: Act = _nothing
    first: tuple[str, ...] = ("rest",)
    steps: tuple[str, ...] = ("sync",)
    channels: tuple[str, ...] = ("calendar",)
    email: str = ""
    rest: int = 0
    at_most_once: bool = False
    told: dict[str, Any] = field(default_factory=dict)


# --- both agendas ---


def _two_agendas(world: World) -> None:
    for number in (1, 2, 3):
        world.event(f"Meeting {number}", number)
    for number in (4, 5, 6):
        world.crm.add(f"Visit {number}", number)


def _and_a_task(world: World) -> None:
    _two_agendas(world)
    world.crm.add("Call back", 3, task=True)


def _everything_at_once(world: World) -> None:
    hand = world.calendars.hand
    world.event("Meeting 7", 7)
    hand.retitle("Meeting 1", "Meeting 1 moved")
    hand.remove("Meeting 3")
    world.crm.add("Visit 8", 8)
    world.crm.edit("Visit 4", subject="Visit 4 moved", startHour="15:00", endHour="16:00")
    world.crm.edit("Meeting 2", comment="From the CRM")
    world.crm.delete("Visit 5")


def _a_series(world: World) -> None:
    world.event("Weekly", 1, rule="FREQ=WEEKLY;COUNT=4")
    world.crm.add("Visit 4", 4)


def _series_changes(world: World) -> None:
    original = Timed(datetime.combine(day(8), datetime.min.time()).replace(hour=9), ZONE)
    world.calendars.hand.remove_occurrence("Weekly", original)
    world.event("Another", 2, 15, rule="FREQ=WEEKLY;COUNT=2")


def _split(world: World) -> None:
    """What a calendar program does with "this and all that follow"."""
    assert isinstance(world.place, DavPlace)
    world.place.split("Weekly", 2)
    world.event("Weekly from now on", 15, 11, rule="FREQ=WEEKLY;COUNT=2")


def _meetings(world: World) -> None:
    for number in (1, 2):
        world.event(f"Meeting {number}", number, guests=("ann@client.example", "bob@client.example"))
    world.event("Alone", 3)


def _crm_changes_meetings(world: World) -> None:
    world.crm.edit("Meeting 1", subject="Meeting 1 moved", startHour="15:00", endHour="16:00")
    world.crm.delete("Meeting 2")


def _many(world: World) -> None:
    for number in range(1, 10):
        world.event(f"Meeting {number}", number)


def _mass_deletion(world: World) -> None:
    for number in range(1, 8):
        world.calendars.hand.remove(f"Meeting {number}")


def _retitled(world: World) -> None:
    world.calendars.hand.retitle("Meeting 1", "Meeting 1 moved")


def _one_moves_over(world: World) -> None:
    _two_agendas(world)
    world.calendars.move("Meeting 1")
    world.calendars.move("Meeting 2")


def _moved(world: World) -> None:
    world.calendars.hand.retitle("Meeting 1", "Meeting 1 elsewhere")
    world.calendars.move("Meeting 1 elsewhere")
    world.calendars.move("Meeting 2")


# --- mail ---


def _letters(world: World) -> None:
    ann, bob = (each["email"] for each in world.crm.contacts()[:2])
    files = [("offer.pdf", b"PDF" * 100), ("offer.pdf", b"another")]
    _deliver(world, message("Received", ann, files=files))
    _deliver(world, message("Sent", EMMA, [ann, bob], files=files[:1]), "Sent")


def _a_stranger_writes(world: World) -> None:
    _deliver(world, message("An offer", "nora@newcomer.example", files=[("a.txt", b"A")]))
    _deliver(world, message("Thanks", EMMA, ["nora@newcomer.example"]), "Sent")


def _the_stranger_becomes_a_contact(world: World) -> None:
    world.crm.add_contact("nora@newcomer.example")


def _deliver(world: World, raw: bytes, folder: str = "INBOX") -> None:
    assert isinstance(world.place, MailPlace)
    world.place.account.maildir.deliver(raw, folder)


def _new_events(world: World) -> None:
    world.event("Lunch", 7)
    world.event("Dinner", 7, 19)


# --- the state ---


def _older_version(world: World) -> None:
    """The state file of a computer that knew nothing of mail."""
    with closing(sqlite3.connect(world.home / "state" / "sync.sqlite3")) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        for (table,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'mail*'"
        ).fetchall():
            db.execute(f"DROP TABLE {table}")
        db.execute("PRAGMA user_version = 1")
        db.commit()
    _retitled(world)


MAIL = {"places": ("dovecot",), "channels": ("email",), "rest": 1}
FILES = {"files": True}

SCENARIOS = (
    Scenario("first sync of two filled agendas", ("radicale", "xandikos", "ews", "graph"), _and_a_task, first=()),
    Scenario(
        "created, edited and deleted on both sides at once", ("graph", "radicale", "xandikos", "ews"), _two_agendas,
        _everything_at_once,
    ),
    Scenario("a series changes", ("radicale", "graph"), _a_series, _series_changes),
    Scenario("a series is split", ("xandikos", "radicale"), _a_series, _split),
    Scenario(
        "meetings with participants, asked first and approved", ("ews", "graph"), _meetings, _crm_changes_meetings,
        steps=("sync", "approve", "sync"),
    ),
    Scenario(
        "held deletions, approved", ("radicale", "graph"), _many, _mass_deletion, steps=("sync", "approve", "sync")
    ),
    Scenario(
        "undo", ("ews", "xandikos"), _two_agendas, _retitled, steps=("sync", "undo update Meeting 1 moved", "sync")
    ),
    Scenario(
        "a calendar taken out with its copies", ("graph", "radicale"), _one_moves_over,
        steps=(f"deselect {PRIVATE}", "sync"), told=FILES,
    ),
    Scenario("a move between calendars", ("radicale", "xandikos", "ews"), _two_agendas, _moved),
    Scenario(
        "new events told in the own inbox", ("ews", "graph", "radicale"), _two_agendas, _new_events,
        email="note_new_events = true", at_most_once=True,
    ),
    Scenario("e-mail logged with its files, received and sent", before=_letters, first=(), **MAIL),
    Scenario(
        "mail of a contact added later", before=_a_stranger_writes, act=_the_stranger_becomes_a_contact,
        steps=("sync 20", "sync 40"), **MAIL,
    ),
    Scenario("migration of the state file", ("radicale",), _two_agendas, _older_version, told={"statements": True}),
    Scenario("set up by a file", ("radicale", "ews"), _two_agendas, first=(), steps=("setup", "sync"), told=FILES),
)  # fmt: skip
