"""Which calendars there are, who the user is, and going on in a new process."""

from __future__ import annotations

import json

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.port import CalendarService, CollectionGone, Refused, Side
from tests.contract.features import Feature, proves
from tests.contract.keeper import Keeper, event, meeting
from tests.contract.stages.stage import CALENDAR, ME, CalendarStage, Hand, Made

pytestmark = proves(Feature.CALENDARS)


def test_calendars_are_found_by_name_each_under_an_id_of_its_own(provider: CalendarService) -> None:
    found = provider.collections()
    assert {CALENDAR, "Holidays"} <= {each.name for each in found}
    assert len({each.id for each in found}) == len(found)


def test_R04_a_calendar_that_may_only_be_read_says_so(provider: CalendarService) -> None:
    writable = {each.name: each.writable for each in provider.collections()}
    assert (writable[CALENDAR], writable["Holidays"]) == (True, False)


def test_a_write_into_what_may_only_be_read_is_refused_in_words(provider: CalendarService) -> None:
    (holidays,) = (each for each in provider.collections() if each.name == "Holidays")
    with pytest.raises(Refused) as refused:
        provider.create(holidays.id, "11111111-aaaa-5555-8888-000000000001", event("Beach", meeting(25, 9)))
    assert str(refused.value)
    assert refused.value.next_step


def test_R20_events_and_tasks_both_have_a_place(provider: CalendarService) -> None:
    found = provider.collections()
    assert any(each.takes(Kind.EVENT) and each.name == CALENDAR for each in found)
    assert any(each.takes(Kind.TASK) for each in found)


def test_the_user_is_known_by_a_name_that_stays_and_by_addresses(stage: CalendarStage) -> None:
    first, second = stage.connect(), stage.connect()
    assert first.principal() == second.principal() != ""
    assert ME in first.addresses()
    assert (first.side, bool(first.manner)) == (Side.PROVIDER, True)


def test_a_new_process_goes_on_with_what_was_found_without_a_request(stage: CalendarStage, keeper: Keeper) -> None:
    keeper.read()
    found = keeper.provider.found()
    again = stage.connect()
    again.resume(found)
    assert (again.requests, again.principal()) == (0, keeper.provider.principal())
    assert again.changes(keeper.collection, keeper.cursor, dict).present == ()
    assert again.requests == stage.offer.idle_requests


def test_what_was_found_is_text_without_secrets(stage: CalendarStage, provider: CalendarService) -> None:
    provider.collections()
    text = provider.found()
    assert json.loads(text)
    assert "password" not in text.lower()
    assert "password" not in repr(provider).lower()


@pytest.mark.parametrize("text", ["", "[]", "{}", '"x"', "not json"])
def test_what_was_found_by_something_else_is_not_gone_on_with(provider: CalendarService, text: str) -> None:
    with pytest.raises(ValueError):
        provider.resume(text)


def test_a_calendar_that_was_deleted_is_gone_and_no_empty_one(keeper: Keeper, hand: Hand) -> None:
    hand.add(Made("Breakfast", meeting(25, 9)))
    keeper.read()
    hand.remove_calendar()
    with pytest.raises(CollectionGone):
        keeper.read()
    assert CALENDAR not in {each.name for each in keeper.provider.collections()}
