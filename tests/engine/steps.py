"""What the tests of the engine do again and again."""

from __future__ import annotations

from datetime import timedelta

from fm_desktop.sync.cycle import Engine
from fm_desktop.sync.plan import Decision
from tests.fakes.world import World


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
