"""Tasks (R20): in the provider's own store, or as events that stand for them where there is none."""

from __future__ import annotations

from datetime import date

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.port import Refused
from tests.contract.features import Feature, proves
from tests.contract.keeper import Keeper, at, due, seen, task
from tests.contract.stages.stage import CalendarStage, Tasks

pytestmark = proves(Feature.TASKS)

UID = "11111111-aaaa-5555-8888-000000000001"
DAY = date(2026, 11, 25)


@pytest.fixture
def shelf(keeper: Keeper) -> Keeper:
    """The calendar that tasks are put into."""
    return Keeper(keeper.provider, keeper.task_collection().name)


def test_R20_a_task_is_created_and_read_back(shelf: Keeper) -> None:
    shelf.provider.create(shelf.id, UID, task("Call back", due(DAY)))
    shelf.read()
    assert seen(shelf.item("Call back")) == (Kind.TASK, "Call back", day_span(DAY), "", False)
    assert [each.uid for each in shelf.provider.find(shelf.id, [UID])] == [UID]


def test_R20_where_there_are_no_tasks_a_free_event_stands_for_one(stage: CalendarStage, shelf: Keeper) -> None:
    shelf.provider.create(shelf.id, UID, task("Call back", due(DAY), completed=True))
    kinds = [stage.hand.look(each).kind for each in stage.hand.titles()]
    if stage.offer.tasks is Tasks.EVENTS:
        assert stage.hand.titles() == ["✓ Call back"]
        assert kinds == [Kind.EVENT]
        assert any("TRANSPARENT" in each for each in stage.hand.rest("✓ Call back"))
    else:
        assert stage.hand.look("Call back").completed
        assert Kind.EVENT not in kinds


@pytest.mark.parametrize("completed", [False, True])
def test_R20_a_task_is_completed_and_taken_up_again(shelf: Keeper, *, completed: bool) -> None:
    resource = shelf.provider.create(shelf.id, UID, task("Call back", due(DAY), completed=completed))
    shelf.read()
    assert shelf.item("Call back").completed is completed
    shelf.provider.update(resource, Patch(completed=not completed))
    shelf.read()
    assert shelf.item("Call back").completed is not completed
    assert shelf.item("Call back").span == day_span(DAY)


def test_R20_a_task_is_moved_renamed_and_given_a_text(shelf: Keeper) -> None:
    resource = shelf.provider.create(shelf.id, UID, task("Call back", due(DAY)))
    resource = shelf.provider.update(
        resource, Patch(span=due(date(2026, 12, 1)), title="Write", text="About the offer")
    )
    shelf.read()
    assert seen(shelf.item("Write")) == (
        Kind.TASK, "Write", day_span(date(2026, 12, 1)), "About the offer", False,
    )  # fmt: skip
    shelf.provider.delete(resource)
    shelf.read()
    assert shelf.titles() == []


def test_R20_the_hour_of_a_task_is_kept_or_its_day(stage: CalendarStage, shelf: Keeper) -> None:
    shelf.provider.create(shelf.id, UID, task("Call back", due(at(25, 16, 30))))
    shelf.read()
    found = shelf.item("Call back").span
    assert found is not None
    assert shelf.provider.capabilities().task_hours is stage.offer.task_hours
    if stage.offer.task_hours:
        assert isinstance(found.start, Timed)
        assert found.normal() == due(at(25, 16, 30)).normal()
    else:
        assert found == day_span(DAY)


def test_R20_a_task_without_a_date_is_kept_or_refused_in_words(stage: CalendarStage, shelf: Keeper) -> None:
    if not stage.offer.undated_tasks:
        with pytest.raises(Refused, match="date"):
            shelf.provider.create(shelf.id, UID, task("Some day", None))
        assert stage.hand.titles() == []
        return
    resource = shelf.provider.create(shelf.id, UID, task("Some day", None))
    shelf.read()
    assert shelf.item("Some day").span is None
    resource = shelf.provider.update(resource, Patch(span=due(DAY)))
    assert resource.items[0].span == day_span(DAY)
    resource = shelf.provider.update(resource, Patch(span=None))
    shelf.read()
    assert shelf.item("Some day").span is None


def test_R20_an_edit_by_a_person_is_seen(stage: CalendarStage, shelf: Keeper) -> None:
    shelf.provider.create(shelf.id, UID, task("Call back", due(DAY)))
    shelf.read()
    stage.hand.retitle("Call back", "Write")
    shelf.read()
    assert (shelf.titles(), shelf.item("Write").kind) == (["Write"], Kind.TASK)
    stage.hand.remove("Write")
    shelf.read()
    assert shelf.titles() == []


def test_R20_a_deleted_task_is_put_back(shelf: Keeper) -> None:
    resource = shelf.provider.create(shelf.id, UID, task("Call back", due(DAY), completed=True))
    shelf.read()
    raw = shelf.resource("Call back").raw
    shelf.provider.delete(resource)
    shelf.provider.restore(shelf.id, UID, raw)
    shelf.read()
    assert seen(shelf.item("Call back")) == (Kind.TASK, "Call back", day_span(DAY), "", True)
    assert shelf.resource("Call back").uid == UID


def test_a_task_is_a_moment_and_never_a_length(stage: CalendarStage, shelf: Keeper) -> None:
    shelf.provider.create(shelf.id, UID, task("Call back", due(at(25, 16, 30))))
    shelf.read()
    span = shelf.item("Call back").span
    assert span in (Span(at(25, 16, 30), at(25, 16, 30)).normal(), day_span(DAY))
