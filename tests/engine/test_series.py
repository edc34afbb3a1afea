"""R24: recurring events are shown, never editable in the CRM; edited occurrences stay, removed ones go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fm_desktop.model.items import Item, Recurrence
from fm_desktop.model.times import Timed
from fm_desktop.sync.calendars import Calendars
from tests.fakes.world import AGENDA, World, at, event


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, series_days_ahead=28)


def weekly(title: str = "Jour fixe", rule: str = "FREQ=WEEKLY;COUNT=4", **more: object) -> Item:
    return event(title, "uid-series", at(24, 9), recurrence=Recurrence((rule,), **more))


def starts(world: World) -> list[str]:
    rows = [item.span.start for item in world.crm.items() if item.span]
    in_order = sorted(each.in_zone("Europe/Madrid").local for each in rows if isinstance(each, Timed))
    return [f"{each:%m-%d %H:%M}" for each in in_order]


def test_R24_every_occurrence_is_a_locked_row(world: World) -> None:
    world.calendar.put("Work", weekly())
    report = world.sync()
    assert starts(world) == ["11-24 09:00", "12-01 09:00", "12-08 09:00", "12-15 09:00"]
    assert all(item.locked and "recurring series" in item.details for item in world.crm.items())
    assert report.crm.created == 4
    assert len(world.engine.state.chronicle.notices()) == 1
    world.quiet()


def test_R24_one_edited_occurrence_changes_nothing_in_the_crm(world: World) -> None:
    master = weekly()
    key = world.calendar.put("Work", master)
    world.sync()
    before = starts(world)
    moved = replace(master, recurrence=None, recurrence_id=at(31, 9).start, span=at(31, 15), title="Moved")
    world.calendar.store("Work", key, (master, moved))
    report = world.sync()
    assert starts(world) == before
    assert report.crm.total == 0
    assert {item.title for item in world.crm.items()} == {"Jour fixe"}


def test_R24_edited_occurrences_follow_when_the_user_wants_it(tmp_path: Path) -> None:
    world = World(tmp_path, follow_edited_occurrences=True, series_days_ahead=28)
    master = weekly()
    moved = replace(master, recurrence=None, recurrence_id=at(31, 9).start, span=at(31, 15), title="Moved")
    world.calendar.put("Work", master, moved)
    world.sync()
    assert starts(world) == ["11-24 09:00", "12-01 15:00", "12-08 09:00", "12-15 09:00"]
    assert "Moved" in world.crm.titles()


def test_R24_a_removed_occurrence_is_removed(world: World) -> None:
    key = world.calendar.put("Work", weekly())
    world.sync()
    world.calendar.store("Work", key, (weekly(excluded=(at(31, 9).start,)),))
    world.sync()
    assert starts(world) == ["11-24 09:00", "12-08 09:00", "12-15 09:00"]
    cancelled = replace(weekly(), recurrence=None, recurrence_id=at(38, 9).start, span=at(38, 9), cancelled=True)
    world.calendar.store("Work", key, (weekly(excluded=(at(31, 9).start,)), cancelled))
    world.sync()
    assert starts(world) == ["11-24 09:00", "12-15 09:00"]
    world.quiet()


def test_R24_an_added_date_is_added(world: World) -> None:
    key = world.calendar.put("Work", weekly())
    world.sync()
    world.calendar.store("Work", key, (weekly(dates=(at(27, 11).start,)),))
    world.sync()
    assert "11-27 11:00" in starts(world)
    world.quiet()


def test_R24_an_edit_or_deletion_of_an_occurrence_in_the_crm_is_put_back(world: World) -> None:
    world.calendar.put("Work", weekly())
    world.sync()
    first, second, *_ = sorted(world.crm.shelves[AGENDA], key=int)
    world.crm.edit(AGENDA, first, title="Mine")
    world.crm.remove(AGENDA, second)
    world.sync()
    assert starts(world) == ["11-24 09:00", "12-01 09:00", "12-08 09:00", "12-15 09:00"]
    assert {item.title for item in world.crm.items()} == {"Jour fixe"}
    assert world.calendar.writes() == 0
    world.quiet()


def test_this_and_following_splits_a_series(world: World) -> None:
    key = world.calendar.put("Work", weekly())
    world.sync()
    world.calendar.store("Work", key, (weekly(rule="FREQ=WEEKLY;UNTIL=20261207T230000Z"),))
    rest = event("Jour fixe", "uid-rest", at(38, 14), recurrence=Recurrence(("FREQ=WEEKLY;COUNT=2",)))
    world.calendar.put("Work", rest)
    world.sync()
    assert starts(world) == ["11-24 09:00", "12-01 09:00", "12-08 14:00", "12-15 14:00"]
    world.quiet()


def test_a_series_that_ends_is_one_act_for_the_guard(world: World) -> None:
    key = world.calendar.put("Work", weekly(rule="FREQ=DAILY;COUNT=20"))
    world.sync()
    assert len(world.crm.items()) == 20
    world.calendar.remove("Work", key)
    report = world.sync()
    assert report.held == 0
    assert world.crm.items() == []
    world.quiet()


def test_a_single_event_becomes_a_series_and_back(world: World) -> None:
    key = world.calendar.put("Work", event("Jour fixe", "uid-series", at(24, 9)))
    world.sync()
    world.calendar.store("Work", key, (weekly(),))
    world.sync()
    assert len(starts(world)) == 4
    assert all(item.locked for item in world.crm.items())
    world.calendar.store("Work", key, (event("Jour fixe", "uid-series", at(24, 9)),))
    world.sync()
    assert starts(world) == ["11-24 09:00"]
    assert not world.crm.one("Jour fixe").locked
    world.quiet()


def test_the_window_slides_without_deleting_the_past(world: World) -> None:
    world.calendar.put("Work", weekly(rule="FREQ=WEEKLY"))
    world.sync()
    assert starts(world)[-1] == "12-22 09:00"
    world.sync(minutes=60 * 24 * 40)
    assert starts(world)[0] == "11-24 09:00"
    assert len(starts(world)) == 10
    assert world.crm.writes("delete") == 0
    world.quiet()


def test_only_some_occurrences_shared_are_items_of_their_own(world: World) -> None:
    lone = event("One of many", "uid-x", at(26, 9), recurrence_id=at(26, 9).start)
    world.calendar.put("Work", lone)
    world.sync()
    assert world.crm.one("One of many").locked
    world.quiet()


def test_a_rule_that_cannot_be_used_is_a_problem_and_the_rest_goes_on(world: World) -> None:
    world.calendar.put("Work", weekly("Every second", "FREQ=SECONDLY"))
    world.calendar.put("Work", event("Dentist"))
    report = world.sync()
    assert world.crm.titles() == ["Dentist"]
    assert report.problems == 1
    (problem,) = world.engine.state.problems.open()
    assert "Every second" in problem.message


def test_R24_a_series_across_a_dst_night_stays_on_its_clock(tmp_path: Path) -> None:
    world = World(tmp_path, series_days_ahead=150)
    world.calendar.put("Work", weekly(rule="FREQ=MONTHLY;COUNT=6"))
    world.sync()
    assert {each[6:] for each in starts(world)} == {"09:00"}
    assert len(starts(world)) == 5


@pytest.fixture(params=[("Team", "Work"), ("Work", "Team")], ids=["the date first", "the series first"])
def shared(tmp_path: Path, request: pytest.FixtureRequest) -> World:
    """A series, of which one date is in another calendar, too."""
    world = World(tmp_path, series_days_ahead=28, calendars=request.param)
    one = replace(weekly(), recurrence=None, recurrence_id=at(31, 9).start, span=at(31, 9))
    world.calendar.put("Team", one)
    world.calendar.put("Work", weekly())
    return world


def test_R24_one_date_of_a_series_in_another_calendar_does_not_stand_for_all_of_it(shared: World) -> None:
    """The first calendar had the one date, so that the others were never copied, or deleted when it was shared."""
    shared.sync()
    assert starts(shared) == ["11-24 09:00", "12-01 09:00", "12-08 09:00", "12-15 09:00"]
    shared.quiet()


def test_R04_a_series_whose_calendar_takes_no_part_any_more_keeps_its_rows(shared: World) -> None:
    """Of what the other calendar does not show all rows were deleted in ForceManager."""
    shared.sync()
    rows = starts(shared)
    calendars = Calendars(shared.engine.state)
    calendars.deselect("Work", remove_copies=False)
    for _ in range(3):
        shared.sync()
    assert starts(shared) == rows
    shared.quiet()
    calendars.select("Work")
    shared.sync()
    assert starts(shared) == rows
    shared.quiet()


def test_R24_a_series_that_cannot_be_read_is_not_taken_for_its_one_date_elsewhere(shared: World) -> None:
    shared.sync()
    rows = starts(shared)
    shared.calendar.breaks("Work", "uid-series.ics", "its rule cannot be read")
    for _ in range(3):
        shared.sync()
    assert starts(shared) == rows


def test_R04_copies_of_a_series_are_taken_out_but_for_the_date_that_another_calendar_shows(shared: World) -> None:
    shared.sync()
    Calendars(shared.engine.state).deselect("Work", remove_copies=True)
    for _ in range(3):
        shared.sync()
    assert starts(shared) == ["12-01 09:00"]
    shared.quiet()
