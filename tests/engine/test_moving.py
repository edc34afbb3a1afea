"""A mailbox that moves to another service, and what looks like one and is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NoReturn

import pytest

from fm_desktop.model.items import Item, Kind
from fm_desktop.model.times import day_span
from fm_desktop.port import OutcomeUnknown, Side, Unreachable
from fm_desktop.sync import accounts, moving
from fm_desktop.sync.calendars import Calendars
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.undo import undo
from tests.engine.steps import decide, interrupted, newest
from tests.fakes.memory import MemorySide
from tests.fakes.world import AGENDA, EMMA, World, at, event, person, task

OLD, NEW = "https://old.example", "https://new.example"


class Crash(BaseException):
    """The process dies."""


def serve(world: World, service: str) -> bool:
    return moving.serve(world.store, 1, service, service, world.now)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, calendars=("Work", "Todo"))
    assert not serve(world, OLD)
    return world


def move(world: World, *calendars: str, **others: str) -> MemorySide:
    """Everything is at another service from now on, which says another name for the user; nothing is there yet."""
    world.calendar = MemorySide(Side.PROVIDER, calendars or ("Work", "Todo"), who="emma-of-the-new-service")
    world.reopen()
    assert serve(world, others.get("to", NEW))
    return world.calendar


def carried(world: World, *names: str) -> list[tuple[str, str, tuple[Item, ...]]]:
    return [
        (name, key, stored.items)
        for name, shelf in world.calendar.shelves.items()
        for key, stored in shelf.items()
        if stored.items[0].title in names
    ]


def test_items_are_known_by_their_identity_and_nothing_is_written(world: World) -> None:
    for title in ("Dentist", "Lunch"):
        world.calendar.put("Work", event(title))
    world.crm.put(AGENDA, replace(event("Visit"), uid=""))
    world.sync()
    kept = carried(world, "Dentist", "Lunch", "Visit")
    before = world.crm.writes()
    new = move(world)
    for name, key, items in kept:
        new.put(name, *items, key=f"other-{key}")
    world.sync()
    assert (world.crm.writes(), new.writes()) == (before, 0)
    new.edit("Work", "other-uid-Lunch.ics", title="Lunch, later")
    world.sync()
    assert world.crm.titles() == ["Dentist", "Lunch, later", "Visit"]
    world.quiet()


def test_what_was_not_carried_over_is_no_deletion_though_all_has_the_same_names(world: World) -> None:
    for number in range(20):
        world.calendar.put("Work", event(f"Meeting {number}", span=at(number + 1, 9)))
    world.sync()
    kept = carried(world, *(f"Meeting {number}" for number in range(17)))
    new = move(world)
    for name, key, items in kept:
        new.put(name, *items, key=key)
    report = world.sync()
    assert report.held == 0
    assert len(world.crm.items()) == 20
    assert len(new.items()) == 17
    world.sync(minutes=60 * 25)
    assert len(world.crm.items()) == 20
    world.quiet()


def test_choosing_calendars_after_a_move_chooses_the_new_ones(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    kept = carried(world, "Dentist")
    new = move(world)
    for name, key, items in kept:
        new.put(name, *items, key=key)
    world.sync()
    calendars = Calendars(world.engine.state)
    calendars.choose(["Work"])
    calendars.set_target("Work")
    world.sync()
    assert {each.what.id for each in calendars.all() if each.takes_part} == {"Work"}
    calendars.choose(["Work", "Todo"])
    assert {each.what.id for each in calendars.all() if each.takes_part} == {"Work", "Todo"}
    world.quiet()


def test_the_choices_go_with_the_calendars(world: World) -> None:
    world.sync()
    calendars = Calendars(world.engine.state)
    calendars.set_target("Todo")
    calendars.deselect("Work", remove_copies=False)
    move(world)
    world.sync()
    there = {each.what.id: each for each in Calendars(world.engine.state).all() if not each.missing}
    assert {name: each.takes_part for name, each in there.items()} == {"Work": False, "Todo": True}
    assert there["Todo"].target


def test_of_two_calendars_of_one_name_none_takes_the_place_by_its_name(world: World) -> None:
    """The own one and a colleague's, which must not become the target."""
    world.sync()
    new = move(world, "own", "bobs")
    listed = new.collections()
    new.collections = lambda: tuple(  # type: ignore[method-assign]
        replace(each, name="Work", writable=True, is_default=each.id == "own") for each in listed
    )
    world.store.run("UPDATE collection SET selected = 0 WHERE name = 'Todo'")
    world.engine._setting = replace(world.engine._setting, select_new=False)
    world.sync()
    assert [each.what.id for each in Calendars(world.engine.state).all() if each.takes_part] == ["own"]
    assert [each.what.id for each in Calendars(world.engine.state).all() if each.target] == ["own"]


def test_under_other_names_the_default_takes_part_and_not_nothing(world: World) -> None:
    world.sync()
    move(world, "Calendar", "Birthdays")
    world.engine._setting = replace(world.engine._setting, select_new=False)
    world.sync()
    assert [each.what.id for each in Calendars(world.engine.state).all() if each.takes_part] == ["Calendar"]


def tasks(world: World) -> dict[str, tuple[str, bool]]:
    """By the row, in the CRM: the text and whether it is done."""
    shelf = world.crm.shelves[AGENDA]
    return {key: (each.items[0].text, each.items[0].completed) for key, each in shelf.items()}


def test_tasks_that_have_another_identity_there_go_on(world: World) -> None:
    """Of two with one title, the done one stays the done one, whichever comes first."""
    world.calendar.put("Todo", replace(task("Call", "a"), text="ACME", completed=True))
    world.calendar.put("Todo", replace(task("Call", "b"), text="Zeta"))
    world.calendar.put("Todo", task("Buy paper", "c"))
    world.sync()
    before, writes = tasks(world), world.crm.writes()
    items = [stored.items[0] for stored in world.calendar.shelves["Todo"].values()]
    new = move(world)
    for item in reversed(items):
        new.put("Todo", replace(item, uid=f"new-{item.uid}"))
    world.sync()
    assert tasks(world) == before
    assert world.crm.writes("create") == len(before)
    assert new.writes() == 0
    world.sync()
    assert world.crm.writes() - writes == len(before)  # their marks
    world.quiet()


def test_a_task_with_hours_goes_on_where_days_only_are_kept(world: World) -> None:
    """… and of two with one title on one day, each by its hours where they are kept."""
    call = replace(task("Call", "a"), span=at(27, 0, 30))
    world.calendar.put("Todo", call)
    world.sync()
    before = tasks(world)
    new = move(world)
    new.task_hours = False
    new.put("Todo", replace(call, uid="new-a", span=day_span(date(2026, 11, 27))))
    world.sync()
    world.sync()
    assert tasks(world) == before
    assert world.crm.one("Call").span == call.span.normal()
    world.quiet()


def test_two_tasks_of_one_title_and_day_go_on_by_their_hours(world: World) -> None:
    for uid, hour in (("a", 9), ("b", 15)):
        world.calendar.put("Todo", replace(task("Call", uid), span=at(27, hour), text=f"text {uid}"))
    world.sync()
    before = tasks(world)
    items = [stored.items[0] for stored in world.calendar.shelves["Todo"].values()]
    new = move(world)
    for item in reversed(items):
        new.put("Todo", replace(item, uid=f"new-{item.uid}", text=f"{item.text}, tidied"))
    world.sync()
    assert tasks(world).keys() == before.keys()
    world.quiet()


def test_a_task_of_a_list_that_was_deleted_is_not_taken_for_a_new_one_of_its_title(world: World) -> None:
    world.calendar.put("Todo", replace(task("Call back", "a"), text="Spoke to ACME", completed=True))
    world.sync()
    del world.calendar.shelves["Todo"]
    world.sync(minutes=60 * 25)
    world.calendar.put("Work", replace(task("Call back", "b"), text="Ring the dentist"))
    world.sync()
    assert sorted(tasks(world).values()) == [("Ring the dentist", False), ("Spoke to ACME", True)]
    world.quiet()


def test_a_cancelled_meeting_takes_nobodys_place(world: World) -> None:
    world.calendar.put("Todo", event("Review", "a"))
    world.sync()
    new = move(world)
    new.put("Work", replace(event("Review", "b"), cancelled=True))
    world.sync()
    assert world.crm.titles() == ["Review"]
    world.sync(minutes=60 * 25)
    assert world.crm.titles() == ["Review"]


def test_a_write_whose_answer_was_lost_before_the_move_is_told_by_what_is_there_after_it(world: World) -> None:
    world.crm.put(AGENDA, replace(event("Visit"), uid=""))
    world.calendar.fail("create", OutcomeUnknown("no answer came"), stored=True)

    def away(*_: object) -> NoReturn:
        raise Unreachable("nobody can be asked")

    world.calendar.find = away  # type: ignore[method-assign]
    interrupted(world)
    kept = carried(world, "Visit")
    assert len(kept) == len(world.engine.state.journal.unknown()) == 1
    new = move(world)
    for name, key, items in kept:
        new.put(name, *items, key=f"other-{key}")
    world.sync()
    assert new.titles() == world.crm.titles() == ["Visit"]
    world.quiet()


def test_back_again_nothing_is_doubled(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.calendar.put("Todo", task("Call", "a"))
    world.sync()
    former = world.calendar
    new = move(world)
    new.put("Work", *former.shelves["Work"]["uid-Dentist.ics"].items)
    new.put("Todo", task("Call", "z"))
    world.sync()
    world.calendar = former
    world.reopen()
    assert serve(world, OLD)
    world.sync()
    assert tuple(world.engine.state.held.waiting()) == ()
    world.sync()
    assert world.crm.titles() == ["Call", "Dentist"]
    assert world.calendar.titles() == ["Call", "Dentist"]
    world.quiet()


def test_the_same_service_is_no_move(world: World) -> None:
    world.sync()
    assert not serve(world, OLD)
    assert moving.under_way(world.store, 1) == ""


def test_a_move_is_over_after_a_month(world: World) -> None:
    """Until then a slow migration may go on."""
    world.sync()
    move(world)
    world.sync()
    assert moving.under_way(world.store, 1) != ""
    world.sync(minutes=60 * 24 * 31)
    assert moving.under_way(world.store, 1) == ""


def test_what_arrives_days_after_the_first_reading_is_known_by_all_it_says(world: World) -> None:
    world.calendar.put("Todo", task("Call", "a"))
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    kept = carried(world, "Dentist")
    new = move(world)
    world.sync()
    world.sync(minutes=60 * 30)
    assert world.crm.titles() == ["Call", "Dentist"]
    new.put("Todo", task("Call", "z"))
    for name, key, items in kept:
        new.put(name, *items, key=key)
    world.sync()
    world.sync()
    assert world.crm.titles() == new.titles() == ["Call", "Dentist"]
    world.quiet()


def test_a_calendar_that_arrives_late_takes_the_place_of_the_one_of_its_name(world: World) -> None:
    world.sync()
    Calendars(world.engine.state).deselect("Todo", remove_copies=False)
    new = move(world, "Work")
    world.sync()
    new.names = ("Work", "Todo")
    new.shelves["Todo"] = {}
    world.sync(minutes=60 * 25)
    there = {each.what.id: each.takes_part for each in Calendars(world.engine.state).all()}
    assert there == {"Work": True, "Todo": False}


def test_a_strangers_calendar_that_appears_later_is_not_taken_in(world: World) -> None:
    world.sync()
    new = move(world)
    world.engine._setting = replace(world.engine._setting, select_new=False)
    new.fail("create", OutcomeUnknown("no answer came"))
    world.sync()
    new.shelves["Bob's"] = {}
    new.put("Bob's", event("Bob's secret"))
    world.engine._setting = replace(world.engine._setting, select_new=False)
    world.sync(minutes=60 * 25)
    assert world.crm.titles() == []


def test_a_calendar_of_other_kinds_is_known_by_its_name(world: World) -> None:
    """As when calendars with tasks in them move to a service that keeps tasks apart."""
    world.sync()
    Calendars(world.engine.state).deselect("Work", remove_copies=False)
    new = move(world)
    new.kinds = {"Work": frozenset({Kind.EVENT}), "Todo": frozenset({Kind.EVENT})}
    new.put("Work", event("Therapy"))
    world.engine._setting = replace(world.engine._setting, select_new=False)
    world.sync()
    assert world.crm.titles() == []
    assert [each.what.id for each in Calendars(world.engine.state).all() if each.takes_part] == ["Todo"]


def test_a_wrong_address_in_between_costs_neither_choices_nor_tasks(world: World) -> None:
    world.calendar.put("Todo", task("Call", "a"))
    world.sync()
    Calendars(world.engine.state).deselect("Work", remove_copies=False)
    assert serve(world, "https://wrong.example")
    new = move(world)
    new.put("Todo", task("Call", "z"))
    new.put("Work", event("Therapy"))
    world.engine._setting = replace(world.engine._setting, select_new=False)
    world.sync()
    world.sync()
    assert world.crm.titles() == ["Call"]
    assert [each.what.id for each in Calendars(world.engine.state).all() if each.takes_part] == ["Todo"]


def test_R27_a_word_about_mail_does_not_outlive_the_move(world: World) -> None:
    world.calendar.put("Work", event("Review", organiser=EMMA, participants=(EMMA, person("cust@client.example"))))
    world.sync()
    kept = carried(world, "Review")
    world.crm.edit(AGENDA, world.crm.key_of("Review"), title="Review, moved")
    world.sync()
    assert decide(world, Decision.APPROVED) == 1
    new = move(world)
    world.sync()
    for name, key, items in kept:
        new.put(name, replace(items[0], participants=(*items[0].participants, person("cust2@client.example"))), key=key)
    report = world.sync(minutes=60 * 24 * 5)
    assert report.held == 1
    assert new.mails == []


def test_choosing_holds_for_a_calendar_that_is_away_for_a_day(world: World) -> None:
    world.calendar.put("Todo", event("Secret"))
    world.sync()
    shelf = world.calendar.shelves.pop("Todo")
    world.sync(minutes=60 * 25)
    Calendars(world.engine.state).choose(["Work"])
    world.calendar.shelves["Todo"] = shelf
    world.calendar.put("Todo", event("Another secret"))
    world.sync(minutes=60 * 25)
    assert world.crm.titles() == ["Secret"]


def test_tasks_go_on_though_the_new_service_knows_other_addresses_of_the_user(world: World) -> None:
    """All items are looked at anew then, those that were left too: that must not make them gone."""
    world.calendar.put("Todo", task("Call", "a"))
    world.sync()
    (before,) = tasks(world)
    new = move(world)
    new.own = frozenset({"emma@example.com", "emma@new.example"})
    new.put("Todo", task("Call", "z"))
    world.sync()
    world.sync()
    assert [*tasks(world)] == [before]
    assert world.crm.writes("create") == 1
    world.quiet()


def test_a_move_is_noticed_whole_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program dies in the middle: at its next start it is a move still."""
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    whole = moving._leave

    def dies(*_: object) -> None:
        raise Crash

    monkeypatch.setattr(moving, "_leave", dies)
    with pytest.raises(Crash):
        serve(world, NEW)
    monkeypatch.setattr(moving, "_leave", whole)
    new = move(world)
    world.sync()
    assert world.crm.titles() == ["Dentist"]
    assert new.titles() == []
    world.quiet()


def test_another_account_at_work_meanwhile_does_not_mix_up_two_moves(world: World) -> None:
    world.calendar.put("Work", event("Dentist"))
    world.sync()
    kept = carried(world, "Dentist")
    for service in (NEW, "https://newest.example"):
        move(world, to=service)
        for name, key, items in kept:
            world.calendar.put(name, *items, key=key)
        world.sync()
        accounts.ensure(world.store, "crm.example", "8", "bob")
        assert accounts.ensure(world.store, "crm.example", "7", "emma") == 1
    assert not serve(world, "https://newest.example")
    assert world.crm.titles() == world.calendar.titles() == ["Dentist"]
    world.quiet()


def test_what_was_deleted_before_the_move_is_wished_back_at_the_new_service(world: World) -> None:
    """In the form of the old one nobody there would understand it."""
    world.crm.put(AGENDA, replace(event("Visit"), uid=""))
    world.sync()
    world.crm.remove(AGENDA, world.crm.key_of("Visit"))
    world.sync()
    assert world.calendar.titles() == []
    new = move(world)
    world.sync()
    undo(world.engine.state, newest(world))
    world.sync()
    assert new.titles() == world.crm.titles() == ["Visit"]
    world.quiet()
