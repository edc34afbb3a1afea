"""Bugs found about lost answers, and a disk that is full.

Each by its symptom: the shortest sequence of events that showed it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fm_desktop.port import OutcomeUnknown, Refused, Side, Unreachable
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.retry import retry
from fm_desktop.sync.store import StoreError
from fm_desktop.sync.undo import undo
from tests.engine.steps import before_the_next
from tests.fakes.world import AGENDA, World, event

LOST = OutcomeUnknown("no answer came")


def _loses_the_answer_and_the_network(world: World, *, stored: bool) -> None:
    """A cycle in which the answer to an update is lost, and which cannot even ask what became of it."""

    def offline() -> None:
        world.calendar.fail("update", LOST, stored=stored)
        world.calendar.read_errors = [Unreachable("no network")]

    before_the_next(world.calendar, "update", offline)
    world.now += timedelta(minutes=2)
    assert world.engine.cycle().unknown == 1


def test_an_edit_made_while_the_outcome_of_an_update_was_unknown_travels(world: World) -> None:
    """What the probe saw became the base whole, other people's fields included."""
    key = world.calendar.put("Work", event("Visit"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Visit"), title="Later visit")
    _loses_the_answer_and_the_network(world, stored=True)
    world.calendar.edit("Work", key, text="by the back door")
    world.sync()
    assert world.crm.one("Later visit").text == "by the back door"
    world.quiet()


def test_two_computers_and_a_lost_answer_leave_one_row(world: World) -> None:
    """A create that a probe found had no row to its name, so nobody took the second row away."""
    other = world.another_computer()
    world.calendar.put("Work", event("Meeting"))
    world.crm.put(AGENDA, event("There before"))

    def other_cycle_and_a_fault() -> None:
        other.cycle()
        world.crm.fail("create", LOST, stored=True)

    before_the_next(world.crm, "create", other_cycle_and_a_fault)
    world.sync()
    for _ in range(4):
        world.sync(minutes=40)
        other.cycle()
    assert world.crm.titles() == world.calendar.titles() == ["Meeting", "There before"]
    world.quiet()


def test_a_write_of_unknown_outcome_to_a_calendar_that_is_gone_stops_nothing_else(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    key = world.calendar.put("Private", event("Dentist"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Dentist"), title="Dentist 2")
    _loses_the_answer_and_the_network(world, stored=False)
    assert key in world.calendar.shelves.pop("Private")
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    assert "Meeting" in world.crm.titles()
    assert not world.engine.state.journal.unknown()
    world.quiet()


def test_a_full_disk_is_told_in_words_and_nothing_is_doubled_after(world: World) -> None:
    """SQLite's own words came out, and no next step."""
    for number in range(20):
        world.calendar.put("Work", event(f"Meeting {number}", text="x" * 3_000))
    world.store.db.execute(f"PRAGMA max_page_count = {world.store.value('PRAGMA page_count') + 20}")
    with pytest.raises(StoreError, match=r"The disk is full.*Make room"):
        world.sync()
    world.reopen()
    world.sync()
    world.sync(minutes=5)
    assert len(world.crm.items()) == 20
    world.quiet()


def test_a_persons_copy_of_a_row_is_not_taken_for_the_write_whose_answer_was_lost(world: World) -> None:
    world.calendar.put("Work", event("Meeting"))
    world.crm.put(AGENDA, event("There before"))
    create = world.crm.create

    def lost(collection, uid, value):  # type: ignore[no-untyped-def]
        world.crm.create = create  # type: ignore[method-assign]
        made = create(collection, uid, value)
        world.crm.put(AGENDA, replace(made.items[0], title="Copy"))
        raise LOST

    world.crm.create = lost  # type: ignore[method-assign]
    world.sync()
    world.sync(minutes=90)
    assert world.crm.titles() == world.calendar.titles() == ["Copy", "Meeting", "There before"]
    world.quiet()


def test_a_create_whose_answer_was_lost_is_found_in_the_calendar_it_was_moved_to(tmp_path: Path) -> None:
    """It was looked for where it had been sent only; with no base, an edit made in the CRM since lost."""
    world = World(tmp_path, calendars=("Work", "Private"))
    world.sync()
    row = world.crm.put(AGENDA, event("Visit", "-"))
    create = world.calendar.create

    def lost(collection, uid, value):  # type: ignore[no-untyped-def]
        world.calendar.create = create  # type: ignore[method-assign]
        create(collection, uid, value)
        world.calendar.read_errors = [Unreachable("no network")]
        raise LOST

    world.calendar.create = lost  # type: ignore[method-assign]
    world.now += timedelta(minutes=2)
    world.engine.cycle()
    key = world.calendar.key_of("Visit")
    items = world.calendar.shelves["Work"][key].items
    world.calendar.remove("Work", key)
    world.calendar.put("Private", *items, key=key)
    world.crm.edit(AGENDA, row, title="Later visit")
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Later visit"]
    assert world.calendar.items("Work") == []
    world.quiet()


def test_what_was_put_aside_and_turns_out_to_be_written_is_no_problem_any_more(world: World) -> None:
    """The write was found by asking, and the user was told for ever that it could not be made. (Simulation, seed 405.)"""
    world.calendar.put("Work", event("Visit"))
    for _ in range(3):
        world.crm.fail("create", Refused("not this one"))
        world.sync(minutes=10)
    (problem,) = world.engine.state.problems.open()
    retry(world.engine.state, int(problem.key.partition(":")[2]))
    world.engine.state.problems.report(problem.key, problem.title, problem.message, problem.next_step)
    world.crm.fail("create", LOST, stored=True)
    world.sync(minutes=10)
    assert world.crm.titles() == ["Visit"]
    assert not world.engine.state.problems.open()
    world.quiet()


def test_what_is_put_aside_at_one_side_is_told_although_the_other_side_took_its_part(world: World) -> None:
    """The write that was possible took the problem of the other one away, and the item was left alone silently."""
    key = world.calendar.put("Work", event("Visit"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Visit"), title="Visit II")
    for _ in range(2):
        world.calendar.fail("update", Refused("not this one"))
        world.sync(minutes=10)
    world.calendar.edit("Work", key, text="Bring the plans")
    world.calendar.fail("update", Refused("not this one"))
    world.sync(minutes=10)
    assert [each.title for each in world.engine.state.problems.open()] == ["Visit"]


@pytest.mark.parametrize("edited", [Side.PROVIDER, Side.CRM])
def test_an_update_whose_answer_was_lost_is_undone_like_any_other(world: World, edited: Side) -> None:
    """The history had the new title as the one before, so that its undo changed nothing (crash sweep)."""
    world.calendar.put("Work", event("Old", "uid-1"))
    world.sync()
    if edited is Side.PROVIDER:
        world.calendar.edit("Work", world.calendar.key_of("Old"), title="New")
        world.crm.fail("update", LOST, stored=True)
    else:
        world.crm.edit(AGENDA, world.crm.key_of("Old"), title="New")
        world.calendar.fail("update", LOST, stored=True)
    world.sync()
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["New"]
    (line,) = [each for each in world.engine.state.chronicle.entries() if each.verb is Verb.UPDATE]
    undo(world.engine.state, line.id)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Old"]
    world.quiet()


def test_a_deletion_whose_answer_was_lost_is_undone_like_any_other(world: World) -> None:
    key = world.calendar.put("Work", event("Old", place="Room 4"))
    world.sync()
    world.calendar.remove("Work", key)
    world.crm.fail("delete", LOST, stored=True)
    world.sync()
    world.sync()
    assert world.crm.titles() == []
    (line,) = [each for each in world.engine.state.chronicle.entries() if each.verb is Verb.DELETE]
    undo(world.engine.state, line.id)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Old"]
    assert world.calendar.one("Old").place == "Room 4"
    world.quiet()
