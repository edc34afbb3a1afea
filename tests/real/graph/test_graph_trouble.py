"""Answers that are lost, refused or late, states that are forgotten, dates outside of every window."""

from __future__ import annotations

import pytest

from fm_desktop.port import Side
from tests.real.engine.scene import crm_date, day
from tests.real.graph.outlook import every_week, timed
from tests.real.graph.world import GraphWorld
from tests.servers.graph import GraphServer


def test_lost_answer_to_a_create_makes_no_second_event(world: GraphWorld, server: GraphServer) -> None:
    world.sync()
    server.faults.lose_answers(method="POST", path="/events")
    world.add("Visit", crm_date(2), "12:00", "13:00")
    world.engine.cycle()
    world.later()
    world.settle()
    assert world.outlook.titles() == ["Visit"]
    assert world.titles() == ["Visit"]


def test_lost_answer_to_a_create_that_is_not_listed_yet_makes_no_second_event(
    world: GraphWorld, server: GraphServer
) -> None:
    world.sync()
    server.faults.lag = 3
    server.faults.lose_answers(method="POST", path="/events")
    world.add("Visit", crm_date(2), "12:00", "13:00")
    for _ in range(6):
        world.engine.cycle()
        world.outlook.events()
    world.later()
    world.settle()
    assert world.outlook.titles() == ["Visit"]
    assert world.titles() == ["Visit"]


def test_lost_answer_to_a_task_makes_no_second_task(world: GraphWorld, server: GraphServer) -> None:
    world.sync()
    server.faults.lose_answers(method="POST", path="/tasks")
    world.add("Call", crm_date(4), "00:00", "00:00", task=True, allDay=True)
    world.engine.cycle()
    world.later()
    world.settle()
    assert [each["title"] for each in world.outlook.tasks()] == ["Call"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_lost_answer_to_a_change_or_a_deletion_is_found_out(
    world: GraphWorld, server: GraphServer, method: str
) -> None:
    world.add("Visit", crm_date(2), "12:00", "13:00")
    world.sync()
    server.faults.lose_answers(method=method, path="/events")
    if method == "PATCH":
        world.edit("Visit", subject="Visit, new")
    else:
        world.drop("Visit")
    for _ in range(3):
        world.engine.cycle()
    world.settle()
    expected = ["Visit, new"] if method == "PATCH" else []
    assert world.outlook.titles() == expected
    assert world.titles() == expected


def test_throttling_in_the_middle_of_paging_loses_nothing(world: GraphWorld, server: GraphServer) -> None:
    for number in range(12):
        world.outlook.add(f"Event {number:02}", 2 + number)
    server.faults.page_size = 5
    server.faults.refuse(429, times=2, method="GET", path="/events", retry_after=1)
    world.sync()
    assert len(world.titles()) == 12
    world.settle()


def test_long_throttling_stops_the_cycle_and_nothing_is_lost(world: GraphWorld, server: GraphServer) -> None:
    world.outlook.add("Dentist")
    world.sync()
    server.faults.refuse(503, times=9, path="/calendarView", retry_after=300)
    assert world.engine.cycle().error is not None
    assert world.titles() == ["Dentist"]
    server.faults.refuse(503, times=0)


@pytest.mark.parametrize("code", ["syncStateNotFound", "resyncRequired"])
def test_forgotten_state_is_a_comparison_that_writes_nothing(world: GraphWorld, server: GraphServer, code: str) -> None:
    world.outlook.add("Dentist")
    world.outlook.add("Weekly", 3, recurrence=every_week(day(3)))
    world.sync()
    world.outlook.remove("Dentist")
    world.outlook.add("New")
    server.expire_deltas(code)
    report = world.later()
    world.settle()
    assert report.crm.created == 1
    assert "Dentist" not in world.titles()


def test_what_moves_out_of_every_window_stays_linked(world: GraphWorld) -> None:
    world.outlook.add("Dentist")
    world.sync()
    world.outlook.change("Dentist", start=timed(900), end=timed(900, "10:00"))
    world.later()
    world.settle()
    assert world.starts("Dentist") == [f"{crm_date(900)} 09:00"]
    world.outlook.change("Dentist", subject="Dentist, far")
    # Outside of the window the delta tells nothing: the daily comparison does.
    world.later(60 * 25)
    assert world.titles() == ["Dentist, far"]


def test_windows_that_move_on_delete_nothing(world: GraphWorld, server: GraphServer) -> None:
    world.outlook.add("Dentist")
    world.outlook.add("Weekly", 3, recurrence=every_week(day(3), 3))
    world.sync()
    for _ in range(3):
        report = world.later(60 * 24 * 40)
        assert report.crm.deleted == 0
    assert "Dentist" in world.titles()


def test_edits_on_both_sides_in_the_same_moment_lose_neither(world: GraphWorld, server: GraphServer) -> None:
    world.add("Visit", crm_date(2), "12:00", "13:00")
    world.sync()
    world.edit("Visit", comment="From the CRM")
    hold = server.faults.hold(method="PATCH", path="/events")
    hold.release()
    world.outlook.change("Visit", start=timed(4, "15:00"), end=timed(4, "16:00"))
    world.later()
    world.settle()
    assert world.starts("Visit") == [f"{crm_date(4)} 15:00"]
    assert "From the CRM" in world.outlook.event("Visit")["body"]["content"]


def test_second_computer_and_a_lost_state_make_nothing_twice(world: GraphWorld) -> None:
    world.outlook.add("Dentist")
    world.outlook.add_task("Write offer")
    world.outlook.add("Weekly", 3, recurrence=every_week(day(3), 2))
    world.add("Visit", crm_date(2), "12:00", "13:00")
    world.add("Call", crm_date(4), "00:00", "00:00", task=True, allDay=True)
    world.sync()
    titles, events, tasks = world.titles(), world.outlook.titles(), len(world.outlook.tasks())
    other = world.open("other")
    report = world.sync(other)
    assert (report.crm.total, report.provider.total) == (0, 0)
    assert (world.titles(), world.outlook.titles(), len(world.outlook.tasks())) == (titles, events, tasks)


def test_event_moved_to_another_calendar_is_the_same_event(world: GraphWorld) -> None:
    world.outlook.add("Dentist")
    world.outlook.ask("POST", "me/calendars", {"name": "Private"})
    world.sync()
    row = world.row("Dentist")["id"]
    world.move("Dentist", "Private")
    world.later()
    world.settle()
    assert world.row("Dentist")["id"] == row


def test_expired_token_in_the_middle_is_told_as_a_sign_in(world: GraphWorld, server: GraphServer) -> None:
    world.outlook.add("Dentist")
    world.sync()
    server.revoke(server.token)
    report = world.engine.cycle()
    assert report.error is not None
    assert "sign" in f"{report.error} {report.error.next_step}".lower()
    assert world.titles() == ["Dentist"]


def test_idle_cycle_is_one_request_a_calendar(world: GraphWorld) -> None:
    for number in range(5):
        world.outlook.add(f"Event {number}", 1 + number)
    world.sync()
    report = world.later()
    calendars = len(world.engine.calendars.all())
    assert report.requests[Side.PROVIDER] <= calendars
