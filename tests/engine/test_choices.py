"""R01, R04, R05 and the settings: direction, calendars, private events, what is old, how much a cycle does."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from fm_desktop.model.items import Kind, Privacy
from fm_desktop.port import Refused
from fm_desktop.sync import control
from fm_desktop.sync.calendars import Calendars, UnknownCalendar
from fm_desktop.sync.control import Channel, Running
from fm_desktop.sync.explain import explain
from fm_desktop.sync.policy import Direction, PrivateEvents
from fm_desktop.sync.report import Outcome
from tests.fakes.world import AGENDA, NOW, World, at, event, invitation, task

# --- R01 ---


def test_R01_calendar_to_crm_only(tmp_path: Path) -> None:
    world = World(tmp_path, direction=Direction.TO_CRM)
    world.calendar.put("Work", event("Dentist"))
    world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    assert world.calendar.titles() == ["Dentist"]
    assert world.crm.titles() == ["Dentist", "Visit"]
    world.crm.edit(AGENDA, world.crm.key_of("Dentist"), title="Edited")
    world.sync()
    assert world.crm.titles() == ["Dentist", "Visit"]
    world.crm.remove(AGENDA, world.crm.key_of("Dentist"))
    world.sync()
    assert world.crm.titles() == ["Dentist", "Visit"]
    world.calendar.remove("Work", "uid-Dentist.ics")
    world.sync()
    assert world.crm.titles() == ["Visit"]
    assert world.calendar.writes() == 0
    world.quiet()


def test_R01_crm_to_calendar_only(tmp_path: Path) -> None:
    world = World(tmp_path, direction=Direction.TO_PROVIDER)
    world.calendar.put("Work", event("Dentist"))
    world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    assert world.calendar.titles() == ["Dentist", "Visit"]
    assert world.crm.titles() == ["Visit"]
    world.calendar.edit("Work", world.calendar.key_of("Visit"), title="Edited")
    world.sync()
    assert world.calendar.titles() == ["Dentist", "Visit"]
    world.crm.remove(AGENDA, world.crm.key_of("Visit"))
    world.sync()
    assert world.calendar.titles() == ["Dentist"]
    assert world.crm.writes() == 0
    world.quiet()


def test_R01_changing_the_direction_never_overwrites_what_was_born_on_the_other_side(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    world.reopen(direction=Direction.TO_PROVIDER)
    world.calendar.edit("Work", "uid-Dentist.ics", title="Dentist 2")
    world.sync()
    assert "Dentist 2" in world.calendar.titles()
    world.reopen(direction=Direction.BOTH)
    world.sync()
    assert "Dentist 2" in world.crm.titles()


# --- R04 ---


def test_R04_a_calendar_taken_out_and_in_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Work", event("Meeting"))
    world.calendar.put("Private", event("Dentist"))
    world.sync()
    world.engine.calendars.deselect("Private", remove_copies=False)
    world.calendar.edit("Private", "uid-Dentist.ics", title="Dentist 2")
    world.sync()
    assert world.crm.titles() == ["Dentist", "Meeting"]
    world.engine.calendars.select("Private")
    world.sync()
    assert world.crm.titles() == ["Dentist 2", "Meeting"]
    assert world.crm.writes("create") == 2
    world.quiet()


def test_R04_taking_a_calendar_out_can_take_its_copies_along(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Work", event("Meeting"))
    for number in range(8):
        world.calendar.put("Private", event(f"Private {number}"))
    world.sync()
    world.engine.calendars.deselect("Private", remove_copies=True)
    world.sync()
    assert world.crm.titles() == ["Meeting"]
    assert len(world.calendar.items()) == 9
    world.quiet()


def test_R04_crm_items_go_to_the_target_calendar(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    world.sync()
    world.engine.calendars.set_target("private")
    world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    assert [item.title for item in world.calendar.items("Private")] == ["Visit"]
    with pytest.raises(UnknownCalendar, match="Your calendars: “Work”, “Private”"):
        world.engine.calendars.set_target("Nowhere")


def test_tasks_go_to_a_calendar_that_takes_them(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Tasks"))
    world.calendar.kinds = {"Work": frozenset({Kind.EVENT}), "Tasks": frozenset({Kind.TASK})}
    world.crm.put(AGENDA, task("Call", "-"))
    world.crm.put(AGENDA, event("Visit", "-"))
    world.sync()
    assert [item.title for item in world.calendar.items("Tasks")] == ["Call"]
    assert [item.title for item in world.calendar.items("Work")] == ["Visit"]


def test_an_event_moved_between_calendars_keeps_its_row(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    key = world.calendar.put("Work", event("Meeting"))
    world.sync()
    row = world.crm.key_of("Meeting")
    world.calendar.remove("Work", key)
    world.calendar.put("Private", event("Meeting"))
    world.sync()
    assert world.crm.key_of("Meeting") == row
    assert world.crm.writes("delete") == 0
    world.quiet()


def test_an_event_on_its_way_between_two_readings_keeps_its_row(tmp_path: Path) -> None:
    """“Private” was read before the event arrived there, “Work” after it had left."""
    world = World(tmp_path, calendars=("Private", "Work"))
    key = world.calendar.put("Work", event("Meeting"))
    world.sync()
    row = world.crm.key_of("Meeting")
    original = world.calendar.changes

    def moving(collection, cursor, known):  # type: ignore[no-untyped-def]
        if collection.id == "Work" and key in world.calendar.shelves["Work"]:
            world.calendar.remove("Work", key)
            result = original(collection, cursor, known)
            world.calendar.put("Private", event("Meeting"))
            return result
        return original(collection, cursor, known)

    world.calendar.changes = moving  # type: ignore[method-assign]
    world.sync()
    assert world.crm.key_of("Meeting") == row
    assert world.crm.writes("delete") == 0


def test_one_uid_in_two_calendars_is_one_row(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Work", event("Meeting"))
    world.calendar.put("Private", event("Meeting"))
    world.sync()
    assert world.crm.titles() == ["Meeting"]
    world.calendar.remove("Work", "uid-Meeting.ics")
    world.sync()
    assert world.crm.titles() == ["Meeting"]
    world.quiet()


def test_a_calendar_deleted_at_the_server_deletes_nothing_and_is_told(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Private", event("Dentist"))
    world.sync()
    shelf = world.calendar.shelves.pop("Private")
    report = world.sync()
    assert report.problems == 1
    assert world.crm.titles() == ["Dentist"]
    world.calendar.shelves["Private"] = shelf
    world.sync(minutes=60 * 25)
    world.quiet()
    assert world.crm.titles() == ["Dentist"]


def test_a_calendar_made_read_only_locks_its_items(world: World) -> None:
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    assert not world.crm.one("Meeting").locked
    world.calendar.writable["Work"] = False
    world.sync(minutes=60 * 25)
    assert world.crm.one("Meeting").locked
    world.crm.edit(AGENDA, world.crm.key_of("Meeting"), title="Mine")
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Meeting"]


# --- R05 ---


def test_R05_pause_and_stop_survive_a_restart_and_end_in_time(world: World) -> None:
    control.pause(world.store, Channel.CALENDAR, NOW + timedelta(minutes=30))
    control.stop(world.store, Channel.EMAIL)
    world.reopen()
    assert control.standing(world.store, Channel.CALENDAR, NOW).state is Running.PAUSED
    assert control.standing(world.store, Channel.CALENDAR, NOW + timedelta(minutes=31)).state is Running.RUNNING
    assert control.standing(world.store, Channel.EMAIL, NOW + timedelta(days=9)).state is Running.STOPPED
    control.resume(world.store, Channel.EMAIL)
    assert control.standing(world.store, Channel.EMAIL, NOW).state is Running.RUNNING


# --- other choices ---


def test_private_events_are_only_busy_by_default(world: World) -> None:
    world.calendar.put("Work", event("Doctor", text="knee", place="Clinic", privacy=Privacy.PRIVATE))
    world.sync()
    (row,) = world.crm.items()
    assert row.title == "Busy (private)"
    assert (row.text, row.details, row.locked) == ("", "", True)
    world.crm.edit(AGENDA, world.crm.key_of(row.title), title="What is it?")
    world.sync()
    assert world.crm.titles() == ["Busy (private)"]
    assert world.calendar.titles() == ["Doctor"]


@pytest.mark.parametrize(("choice", "expected"), [(PrivateEvents.FULL, ["Doctor"]), (PrivateEvents.SKIP, [])])
def test_private_events_in_full_or_not_at_all(tmp_path: Path, choice: PrivateEvents, expected: list[str]) -> None:
    world = World(tmp_path, private_events=choice)
    world.calendar.put("Work", event("Doctor", privacy=Privacy.PRIVATE))
    world.sync()
    assert world.crm.titles() == expected


def test_what_ended_long_ago_is_not_copied_but_stays_linked_when_it_ages(world: World) -> None:
    world.calendar.put("Work", event("Old", span=at(-40, 9)))
    world.calendar.put("Work", event("Recent"))
    world.sync()
    assert world.crm.titles() == ["Recent"]
    world.sync(minutes=60 * 24 * 90)
    world.calendar.edit("Work", "uid-Recent.ics", title="Recent, renamed")
    world.sync()
    assert world.crm.titles() == ["Recent, renamed"]
    (found,) = explain(world.engine.state, "Old")
    assert "ended more than 30 days ago" in " ".join(found.reasons)


def test_a_task_without_a_date_travels(world: World) -> None:
    world.calendar.put("Work", task("Someday", due=None))
    world.calendar.put("Work", task("Done long ago", due=None, completed=True))
    world.sync()
    assert world.crm.titles() == ["Someday"]
    world.crm.edit(AGENDA, world.crm.key_of("Someday"), completed=True)
    world.sync()
    assert world.calendar.one("Someday").completed
    assert task("x", due=date(2026, 11, 27)).span is not None


def test_a_cancelled_meeting_does_not_survive_even_an_edit(world: World) -> None:
    key = world.calendar.put("Work", invitation("Review"))
    world.sync()
    world.calendar.edit("Work", key, cancelled=True)
    world.sync()
    assert world.crm.titles() == []
    world.quiet()


# --- how much a cycle does ---


def test_what_is_nearest_to_today_comes_first(world: World) -> None:
    for day in (28, 60, 25, 20, 40):
        world.calendar.put("Work", event(f"Day {day}", span=at(day, 12)))
    world.sync()
    assert [title for _, title in world.crm.log] == ["Day 25", "Day 28", "Day 20", "Day 40", "Day 60"]


def test_an_idle_cycle_costs_one_request_a_calendar_and_one_to_the_crm(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    report = world.sync()
    assert {side.value: number for side, number in report.requests.items()} == {"crm": 1, "provider": 2}


def test_a_cycle_writes_no_more_than_it_may_and_the_next_goes_on(tmp_path: Path) -> None:
    world = World(tmp_path, writes_per_cycle=3)
    for number in range(7):
        world.calendar.put("Work", event(f"Meeting {number}", span=at(26 + number, 9)))
    assert world.sync().outcome is Outcome.INCOMPLETE
    assert world.crm.titles() == ["Meeting 0", "Meeting 1", "Meeting 2"]
    world.sync()
    assert world.sync().outcome is Outcome.DONE
    assert len(world.crm.items()) == 7
    world.quiet()


def test_what_is_long_over_is_let_go(world: World) -> None:
    key = world.calendar.put("Work", event("Short"))
    world.sync()
    world.calendar.remove("Work", key)
    world.sync()
    assert world.store.value("SELECT count(*) FROM graveyard") == 2
    world.sync(minutes=60 * 24 * 200)
    tables = ("link", "operation", "history", "graveyard", "notice")
    assert {each: world.store.value(f"SELECT count(*) FROM {each}") for each in tables} == dict.fromkeys(tables, 0)


def test_a_calendar_that_turns_out_to_be_read_only_locks_its_items_and_the_edit_is_put_back(world: World) -> None:
    world.calendar.put("Work", event("Meeting"))
    world.sync()
    world.calendar.writable["Work"] = False
    world.calendar.fail("update", Refused("you may only read it"))
    world.crm.edit(AGENDA, world.crm.key_of("Meeting"), title="Mine")
    world.sync()
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Meeting"]
    assert world.crm.one("Meeting").locked
    assert world.engine.state.problems.count() == 0
    world.quiet()


def test_R04_an_item_also_in_another_calendar_goes_on_from_there(tmp_path: Path) -> None:
    world = World(tmp_path, calendars=("Work", "Private"))
    world.calendar.put("Work", event("Meeting"))
    world.calendar.put("Private", event("Meeting"))
    world.sync()
    Calendars(world.engine.state).deselect("Work", remove_copies=False)
    world.crm.edit(AGENDA, world.crm.key_of("Meeting"), title="Edited")
    world.sync()
    assert [item.title for item in world.calendar.items("Private")] == ["Edited"]
    assert [item.title for item in world.calendar.items("Work")] == ["Meeting"]
    world.quiet()
