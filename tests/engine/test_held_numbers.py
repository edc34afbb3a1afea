"""The numbers of what waits for the user's word: lists and terminals show them long after."""

from __future__ import annotations

from pathlib import Path

import pytest

from fm_desktop.port import Side
from fm_desktop.sync.held import HeldBack, NothingHeld
from fm_desktop.sync.plan import Decision, Operation, Verb
from tests.fakes.world import NOW, World, event


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


def _deletion(link: int) -> Operation:
    return Operation(link, Side.PROVIDER, Verb.DELETE, "deleted in ForceManager", held="many would be deleted")
