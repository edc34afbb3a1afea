"""One item changed on both sides between two cycles: the rule for conflicts, merging, and a war of two programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fm_desktop.sync.policy import Conflicts
from tests.fakes.world import AGENDA, World, at, event


@pytest.mark.parametrize(
    ("conflicts", "title", "text"),
    [
        (Conflicts.DEFAULT, "calendar", "crm"),
        (Conflicts.CALENDAR, "calendar", "calendar"),
        (Conflicts.CRM, "crm", "crm"),
    ],
)
def test_both_changed_the_same_field(tmp_path: Path, conflicts: Conflicts, title: str, text: str) -> None:
    world = World(tmp_path, conflicts=conflicts)
    key = world.calendar.put("Work", event("Old", text="old"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Old"), title="crm", text="crm")
    world.calendar.edit("Work", key, title="calendar", text="calendar")
    world.sync()
    for side in (world.crm, world.calendar):
        assert (side.items()[0].title, side.items()[0].text) == (title, text)
    lost = {(field, value) for entry in world.engine.state.chronicle.entries() for _, field, value in entry.lost}
    assert ("title", "crm" if title == "calendar" else "calendar") in lost
    world.quiet()


def test_different_fields_changed_on_both_sides_merge(world: World) -> None:
    key = world.calendar.put("Work", event("Old"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Old"), text="From the CRM")
    world.calendar.edit("Work", key, span=at(29, 17))
    world.sync()
    for side in (world.crm, world.calendar):
        (item,) = side.items()
        assert item.span is not None
        assert (item.text, item.span.normal()) == ("From the CRM", at(29, 17).normal())
    world.quiet()


@pytest.mark.parametrize("deleted", ["crm", "calendar"])
def test_an_edit_wins_over_a_deletion(world: World, deleted: str) -> None:
    key = world.calendar.put("Work", event("Old"))
    world.sync()
    if deleted == "crm":
        world.crm.remove(AGENDA, world.crm.key_of("Old"))
        world.calendar.edit("Work", key, title="Edited")
    else:
        world.calendar.remove("Work", key)
        world.crm.edit(AGENDA, world.crm.key_of("Old"), title="Edited")
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Edited"]
    world.quiet()


def test_a_server_that_tidies_what_it_gets_makes_no_edit(world: World) -> None:
    world.crm.tidy = lambda item: replace(item, title=item.title.strip()[:100], text=item.text.replace("  ", " "))
    world.calendar.tidy = lambda item: replace(item, text=item.text.rstrip())
    world.calendar.put("Work", event("Long " * 60, "uid-long", text="two  blanks\nand a line"))
    world.sync()
    world.quiet()
    assert len(world.crm.items()[0].title) == 100
    assert world.calendar.writes() == 0


def test_two_programs_at_war_are_stopped(world: World) -> None:
    key = world.calendar.put("Work", event("Peace"))
    world.sync()
    for number in range(8):
        world.calendar.edit("Work", key, title=f"War {number}")
        world.sync()
        world.crm.edit(AGENDA, next(iter(world.crm.shelves[AGENDA])), title="Peace")
        world.sync()
    assert world.engine.state.problems.count() == 1
    assert world.crm.writes("update") + world.calendar.writes("update") < 9


@pytest.mark.parametrize("state", ["fresh", "old"])
def test_the_beginning_of_a_text_never_replaces_a_whole_one(world: World, tmp_path: Path, state: str) -> None:
    """Found by the simulation: where the state was lost, or an old one came back, the cut copy won against what had
    been typed in the calendar."""
    key = world.calendar.put("Work", event("Plan", text="old"))
    world.sync()
    world.store.close()
    if state == "old":
        (tmp_path / "old.db").write_bytes((tmp_path / "state.db").read_bytes())
    world.reopen()
    world.calendar.edit("Work", key, text="A long text, of which ForceManager keeps the beginning")
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Plan"), text="A long text", shortened=True)
    world.calendar.edit("Work", key, text="typed anew")
    world.reopen(state)
    world.sync()
    assert world.calendar.items()[0].text == world.crm.items()[0].text == "typed anew"
    world.quiet()


def test_with_no_base_the_beginning_of_a_text_is_kept_where_the_calendar_has_none(world: World) -> None:
    key = world.calendar.put("Work", event("Plan", text="Long notes of which ForceManager keeps the beginning"))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Plan"), text="Long notes", shortened=True)
    world.calendar.edit("Work", key, text="")
    world.reopen("fresh")
    world.sync()
    assert world.crm.items()[0].text == world.calendar.items()[0].text == "Long notes"
