"""The numbers of what waits for the user's word: lists and terminals show them long after."""

from __future__ import annotations

from pathlib import Path

import pytest

from fm_desktop.port import Side
from fm_desktop.sync.held import HeldBack, NothingHeld
from fm_desktop.sync.plan import Decision, Operation, Verb
from tests.engine.steps import change_waits
from tests.fakes.world import AGENDA, NOW, World, at, event


def test_R27_a_number_that_was_seen_is_never_that_of_another_change(tmp_path: Path) -> None:
    """The one that waited was over, the next one got its number, and a click meant for the first deleted the second."""
    world = World(tmp_path)
    for title in ("Lunch", "Visit"):
        world.calendar.put("Work", event(title))
    world.sync()
    first, second = (row["id"] for row in world.store.rows("SELECT id FROM link ORDER BY id"))
    held = HeldBack(world.store, world.store.value("SELECT id FROM account"), lambda: NOW)
    with world.store.transaction():
        held.hold([_deletion(first)])
    seen = held.waiting()
    with world.store.transaction():
        held.keep_only(first, [])
        held.hold([_deletion(second)])
    assert [each.link for each in held.waiting()] == [second]
    with pytest.raises(NothingHeld), world.store.transaction():
        held.decide([each.id for each in seen], Decision.APPROVED)


def test_R27_what_waits_says_what_it_changes_and_gets_another_number_with_every_other_change(world: World) -> None:
    """What was approved in a list or a terminal that was behind went out in the form that nobody had seen."""
    change_waits(world)
    (seen,) = world.engine.state.held.waiting()
    assert (seen.before, seen.after) == ({"title": "Pitch"}, {"title": "Pitch II"})
    world.sync()
    assert world.engine.state.held.waiting() == (seen,)
    world.crm.edit(AGENDA, world.crm.key_of("Pitch II"), title="Pitch III")
    world.sync()
    (newer,) = world.engine.state.held.waiting()
    assert newer.after == {"title": "Pitch III"}
    with pytest.raises(NothingHeld), world.store.transaction():
        world.engine.state.held.decide([seen.id], Decision.APPROVED)
    assert world.engine.state.held.waiting() == (newer,)


def test_R27_a_number_stays_while_a_mass_deletion_grows(world: World) -> None:
    for number in range(20):
        world.crm.put(AGENDA, event(f"Visit {number}", "-", at(24, 9)))
    world.sync()
    for number in range(8):
        world.crm.remove(AGENDA, world.crm.key_of(f"Visit {number}"))
    world.sync()
    seen = {each.id: each for each in world.engine.state.held.waiting()}
    world.crm.remove(AGENDA, world.crm.key_of("Visit 19"))
    world.sync()
    waiting = {each.id: each for each in world.engine.state.held.waiting()}
    assert len(waiting) == len(seen) + 1
    assert set(seen) < set(waiting)
    assert all("span" in each.before and not each.after for each in waiting.values())


def _deletion(link: int) -> Operation:
    return Operation(link, Side.PROVIDER, Verb.DELETE, "deleted in ForceManager", held="many would be deleted")
