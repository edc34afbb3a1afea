"""A person's copy of a row, which carries the mark of its original, is never taken for it; nor is a second row that a
computer made by mistake, and never took away, taken for a person's copy."""

from __future__ import annotations

from dataclasses import replace

from fm_desktop.sync.calendars import Calendars
from fm_desktop.sync.identity import is_released
from fm_desktop.sync.undo import undo
from tests.engine.copies.steps import row
from tests.engine.steps import cycles, newest
from tests.fakes.world import AGENDA, World, event


def test_a_persons_copy_loses_the_mark_of_its_original_and_no_computer_confuses_them(world: World) -> None:
    """Taken out and in again, the original had a higher number than its copy: a new computer took one for the other."""
    key = world.calendar.put("Work", event("Lunch"))
    world.sync()
    world.crm.put(AGENDA, replace(world.crm.one("Lunch"), title="Copy"))
    world.sync()
    world.sync(minutes=70)
    assert world.crm.one("Copy").uid == ""
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.sync()
    Calendars(world.engine.state).select("Work")
    world.sync()
    cycles(world, world.another_computer())
    world.sync(minutes=60 * 25)
    assert world.crm.titles() == world.calendar.titles() == ["Copy", "Lunch"]
    assert world.calendar.shelves["Work"][key].items[0].title == "Lunch"
    world.quiet()


def test_a_copy_made_before_its_original_was_made_anew_does_not_take_its_place(world: World) -> None:
    key = world.calendar.put("Work", event("Lunch"))
    world.sync()
    world.crm.put(AGENDA, replace(world.crm.one("Lunch"), title="Copy"))
    world.sync()
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.sync()
    Calendars(world.engine.state).select("Work")
    world.sync()
    world.sync(minutes=70)
    world.sync(minutes=60 * 25)
    assert world.crm.titles() == world.calendar.titles() == ["Copy", "Lunch"]
    assert world.calendar.shelves["Work"][key].items[0].title == "Lunch"
    world.quiet()


def test_a_persons_copy_is_no_copy_made_again_after_its_original_was_undone(world: World) -> None:
    world.calendar.put("Work", event("Lunch"))
    world.sync()
    made = newest(world)
    other = world.another_computer()
    cycles(world, other)
    world.crm.put(AGENDA, replace(world.crm.one("Lunch"), title="Copy", text="mine"))
    world.sync()
    cycles(world, other)
    undo(world.engine.state, made)
    world.sync()
    cycles(world, other)
    assert world.calendar.titles() == ["Lunch"]
    world.sync(minutes=70)
    cycles(world, other)
    world.sync(minutes=60 * 25)
    assert world.crm.titles() == ["Copy"]
    assert world.calendar.titles() == ["Copy", "Lunch"]
    assert world.calendar.one("Lunch").text == ""
    cycles(world, other)
    world.quiet()


def test_a_persons_copy_of_a_row_without_copy_is_an_item_of_its_own(world: World) -> None:
    world.crm.put(AGENDA, row("Visit"))
    world.sync()
    undo(world.engine.state, newest(world))
    world.sync()
    world.crm.put(AGENDA, replace(world.crm.one("Visit"), title="Copy"))
    world.sync()
    world.sync()
    assert world.crm.titles() == ["Copy", "Visit"]
    assert world.calendar.titles() == ["Copy"]
    assert world.crm.one("Copy").uid == ""
    assert is_released(world.crm.one("Visit").uid)
    cycles(world, world.another_computer("new"))
    assert world.calendar.titles() == ["Copy"]
    world.quiet()


def test_a_second_row_of_a_computer_that_is_off_since_is_no_second_meeting(world: World) -> None:
    """Both computers met the event within the minute in which the CRM's list lags behind; one was closed then."""
    world.calendar.put("Work", event("Lunch"))
    world.sync()
    world.crm.put(AGENDA, world.crm.one("Lunch"))
    world.sync()
    world.sync(minutes=90)
    assert len(world.crm.items()) == 2
    assert world.calendar.titles() == ["Lunch"]
    world.sync(minutes=60 * 25)
    assert world.crm.titles() == world.calendar.titles() == ["Lunch"]
    cycles(world, world.another_computer())
    world.quiet()


def test_the_maker_of_a_second_row_that_another_computer_took_away_goes_on_with_the_first(world: World) -> None:
    world.calendar.put("Work", event("Lunch"))
    world.crm.lists_empty = True
    other = world.another_computer("off")
    other.cycle()
    world.crm.lists_empty = False
    made = world.crm.one("Lunch")
    (second,) = world.crm.shelves[AGENDA]
    world.crm.shelves[AGENDA].clear()
    world.crm.put(AGENDA, made, key="50")
    world.crm.put(AGENDA, made, key=second)
    world.sync()
    world.sync(minutes=60 * 25)
    assert [*world.crm.shelves[AGENDA]] == ["50"]
    world.calendar.edit("Work", "uid-Lunch.ics", title="Lunch, later")
    cycles(world, other)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Lunch, later"]
    world.quiet()
