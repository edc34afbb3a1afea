"""Invitations (R22, R26) and mail to other people (R27)."""

from __future__ import annotations

import pytest

from fm_desktop.model.items import Answer, Kind
from fm_desktop.model.projection import Patch
from fm_desktop.port import Refused
from tests.contract.features import Feature, proves
from tests.contract.keeper import Keeper, due, event, meeting, task
from tests.contract.stages.stage import ME, CalendarStage, Hand, Made, PutBack

pytestmark = proves(Feature.PEOPLE)

UID = "11111111-aaaa-5555-8888-000000000001"
BOSS, ANA = "boss@other.example", "ana@customer.example"
INVITATION = Made("Kick-off", meeting(25, 9), organiser=BOSS, guests=(ANA,))
OWN = Made("Offer", meeting(26, 9), text="Prices", guests=(ANA, "bob@customer.example"))


def test_R26_an_invitation_that_is_not_answered_is_there_with_its_answer(hand: Hand, keeper: Keeper) -> None:
    hand.add(INVITATION)
    keeper.read()
    item = keeper.item("Kick-off")
    assert item.organiser is not None
    assert item.organiser.address == BOSS
    assert item.answer is Answer.NEEDS_ACTION
    assert {each.address for each in item.participants} >= {ME, ANA}


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.TENTATIVE, Answer.DECLINED])
def test_R26_an_answer_is_seen(hand: Hand, keeper: Keeper, answer: Answer) -> None:
    hand.add(INVITATION)
    keeper.read()
    hand.answer("Kick-off", answer)
    keeper.read()
    assert keeper.item("Kick-off").answer is answer


def test_R22_an_own_meeting_with_participants_is_the_users(hand: Hand, keeper: Keeper) -> None:
    hand.add(OWN)
    keeper.read()
    item = keeper.item("Offer")
    assert item.answer is None
    assert item.organiser is None or item.organiser.address in keeper.provider.addresses()
    assert {ANA, "bob@customer.example"} <= {each.address for each in item.participants}


def test_R23_an_event_nobody_was_invited_to_has_no_organiser(hand: Hand, keeper: Keeper) -> None:
    hand.add(Made("Alone", meeting(25, 9)))
    keeper.read()
    item = keeper.item("Alone")
    assert (item.organiser, item.answer) == (None, None)
    assert {each.address for each in item.participants} <= {ME}


def test_R22_participants_stay_as_they_are_when_something_else_is_changed(hand: Hand, keeper: Keeper) -> None:
    hand.add(OWN)
    keeper.read()
    rest, people = hand.rest("Offer"), hand.look("Offer").people
    keeper.provider.update(keeper.resource("Offer"), Patch(title="New offer"))
    assert hand.look("New offer").people == people
    assert hand.rest("New offer") == rest


def test_R27_whether_the_service_writes_to_participants_is_told(
    stage: CalendarStage, hand: Hand, keeper: Keeper
) -> None:
    """The engine asks the user first where it does."""
    hand.add(OWN)
    keeper.read()
    keeper.provider.update(keeper.resource("Offer"), Patch(span=meeting(27, 9)))
    assert (ANA in stage.mails()) is stage.offer.mails_participants
    if stage.offer.mails_participants:
        assert keeper.provider.capabilities().schedules


def test_R27_nobody_is_written_to_about_what_has_no_participants(
    stage: CalendarStage, hand: Hand, keeper: Keeper
) -> None:
    provider = keeper.provider
    hand.add(Made("By hand", meeting(25, 9)))
    keeper.read()
    resource = provider.create(keeper.id, UID, event("Ours", meeting(25, 9)))
    resource = provider.update(resource, Patch(title="Still ours", span=meeting(25, 12), text="x"))
    provider.delete(resource)
    provider.restore(keeper.id, UID, resource.raw)
    provider.delete(provider.update(keeper.resource("By hand"), Patch(title="Changed")))
    shelf = keeper.task_collection()
    done = provider.create(shelf.id, UID.replace("1", "2"), task("Call", due(meeting(25, 9).start)))  # type: ignore[arg-type]
    provider.delete(provider.update(done, Patch(completed=True)))
    assert stage.mails() == []


def test_R27_nobody_is_written_to_because_something_is_read(stage: CalendarStage, hand: Hand, keeper: Keeper) -> None:
    hand.add(INVITATION)
    hand.add(OWN)
    before = stage.writes()
    keeper.read()
    keeper.cursor = None
    keeper.read()
    keeper.provider.fetch(keeper.id, list(keeper.there))
    keeper.provider.find(keeper.id, [each.uid for each in keeper.there.values()])
    assert keeper.item("Kick-off").kind is Kind.EVENT
    assert (stage.writes(), stage.mails()) == (before, [])


def test_R27_a_patch_that_changes_nothing_writes_to_nobody(stage: CalendarStage, hand: Hand, keeper: Keeper) -> None:
    hand.add(OWN)
    keeper.read()
    before = stage.writes()
    keeper.provider.update(keeper.resource("Offer"), Patch(title="Offer", text="Prices", span=meeting(26, 9)))
    assert (stage.writes(), stage.mails()) == (before, [])


def test_R27_a_deleted_invitation_is_put_back_without_mail_or_this_is_refused_in_words(
    stage: CalendarStage, hand: Hand, keeper: Keeper
) -> None:
    uid = hand.add(INVITATION)
    keeper.read()
    raw = keeper.resource("Kick-off").raw
    hand.remove("Kick-off")
    if stage.offer.invitations is PutBack.REFUSED:
        with pytest.raises(Refused) as refused:
            keeper.provider.restore(keeper.id, uid, raw)
        assert refused.value.next_step
        assert hand.titles() == []
        return
    keeper.provider.restore(keeper.id, uid, raw)
    keeper.read()
    item = keeper.item("Kick-off")
    complete = stage.offer.invitations is PutBack.COMPLETE
    assert item.answer is (Answer.NEEDS_ACTION if complete else None)
    assert (item.participants != ()) is complete
    assert stage.mails() == []
