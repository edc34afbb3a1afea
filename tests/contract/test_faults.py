"""What goes wrong on the way: answers that never come, throttling, a refused sign-in, a service that fails."""

from __future__ import annotations

import pytest

from fm_desktop.model.projection import Patch
from fm_desktop.port import OutcomeUnknown, PortError, SignInNeeded, Throttled, Unreachable
from tests.contract.features import Feature, proves
from tests.contract.keeper import Keeper, event, meeting, title_of
from tests.contract.stages.stage import CalendarStage, Hand

pytestmark = proves(Feature.FAULTS)

UID = "11111111-aaaa-5555-8888-000000000001"


def test_a_create_whose_answer_was_lost_is_unknown_and_found_by_its_identity(
    stage: CalendarStage, keeper: Keeper, hand: Hand
) -> None:
    stage.faults.lose_next_answer()
    with pytest.raises(OutcomeUnknown):
        keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    assert hand.titles() == ["Breakfast"]
    assert [title_of(each) for each in keeper.provider.find(keeper.id, [UID])] == ["Breakfast"]


def test_an_update_whose_answer_was_lost_is_unknown_and_seen_by_reading(
    stage: CalendarStage, keeper: Keeper, hand: Hand
) -> None:
    resource = keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    keeper.read()
    stage.faults.lose_next_answer()
    with pytest.raises(OutcomeUnknown):
        keeper.provider.update(resource, Patch(title="Lunch"))
    keeper.read()
    assert (keeper.titles(), hand.titles()) == (["Lunch"], ["Lunch"])


def test_a_deletion_whose_answer_was_lost_is_unknown_and_seen_by_reading(
    stage: CalendarStage, keeper: Keeper, hand: Hand
) -> None:
    resource = keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    keeper.read()
    stage.faults.lose_next_answer()
    with pytest.raises(OutcomeUnknown):
        keeper.provider.delete(resource)
    keeper.read()
    assert (keeper.titles(), hand.titles()) == ([], [])


def test_throttling_is_told_with_its_time_and_nothing_is_done(stage: CalendarStage, keeper: Keeper, hand: Hand) -> None:
    keeper.read()
    stage.faults.throttle(120)
    for write in (
        lambda: keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9))),
        lambda: keeper.provider.changes(keeper.collection, keeper.cursor, dict),
        lambda: keeper.provider.changes(keeper.collection, None, dict),
    ):
        with pytest.raises(Throttled) as throttled:
            write()
        assert throttled.value.retry_after in (120, None)
    stage.faults.clear()
    assert hand.titles() == []
    assert keeper.read().present == ()


def test_a_refused_sign_in_is_told_with_a_next_step(stage: CalendarStage, keeper: Keeper, hand: Hand) -> None:
    keeper.read()
    stage.faults.refuse_sign_in()
    for call in (
        lambda: keeper.provider.changes(keeper.collection, keeper.cursor, dict),
        lambda: keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9))),
    ):
        with pytest.raises(SignInNeeded) as refused:
            call()
        assert refused.value.next_step
    assert hand.titles() == []


def test_a_service_that_fails_takes_nothing_from_us_and_says_so(
    stage: CalendarStage, keeper: Keeper, hand: Hand
) -> None:
    keeper.read()
    stage.faults.fail()
    with pytest.raises(Unreachable):
        keeper.read()
    # Whether something was stored is unknown, or it is known that nothing was sent.
    with pytest.raises((OutcomeUnknown, Throttled, Unreachable)):
        keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    stage.faults.clear()
    assert keeper.read().present == ()


def test_every_error_is_one_of_the_port_and_a_sentence(stage: CalendarStage, keeper: Keeper) -> None:
    for fault in (stage.faults.fail, stage.faults.refuse_sign_in, lambda: stage.faults.throttle(60)):
        fault()
        for call in (
            keeper.provider.collections,
            lambda: keeper.provider.find(keeper.id, [UID]),
            lambda: keeper.provider.fetch(keeper.id, ["/one", "/two"]),
        ):
            with pytest.raises(PortError) as error:
                call()
            assert str(error.value).endswith(".")
        stage.faults.clear()
