"""A deleted meeting with guests, wished back: it waits for the word about its mail (R27), and comes back whole."""

from __future__ import annotations

from datetime import timedelta

from fm_desktop.port import OutcomeUnknown, Unreachable
from fm_desktop.sync.identity import is_our_ext_id
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.undo import undo
from tests.engine.copies.steps import GUESTS, place_of, row
from tests.engine.steps import cycles, decide, interrupted, newest
from tests.fakes.world import AGENDA, EMMA, World, event


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
    assert decide(world, Decision.APPROVED) == 1
    world.sync()
    cycles(world, other)
    assert world.crm.titles() == world.calendar.titles() == ["Review"]
    assert is_our_ext_id(world.crm.one("Review").uid)
    world.quiet()


def test_R27_a_meeting_wished_back_is_called_by_its_title_while_it_is_nowhere(world: World) -> None:
    deleted_meeting(world)
    world.sync()
    (waiting,) = world.engine.state.held.waiting()
    assert waiting.title == "Review"
    decide(world, Decision.APPROVED)
    world.sync()
    assert {each.title for each in world.engine.state.chronicle.entries(9)} == {"Review"}


def test_R27_a_meeting_not_wanted_back_after_all_stays_away(world: World) -> None:
    deleted_meeting(world)
    world.sync()
    assert decide(world, Decision.KEEP) == 1
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == []
    assert world.calendar.mails == []
    world.quiet()


def test_a_meeting_wished_back_is_whole_although_the_crm_was_away_in_between(world: World) -> None:
    """An edit made while only the calendar had it again travels, and a lost state finds the row."""
    deleted_meeting(world)
    world.sync()
    assert decide(world, Decision.APPROVED) == 1
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
    assert decide(world, Decision.APPROVED) == 1
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
    assert decide(world, Decision.APPROVED) == 1
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
    place, path = place_of(world, "Visit")
    stored = world.calendar.shelves[place][path]
    world.crm.remove(AGENDA, key)
    world.sync()
    assert world.calendar.titles() == []
    world.calendar.store(place, path, stored.items)
    world.calendar.shelves[place][path] = stored
    world.sync(minutes=5)
    assert world.crm.titles() == world.calendar.titles() == ["Visit"]
