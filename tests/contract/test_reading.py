"""What changed in a calendar: complete listings, increments, refused cursors, items nobody can parse."""

from __future__ import annotations

import pytest

from fm_desktop.port import Broken, CalendarService, Resource
from tests.contract.features import Feature, proves
from tests.contract.keeper import Keeper, meeting, seen, title_of
from tests.contract.stages.stage import CalendarStage, Hand, Made

pytestmark = proves(Feature.READING)


@pytest.fixture
def five(hand: Hand, keeper: Keeper) -> dict[str, str]:
    """Five events that were read once: identities by title."""
    made = {f"Event {n}": hand.add(Made(f"Event {n}", meeting(20 + n, 9))) for n in range(5)}
    keeper.read()
    return made


def change_everything(hand: Hand) -> None:
    """One new, one changed, one deleted."""
    hand.add(Made("New", meeting(25, 12)))
    hand.retitle("Event 1", "Changed")
    hand.remove("Event 2")


AFTER = ["Changed", "Event 0", "Event 3", "Event 4", "New"]


def test_an_empty_calendar_is_an_empty_complete_listing(keeper: Keeper) -> None:
    changes = keeper.read()
    assert (changes.present, changes.removed, changes.listed) == ((), (), frozenset())
    assert changes.cursor


def test_the_first_reading_lists_everything(hand: Hand, keeper: Keeper) -> None:
    made = {f"Event {n}": hand.add(Made(f"Event {n}", meeting(20 + n, 9))) for n in range(5)}
    changes = keeper.read()
    assert {title_of(each): each.uid for each in changes.present} == made
    assert changes.listed == {each.ref.id for each in changes.present}


def test_a_look_at_nothing_new_costs_what_it_says_and_finds_nothing(
    five: dict[str, str], stage: CalendarStage, keeper: Keeper
) -> None:
    for _ in range(3):
        changes = keeper.read()
        assert (changes.present, changes.removed, changes.listed) == ((), (), None)
        assert keeper.requests == stage.offer.idle_requests


def test_an_increment_has_the_new_the_changed_and_the_deleted(five: dict[str, str], hand: Hand, keeper: Keeper) -> None:
    change_everything(hand)
    changes = keeper.read()
    assert {title_of(each) for each in changes.present} == {"New", "Changed"}
    assert keeper.titles() == AFTER
    assert keeper.read().present == ()


def test_several_changes_of_one_item_are_its_last_state(five: dict[str, str], hand: Hand, keeper: Keeper) -> None:
    hand.retitle("Event 1", "Once")
    hand.retitle("Once", "Twice")
    hand.add(Made("Short-lived", meeting(25, 12)))
    hand.remove("Short-lived")
    keeper.read()
    assert keeper.titles() == ["Event 0", "Event 2", "Event 3", "Event 4", "Twice"]


@pytest.mark.parametrize("cursor", [None, "", "garbage", '{"kind": "of another version"}'])
def test_without_a_cursor_that_is_understood_everything_is_listed(
    five: dict[str, str], hand: Hand, keeper: Keeper, cursor: str | None
) -> None:
    change_everything(hand)
    keeper.cursor = cursor
    changes = keeper.read()
    assert changes.listed is not None
    assert len(changes.listed) == 5
    assert keeper.titles() == AFTER


def test_a_cursor_that_the_service_has_forgotten_leads_to_a_complete_listing(
    five: dict[str, str], stage: CalendarStage, hand: Hand, keeper: Keeper
) -> None:
    change_everything(hand)
    stage.faults.forget_cursors()
    changes = keeper.read()
    stage.faults.clear()
    assert changes.listed is not None
    assert keeper.titles() == AFTER
    assert keeper.read().present == ()


def test_a_complete_listing_brings_what_the_known_revisions_do_not_cover(
    five: dict[str, str], hand: Hand, keeper: Keeper
) -> None:
    keeper.cursor = None
    del keeper.there[keeper.resource("Event 3").ref.id]
    assert "Event 3" in {title_of(each) for each in keeper.read().present}
    assert keeper.titles() == sorted(five)


def test_one_item_that_cannot_be_understood_is_put_aside_and_the_rest_goes_on(
    stage: CalendarStage, hand: Hand, keeper: Keeper
) -> None:
    hand.add(Made("Good", meeting(25, 9)))
    bad = hand.add(Made("Bad", meeting(25, 12)))
    stage.faults.spoil(bad)
    changes = keeper.read()
    found = {type(each): each for each in changes.present}
    assert title_of(found[Resource]) == "Good"
    broken = found[Broken]
    assert isinstance(broken, Broken)
    assert broken.reason
    assert changes.listed is not None
    assert broken.ref.id in changes.listed


def test_what_is_kept_aside_is_understood_again_without_a_request(
    five: dict[str, str], hand: Hand, keeper: Keeper
) -> None:
    hand.add(Made("Series", meeting(23, 9), rule="FREQ=WEEKLY;COUNT=3"))
    hand.add(Made("Invitation", meeting(24, 9), organiser="boss@other.example", guests=("ana@other.example",)))
    keeper.read()
    before = keeper.provider.requests
    for each in keeper.there.values():
        assert keeper.provider.parse(each.ref, each.revision, each.raw) == each
    assert keeper.provider.requests == before


def test_what_nobody_can_read_is_broken_and_no_exception(provider: CalendarService, keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Good", meeting(25, 9)))
    keeper.read()
    good = keeper.resource("Good")
    for raw in (b"", b"\x00\xff", b"{}", b"BEGIN:VCALENDAR", b"[" * 5000, good.raw[: len(good.raw) // 2]):
        assert isinstance(provider.parse(good.ref, good.revision, raw), Broken), raw[:40]


def test_fetching_reads_afresh_and_leaves_out_what_is_absent(five: dict[str, str], hand: Hand, keeper: Keeper) -> None:
    ids = [keeper.resource(title).ref.id for title in ("Event 0", "Event 1", "Event 2")]
    change_everything(hand)
    found = keeper.provider.fetch(keeper.id, ids)
    assert {title_of(each) for each in found} == {"Event 0", "Changed"}
    assert keeper.provider.fetch(keeper.id, []) == ()


def test_one_by_one_or_all_at_once_an_item_is_the_same(five: dict[str, str], keeper: Keeper) -> None:
    listed = keeper.resource("Event 0")
    (alone,) = keeper.provider.fetch(keeper.id, [listed.ref.id])
    assert isinstance(alone, Resource)
    assert (alone.raw, list(map(seen, alone.items))) == (listed.raw, list(map(seen, listed.items)))


def test_the_probe_finds_by_identity_and_says_nothing_of_strangers(
    five: dict[str, str], stage: CalendarStage, keeper: Keeper
) -> None:
    found = keeper.provider.find(keeper.id, [five["Event 0"], five["Event 4"], "nobody@example.com"])
    expected = {"Event 0", "Event 4"} if stage.offer.finds_strays else set()
    assert {title_of(each) for each in found} == expected
