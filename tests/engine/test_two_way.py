"""R20-R23: items created and managed from either side."""

from __future__ import annotations

import pytest

from fm_desktop.model.items import Answer, Party
from fm_desktop.model.times import Span
from tests.fakes.world import AGENDA, EMMA, World, at, event, invitation, person, task


def test_R20_new_items_of_both_sides_are_on_both_sides(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.calendar.put("Work", task("Write offer"))
    world.crm.put(AGENDA, event("Visit Acme", "-"))
    world.crm.put(AGENDA, task("Call Acme", "-"))
    report = world.sync()
    everything = ["Call Acme", "Dentist", "Visit Acme", "Write offer"]
    assert world.crm.titles() == everything
    assert world.calendar.titles() == everything
    assert (report.crm.created, report.provider.created) == (2, 2)
    world.quiet()


@pytest.mark.parametrize(
    "change", [{"title": "New"}, {"span": at(27, 16)}, {"text": "Bring the offer"}, {"completed": True}]
)
@pytest.mark.parametrize("born", ["crm", "calendar"])
@pytest.mark.parametrize("edited", ["crm", "calendar"])
def test_R21_R22_an_own_items_edit_appears_on_the_other_side(
    world: World, born: str, edited: str, change: dict
) -> None:
    side = world.crm if born == "crm" else world.calendar
    side.put(AGENDA if born == "crm" else "Work", task("Old") if "completed" in change else event("Old"))
    world.sync()
    here, there = (world.crm, world.calendar) if edited == "crm" else (world.calendar, world.crm)
    here.edit(AGENDA if edited == "crm" else "Work", here.key_of("Old"), **change)
    world.sync()
    (copy,) = there.items()
    for field, value in change.items():
        seen = getattr(copy, field)
        assert (seen.normal(),) == (value.normal(),) if isinstance(value, Span) else seen == value
    assert len(here.items()) == 1
    world.quiet()


@pytest.mark.parametrize("born", ["crm", "calendar"])
@pytest.mark.parametrize("deleted", ["crm", "calendar"])
def test_R21_R22_an_own_items_deletion_is_followed(world: World, born: str, deleted: str) -> None:
    side = world.crm if born == "crm" else world.calendar
    side.put(AGENDA if born == "crm" else "Work", event("Short"))
    world.sync()
    here = world.crm if deleted == "crm" else world.calendar
    here.remove(AGENDA if deleted == "crm" else "Work", here.key_of("Short"))
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == []
    world.quiet()


def test_R22_an_invitation_is_locked_and_an_edit_of_it_is_put_back_and_told(world: World) -> None:
    world.calendar.put("Work", invitation("Review"))
    world.sync()
    row = world.crm.one("Review")
    assert row.locked
    world.crm.edit(AGENDA, world.crm.key_of("Review"), title="Mine now", text="x", span=at(28, 9))
    world.sync()
    row = world.crm.one("Review")
    assert row.span is not None
    assert row.span.normal() == at(26, 10).normal()
    assert row.text == ""
    assert world.calendar.writes() == 0
    assert [each.kind for each in world.engine.state.chronicle.notices()] == ["put-back", "first-import"]
    world.quiet()


def test_R22_a_deleted_invitation_comes_back_in_the_crm(world: World) -> None:
    world.calendar.put("Work", invitation("Review"))
    world.sync()
    world.crm.remove(AGENDA, world.crm.key_of("Review"))
    world.sync()
    assert world.crm.one("Review").locked
    assert world.calendar.titles() == ["Review"]
    assert world.calendar.writes() == 0
    world.quiet()


def test_R23_known_people_are_the_chip_and_strangers_plain_addresses(world: World) -> None:
    world.directory.parties["ana@acme.example"] = Party(12, 3)
    people = (EMMA, person("bob@nowhere.example"), person("ana@acme.example", Answer.ACCEPTED, "Ana Ruiz"))
    world.calendar.put("Work", event("Lunch", organiser=EMMA, participants=people, answer=Answer.ACCEPTED))
    world.sync()
    row = world.crm.one("Lunch")
    assert row.party == Party(12, 3)
    assert "- bob@nowhere.example (not answered yet)" in row.details
    assert "- Ana Ruiz <ana@acme.example> (accepted)" in row.details


def test_R23_a_contact_added_later_becomes_the_chip(world: World) -> None:
    world.calendar.put("Work", event("Lunch", organiser=EMMA, participants=(EMMA, person("bob@acme.example"))))
    world.sync()
    assert world.crm.one("Lunch").party.is_empty
    world.directory.parties["bob@acme.example"] = Party(5, None)
    world.directory.changed = frozenset({"bob@acme.example"})
    world.sync()
    assert world.crm.one("Lunch").party == Party(5)
    world.quiet()


def test_a_chip_the_user_took_away_or_changed_stays_so(world: World) -> None:
    world.directory.parties["ana@acme.example"] = Party(12, 3)
    world.calendar.put("Work", event("Lunch", organiser=EMMA, participants=(EMMA, person("ana@acme.example"))))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Lunch"), party=Party(99, 8))
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Lunch"), title="Long lunch")
    world.sync()
    assert world.crm.one("Long lunch").party == Party(99, 8)


def test_R26_an_invitation_not_answered_is_there_with_its_answer(world: World) -> None:
    key = world.calendar.put("Work", invitation("Review"))
    world.sync()
    assert "Your answer: not answered yet" in world.crm.one("Review").details
    people = invitation("Review", answer=Answer.ACCEPTED)
    world.calendar.edit("Work", key, participants=people.participants, answer=Answer.ACCEPTED)
    world.sync()
    assert "Your answer: accepted" in world.crm.one("Review").details
    world.quiet()


def test_R22_another_address_of_the_users_is_looked_at_anew(world: World) -> None:
    """An alias the server names from now on: the meeting it organises is the user's own after all."""
    people = (person("e.smith@example.com"), person("client@acme.example"))
    world.calendar.put("Work", event("Pitch", organiser=people[0], participants=people))
    world.sync()
    assert world.crm.one("Pitch").locked
    assert "e.smith@example.com" in world.crm.one("Pitch").details
    world.calendar.own |= {"e.smith@example.com"}
    world.sync()
    assert not world.crm.one("Pitch").locked
    world.quiet()
