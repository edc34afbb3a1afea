"""A copy that an undo takes out is no deletion to anybody, and is made again by undoing that."""

from __future__ import annotations

import pytest

from fm_desktop.port import Side, Unreachable
from fm_desktop.sync.calendars import Calendars
from fm_desktop.sync.identity import is_released
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.undo import CannotUndo, undo
from tests.engine.copies.steps import GUESTS, place_of, row
from tests.engine.steps import cycles, decide, interrupted, newest
from tests.fakes.world import AGENDA, EMMA, World, event, invitation


def copied(world: World, born: Side) -> None:
    """A visit of one side and its copy at the other."""
    if born is Side.CRM:
        world.crm.put(AGENDA, row("Visit"))
    else:
        world.calendar.put("Work", event("Visit"))
    world.sync()


def test_undoing_a_copy_in_the_crm_is_no_deletion_to_another_computer(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    undo(world.engine.state, newest(world))
    world.sync()
    cycles(world, other)
    world.sync()
    assert world.calendar.titles() == ["Dentist"]
    assert world.crm.titles() == []


def test_undoing_a_copy_in_the_calendar_is_no_deletion_to_another_computer(world: World) -> None:
    world.crm.put(AGENDA, row("Visit"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    undo(world.engine.state, newest(world))
    world.sync()
    cycles(world, other)
    cycles(world, world.another_computer("new"))
    world.sync()
    assert world.crm.titles() == ["Visit"]
    assert world.calendar.titles() == []


@pytest.mark.parametrize("born", list(Side))
def test_an_undone_copy_is_made_again_by_undoing_that(world: World, born: Side) -> None:
    copied(world, born)
    undo(world.engine.state, newest(world))
    world.sync()
    assert world.crm.titles() + world.calendar.titles() == ["Visit"]
    undo(world.engine.state, newest(world))
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Visit"]
    assert not is_released(world.crm.one("Visit").uid)
    world.calendar.edit(*place_of(world, "Visit"), title="Visit, later")
    world.sync()
    assert world.crm.titles() == ["Visit, later"]
    cycles(world, world.another_computer("new"))
    assert world.crm.titles() == world.calendar.titles() == ["Visit, later"]
    world.quiet()


def test_an_undone_copy_of_an_invitation_is_made_again_by_undoing_that(world: World) -> None:
    world.calendar.put("Work", invitation("Pitch"))
    world.sync()
    undo(world.engine.state, newest(world))
    world.sync()
    assert world.crm.titles() == []
    undo(world.engine.state, newest(world))
    world.sync()
    assert world.crm.titles() == ["Pitch"]
    assert world.calendar.mails == []
    world.quiet()


def test_a_change_of_what_has_no_copy_any_more_is_not_undone_in_silence(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    made = newest(world)
    world.calendar.edit("Work", "uid-Dentist.ics", title="Dentist, later")
    world.sync()
    changed = newest(world)
    undo(world.engine.state, made)
    world.sync()
    with pytest.raises(CannotUndo, match="on one side only"):
        undo(world.engine.state, changed)


def test_a_meeting_cancelled_in_the_calendar_is_not_wished_back(world: World) -> None:
    world.calendar.put("Work", event("Review", organiser=EMMA, participants=GUESTS))
    world.sync()
    world.calendar.edit("Work", "uid-Review.ics", cancelled=True)
    world.sync()
    with pytest.raises(CannotUndo, match="is cancelled in the calendar"):
        undo(world.engine.state, newest(world))


def test_an_undone_copy_made_again_is_kept_in_step_by_the_other_computer_too(world: World) -> None:
    world.crm.put(AGENDA, row("Visit"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    for _ in range(2):
        undo(world.engine.state, newest(world))
        world.sync()
        cycles(world, other)
    world.calendar.edit(*place_of(world, "Visit"), title="Visit, later")
    cycles(world, other)
    assert world.crm.titles() == world.calendar.titles() == ["Visit, later"]
    world.quiet()


def test_R27_a_copy_not_wanted_back_after_all_is_not_made_without_its_guests(world: World) -> None:
    world.crm.put(AGENDA, row("Visit"))
    world.sync()
    made = newest(world)
    world.calendar.edit(*place_of(world, "Visit"), organiser=EMMA, participants=GUESTS)
    world.sync()
    undo(world.engine.state, made)
    world.sync()
    assert decide(world, Decision.APPROVED) == 1
    world.sync()
    world.calendar.mails.clear()
    undo(world.engine.state, newest(world))
    world.sync()
    assert decide(world, Decision.KEEP) == 1
    world.sync()
    assert world.crm.titles() == ["Visit"]
    assert world.calendar.titles() == world.calendar.mails == []
    world.quiet()


def test_R27_a_copy_that_stays_after_all_is_kept_in_step(world: World) -> None:
    """Its row was marked before a guest was seen, about whose mail the user was asked."""
    key = world.crm.put(AGENDA, row("Visit"))
    world.sync()
    undo(world.engine.state, newest(world))
    world.calendar.fail("delete", Unreachable("the line is down"))
    interrupted(world)
    assert is_released(world.crm.one("Visit").uid)
    place, path = place_of(world, "Visit")
    world.calendar.edit(place, path, organiser=EMMA, participants=GUESTS)
    assert world.sync().held == 1
    assert decide(world, Decision.KEEP) == 1
    world.sync()
    world.sync()
    assert world.crm.one("Visit").uid == ""
    world.calendar.edit(place, path, title="Visit, later")
    world.sync()
    assert world.crm.shelves[AGENDA][key].items[0].title == "Visit, later"
    assert world.calendar.mails == []
    world.quiet()


def test_a_copy_whose_row_belongs_to_another_program_too_cannot_be_undone_alone(world: World) -> None:
    world.crm.put(AGENDA, event("Visit", "ERP-17"))
    world.sync()
    with pytest.raises(CannotUndo, match="“Visit” belongs to another program"):
        undo(world.engine.state, newest(world))


def test_what_is_in_a_calendar_that_takes_no_part_is_not_undone_in_silence(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    Calendars(world.engine.state).deselect("Work", remove_copies=False)
    with pytest.raises(CannotUndo, match="choose it again"):
        undo(world.engine.state, newest(world))


def test_what_was_taken_out_with_its_calendar_is_not_wished_back_into_another_one(world: World) -> None:
    world.calendar.put("Home", event("Party"))
    world.sync()
    Calendars(world.engine.state).deselect("Home", remove_copies=True)
    world.sync()
    with pytest.raises(CannotUndo, match="choose it again"):
        undo(world.engine.state, newest(world))
    Calendars(world.engine.state).select("Home")
    world.sync()
    assert world.calendar.titles() == world.crm.titles() == ["Party"]


def test_a_copy_whose_original_is_gone_is_not_undone(world: World) -> None:
    world.sync()
    Calendars(world.engine.state).deselect("Work", remove_copies=False)
    world.crm.put(AGENDA, row("Visit"))
    world.sync()
    made = newest(world)
    _, key = place_of(world, "Visit")
    # The person moves it where no copy is kept of it, and takes that calendar in later.
    items = world.calendar.shelves["Home"][key].items
    world.calendar.remove("Home", key)
    world.calendar.put("Work", *items, key=key)
    world.sync()
    assert world.crm.titles() == []
    Calendars(world.engine.state).select("Work")
    with pytest.raises(CannotUndo, match="“Visit”: what this was a copy of is gone"):
        undo(world.engine.state, made)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Visit"]
    world.quiet()


@pytest.mark.parametrize("born", list(Side))
def test_an_original_that_goes_before_its_copy_is_undone_leaves_what_was_edited(world: World, born: Side) -> None:
    copied(world, born)
    undo(world.engine.state, newest(world))
    place, path = place_of(world, "Visit")
    (key,) = world.crm.shelves[AGENDA]
    if born is Side.CRM:
        world.crm.remove(AGENDA, key)
        world.calendar.edit(place, path, title="Visit, later")
    else:
        world.calendar.remove(place, path)
        world.crm.edit(AGENDA, key, title="Visit, later")
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Visit, later"]
    world.quiet()


def test_a_wish_that_could_not_be_carried_out_leaves_nothing_to_take_for_a_deletion(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    undo(world.engine.state, newest(world))
    world.sync()
    undo(world.engine.state, newest(world))
    link = world.engine.state.links.of_uid("uid-Dentist")[0]
    with world.store.transaction():
        world.engine.state.links.update(link, wish=None)
    world.sync()
    assert world.calendar.titles() == world.crm.titles() == ["Dentist"]
    world.quiet()
