"""What goes wrong: lost answers, crashes, conflicts, two computers, lost and old state."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from fm_desktop.port import (
    Conflict,
    Malformed,
    OutcomeUnknown,
    PortError,
    Refused,
    SignInNeeded,
    Throttled,
    Unreachable,
)
from fm_desktop.sync.report import Outcome
from tests.engine.steps import before_the_next
from tests.fakes.commits import after_every_commit
from tests.fakes.world import AGENDA, World, at, event, invitation

LOST = OutcomeUnknown("no answer came")


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("verb", ["create", "update", "delete"])
@pytest.mark.parametrize("to", ["crm", "calendar"])
def test_a_lost_answer_doubles_and_loses_nothing(world: World, to: str, verb: str, stored: bool) -> None:
    target, source, shelf = (world.crm, world.calendar, "Work") if to == "crm" else (world.calendar, world.crm, AGENDA)
    source.put(shelf, event("Visit"))
    if verb != "create":
        world.sync()
        if verb == "update":
            source.edit(shelf, source.key_of("Visit"), title="Later visit")
        else:
            source.remove(shelf, source.key_of("Visit"))
    target.fail(verb, LOST, stored=stored)
    world.sync()
    world.sync(minutes=5)
    world.sync(minutes=5)
    expected = {"create": ["Visit"], "update": ["Later visit"], "delete": []}[verb]
    assert world.crm.titles() == world.calendar.titles() == expected
    assert target.writes("create") == 1
    world.quiet()


def test_while_the_outcome_is_unknown_a_lagging_listing_is_not_believed(world: World) -> None:
    """The row was stored, but neither listing nor look-up shows it yet."""
    world.calendar.put("Work", event("Visit"))
    world.crm.fail("create", LOST, stored=True)
    find, changes = world.crm.find, world.crm.changes
    world.crm.find = lambda collection, uids: ()  # type: ignore[method-assign]
    hidden = world.crm.changes

    def lagging(collection, cursor, known):  # type: ignore[no-untyped-def]
        shelf, world.crm.shelves[AGENDA] = world.crm.shelves[AGENDA], {}
        try:
            return hidden(collection, '{"token": 0}' if cursor else cursor, known)
        finally:
            world.crm.shelves[AGENDA] = shelf

    world.crm.changes = lagging  # type: ignore[method-assign]
    report = world.sync(minutes=0.1)
    assert report.unknown == 1
    world.crm.find, world.crm.changes = find, changes  # type: ignore[method-assign]
    world.sync()
    assert world.crm.titles() == ["Visit"]
    assert world.crm.writes("create") == 1


class Crash(BaseException):
    """The process dies."""


@pytest.mark.parametrize("moment", range(1, 14))
def test_a_crash_at_any_write_is_healed_by_the_next_start(tmp_path: Path, moment: int) -> None:
    world = World(tmp_path)
    world.calendar.put("Work", event("A"))
    world.calendar.put("Work", event("B", span=at(27, 9)))
    world.crm.put(AGENDA, event("C"))
    world.sync()
    world.calendar.edit("Work", "uid-A.ics", title="A2")
    world.calendar.remove("Work", "uid-B.ics")
    world.crm.edit(AGENDA, world.crm.key_of("C"), title="C2")
    world.crm.put(AGENDA, event("D"))
    world.calendar.put("Work", event("E"))
    _crash_at(world, moment)
    with pytest.raises(Crash):
        _sync_often(world)
    world.reopen()
    world.sync()
    world.sync(minutes=10)
    assert world.crm.titles() == world.calendar.titles() == ["A2", "C2", "D", "E"]
    world.quiet()


def _sync_often(world: World) -> None:
    for _ in range(14):
        world.sync()


def _crash_at(world: World, moment: int) -> None:
    """Dies after the n-th commit or write since now."""
    count = 0

    def tick() -> None:
        nonlocal count
        count += 1
        if count == moment:
            raise Crash

    for side in (world.crm, world.calendar):
        _wrap(side, tick)
    after_every_commit(world.store, tick)


def _wrap(side, tick) -> None:  # type: ignore[no-untyped-def]
    inner = side._write

    def write(*args):  # type: ignore[no-untyped-def]
        result = inner(*args)
        tick()
        return result

    side._write = write


def test_state_lost_links_again_and_doubles_nothing(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.calendar.put("Work", invitation("Review"))
    world.crm.put(AGENDA, event("Visit"))
    world.sync()
    before = (world.crm.writes(), world.calendar.writes())
    world.reopen("fresh")
    world.sync()
    assert (world.crm.writes(), world.calendar.writes()) == before
    world.crm.edit(AGENDA, world.crm.key_of("Visit"), title="Visit 2")
    world.sync()
    assert world.calendar.titles() == ["Dentist", "Review", "Visit 2"]


def test_an_old_state_file_restored_doubles_and_loses_nothing(world: World, tmp_path: Path) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    world.store.close()
    shutil.copy(tmp_path / "state.db", tmp_path / "old.db")
    world.reopen()
    world.calendar.put("Work", event("New one"))
    world.calendar.edit("Work", "uid-Dentist.ics", title="Dentist 2")
    world.crm.put(AGENDA, event("Visit"))
    world.sync()
    world.reopen("old")
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Dentist 2", "New one", "Visit"]
    world.quiet()


def test_two_computers_at_once_make_no_second_row(world: World) -> None:
    other = world.another_computer()
    for number in range(5):
        world.calendar.put("Work", event(f"Meeting {number}"))
        world.crm.put(AGENDA, event(f"Visit {number}"))
    for _ in range(3):
        world.sync()
        other.cycle()
    world.crm.edit(AGENDA, world.crm.key_of("Meeting 1"), title="Meeting one")
    other.cycle()
    world.sync()
    other.cycle()
    expected = sorted(
        ["Meeting 0", "Meeting one", "Meeting 2", "Meeting 3", "Meeting 4", *(f"Visit {n}" for n in range(5))]
    )
    assert world.crm.titles() == world.calendar.titles() == expected


def test_two_computers_in_the_same_second_leave_one_row(world: World) -> None:
    """Both read before either wrote; the CRM takes both rows, the higher one is taken away by who made it."""
    other = world.another_computer()
    world.calendar.put("Work", event("Meeting"))
    world.crm.put(AGENDA, event("There before"))
    before_the_next(world.crm, "create", other.cycle)
    world.sync()
    other.cycle()
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Meeting", "There before"]
    world.quiet()


def test_a_row_copied_by_a_person_becomes_an_item_of_its_own(world: World) -> None:
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    copy = world.crm.put(AGENDA, world.crm.one("Meeting"))
    world.crm.edit(AGENDA, copy, span=at(30, 9))
    world.sync()
    assert len(world.crm.items()) == 2
    assert world.calendar.titles() == ["Meeting"]
    world.sync(minutes=90)
    assert world.calendar.titles() == ["Meeting", "Meeting"]
    world.quiet()


def test_the_same_meetings_on_both_sides_are_linked_not_doubled(world: World) -> None:
    world.calendar.put("Work", event("Kick-off", span=at(26, 11)))
    world.calendar.put("Work", event("Kick-off", "uid-2", span=at(27, 11)))
    world.crm.put(AGENDA, event("Kick-off", "-", span=at(26, 11), text="Ask for the contract"))
    world.sync()
    assert len(world.crm.items()) == len(world.calendar.items()) == 2
    assert world.calendar.shelves["Work"]["uid-Kick-off.ics"].items[0].text == "Ask for the contract"
    world.quiet()


@pytest.mark.parametrize(
    "error", [Unreachable("no network"), Throttled("slow down"), SignInNeeded("sign in"), Malformed("html")]
)
def test_a_side_that_cannot_be_read_ends_the_cycle_without_a_write(world: World, error: PortError) -> None:
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    world.calendar.edit("Work", "uid-Meeting.ics", title="Changed")
    world.calendar.read_errors = [error]
    world.now += timedelta(minutes=2)
    report = world.engine.cycle()
    assert report.error is error
    assert report.crm.total == report.provider.total == 0
    assert world.sync().crm.updated == 1


def test_a_refused_item_is_a_problem_after_three_tries_and_the_rest_goes_on(world: World) -> None:
    world.calendar.put("Work", event("Bad"))
    world.calendar.put("Work", event("Good"))
    original = world.crm.create

    def refuses(collection, uid, value):  # type: ignore[no-untyped-def]
        if value.title == "Bad":
            raise Refused("the subject is not allowed", "Change it.")
        return original(collection, uid, value)

    world.crm.create = refuses  # type: ignore[method-assign]
    for _ in range(4):
        world.sync(minutes=10)
    assert world.crm.titles() == ["Good"]
    (problem,) = world.engine.state.problems.open()
    assert "Bad" in problem.message
    assert "subject is not allowed" in problem.message


def test_a_broken_item_is_told_and_its_copy_stays(world: World) -> None:
    key = world.calendar.put("Work", event("Meeting"))
    world.sync()
    world.calendar.breaks("Work", key, "it has no start")
    report = world.sync()
    assert report.problems == 1
    assert world.crm.titles() == ["Meeting"]
    world.calendar.edit("Work", key, title="Mended")
    world.calendar.shelves["Work"][key].broken = ""
    report = world.sync()
    assert report.problems == 0
    assert world.crm.titles() == ["Mended"]


def test_a_conflict_is_planned_again_in_the_same_cycle(world: World) -> None:
    key = world.calendar.put("Work", event("Meeting"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Meeting"), text="From the CRM")
    before_the_next(world.calendar, "update", lambda: world.calendar.edit("Work", key, title="Changed meanwhile"))
    world.sync()
    assert world.calendar.one("Changed meanwhile").text == "From the CRM"
    assert world.crm.one("Changed meanwhile").text == "From the CRM"
    world.quiet()


def test_a_create_that_is_there_already_is_linked(world: World) -> None:
    world.crm.put(AGENDA, event("Visit"))
    world.calendar.fail("create", Conflict("it is there"), stored=True)
    world.sync()
    assert world.calendar.titles() == ["Visit"]
    assert world.calendar.writes("create") == 1
    world.quiet()


def test_other_credentials_change_nothing(world: World) -> None:
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    world.calendar.who = "somebody else"
    world.calendar.shelves = {"Work": {}}
    world.now += timedelta(minutes=2)
    report = world.engine.cycle()
    assert report.outcome is Outcome.SIGN_IN
    assert world.crm.titles() == ["Meeting"]


def test_a_dry_run_does_not_even_remove_a_second_row(world: World) -> None:
    other = world.another_computer()
    world.calendar.put("Work", event("Meeting"))
    world.crm.put(AGENDA, event("There before"))
    world.sync()
    row = world.crm.one("Meeting")
    key = world.crm.put(AGENDA, row)
    with world.store.transaction():
        world.store.run("UPDATE operation SET remote = ? WHERE verb = 'create' AND side = 'crm'", key)
    other.cycle(dry_run=True)
    world.engine.cycle(dry_run=True)
    assert len(world.crm.items()) == 3
    world.sync()
    assert len(world.crm.items()) == 2
