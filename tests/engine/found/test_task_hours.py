"""Bugs found about the hours of tasks, where the calendar keeps days only (R20).

Each by its symptom: the shortest sequence of events that showed it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from fm_desktop.model.items import Item, Kind
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.port import OutcomeUnknown
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.policy import Direction
from tests.fakes.world import AGENDA, World, at, task

LOST = OutcomeUnknown("no answer came")


def _knows_days_only(item: Item) -> Item:
    """As To Do, Exchange's and Google's tasks keep them."""
    if item.kind is Kind.EVENT or item.span is None or item.span.all_day:
        return item
    assert isinstance(item.span.start, Timed)
    return replace(item, span=day_span(item.span.start.in_zone("Europe/Madrid").local.date()))


CALL = replace(task("Call back"), span=at(27, 0, 30, length=15))
"""Soon after midnight: in UTC it is the day before."""


@pytest.fixture
def days_only(world: World) -> World:
    world.calendar.tidy, world.calendar.task_hours = _knows_days_only, False
    return world


def test_the_hours_of_a_task_outlast_a_calendar_that_knows_days_only(days_only: World) -> None:
    days_only.crm.put(AGENDA, CALL)
    days_only.sync()
    days_only.quiet()
    assert days_only.calendar.one("Call back").span == day_span(date(2026, 11, 27))
    assert days_only.crm.one("Call back").span == CALL.span


def test_the_hours_of_a_task_outlast_a_create_whose_answer_was_lost(days_only: World) -> None:
    """The day that was found in the list of tasks was taken for an edit there (crash sweep, Graph and EWS)."""
    days_only.crm.put(AGENDA, CALL)
    days_only.calendar.fail("create", LOST, stored=True)
    days_only.sync()
    days_only.sync()
    days_only.quiet()
    assert days_only.crm.one("Call back").span == CALL.span
    assert days_only.calendar.titles() == ["Call back"]


def test_the_hours_of_a_task_outlast_an_update_whose_answer_was_lost(days_only: World) -> None:
    key = days_only.crm.put(AGENDA, CALL)
    days_only.sync()
    later = at(28, 8)
    days_only.crm.edit(AGENDA, key, span=later)
    days_only.calendar.fail("update", LOST, stored=True)
    days_only.sync()
    days_only.sync()
    days_only.quiet()
    assert days_only.crm.one("Call back").span == later
    assert days_only.calendar.one("Call back").span == day_span(date(2026, 11, 28))


def test_the_hours_of_a_task_outlast_a_state_that_was_lost(days_only: World) -> None:
    days_only.crm.put(AGENDA, CALL)
    days_only.sync()
    days_only.reopen("a new state")
    days_only.sync()
    days_only.quiet()
    assert days_only.crm.one("Call back").span == CALL.span


def test_a_task_that_was_moved_while_the_state_was_lost_moves(days_only: World) -> None:
    days_only.crm.put(AGENDA, CALL)
    days_only.sync()
    days_only.calendar.edit("Work", days_only.calendar.key_of("Call back"), span=day_span(date(2026, 11, 30)))
    days_only.reopen("a new state")
    days_only.sync()
    days_only.quiet()
    assert days_only.crm.one("Call back").span == day_span(date(2026, 11, 30))


def test_the_hours_go_along_to_another_day(days_only: World) -> None:
    days_only.crm.put(AGENDA, CALL)
    days_only.sync()
    days_only.calendar.edit("Work", days_only.calendar.key_of("Call back"), span=day_span(date(2026, 11, 30)))
    days_only.sync()
    days_only.quiet()
    shown = days_only.crm.one("Call back").span
    assert shown is not None
    assert shown == at(30, 0, 30, length=15).normal()
    assert days_only.calendar.one("Call back").span == day_span(date(2026, 11, 30))


def test_other_hours_in_the_one_and_another_day_in_the_other_are_both_kept(days_only: World) -> None:
    key = days_only.crm.put(AGENDA, CALL)
    days_only.sync()
    days_only.calendar.edit("Work", days_only.calendar.key_of("Call back"), span=day_span(date(2026, 11, 30)))
    days_only.crm.edit(AGENDA, key, span=at(27, 8))
    days_only.sync()
    days_only.quiet()
    assert days_only.crm.one("Call back").span == at(30, 8).normal()


def test_a_date_that_is_taken_away_is_away(days_only: World) -> None:
    days_only.crm.put(AGENDA, CALL)
    days_only.sync()
    days_only.calendar.edit("Work", days_only.calendar.key_of("Call back"), span=None)
    days_only.sync()
    assert days_only.crm.one("Call back").span is None


def test_hours_that_somebody_took_away_where_they_are_kept_are_away(world: World) -> None:
    world.crm.put(AGENDA, CALL)
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Call back"), span=day_span(date(2026, 11, 30)))
    world.sync()
    world.quiet()
    assert world.crm.one("Call back").span == day_span(date(2026, 11, 30))


def test_a_task_on_the_last_day_of_the_calendar_ends_no_cycle(world: World) -> None:
    last = Timed(datetime(9999, 12, 31, 12), "UTC")
    world.calendar.put("Work", replace(task("Some day"), span=Span(last, last)))
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Some day"), span=at(28, 9))
    world.sync()
    world.quiet()
    assert world.crm.one("Some day").span == at(28, 9).normal()


def test_R22_hours_that_were_not_theirs_to_change_are_put_back(days_only: World) -> None:
    days_only.calendar.put("Work", task("Call back"))
    days_only.sync()
    key = days_only.crm.key_of("Call back")
    days_only.crm.edit(AGENDA, key, span=at(27, 9))
    days_only.sync()
    days_only.reopen(direction=Direction.TO_CRM)
    days_only.crm.edit(AGENDA, key, span=at(27, 15))
    days_only.sync()
    days_only.quiet()
    assert days_only.crm.one("Call back").span == at(27, 9).normal()


def test_where_hours_are_kept_a_day_and_hours_are_two_values(world: World) -> None:
    """Both were changed at once: the calendar's word counts, and the other is named in the history."""
    world.calendar.put("Work", task("Call back", due=date(2026, 11, 30)))
    world.sync()
    world.calendar.edit("Work", world.calendar.key_of("Call back"), span=day_span(date(2026, 11, 27)))
    world.crm.edit(AGENDA, world.crm.key_of("Call back"), span=at(27, 9))
    world.sync()
    world.quiet()
    assert world.crm.one("Call back").span == day_span(date(2026, 11, 27))
    assert any(line.lost for line in world.engine.state.chronicle.entries())


def test_hours_taken_away_while_the_answer_was_lost_are_away(world: World) -> None:
    world.calendar.put("Work", replace(task("Call back"), span=at(27, 9)))
    world.crm.fail("create", LOST, stored=True)
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Call back"), span=day_span(date(2026, 11, 27)))
    world.sync()
    world.quiet()
    assert world.calendar.one("Call back").span == world.crm.one("Call back").span == day_span(date(2026, 11, 27))


def test_the_hours_go_along_although_the_zone_was_changed_meanwhile(days_only: World) -> None:
    days_only.crm.put(AGENDA, replace(CALL, span=at(27, 23)))
    days_only.sync()
    days_only.calendar.edit("Work", days_only.calendar.key_of("Call back"), span=day_span(date(2026, 11, 30)))
    days_only.reopen(zone="Asia/Tokyo")
    days_only.sync()
    shown = days_only.crm.one("Call back").span
    assert shown is not None
    assert not shown.all_day


def test_a_title_and_other_hours_whose_answer_was_lost_are_in_the_history(days_only: World) -> None:
    key = days_only.crm.put(AGENDA, CALL)
    days_only.sync()
    days_only.crm.edit(AGENDA, key, title="Call Ann back", span=at(27, 8))
    days_only.calendar.fail("update", LOST, stored=True)
    days_only.sync()
    days_only.sync()
    days_only.quiet()
    (line,) = [each for each in days_only.engine.state.chronicle.entries() if each.verb is Verb.UPDATE]
    assert line.before["title"] == "Call back"
