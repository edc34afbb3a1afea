"""R25: who is told of what, and how often."""

from __future__ import annotations

from pathlib import Path

import pytest

from fm_desktop.model.items import Item, Recurrence
from fm_desktop.port import OutcomeUnknown
from fm_desktop.sync.report import Outcome
from tests.fakes.world import AGENDA, World, at, event, invitation

DAY = 60 * 24


def told(world: World) -> list[str]:
    """The texts of the notices, the oldest first."""
    return [each.text for each in reversed(world.engine.state.chronicle.notices())]


def series(title: str) -> Item:
    return event(title, span=at(24, 9), recurrence=Recurrence(("FREQ=WEEKLY",)))


def test_R25_a_first_import_is_one_summary_and_then_new_events_only(world: World) -> None:
    for number in range(12):
        world.calendar.put("Work", event(f"Meeting {number}"))
    world.sync()
    first = ["12 events and tasks of your calendar are now in ForceManager."]
    assert told(world) == first
    world.calendar.put("Work", event("New one"))
    world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Visit"), title="Visit 2")
    world.calendar.edit("Work", world.calendar.key_of("New one"), title="Newer")
    world.sync()
    assert told(world) == [*first, "New one"]


def test_R25_a_first_import_that_takes_several_cycles_tells_nothing_before_its_end(tmp_path: Path) -> None:
    world = World(tmp_path, writes_per_cycle=3)
    for number in range(5):
        world.calendar.put("Work", event(f"Meeting {number}", span=at(26 + number, 9)))
    assert world.sync().outcome is Outcome.INCOMPLETE
    assert told(world) == []
    assert world.engine.state.chronicle.unshown() == ()
    world.sync()
    assert told(world) == ["5 events and tasks of your calendar are now in ForceManager."]


def test_R25_nothing_is_said_of_a_first_import_without_any_item(world: World) -> None:
    world.sync()
    assert told(world) == []
    world.calendar.put("Work", event("New one"))
    world.sync()
    assert told(world) == ["New one"]


def test_R25_the_next_date_of_a_known_series_is_no_new_event(tmp_path: Path) -> None:
    world = World(tmp_path, series_days_back=0, series_days_ahead=14)
    world.calendar.put("Work", series("Jour fixe"))
    world.sync()
    assert told(world) == ["1 event or task of your calendar is now in ForceManager."]
    created = world.crm.writes("create")
    for _ in range(4):
        world.sync(minutes=7 * DAY)
    assert world.crm.writes("create") == created + 4
    assert len(told(world)) == 1


def test_R25_a_new_series_is_one_event(world: World) -> None:
    world.sync()
    world.calendar.put("Work", series("Jour fixe"))
    world.sync()
    assert world.crm.writes("create") > 40
    assert told(world) == ["Jour fixe"]


@pytest.mark.parametrize("times", [1, 2])
def test_R25_a_calendar_added_later_is_one_summary_of_its_own(tmp_path: Path, times: int) -> None:
    world = World(tmp_path, calendars=("Work", "Family"))
    world.calendar.put("Work", event("Meeting"))
    for number in range(7):
        world.calendar.put("Family", event(f"School {number}"))
    world.engine.calendars.refresh(world.calendar, select_new=True)
    world.engine.calendars.deselect("Family", remove_copies=False)
    world.sync()
    first = "1 event or task of your calendar is now in ForceManager."
    assert told(world) == [first]
    added = "7 events and tasks of your calendar “Family” are now in ForceManager."
    for number in range(times):
        world.calendar.put("Work", event(f"New one {number}"))
        world.engine.calendars.select("Family")
        world.sync()
        if number + 1 < times:
            world.engine.calendars.deselect("Family", remove_copies=True)
            world.sync()
    assert sorted(told(world)) == sorted([first, *[added] * times, *(f"New one {number}" for number in range(times))])


def test_R25_a_calendar_selected_again_whose_copies_are_still_there_says_nothing(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Family"))
    world.calendar.put("Family", event("School"))
    world.sync()
    before = told(world)
    world.engine.calendars.deselect("Family", remove_copies=False)
    world.sync()
    world.engine.calendars.select("Family")
    world.sync()
    assert told(world) == before


def test_R22_what_is_put_back_is_told_as_that_even_when_its_answer_was_lost(world: World) -> None:
    world.sync()
    world.calendar.put("Work", invitation("Review"))
    world.sync()
    assert told(world) == ["Review"]
    world.crm.remove(AGENDA, world.crm.key_of("Review"))
    world.crm.fail("create", OutcomeUnknown("no answer"), stored=True)
    world.sync()
    world.sync()
    assert world.crm.titles() == ["Review"]
    assert told(world) == ["Review", "“Review” was put back: you are a participant, not the organiser."]
