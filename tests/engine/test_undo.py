"""An entry of the history is taken back, on both sides and with no mail to anybody unasked; a preview writes nothing."""

from __future__ import annotations

import pytest

from fm_desktop.sync.explain import explain
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.undo import CannotUndo, undo
from tests.engine.steps import PEOPLE, decide, newest
from tests.fakes.world import AGENDA, World, event, invitation


def test_an_update_is_undone_on_both_sides(world: World) -> None:
    key = world.calendar.put("Work", event("Old"))
    world.sync()
    world.calendar.edit("Work", key, title="New")
    world.sync()
    entry = world.engine.state.chronicle.entries()[0]
    undo(world.engine.state, entry.id)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Old"]
    world.quiet()
    with pytest.raises(CannotUndo, match="undone already"):
        undo(world.engine.state, entry.id)


def test_a_deletion_is_undone_as_complete_as_it_was(world: World) -> None:
    key = world.calendar.put("Work", event("Old", place="Room 4", text="Bring the plans"))
    world.sync()
    world.calendar.remove("Work", key)
    world.sync()
    assert world.crm.titles() == []
    undo(world.engine.state, world.engine.state.chronicle.entries()[0].id)
    world.sync()
    assert world.calendar.one("Old").place == "Room 4"
    assert "Room 4" in world.crm.one("Old").details
    world.quiet()


def test_a_create_is_undone_and_not_made_again(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    undo(world.engine.state, world.engine.state.chronicle.entries()[0].id)
    world.sync()
    assert world.crm.titles() == []
    assert world.calendar.titles() == ["Dentist"]
    world.calendar.edit("Work", "uid-Dentist.ics", text="x")
    world.quiet()
    assert world.crm.titles() == []
    assert "not copied again" in " ".join(explain(world.engine.state, "Dentist")[0].reasons)


def test_undo_of_what_only_follows_the_calendar_is_refused_in_words(world: World) -> None:
    key = world.calendar.put("Work", invitation("Review"))
    world.sync()
    world.calendar.edit("Work", key, title="Review II")
    world.sync()
    with pytest.raises(CannotUndo, match="participant"):
        undo(world.engine.state, world.engine.state.chronicle.entries()[0].id)


def test_undo_of_a_change_others_would_be_mailed_about_asks_first(world: World) -> None:
    key = world.calendar.put("Work", event("Pitch", organiser=PEOPLE[0], participants=PEOPLE))
    world.sync()
    world.calendar.edit("Work", key, title="Pitch II")
    world.sync()
    undo(world.engine.state, world.engine.state.chronicle.entries()[0].id)
    report = world.sync()
    assert report.held == 1
    assert world.calendar.mails == []


def test_a_dry_run_writes_nothing_and_says_what_would_be_done(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.crm.put(AGENDA, event("Visit", "-"))
    report = world.engine.cycle(dry_run=True)
    assert world.crm.writes() == world.calendar.writes() == 0
    assert {(line.side.value, line.verb.value, line.title) for line in report.plan} == {
        ("crm", "create", "Dentist"),
        ("provider", "create", "Visit"),
    }
    world.sync()
    assert world.crm.titles() == ["Dentist", "Visit"]


def test_the_deletion_of_a_row_whose_original_is_not_known_cannot_be_undone(world: World) -> None:
    """Undone, an item without an identity was made in the calendar, beside the original. (Simulation, seed 111.)"""
    world.calendar.put("Work", event("Lunch"))
    world.sync()
    world.reopen("lost")
    world.calendar.remove("Work", world.calendar.key_of("Lunch"))
    world.sync()
    decide(world, Decision.APPROVED)
    world.sync()
    assert world.crm.titles() == []
    with pytest.raises(CannotUndo, match="not known any more"):
        undo(world.engine.state, newest(world))
