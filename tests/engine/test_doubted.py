"""What seems to be gone: empty listings, many deletions at once, a cursor that is refused."""

from __future__ import annotations

from fm_desktop.sync.plan import Decision
from tests.fakes.world import World, at, event


def test_an_empty_listing_deletes_nothing(world: World) -> None:
    for number in range(3):
        world.calendar.put("Work", event(f"Meeting {number}"))
    world.sync()
    world.calendar.lists_empty = True
    report = world.sync()
    assert len(world.crm.items()) == 3
    assert report.held == 3
    world.calendar.lists_empty = False
    report = world.sync()
    assert report.held == 0
    assert len(world.crm.items()) == 3
    assert world.crm.writes("create") == 3
    world.quiet()


def test_an_empty_crm_listing_deletes_and_creates_nothing(world: World) -> None:
    for number in range(3):
        world.calendar.put("Work", event(f"Meeting {number}"))
    world.sync()
    world.crm.lists_empty = True
    world.sync()
    assert len(world.calendar.items()) == 3
    assert world.crm.writes("create") == 3
    world.crm.lists_empty = False
    world.quiet()


def test_a_mass_deletion_is_held_until_the_user_speaks(world: World) -> None:
    for number in range(10):
        world.calendar.put("Work", event(f"Meeting {number}", span=at(26 + number, 9)))
    world.sync()
    for number in range(8):
        world.calendar.remove("Work", f"uid-Meeting {number}.ics")
    world.calendar.put("Work", event("New"))
    report = world.sync()
    assert report.held == 8
    assert len(world.crm.items()) == 11
    held = world.engine.state.held.waiting()
    world.engine.state.held.decide([each.id for each in held[:4]], Decision.APPROVED)
    world.engine.state.held.decide([each.id for each in held[4:]], Decision.KEEP)
    report = world.sync()
    assert report.held == 0
    assert len(world.crm.items()) == len(world.calendar.items()) == 7
    world.quiet()


def test_deletions_in_small_parts_are_still_a_mass_deletion(world: World) -> None:
    for number in range(20):
        world.calendar.put("Work", event(f"Meeting {number}", span=at(26, 9 + number)))
    world.sync()
    for number in range(0, 18, 3):
        for each in range(number, number + 3):
            world.calendar.remove("Work", f"uid-Meeting {each}.ics")
        world.sync()
    assert len(world.crm.items()) >= 14


def test_a_refused_token_is_a_comparison_not_a_wipe(world: World) -> None:
    for number in range(12):
        world.calendar.put("Work", event(f"Meeting {number}"))
    world.sync()
    world.calendar.refuse_tokens = True
    world.calendar.edit("Work", "uid-Meeting 3.ics", title="Changed")
    report = world.sync()
    assert report.crm.updated == 1
    assert report.crm.created == report.crm.deleted == 0
    world.quiet()
