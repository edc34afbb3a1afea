"""Bugs found about the hours of tasks, where the calendar keeps days only (R20).

Each by its symptom: the shortest sequence of events that showed it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fm_desktop.model.items import Item, Kind
from fm_desktop.model.times import Timed, day_span
from fm_desktop.port import OutcomeUnknown
from tests.fakes.world import AGENDA, World, at, task

LOST = OutcomeUnknown("no answer came")


def _knows_days_only(item: Item) -> Item:
    """As To Do, Exchange's and Google's tasks keep them."""
    if item.kind is Kind.EVENT or item.span is None or item.span.all_day:
        return item
    assert isinstance(item.span.start, Timed)
    return replace(item, span=day_span(item.span.start.in_zone("Europe/Madrid").local.date()))


CALL = replace(task("Call back"), span=at(27, 23, 30, length=15))
"""Late in the evening: another day in UTC in summer, and the same one here."""


@pytest.fixture
def days_only(world: World) -> World:
    world.calendar.tidy = _knows_days_only
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
    assert shown == at(30, 23, 30, length=15).normal()
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
