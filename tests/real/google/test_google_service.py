"""Google's calendars and tasks as one service, and what becomes of tasks where they are not to be had."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.port import CalendarService
from tests.contract.keeper import Keeper, due, event, meeting, task
from tests.contract.stages.google_tasks import GoogleTasksStage
from tests.servers.account import DavAccount

UID = "11111111-aaaa-5555-8888-000000000001"


@pytest.fixture
def stage(radicale_account: DavAccount) -> Iterator[GoogleTasksStage]:
    stage = GoogleTasksStage(radicale_account)
    yield stage
    stage.close()


@pytest.fixture
def service(stage: GoogleTasksStage) -> CalendarService:
    return stage.connect()


def test_R20_calendars_take_events_and_task_lists_take_tasks(service: CalendarService) -> None:
    kinds = {each.name: each.kinds for each in service.collections()}
    assert kinds == {
        "Work": frozenset({Kind.EVENT}),
        "Holidays": frozenset({Kind.EVENT}),
        "My Tasks": frozenset({Kind.TASK}),
    }


def test_R20_where_tasks_are_not_allowed_events_stand_for_them(
    stage: GoogleTasksStage, service: CalendarService
) -> None:
    stage.tasks.allowed = False
    keeper = Keeper(service)
    assert [each.name for each in keeper.collections if each.takes(Kind.TASK)] == ["Work"]
    service.create(keeper.id, UID, task("Call back", due(meeting(25, 9).start)))  # type: ignore[arg-type]
    keeper.read()
    assert keeper.item("Call back").kind is Kind.TASK
    assert stage.tasks.tasks == {}


def test_R20_events_that_stood_for_tasks_are_still_tasks_when_tasks_are_allowed(
    stage: GoogleTasksStage, service: CalendarService
) -> None:
    stage.tasks.allowed = False
    keeper = Keeper(service)
    service.create(keeper.id, UID, task("Call back", due(meeting(25, 9).start)))  # type: ignore[arg-type]
    stage.tasks.allowed = True
    later = Keeper(stage.connect())
    later.read()
    assert later.item("Call back").kind is Kind.TASK
    assert later.task_collection().name == "My Tasks"


def test_requests_of_both_are_counted_and_a_new_process_needs_none(
    stage: GoogleTasksStage, service: CalendarService
) -> None:
    calendars, tasks = Keeper(service), Keeper(service, "My Tasks")
    for each in (calendars, tasks):
        each.read()
        each.read()
        assert each.requests == 1
    again = stage.connect()
    again.resume(service.found())
    for each in (calendars, tasks):
        assert again.changes(each.collection, each.cursor, each.revisions).present == ()
    assert again.requests == 2


def test_what_is_written_goes_where_it_belongs(stage: GoogleTasksStage, service: CalendarService) -> None:
    keeper, tasks = Keeper(service), Keeper(service, "My Tasks")
    event_made = service.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    task_made = service.create(tasks.id, UID.replace("1", "2"), task("Call back", None))
    assert stage.hand.titles() == ["Breakfast", "Call back"]
    for made in (event_made, task_made):
        assert service.parse(made.ref, made.revision, made.raw) == made
        assert [each.uid for each in service.find(made.ref.collection, [made.uid])] == [made.uid]
        service.delete(made)
    assert stage.hand.titles() == []
