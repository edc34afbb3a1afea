"""Whole days, several days, time zones, nights in which the clocks change, times without a zone, far years."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fm_desktop.model.projection import Patch
from fm_desktop.model.times import Span, Timed, day_span, timed
from tests.contract.features import Feature, proves
from tests.contract.keeper import Keeper, event, meeting
from tests.contract.stages.stage import CalendarStage, Hand, Made

pytestmark = proves(Feature.TIMES)

UID = "11111111-aaaa-5555-8888-000000000001"


def utc(*parts: int) -> Timed:
    return Timed(datetime(*parts))  # type: ignore[arg-type]


def local(zone: str, *parts: int, fold: int = 0) -> Timed:
    return Timed(datetime(*parts, fold=fold), zone)  # type: ignore[arg-type,misc]


SPANS = {
    "one day": day_span(date(2026, 11, 25)),
    "three days": day_span(date(2026, 11, 25), date(2026, 11, 27)),
    "leap day": day_span(date(2028, 2, 29)),
    "over midnight": Span(utc(2026, 11, 25, 22), utc(2026, 11, 26, 2)),
    "24 hours": Span(utc(2026, 11, 25, 9), utc(2026, 11, 26, 9)),
    "several days with hours": Span(utc(2026, 11, 25, 9), utc(2026, 11, 28, 17, 30)),
    "no length": Span(utc(2026, 11, 25, 9), utc(2026, 11, 25, 9)),
    "1970": Span(utc(1970, 1, 1, 0), utc(1970, 1, 1, 1)),
    "2038": Span(utc(2038, 1, 19, 3, 14), utc(2038, 1, 19, 4)),
    "first of two equal hours in Madrid": Span(
        local("Europe/Madrid", 2026, 10, 25, 2, 30), local("Europe/Madrid", 2026, 10, 25, 2, 30, fold=1)
    ),
    "the hour that is left out in New York": Span(
        local("America/New_York", 2027, 3, 14, 1, 30), local("America/New_York", 2027, 3, 14, 3, 30)
    ),
    "half an hour of Lord Howe": Span(
        local("Australia/Lord_Howe", 2027, 4, 4, 1), local("Australia/Lord_Howe", 2027, 4, 4, 3)
    ),
    "Kathmandu": Span(local("Asia/Kathmandu", 2026, 11, 25, 9, 15), local("Asia/Kathmandu", 2026, 11, 25, 10)),
}


@pytest.mark.parametrize("span", SPANS.values(), ids=SPANS.keys())
def test_R21_what_is_created_happens_when_it_was_said_to(keeper: Keeper, hand: Hand, span: Span) -> None:
    keeper.provider.create(keeper.id, UID, event("Meeting", span))
    keeper.read()
    assert keeper.item("Meeting").span.normal() == span.normal()  # type: ignore[union-attr]
    assert hand.look("Meeting").span == span.normal()


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "UTC"])
def test_what_a_person_put_into_a_time_zone_is_read_at_its_moment(keeper: Keeper, hand: Hand, zone: str) -> None:
    hand.add(Made("Meeting", meeting(25, 9, zone=zone)))
    keeper.read()
    assert keeper.item("Meeting").span.normal() == meeting(25, 9, zone=zone).normal()  # type: ignore[union-attr]


def test_R21_what_a_person_put_into_a_time_zone_is_moved_to_the_moment_asked_for(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Meeting", meeting(25, 9, zone="America/New_York")))
    keeper.read()
    keeper.provider.update(keeper.resource("Meeting"), Patch(span=meeting(26, 12)))
    assert hand.look("Meeting").span == meeting(26, 12).normal()
    keeper.read()
    assert keeper.item("Meeting").span.normal() == meeting(26, 12).normal()  # type: ignore[union-attr]


def test_R20_whole_days_stay_whole_days_when_something_else_is_changed(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Fair", SPANS["three days"]))
    keeper.read()
    assert keeper.item("Fair").span == SPANS["three days"]
    keeper.provider.update(keeper.resource("Fair"), Patch(title="Trade fair"))
    assert hand.look("Trade fair").span == SPANS["three days"]


def test_R21_from_hours_to_a_whole_day_and_back(keeper: Keeper, hand: Hand) -> None:
    resource = keeper.provider.create(keeper.id, UID, event("Meeting", meeting(25, 9)))
    resource = keeper.provider.update(resource, Patch(span=SPANS["one day"]))
    assert hand.look("Meeting").span == SPANS["one day"]
    keeper.provider.update(resource, Patch(span=meeting(26, 15)))
    assert hand.look("Meeting").span == meeting(26, 15).normal()


def test_what_a_person_moves_is_seen_moved(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Meeting", meeting(25, 9)))
    keeper.read()
    hand.reschedule("Meeting", SPANS["three days"])
    keeper.read()
    assert keeper.item("Meeting").span == SPANS["three days"]


def test_a_time_without_any_zone_is_the_users(stage: CalendarStage, keeper: Keeper, hand: Hand) -> None:
    if stage.offer.takes_floating:
        hand.add(Made("Meeting", meeting(25, 9), floating=True))
    else:
        # Its pages know no such time: what the user enters is in the user's zone from the start.
        hand.add(Made("Meeting", meeting(25, 9)))
    keeper.read()
    found = keeper.item("Meeting").span
    assert found is not None
    assert timed(found.start_instant()).instant == datetime(2026, 11, 25, 8, tzinfo=UTC)
