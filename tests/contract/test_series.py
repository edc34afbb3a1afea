"""Recurring events (R24): the series and its edited dates are one resource, told apart by their original starts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fm_desktop.model.items import Item
from fm_desktop.model.projection import Patch
from fm_desktop.model.times import Span, Timed, instant_of, timed
from fm_desktop.port import Refused
from tests.contract.features import Feature, proves
from tests.contract.keeper import Keeper, at, meeting, seen
from tests.contract.stages.stage import CalendarStage, Hand, Made

pytestmark = proves(Feature.SERIES)


@pytest.fixture
def series(hand: Hand, keeper: Keeper) -> str:
    """Every Monday from 2 November on, five times, at nine in Madrid; read once."""
    uid = hand.add(Made("Weekly", meeting(2, 9), text="Numbers", rule="FREQ=WEEKLY;COUNT=5"))
    keeper.read()
    return uid


def originals(item: Item) -> set[datetime]:
    assert item.recurrence is not None
    return {instant_of(each) for each in item.recurrence.excluded}


def test_R24_a_series_is_one_resource_with_its_rule(series: str, keeper: Keeper) -> None:
    item = keeper.item("Weekly")
    assert item.is_series
    assert item.recurrence is not None
    (rule,) = item.recurrence.rules
    assert {"FREQ=WEEKLY", "COUNT=5"} <= set(rule.upper().split(";"))
    assert (item.uid, item.span.normal()) == (series, meeting(2, 9).normal())  # type: ignore[union-attr]
    assert keeper.resource("Weekly").items == (item,)


def test_R24_an_edited_date_is_kept_beside_the_series_under_its_original_start(
    series: str, hand: Hand, keeper: Keeper
) -> None:
    hand.move_occurrence("Weekly", at(9, 9), meeting(10, 15), "Weekly, moved")
    keeper.read()
    master, moved = keeper.resource("Weekly").items
    assert (moved.title, moved.span.normal()) == ("Weekly, moved", meeting(10, 15).normal())  # type: ignore[union-attr]
    assert moved.recurrence_id is not None
    assert instant_of(moved.recurrence_id) == at(9, 9).instant
    assert (master.recurrence_id, master.is_series, moved.is_series) == (None, True, False)


def test_R24_a_removed_date_is_told_by_the_series(series: str, hand: Hand, keeper: Keeper) -> None:
    hand.remove_occurrence("Weekly", at(16, 9))
    keeper.read()
    assert originals(keeper.item("Weekly")) == {at(16, 9).instant}


def test_R24_a_series_that_is_moved_is_seen_moved(series: str, hand: Hand, keeper: Keeper) -> None:
    hand.reschedule("Weekly", meeting(2, 11))
    keeper.read()
    assert keeper.item("Weekly").span.normal() == meeting(2, 11).normal()  # type: ignore[union-attr]
    assert keeper.item("Weekly").is_series


def test_the_title_of_a_series_is_changed_and_its_dates_stay(
    series: str, stage: CalendarStage, hand: Hand, keeper: Keeper
) -> None:
    hand.move_occurrence("Weekly", at(9, 9), meeting(10, 15), "Weekly, moved")
    hand.remove_occurrence("Weekly", at(16, 9))
    keeper.read()
    before = keeper.resource("Weekly").items
    if not stage.offer.zoned_series:
        with pytest.raises(Refused):
            keeper.provider.update(keeper.resource("Weekly"), Patch(title="Every week"))
        assert hand.titles() == ["Weekly"]
        return
    keeper.provider.update(keeper.resource("Weekly"), Patch(title="Every week"))
    keeper.read()
    master, moved = keeper.resource("Every week").items
    assert seen(moved) == seen(before[1])
    assert (master.recurrence, master.span) == (before[0].recurrence, before[0].span)


def test_the_time_of_a_whole_series_is_not_changed_and_this_is_said(series: str, hand: Hand, keeper: Keeper) -> None:
    with pytest.raises(Refused) as refused:
        keeper.provider.update(keeper.resource("Weekly"), Patch(span=meeting(3, 12)))
    assert refused.value.next_step
    assert hand.look("Weekly").span == meeting(2, 9).normal()


def test_an_edited_date_is_changed_by_itself(series: str, stage: CalendarStage, hand: Hand, keeper: Keeper) -> None:
    hand.move_occurrence("Weekly", at(9, 9), meeting(10, 15), "Weekly, moved")
    keeper.read()
    resource = keeper.resource("Weekly")
    original = resource.items[1].recurrence_id
    if not stage.offer.zoned_series:
        with pytest.raises(Refused):
            keeper.provider.update(resource, Patch(title="Just once"), original)
        return
    keeper.provider.update(resource, Patch(title="Just once"), original)
    keeper.read()
    master, moved = keeper.resource("Weekly").items
    assert (master.title, moved.title) == ("Weekly", "Just once")
    assert moved.span.normal() == meeting(10, 15).normal()  # type: ignore[union-attr]


def test_a_date_that_the_series_only_implies_is_not_changed_alone_and_this_is_said(
    series: str, hand: Hand, keeper: Keeper
) -> None:
    rest = hand.rest("Weekly")
    with pytest.raises(Refused):
        keeper.provider.update(keeper.resource("Weekly"), Patch(title="Just once"), at(23, 9))
    assert hand.rest("Weekly") == rest


def test_R24_a_series_goes_over_the_change_of_the_clocks_at_its_own_hour(hand: Hand, keeper: Keeper) -> None:
    start = Timed(datetime(2026, 10, 19, 9), "Europe/Madrid")
    hand.add(
        Made("Weekly", Span(start, Timed(datetime(2026, 10, 19, 10), "Europe/Madrid")), rule="FREQ=WEEKLY;COUNT=4")
    )
    hand.remove_occurrence("Weekly", Timed(datetime(2026, 10, 26, 9), "Europe/Madrid"))
    keeper.read()
    item = keeper.item("Weekly")
    # Nine o'clock is 7:00 in UTC before the night of 25 October, and 8:00 after it.
    assert originals(item) == {Timed(datetime(2026, 10, 26, 8)).instant}
    assert item.span is not None
    assert isinstance(item.span.start, Timed)
    summer = item.span.start.in_zone(item.span.start.zone)
    winter = Timed(summer.local + timedelta(weeks=1), summer.zone)
    assert timed(winter.instant).local == datetime(2026, 10, 26, 8)


def test_R24_a_series_that_is_deleted_is_gone_as_one(series: str, hand: Hand, keeper: Keeper) -> None:
    hand.move_occurrence("Weekly", at(9, 9), meeting(10, 15), "Weekly, moved")
    keeper.read()
    hand.remove("Weekly")
    keeper.read()
    assert keeper.there == {}


def test_R24_a_single_event_becomes_a_series_and_is_seen_as_one(hand: Hand, keeper: Keeper) -> None:
    hand.add(Made("Daily", meeting(2, 9), rule="FREQ=DAILY;COUNT=3"))
    hand.add(Made("Once", meeting(2, 9)))
    keeper.read()
    assert [keeper.item(each).is_series for each in ("Daily", "Once")] == [True, False]
