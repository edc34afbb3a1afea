"""To Do tasks as items of the model, and what is sent for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.graph.tasks import change, new_task, read_task, restored
from fm_desktop.providers.ical.errors import BrokenCalendar
from tests.unit.graph.samples import CONTEXT, Json, at, task

LINK = [{"applicationName": "ForceManager", "displayName": "ForceManager", "externalId": "uid-1"}]
NOON = Timed(datetime(2026, 11, 25, 11))


def changed(entity: Json, **fields: Any) -> Json:
    return change(entity, Patch(**fields), CONTEXT)


def test_task() -> None:
    (item,) = read_task(task(), CONTEXT)
    assert (item.kind, item.title, item.text) == (Kind.TASK, "Call Ana", "About the offer")
    assert item.span == day_span(date(2026, 11, 25))
    assert not item.completed
    assert item.uid == "AQMkADAwATM0="


def test_identity_is_the_linked_resource_of_ours() -> None:
    others = [{"applicationName": "Outlook", "externalId": "x"}]
    assert read_task(task(linkedResources=[*others, *LINK]), CONTEXT)[0].uid == "uid-1"


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("Europe/Madrid", at("2026-11-25T00:00:00")),
        ("Europe/Madrid", at("2026-11-24T23:00:00")),
        ("America/New_York", at("2026-11-25T05:00:00")),
        ("America/New_York", at("2026-11-25T00:00:00")),
        ("Asia/Tokyo", at("2026-11-24T15:00:00")),
    ],
)
def test_due_day_whichever_midnight_it_is_told_as(zone: str, due: Json) -> None:
    assert read_task(task(dueDateTime=due), Context(zone))[0].span == day_span(date(2026, 11, 25))


def test_task_without_a_date_and_one_that_is_done() -> None:
    (item,) = read_task(task(dueDateTime=None, status="completed"), CONTEXT)
    assert item.span is None
    assert item.completed


def test_date_that_cannot_be_read_is_told() -> None:
    with pytest.raises(BrokenCalendar):
        read_task(task(dueDateTime={"dateTime": "soon", "timeZone": "UTC"}), CONTEXT)


def test_new_task_reads_back_with_its_identity() -> None:
    sent = new_task(Projection(Kind.TASK, "Call", Span(NOON, NOON), "Text", completed=True), "uid-1", CONTEXT)
    assert sent["linkedResources"] == LINK
    assert sent["dueDateTime"] == {"dateTime": "2026-11-25T00:00:00", "timeZone": "Romance Standard Time"}
    (item,) = read_task({"id": "x", **sent}, CONTEXT)
    assert (item.uid, item.title, item.text, item.completed) == ("uid-1", "Call", "Text", True)
    assert item.span == day_span(date(2026, 11, 25))


def test_only_what_is_new_is_sent() -> None:
    assert changed(task(), title="Call Ana", completed=False, span=Span(NOON, NOON)) == {}
    assert changed(task(), completed=True) == {"status": "completed"}
    assert changed(task(status="completed"), completed=False) == {"status": "notStarted"}
    assert changed(task(), span=None) == {"dueDateTime": None}
    assert changed(task(), text="New") == {"body": {"contentType": "text", "content": "New"}}


def test_restored_task_is_found_by_its_identity() -> None:
    sent = restored(task(reminderDateTime=at("2026-11-25T07:00:00")), "uid-1")
    assert sent["linkedResources"] == LINK
    assert sent["reminderDateTime"] == at("2026-11-25T07:00:00")
    assert "id" not in sent
