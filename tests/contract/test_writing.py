"""Events created, edited and deleted, and never over what somebody else changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from fm_desktop.model.projection import Patch
from fm_desktop.port import CalendarService, Conflict, Gone, Refused
from tests.contract.features import Feature, proves
from tests.contract.keeper import Keeper, event, meeting, seen, title_of
from tests.contract.stages.stage import CalendarStage, Hand, Made

UID = "11111111-aaaa-5555-8888-000000000001"
writing, concurrency, undo = proves(Feature.WRITING), proves(Feature.CONCURRENCY), proves(Feature.UNDO)


@writing
def test_R21_what_is_created_is_there_as_it_was_given(keeper: Keeper, hand: Hand) -> None:
    value = event("Breakfast", meeting(25, 9), "Coffee & croissants")
    stored = keeper.provider.create(keeper.id, UID, value)
    keeper.read()
    read = keeper.resource("Breakfast")
    assert (stored.uid, read.uid, read.ref) == (UID, UID, stored.ref)
    assert seen(read.items[0]) == (value.kind, value.title, meeting(25, 9).normal(), value.text, False)
    assert hand.look("Breakfast").span == meeting(25, 9).normal()
    assert hand.look("Breakfast").text == value.text


@writing
def test_what_is_created_is_found_by_its_identity(keeper: Keeper) -> None:
    keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    assert [title_of(each) for each in keeper.provider.find(keeper.id, [UID])] == ["Breakfast"]
    assert keeper.provider.find(keeper.id, [UID.replace("1", "2")]) == ()


@concurrency
def test_a_second_create_of_one_identity_makes_no_second_item_or_both_are_found(
    stage: CalendarStage, keeper: Keeper, hand: Hand
) -> None:
    keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    if stage.offer.refuses_doubles:
        with pytest.raises(Conflict):
            keeper.provider.create(keeper.id, UID, event("Again", meeting(25, 9)))
        assert hand.titles() == ["Breakfast"]
    else:
        keeper.provider.create(keeper.id, UID, event("Again", meeting(25, 9)))
        assert {title_of(each) for each in keeper.provider.find(keeper.id, [UID])} == {"Breakfast", "Again"}


@writing
def test_R21_a_patch_changes_what_it_names_and_leaves_the_rest_as_it_was(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Breakfast", meeting(25, 9), text="Bring the offer", place="Café Central", alarm=15))
    keeper.read()
    rest = hand.rest("Breakfast")

    keeper.provider.update(keeper.resource("Breakfast"), Patch(title="Lunch", span=meeting(25, 13)))

    look = hand.look("Lunch")
    assert (look.text, look.span) == ("Bring the offer", meeting(25, 13).normal())
    assert hand.rest("Lunch") == rest


@writing
def test_what_an_update_returns_is_what_is_read_back(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Breakfast", meeting(25, 9)))
    keeper.read()
    updated = keeper.provider.update(keeper.resource("Breakfast"), Patch(title="Lunch", text="At noon"))
    keeper.read()
    assert seen(updated.items[0]) == seen(keeper.item("Lunch"))
    assert (updated.ref, updated.uid) == (keeper.resource("Lunch").ref, keeper.resource("Lunch").uid)


@writing
def test_several_edits_one_after_another_without_a_look_in_between(keeper: Keeper, hand: Hand) -> None:
    resource = keeper.provider.create(keeper.id, UID, event("One", meeting(25, 9)))
    for title in ("Two", "Three"):
        resource = keeper.provider.update(resource, Patch(title=title))
    keeper.provider.delete(resource)
    assert hand.titles() == []


@writing
def test_a_patch_that_changes_nothing_is_not_sent(stage: CalendarStage, keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Breakfast", meeting(25, 9), text="Offer"))
    keeper.read()
    resource = keeper.resource("Breakfast")
    before = stage.writes()
    same = keeper.provider.update(resource, Patch(title="Breakfast", text="Offer", span=meeting(25, 9)))
    assert (same, stage.writes()) == (resource, before)


@concurrency
def test_an_update_over_somebodys_change_is_a_conflict(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Breakfast", meeting(25, 9)))
    keeper.read()
    stale = keeper.resource("Breakfast")
    hand.retitle("Breakfast", "Theirs")
    with pytest.raises(Conflict):
        keeper.provider.update(stale, Patch(title="Ours"))
    assert hand.titles() == ["Theirs"]


@concurrency
def test_an_update_of_what_is_away_is_gone_and_makes_nothing(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Breakfast", meeting(25, 9)))
    keeper.read()
    hand.remove("Breakfast")
    with pytest.raises(Gone):
        keeper.provider.update(keeper.resource("Breakfast"), Patch(title="Ours"))
    assert hand.titles() == []


@concurrency
def test_an_update_without_a_known_revision_is_held_against_what_was_read(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Breakfast", meeting(25, 9)))
    keeper.read()
    unknown = replace(keeper.resource("Breakfast"), revision=None)
    hand.retitle("Breakfast", "Theirs")
    with pytest.raises(Conflict):
        keeper.provider.update(unknown, Patch(title="Ours"))
    assert hand.titles() == ["Theirs"]


@concurrency
def test_a_deletion_over_somebodys_change_is_a_conflict(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Breakfast", meeting(25, 9)))
    keeper.read()
    stale = keeper.resource("Breakfast")
    hand.retitle("Breakfast", "Theirs")
    with pytest.raises(Conflict):
        keeper.provider.delete(stale)
    assert hand.titles() == ["Theirs"]


@writing
def test_what_is_deleted_is_away_and_deleting_it_again_is_no_error(keeper: Keeper, hand: Hand) -> None:
    resource = keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    keeper.read()
    keeper.provider.delete(resource)
    assert hand.titles() == []
    keeper.provider.delete(resource)
    keeper.read()
    assert keeper.titles() == []


@undo
def test_what_was_deleted_is_put_back_under_its_identity(keeper: Keeper, hand: Hand) -> None:
    uid = hand.add(Made("Breakfast", meeting(25, 9), text="Bring the offer", place="Café Central"))
    keeper.read()
    deleted = keeper.resource("Breakfast")
    keeper.provider.delete(deleted)
    restored = keeper.provider.restore(keeper.id, uid, deleted.raw)
    assert restored.uid == uid
    assert seen(restored.items[0]) == seen(deleted.items[0])
    assert hand.look("Breakfast").text == "Bring the offer"
    assert [each.uid for each in keeper.provider.find(keeper.id, [uid])] == [uid]


@undo
def test_what_is_there_is_not_put_back_a_second_time(stage: CalendarStage, keeper: Keeper, hand: Hand) -> None:
    keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    keeper.read()
    there = keeper.resource("Breakfast")
    if stage.offer.refuses_doubles:
        with pytest.raises(Conflict):
            keeper.provider.restore(keeper.id, UID, there.raw)
        assert hand.titles() == ["Breakfast"]
    else:
        assert keeper.provider.restore(keeper.id, UID, there.raw).ref != there.ref


@writing
def test_an_event_without_a_date_is_refused_in_words(provider: CalendarService, keeper: Keeper) -> None:
    with pytest.raises(Refused) as refused:
        provider.create(keeper.id, UID, replace(event("No date", meeting(25, 9)), span=None))
    assert refused.value.next_step


@writing
def test_R27_a_mark_is_the_crms_affair_and_sends_nothing(stage: CalendarStage, keeper: Keeper) -> None:
    resource = keeper.provider.create(keeper.id, UID, event("Breakfast", meeting(25, 9)))
    before = keeper.provider.requests
    assert keeper.provider.mark(resource, "fmd1-abc") == resource
    assert keeper.provider.requests == before


@writing
def test_writes_from_several_threads(keeper: Keeper, hand: Hand) -> None:
    uids = {f"Event {n}": f"{n:08}-aaaa-5555-8888-000000000001" for n in range(8)}
    with ThreadPoolExecutor(4) as pool:
        created = list(
            pool.map(
                lambda each: keeper.provider.create(keeper.id, each[1], event(each[0], meeting(25, 9))), uids.items()
            )
        )
    assert {each.items[0].title: each.uid for each in created} == uids
    assert hand.titles() == sorted(uids)
