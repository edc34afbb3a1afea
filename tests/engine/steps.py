"""What the tests of the engine do again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from fm_desktop.sync.cycle import Engine
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.report import Report
from tests.fakes.memory import MemorySide
from tests.fakes.world import AGENDA, World, event, person

# Of an own meeting: the organiser, who is the user, and a guest.
PEOPLE = (person("emma@example.com"), person("client@acme.example"))


def cycles(world: World, engine: Engine, number: int = 3) -> None:
    for _ in range(number):
        world.now += timedelta(minutes=2)
        report = engine.cycle()
        assert report.error is None, report.error


def interrupted(world: World) -> None:
    """A cycle that a fault ends."""
    world.now += timedelta(minutes=2)
    world.engine.cycle()


def newest(world: World) -> int:
    """The number of the last entry of the history."""
    return world.engine.state.chronicle.entries()[0].id


def decide(world: World, decision: Decision) -> int:
    """The user's word about all that waits for it. How many that was."""
    held = world.engine.state.held
    with world.store.transaction():
        return held.decide([each.id for each in held.waiting()], decision)


def change_waits(world: World) -> Report:
    """An own meeting, its title changed in ForceManager, and a cycle: as a guest would be told, it waits."""
    world.calendar.put("Work", event("Pitch", organiser=PEOPLE[0], participants=PEOPLE))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), title="Pitch II")
    return world.sync()


def before_the_next(side: MemorySide, verb: str, happens: Callable[[], object]) -> None:
    """What happens between the reading of both sides and the next such write to this one."""
    write = getattr(side, verb)

    def late(*arguments: object) -> object:
        setattr(side, verb, write)
        happens()
        return write(*arguments)

    setattr(side, verb, late)
