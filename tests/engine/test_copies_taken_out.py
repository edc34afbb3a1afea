"""A copy that goes by the user's choice is no deletion: not to another computer, not after a crash, not to an undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fm_desktop.model.items import Item
from fm_desktop.port import OutcomeUnknown, PortError, Refused, Side, Unreachable
from fm_desktop.sync.calendars import Calendars
from fm_desktop.sync.cycle import Engine
from fm_desktop.sync.identity import is_our_ext_id, is_released
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.undo import CannotUndo, undo
from tests.fakes.world import AGENDA, EMMA, World, event, invitation, person

GUESTS = (EMMA, person("boss@client.example"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, calendars=("Work", "Home"))


def row(title: str) -> Item:
    """One as people make them in ForceManager, without any mark."""
    return replace(event(title), uid="")


def cycles(world: World, engine: Engine, number: int = 3) -> None:
    for _ in range(number):
        world.now += timedelta(minutes=2)
        report = engine.cycle()
        assert report.error is None, report.error


def interrupted(world: World) -> None:
    """A cycle that a fault ends."""
    world.now += timedelta(minutes=2)
    world.engine.cycle()


def newest(world: World) -> int:
    return world.engine.state.chronicle.entries()[0].id


# --- taken out with its calendar ---


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


# --- undone ---


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
    if born is Side.CRM:
        world.crm.put(AGENDA, row("Visit"))
    else:
        world.calendar.put("Work", event("Visit"))
    world.sync()
    undo(world.engine.state, newest(world))
    world.sync()
    assert world.crm.titles() + world.calendar.titles() == ["Visit"]
    undo(world.engine.state, newest(world))
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Visit"]
    assert not is_released(world.crm.one("Visit").uid)
    world.calendar.edit(*_place(world, "Visit"), title="Visit, later")
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
    world.calendar.edit(*_place(world, "Visit"), title="Visit, later")
    cycles(world, other)
    assert world.crm.titles() == world.calendar.titles() == ["Visit, later"]
    world.quiet()


def test_R27_a_copy_not_wanted_back_after_all_is_not_made_without_its_guests(world: World) -> None:
    world.crm.put(AGENDA, row("Visit"))
    world.sync()
    made = newest(world)
    world.calendar.edit(*_place(world, "Visit"), organiser=EMMA, participants=GUESTS)
    world.sync()
    undo(world.engine.state, made)
    world.sync()
    approve(world, Decision.APPROVED)
    world.sync()
    world.calendar.mails.clear()
    undo(world.engine.state, newest(world))
    world.sync()
    approve(world, Decision.KEEP)
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
    place, path = _place(world, "Visit")
    world.calendar.edit(place, path, organiser=EMMA, participants=GUESTS)
    assert world.sync().held == 1
    approve(world, Decision.KEEP)
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


# --- a deleted meeting with guests, wished back ---


def deleted_meeting(world: World) -> None:
    world.calendar.put("Work", event("Review", organiser=EMMA, participants=GUESTS, text="agenda"))
    world.sync()
    world.calendar.remove("Work", "uid-Review.ics")
    world.sync()
    assert world.crm.titles() == []
    undo(world.engine.state, newest(world))


def test_R27_a_meeting_wished_back_waits_on_both_sides_for_the_word_about_its_mail(world: World) -> None:
    deleted_meeting(world)
    other = world.another_computer()
    assert world.sync().held == 1
    cycles(world, other)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == []
    assert world.calendar.mails == []
    approve(world, Decision.APPROVED)
    world.sync()
    cycles(world, other)
    assert world.crm.titles() == world.calendar.titles() == ["Review"]
    assert is_our_ext_id(world.crm.one("Review").uid)
    world.quiet()


def test_R27_a_meeting_not_wanted_back_after_all_stays_away(world: World) -> None:
    deleted_meeting(world)
    world.sync()
    approve(world, Decision.KEEP)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == []
    assert world.calendar.mails == []
    world.quiet()


def test_a_meeting_wished_back_is_whole_although_the_crm_was_away_in_between(world: World) -> None:
    """An edit made while only the calendar had it again travels, and a lost state finds the row."""
    deleted_meeting(world)
    world.sync()
    approve(world, Decision.APPROVED)
    world.crm.fail("create", Unreachable("the line is down"))
    world.now += timedelta(minutes=2)
    world.engine.cycle()
    assert world.calendar.titles() == ["Review"]
    assert world.crm.titles() == []
    world.calendar.edit("Work", "uid-Review.ics", title="Review, later")
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Review, later"]
    assert world.crm.one("Review, later").text == "agenda"
    cycles(world, world.another_computer("new"))
    assert world.crm.titles() == world.calendar.titles() == ["Review, later"]
    world.quiet()


def test_R27_a_meeting_that_is_back_and_is_deleted_once_more_stays_away(world: World) -> None:
    """The answer to the last write was lost: the wish is carried out all the same."""
    deleted_meeting(world)
    world.sync()
    approve(world, Decision.APPROVED)
    world.crm.fail("create", OutcomeUnknown("the line went down"), stored=True)
    interrupted(world)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Review"]
    world.calendar.mails.clear()
    world.calendar.remove("Work", "uid-Review.ics")
    assert world.sync().held == 0
    assert world.crm.titles() == world.calendar.titles() == world.calendar.mails == []


def test_R27_a_meeting_deleted_once_more_while_it_was_only_half_back_stays_away(world: World) -> None:
    deleted_meeting(world)
    world.sync()
    approve(world, Decision.APPROVED)
    world.crm.fail("create", Unreachable("the line is down"))
    interrupted(world)
    assert world.calendar.titles() == ["Review"]
    world.calendar.mails.clear()
    world.calendar.remove("Work", "uid-Review.ics")
    assert world.sync().held == 0
    assert world.crm.titles() == world.calendar.titles() == world.calendar.mails == []
    world.quiet()


def test_an_event_put_back_by_the_calendars_own_undo_is_there_again_soon(world: World) -> None:
    """With the content its ETag is the former one too, as that of a deleted item which a lagging list still shows."""
    key = world.crm.put(AGENDA, row("Visit"))
    world.sync()
    place, path = _place(world, "Visit")
    stored = world.calendar.shelves[place][path]
    world.crm.remove(AGENDA, key)
    world.sync()
    assert world.calendar.titles() == []
    world.calendar.store(place, path, stored.items)
    world.calendar.shelves[place][path] = stored
    world.sync(minutes=5)
    assert world.crm.titles() == world.calendar.titles() == ["Visit"]


def approve(world: World, decision: Decision) -> None:
    held = world.engine.state.held
    with world.store.transaction():
        assert held.decide([each.id for each in held.waiting()], decision) == 1


def _place(world: World, title: str) -> tuple[str, str]:
    return next((name, key) for name, shelf in world.calendar.shelves.items() for key, stored in shelf.items()
                if stored.items[0].title == title)  # fmt: skip


# --- a person's copy of a row, which carries the mark of its original ---


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


# --- moved to where one computer looks and another does not ---


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
