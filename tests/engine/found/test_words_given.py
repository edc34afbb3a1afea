"""Bugs found about the user's word: what was approved, kept, undone or taken out, and listings that were doubted.

Each by its symptom: the shortest sequence of events that showed it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fm_desktop.port import Unreachable
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.undo import undo
from tests.engine.steps import PEOPLE, change_waits, decide
from tests.fakes.world import AGENDA, World, at, event, invitation, person


def test_R27_a_word_given_once_does_not_cover_the_next_change(world: World) -> None:
    """The approval stayed in the table after it was carried out."""
    change_waits(world)
    decide(world, Decision.APPROVED)
    world.sync()
    assert world.calendar.mails == ["client@acme.example"]
    world.crm.edit(AGENDA, world.crm.key_of("Pitch II"), title="Pitch III")
    report = world.sync()
    assert report.held == 1
    assert world.calendar.mails == ["client@acme.example"]


def test_R27_a_word_about_a_change_is_none_about_a_deletion(world: World) -> None:
    change_waits(world)
    decide(world, Decision.APPROVED)
    world.crm.remove(AGENDA, world.crm.key_of("Pitch II"))
    report = world.sync()
    assert report.held == 1
    assert world.calendar.mails == []


def test_R27_a_word_about_a_change_is_none_about_what_is_typed_before_it_is_sent(world: World) -> None:
    """Whatever stood in ForceManager when the next cycle began went to the guests, as if it had been approved."""
    change_waits(world)
    decide(world, Decision.APPROVED)
    world.crm.edit(AGENDA, world.crm.key_of("Pitch II"), title="They will never notice")
    report = world.sync()
    assert (report.held, world.calendar.mails, world.calendar.titles()) == (1, [], ["Pitch"])
    decide(world, Decision.APPROVED)
    world.sync()
    assert (world.calendar.mails, world.calendar.titles()) == (["client@acme.example"], ["They will never notice"])
    world.quiet()


@pytest.mark.parametrize("what", ["title", "text"])
def test_R27_what_is_typed_after_a_change_was_not_wanted_is_not_put_back_with_it(world: World, what: str) -> None:
    """It was overwritten with what the calendar held, as if the user had been asked about it too."""
    change_waits(world)
    decide(world, Decision.KEEP)
    world.crm.edit(AGENDA, world.crm.key_of("Pitch II"), **{what: "Typed since"})
    world.sync()
    (waiting,) = world.engine.state.held.waiting()
    assert waiting.after[what] == "Typed since"
    assert (getattr(world.crm.items()[0], what), world.calendar.mails) == ("Typed since", [])
    decide(world, Decision.APPROVED)
    world.sync()
    assert getattr(world.calendar.items()[0], what) == "Typed since"
    world.quiet()


def test_R27_what_was_not_wanted_is_put_back_although_something_else_was_typed_since(world: World) -> None:
    change_waits(world)
    decide(world, Decision.KEEP)
    world.calendar.edit("Work", world.calendar.key_of("Pitch"), participants=(), organiser=None)
    world.crm.edit(AGENDA, world.crm.key_of("Pitch II"), text="Typed since")
    world.sync()
    for side in (world.crm, world.calendar):
        assert (side.items()[0].title, side.items()[0].text) == ("Pitch", "Typed since")
    assert world.calendar.mails == []
    world.quiet()


def test_R27_what_was_not_wanted_is_not_asked_about_again_because_a_part_of_it_is_settled(world: World) -> None:
    world.calendar.put("Work", event("Pitch", organiser=PEOPLE[0], participants=PEOPLE))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), title="Pitch II", text="two")
    world.sync()
    decide(world, Decision.KEEP)
    world.calendar.edit("Work", world.calendar.key_of("Pitch"), text="two")
    assert world.sync().held == 0
    assert [each.titles() for each in (world.crm, world.calendar)] == [["Pitch"], ["Pitch"]]
    assert world.calendar.mails == []
    world.quiet()


def test_R27_a_word_about_mail_to_one_is_none_about_mail_to_two(world: World) -> None:
    change_waits(world)
    decide(world, Decision.APPROVED)
    invited = (*PEOPLE, person("boss@acme.example"))
    world.calendar.edit("Work", world.calendar.key_of("Pitch"), participants=invited)
    world.sync()
    (waiting,) = world.engine.state.held.waiting()
    assert (waiting.reason, world.calendar.mails) == ("Changing it sends mail to 2 other people", [])


def test_R27_a_word_about_mail_to_one_person_is_none_about_mail_to_another(world: World) -> None:
    """They were counted only, so that a guest who came in another's place got what was approved for that one."""
    change_waits(world)
    decide(world, Decision.APPROVED)
    instead = (PEOPLE[0], person("boss@other.example"))
    world.calendar.edit("Work", world.calendar.key_of("Pitch"), participants=instead)
    assert world.sync().held == 1
    assert world.calendar.mails == []


def test_R27_undoing_a_create_whose_item_has_participants_by_now_asks_first(world: World) -> None:
    world.crm.put(AGENDA, replace(event("Visit"), uid=""))
    world.sync()
    entry = world.engine.state.chronicle.entries()[0]
    world.calendar.edit("Work", world.calendar.key_of("Visit"), organiser=PEOPLE[0], participants=PEOPLE)
    world.sync()
    undo(world.engine.state, entry.id)
    report = world.sync()
    assert report.held == 1
    assert world.calendar.mails == []


def test_what_the_user_chose_to_keep_is_kept_although_the_first_try_fails(world: World) -> None:
    """The decision was dropped when its consequence was planned, not when it was carried out."""
    for number in range(10):
        world.calendar.put("Work", event(f"Meeting {number}", span=at(26 + number, 9)))
    world.sync()
    for number in range(6):
        world.calendar.remove("Work", f"uid-Meeting {number}.ics")
    assert world.sync().held == 6
    world.now += timedelta(hours=2)
    decide(world, Decision.KEEP)
    world.calendar.fail("create", Unreachable("no network"))
    world.now += timedelta(minutes=2)
    world.engine.cycle()
    world.sync()
    world.sync()
    assert len(world.crm.items()) == len(world.calendar.items()) == 10
    world.quiet()


def test_copies_taken_out_with_their_calendar_do_not_go_to_another_one(tmp_path: Path) -> None:
    """An edit of the copy, made before the next cycle, outweighed the user's word."""
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Private", event("Dentist"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Dentist"), text="by the window")
    world.engine.calendars.deselect("Private", remove_copies=True)
    world.sync()
    assert world.calendar.items("Work") == []
    assert world.crm.titles() == []
    world.quiet()


@pytest.mark.parametrize("synced_between", [True, False])
def test_R04_copies_come_back_with_their_calendar(tmp_path: Path, synced_between: bool) -> None:
    """A calendar chosen again was compared by revisions only, so what had not changed stayed away."""
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Private", event("Dentist"))
    world.sync()
    world.engine.calendars.deselect("Private", remove_copies=True)
    if synced_between:
        world.sync()
    world.engine.calendars.select("Private")
    world.sync()
    assert world.crm.titles() == ["Dentist"]
    world.quiet()


def test_an_empty_listing_is_doubted_again_after_a_preview(world: World) -> None:
    """The doubt went away with the second empty listing, before anybody had been asked."""
    for number in range(3):
        world.calendar.put("Work", event(f"Meeting {number}"))
    world.sync()
    world.calendar.lists_empty = True
    world.engine.cycle(dry_run=True)
    report = world.sync()
    assert report.held == 3
    assert len(world.crm.items()) == 3
    report = world.sync()
    assert report.held == 3
    decide(world, Decision.APPROVED)
    world.calendar.shelves["Work"].clear()
    world.sync()
    assert world.crm.items() == []
    world.crm.put(AGENDA, event("Visit", "-"))
    world.calendar.lists_empty = False
    world.sync()
    assert world.calendar.titles() == ["Visit"]
    world.quiet()


def test_an_empty_listing_is_doubted_still_after_a_reading_of_another_calendar_failed(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    for number in range(3):
        world.calendar.put("Work", event(f"Meeting {number}"))
    world.sync()
    world.calendar.lists_empty = True
    changes = world.calendar.changes

    def fails(collection, cursor, known):  # type: ignore[no-untyped-def]
        if collection.id == "Private":
            raise Unreachable("no network")
        return changes(collection, cursor, known)

    world.calendar.changes = fails  # type: ignore[method-assign]
    world.now += timedelta(minutes=2)
    world.engine.cycle()
    world.calendar.changes = changes  # type: ignore[method-assign]
    world.sync()
    assert len(world.crm.items()) == 3


def test_an_undo_refused_because_of_its_mail_changes_neither_side(world: World) -> None:
    change_waits(world)
    key = world.calendar.key_of("Pitch")
    decide(world, Decision.APPROVED)
    world.sync()
    undo(world.engine.state, world.engine.state.chronicle.entries()[0].id)
    assert world.sync().held == 1
    assert world.crm.titles() == ["Pitch II"]
    decide(world, Decision.KEEP)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Pitch II"]
    assert len(world.calendar.mails) == 1
    assert key in world.calendar.shelves["Work"]
    world.quiet()


def test_what_the_user_keeps_is_put_back_even_into_a_list_that_is_doubted(world: World) -> None:
    """The doubt that had held the deletion held what was to undo it as well."""
    key = world.calendar.put("Work", event("Meeting"))
    world.sync()
    world.sync(minutes=90)
    world.crm.shelves[AGENDA].clear()
    world.crm.refuse_tokens = True
    assert world.sync().held == 1
    decide(world, Decision.KEEP)
    world.sync()
    assert world.crm.titles() == ["Meeting"]
    assert key in world.calendar.shelves["Work"]
    world.quiet()


def test_what_the_user_keeps_of_an_emptied_calendar_stays_even_if_it_only_followed_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    for number in range(8):
        world.calendar.put("Work", invitation(f"Review {number}", span=at(26 + number, 9)))
    world.sync()
    for number in range(8):
        world.calendar.remove("Work", f"uid-Review {number}.ics")
    assert world.sync().held == 8
    decide(world, Decision.KEEP)
    world.sync()
    assert len(world.crm.items()) == 8
    world.crm.edit(AGENDA, world.crm.key_of("Review 3"), text="Ask again")
    world.sync(minutes=60 * 25)
    assert len(world.crm.items()) == 8
    assert world.calendar.writes() == 0
    world.quiet()


def test_an_own_meeting_that_is_kept_comes_back_whole_and_asks_before_it_mails(tmp_path: Path) -> None:
    world = World(tmp_path)
    for number in range(8):
        meeting = event(f"Pitch {number}", organiser=PEOPLE[0], participants=PEOPLE, place="Room 4")
        world.calendar.put("Work", meeting)
    world.sync()
    for number in range(8):
        world.calendar.remove("Work", f"uid-Pitch {number}.ics")
    world.sync()
    held = world.engine.state.held
    decide(world, Decision.KEEP)
    world.sync()
    assert world.calendar.mails == []
    assert {each.reason for each in held.waiting()} == {"Putting back it sends mail to 1 other person"}
    decide(world, Decision.APPROVED)
    world.sync()
    assert len(world.calendar.items()) == len(world.crm.items()) == 8
    assert {item.place for item in world.calendar.items()} == {"Room 4"}
    world.quiet()


def test_the_writes_of_one_undo_are_not_torn_apart(tmp_path: Path) -> None:
    world = World(tmp_path, writes_per_cycle=1)
    key = world.calendar.put("Work", event("Short"))
    world.sync()
    world.calendar.remove("Work", key)
    world.sync()
    world.sync()
    undo(world.engine.state, world.engine.state.chronicle.entries()[0].id)
    world.sync()
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Short"]
    world.quiet()


def test_R27_what_waits_in_a_calendar_that_is_taken_out_waits_no_more_and_is_asked_again(world: World) -> None:
    """An approval was kept, and carried out when the calendar took part again, a month later."""
    change_waits(world)
    decide(world, Decision.APPROVED)
    calendars = world.engine.calendars
    calendars.deselect("Work", remove_copies=False)
    assert world.sync().held == 0
    calendars.select("Work")
    assert world.sync(minutes=60 * 24 * 30).held == 1
    assert world.calendar.mails == []


def test_R27_what_waits_is_asked_again_where_its_item_is_shown_by_another_calendar(tmp_path: Path) -> None:
    """The question went with the calendar that was taken out, and nobody asked it again."""
    world = World(tmp_path, calendars=("Work", "Home"))
    change_waits(world)
    items = next(iter(world.calendar.shelves["Work"].values())).items
    world.engine.calendars.deselect("Work", remove_copies=False)
    world.calendar.put("Home", *items)
    assert world.sync().held == 1
    decide(world, Decision.APPROVED)
    world.sync()
    assert len(world.calendar.mails) == 1
    world.quiet()
