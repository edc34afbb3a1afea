"""A copy that goes with its calendar, by the user's choice, is no deletion: not to another computer, not after a crash."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fm_desktop.port import OutcomeUnknown, PortError, Refused, Unreachable
from fm_desktop.sync.calendars import Calendars
from fm_desktop.sync.identity import is_our_ext_id, is_released
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.undo import undo
from tests.engine.copies.steps import GUESTS, row
from tests.engine.steps import cycles, interrupted, newest
from tests.fakes.world import AGENDA, World, event, invitation


def test_R04_copies_taken_out_on_one_computer_cost_nothing_where_the_calendar_is_still_chosen(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.calendar.put("Home", event("Party"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.sync()
    assert world.crm.titles() == ["Party"]
    cycles(world, other)
    world.sync()
    assert world.calendar.titles() == ["Dentist", "Party"]
    assert world.crm.titles() == ["Party"]


def test_R04_copies_that_come_back_with_their_calendar_are_kept_in_step_by_both_computers(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.sync()
    cycles(world, other)
    Calendars(world.engine.state).select("Work")
    world.sync()
    cycles(world, other)
    assert world.crm.titles() == ["Dentist"]
    world.calendar.edit("Work", "uid-Dentist.ics", title="Dentist, later")
    cycles(world, other)
    assert world.crm.titles() == ["Dentist, later"]
    world.quiet()


def test_R04_an_undo_that_waits_does_not_make_a_deletion_of_a_copy_taken_out_elsewhere(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    world.calendar.edit("Work", "uid-Dentist.ics", title="Dentist, later")
    world.sync()
    cycles(world, other)
    (entry,) = [each for each in world.engine.state.chronicle.entries(9) if each.verb is Verb.UPDATE]
    undo(world.engine.state, entry.id)
    Calendars(other.state).deselect("Work", remove_copies=True)
    assert other.cycle().error is None
    assert world.crm.titles() == []
    world.sync()
    world.quiet()
    assert world.calendar.titles() == ["Dentist, later"]


def test_R27_nothing_is_asked_any_more_about_a_copy_taken_out_elsewhere(world: World) -> None:
    world.calendar.put("Work", event("Pitch", organiser=GUESTS[0], participants=GUESTS))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), title="Pitch II")
    assert world.sync().held == 1
    Calendars(other.state).deselect("Work", remove_copies=True)
    assert other.cycle().error is None
    assert world.sync().held == 0
    assert not world.engine.state.held.waiting()
    assert (world.calendar.titles(), world.calendar.mails) == (["Pitch"], [])
    world.quiet()


def test_a_problem_of_a_copy_is_over_when_another_computer_takes_it_out(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    world.calendar.edit("Work", "uid-Dentist.ics", title="Dentist, later")
    for _ in range(3):
        world.crm.fail("update", Refused("not this one"))
        world.sync(minutes=10)
    assert world.engine.state.problems.count() == 1
    Calendars(other.state).deselect("Work", remove_copies=True)
    assert other.cycle().error is None
    world.sync()
    assert world.engine.state.problems.count() == 0
    world.quiet()


def test_R04_an_old_state_file_that_knows_the_copies_deletes_nothing(world: World, tmp_path: Path) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    world.store.close()
    old = (tmp_path / "state.db").read_bytes()
    world.reopen()
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.sync()
    world.store.close()
    (tmp_path / "old.db").write_bytes(old)
    world.reopen("old")
    world.sync()
    assert world.calendar.titles() == ["Dentist"]
    assert world.crm.titles() == []
    world.quiet()


def test_a_copy_that_is_marked_and_not_deleted_yet_is_no_new_row_to_anybody(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.crm.fail("delete", Unreachable("the line is down"))
    world.now += timedelta(minutes=2)
    world.engine.cycle()
    assert is_released(world.crm.one("Dentist").uid)
    cycles(world, other)
    assert world.calendar.titles() == ["Dentist"]
    assert world.crm.titles() == ["Dentist"]
    world.sync()
    assert world.crm.titles() == []
    assert world.calendar.titles() == ["Dentist"]


def test_R04_a_calendar_taken_out_and_chosen_again_before_any_cycle_loses_no_copy(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.calendar.put("Work", invitation("Pitch"))
    world.sync()
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    Calendars(world.engine.state).select("Work")
    world.quiet()
    assert world.crm.titles() == ["Dentist", "Pitch"]
    world.calendar.edit("Work", "uid-Dentist.ics", title="Dentist, later")
    world.sync()
    assert world.crm.titles() == ["Dentist, later", "Pitch"]
    world.calendar.remove("Work", "uid-Dentist.ics")
    world.sync()
    assert world.crm.titles() == ["Pitch"]


def test_R04_what_another_chosen_calendar_holds_too_keeps_its_copy(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.calendar.put("Home", event("Dentist"))
    world.sync()
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.sync()
    assert world.crm.titles() == ["Dentist"]
    world.calendar.edit("Home", "uid-Dentist.ics", title="Dentist, later")
    world.sync()
    assert world.crm.titles() == ["Dentist, later"]
    world.quiet()


def test_R04_a_calendar_chosen_again_while_its_copies_were_taken_out_is_kept_in_step(world: World) -> None:
    """The row was marked, and not deleted: the mark is taken back, and edits of the row travel in between too."""
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.crm.fail("delete", Unreachable("the line is down"))
    interrupted(world)
    cycles(world, other)
    Calendars(world.engine.state).select("Work")
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Dentist"), title="Dentist, later")
    world.sync()
    assert world.calendar.titles() == ["Dentist, later"]
    assert is_our_ext_id(world.crm.one("Dentist, later").uid)
    world.calendar.edit("Work", "uid-Dentist.ics", title="Dentist, sooner")
    cycles(world, other)
    assert world.crm.titles() == ["Dentist, sooner"]
    world.quiet()


def test_a_copy_undone_while_another_computer_chose_its_calendar_anew_costs_nothing(world: World) -> None:
    """To that one the event is away for the moment in which it hears of the row."""
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    Calendars(other.state).deselect("Work", remove_copies=True)
    Calendars(other.state).select("Work")
    undo(world.engine.state, newest(world))
    world.sync()
    cycles(world, other)
    assert world.calendar.titles() == ["Dentist"]
    assert world.crm.titles() == []
    world.quiet()


def test_R04_a_copy_that_could_not_be_changed_is_taken_out_all_the_same(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    world.calendar.edit("Work", "uid-Dentist.ics", title="Dentist, later")
    for _ in range(3):
        world.crm.fail("update", Refused("no such thing"))
        world.sync(minutes=10)
    assert world.engine.state.problems.count() == 1
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.sync()
    assert world.crm.titles() == []
    assert world.calendar.titles() == ["Dentist, later"]
    assert world.engine.state.problems.count() == 0


def test_R04_a_new_computer_makes_no_second_row_while_a_copy_is_taken_out(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.crm.fail("delete", Unreachable("the line is down"))
    interrupted(world)
    cycles(world, world.another_computer("new"))
    assert world.crm.titles() == world.calendar.titles() == ["Dentist"]


@pytest.mark.parametrize(
    ("verb", "error", "stored"),
    [
        ("delete", Unreachable("the line is down"), False),
        ("delete", OutcomeUnknown("the line went down"), False),
        ("mark", OutcomeUnknown("the line went down"), True),
    ],
)
def test_a_deletion_is_carried_out_although_it_was_interrupted_after_the_mark(
    world: World, verb: str, error: PortError, stored: bool
) -> None:
    """Not all calendars take part: the row is marked first. That mark is this computer's own, and no news to it."""
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    Calendars(world.engine.state).deselect("Home", remove_copies=False)
    world.sync()
    world.calendar.remove("Work", "uid-Dentist.ics")
    world.crm.fail(verb, error, stored=stored)
    interrupted(world)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == []
    world.quiet()


def test_a_copy_taken_out_long_ago_tells_nothing_of_the_deletion_of_the_one_that_is_there(world: World) -> None:
    """A whole listing shows all rows that ever were, with their marks."""
    world.crm.put(AGENDA, row("Visit"))
    world.calendar.put("Work", event("Dentist"))
    world.calendar.put("Work", invitation("Pitch"))
    world.sync()
    Calendars(world.engine.state).deselect("Work", remove_copies=True)
    world.sync()
    Calendars(world.engine.state).select("Work")
    world.sync()
    assert world.crm.titles() == ["Dentist", "Pitch", "Visit"]
    world.crm.remove(AGENDA, world.crm.key_of("Dentist"))
    world.crm.remove(AGENDA, world.crm.key_of("Pitch"))
    world.sync(minutes=60 * 25)
    assert world.crm.titles() == world.calendar.titles() == ["Pitch", "Visit"]
    world.quiet()


def test_an_event_moved_to_a_calendar_that_only_another_computer_syncs_is_not_deleted_there(world: World) -> None:
    key = world.calendar.put("Work", event("Offsite"))
    world.sync()
    other = world.another_computer()
    cycles(world, other)
    Calendars(world.engine.state).deselect("Home", remove_copies=False)
    world.sync()
    stored = world.calendar.shelves["Work"][key]
    world.calendar.remove("Work", key)
    world.calendar.put("Home", *stored.items, key=key)
    world.sync()
    assert world.crm.titles() == []
    cycles(world, other)
    assert world.calendar.titles() == ["Offsite"]
    world.quiet()
