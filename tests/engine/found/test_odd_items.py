"""Bugs found about items that are odd (copied, in several places, tidied, cancelled, broken), or written on both sides.

Each by its symptom: the shortest sequence of events that showed it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fm_desktop.model.items import Kind, Privacy
from fm_desktop.port import Refused, Unreachable
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.policy import Direction
from tests.engine.steps import PEOPLE, decide
from tests.fakes.world import AGENDA, World, at, event


def test_a_title_cut_by_the_crm_is_no_edit_although_the_text_was_edited_meanwhile(world: World) -> None:
    """The echo was judged whole: one edited field made the cut of another look like a person's."""
    world.crm.tidy = lambda item: replace(item, title=item.title[:100])
    long = "Visit of the new plant " * 8
    key = world.calendar.put("Work", event(long, "uid-long"))
    create = world.crm.create

    def created(collection, uid, value):  # type: ignore[no-untyped-def]
        """The answer tells what was sent; the list tells what was stored, and by then edited."""
        world.crm.create = create  # type: ignore[method-assign]
        made = create(collection, uid, value)
        world.crm.edit(AGENDA, made.ref.id, text="Bring boots")
        return replace(made, items=(replace(made.items[0], title=value.title),))

    world.crm.create = created  # type: ignore[method-assign]
    world.sync()
    item = world.calendar.shelves["Work"][key].items[0]
    assert item.title == long
    assert item.text == "Bring boots"
    world.quiet()


def test_a_copied_row_known_at_the_calendar_is_linked_at_once_after_a_loss_of_state(world: World) -> None:
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    copy = world.crm.put(AGENDA, world.crm.one("Meeting"))
    world.crm.edit(AGENDA, copy, span=at(30, 9))
    world.sync()
    world.sync(minutes=90)
    assert world.calendar.titles() == ["Meeting", "Meeting"]
    before = world.crm.writes()
    world.reopen("fresh")
    world.sync()
    assert world.crm.writes() == before
    assert len(world.crm.items()) == 2
    world.quiet()


def test_deleting_the_row_of_an_event_that_is_in_two_calendars_deletes_both(tmp_path: Path) -> None:
    """The second one stayed, unseen by ForceManager, until somebody touched it."""
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Work", event("Meeting"))
    world.calendar.put("Private", event("Meeting"))
    world.sync()
    world.crm.remove(AGENDA, world.crm.key_of("Meeting"))
    world.sync()
    world.sync()
    assert world.calendar.titles() == world.crm.titles() == []
    world.quiet()


def test_a_path_taken_by_an_item_that_cannot_be_read_is_a_problem_and_no_endless_try(world: World) -> None:
    key = world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    path = world.calendar.key_of("Visit")
    world.reopen("fresh")
    world.calendar.breaks("Work", path, "it has no start")
    world.sync()
    assert world.crm.shelves[AGENDA].keys() == {key}
    requests = world.calendar.requests
    for _ in range(3):
        world.sync(minutes=30)
    assert world.calendar.requests - requests < 40
    world.quiet()


def test_a_cancelled_meeting_first_seen_after_a_loss_of_state_is_not_made_again(world: World) -> None:
    """Its row was taken for new, and the path at the calendar was taken: a try in every round, for ever."""
    world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Visit"), cancelled=True)
    world.reopen("fresh")
    world.sync()
    assert world.crm.titles() == []
    assert world.calendar.titles() == ["Visit"]
    world.quiet()


def test_R01_crm_to_calendar_leaves_a_copy_cancelled_in_the_calendar_alone(tmp_path: Path) -> None:
    world = World(tmp_path, direction=Direction.TO_PROVIDER)
    world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Visit"), cancelled=True)
    world.sync()
    assert world.calendar.writes() == 1
    assert world.crm.writes() == 0
    world.quiet()


def test_R01_crm_to_calendar_never_writes_to_the_crm_although_the_copy_became_private(tmp_path: Path) -> None:
    world = World(tmp_path, direction=Direction.TO_PROVIDER)
    world.crm.put(AGENDA, event("Visit", "-", text="Ask for the contract"))
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Visit"), privacy=Privacy.PRIVATE)
    world.sync()
    assert world.crm.writes() == 0
    assert world.crm.one("Visit").text == "Ask for the contract"
    world.quiet()


def test_a_copied_row_whose_original_is_deleted_within_the_hour_is_not_forgotten(world: World) -> None:
    """It carried the mark of an item that had ended, and was looked at by nobody again."""
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    world.crm.put(AGENDA, replace(world.crm.one("Meeting"), title="Copy"))
    world.calendar.remove("Work", "uid-Meeting.ics")
    world.sync()
    assert world.crm.titles() == ["Copy"]
    assert world.sync(minutes=90).held == 1
    assert world.crm.titles() == ["Copy"]


@pytest.mark.parametrize("obstacle", ["mail", "refused", "offline"])
@pytest.mark.parametrize("edited", ["text", "title"])
def test_an_edit_whose_write_is_held_up_is_not_forgotten_when_the_other_sides_edit_goes(
    world: World, obstacle: str, edited: str
) -> None:
    """The write that went made both whole items the base, the waiting edit included: never sent, never asked again."""
    people = PEOPLE if obstacle == "mail" else ()
    key = world.calendar.put("Work", event("Pitch", organiser=people[0] if people else None, participants=people))
    world.sync()
    other = {"text": "title", "title": "text"}[edited]
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), **{edited: "from the CRM"})
    world.calendar.edit("Work", key, **{other: "from the calendar"})
    if obstacle != "mail":
        error = Refused("no") if obstacle == "refused" else Unreachable("no network")
        world.calendar.fail("update", error)
    world.now += timedelta(minutes=2)
    world.engine.cycle()
    decide(world, Decision.APPROVED)
    for _ in range(3):
        world.sync(minutes=5)
    for side in (world.crm, world.calendar):
        (item,) = side.items()
        assert (getattr(item, edited), getattr(item, other)) == ("from the CRM", "from the calendar")
    world.quiet()


def test_two_computers_one_of_which_reads_an_empty_agenda_leave_one_row(world: World) -> None:
    """The row that was made in vain had a mark of its own, and so was no second row of anything."""
    world.sync()
    other = world.another_computer()
    world.crm.put(AGENDA, event("Visit", "-"))
    other.cycle()
    world.crm.lists_empty = True
    world.sync()
    world.crm.lists_empty = False
    world.sync()
    world.sync(minutes=60 * 25)
    assert world.crm.titles() == world.calendar.titles() == ["Visit"]
    world.quiet()


def test_a_second_row_that_may_not_be_deleted_stops_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.calendar.put("Work", event("Meeting"))
    world.crm.put(AGENDA, event("There before"))
    world.sync()
    key = world.crm.put(AGENDA, world.crm.one("Meeting"))
    with world.store.transaction():
        world.store.run("UPDATE operation SET remote = ? WHERE verb = 'create' AND side = 'crm'", key)
    for _ in range(2):
        world.crm.fail("delete", Refused("not allowed"))
    world.calendar.put("Work", event("New"))
    report = world.sync()
    assert report.problems == 1
    assert "New" in world.crm.titles()
    world.crm.faults.clear()
    assert world.sync().problems == 0
    assert world.crm.titles() == ["Meeting", "New", "There before"]


def test_an_event_turned_into_a_task_on_one_side_is_told_and_the_rest_of_it_goes_on(world: World) -> None:
    world.calendar.put("Work", event("Report"))
    world.sync()
    row = world.crm.key_of("Report")
    world.crm.edit(AGENDA, row, kind=Kind.TASK)
    world.sync()
    (problem,) = world.engine.state.problems.open()
    assert "“Report” is a task in ForceManager and an event in your calendar" in problem.message
    world.crm.edit(AGENDA, row, title="Report, final")
    world.sync()
    assert world.calendar.titles() == ["Report, final"]
    world.crm.edit(AGENDA, row, kind=Kind.EVENT)
    world.sync()
    assert world.engine.state.problems.open() == ()
    world.quiet()
