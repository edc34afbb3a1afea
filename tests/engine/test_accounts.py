"""One store, several accounts after one another: each starts with what is its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from fm_desktop.model.times import day_span
from fm_desktop.port import OutcomeUnknown, Side
from fm_desktop.sync import accounts
from fm_desktop.sync.cycle import Engine, Serial, Setting
from fm_desktop.sync.explain import explain
from fm_desktop.sync.held import NothingHeld
from fm_desktop.sync.plan import Decision
from fm_desktop.sync.retry import NothingToRetry, retry
from fm_desktop.sync.status import overview
from fm_desktop.sync.store import Store
from fm_desktop.sync.undo import CannotUndo, undo
from tests.engine.steps import PEOPLE
from tests.fakes.memory import MemorySide
from tests.fakes.world import AGENDA, World, at, event


def test_an_account_is_found_again_whatever_the_spelling(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "state.db")
    emma = accounts.ensure(store, "crm.example", "7", "Emma@Example.com")
    assert accounts.ensure(store, "crm.example", "7", "emma@example.com") == emma
    assert accounts.find(store, "crm.example", "8", "emma@example.com") is None
    store.close()


def test_another_account_does_not_take_over_what_was_remembered_of_the_first(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "state.db")
    emma = accounts.ensure(store, "crm.example", "7", "emma@example.com")
    with store.transaction():
        store.set_meta("calendars_listed", "2026-11-25T09:00:00Z")
        store.set_meta("cycle", "41")
    assert accounts.ensure(store, "crm.example", "7", "emma@example.com") == emma
    assert store.meta("calendars_listed") is not None
    javier = accounts.ensure(store, "crm.example", "8", "javier@example.com")
    assert javier != emma
    assert store.meta("calendars_listed") is None
    assert store.meta("cycle") == "41"
    assert accounts.ensure(store, "crm.example", "7", "emma@example.com") == emma
    store.close()


def javier(world: World) -> Engine:
    """A second user of the same computer, at work from now on, with an agenda and a calendar of their own."""
    accounts.ensure(world.store, "crm.example", "7", "emma")
    account = accounts.ensure(world.store, "crm.example", "8", "javier@example.com")
    setting = Setting(account, replace(world.options, user="8"))
    ports = {Side.CRM: MemorySide(Side.CRM, (AGENDA,), who="8"), Side.PROVIDER: MemorySide(Side.PROVIDER)}
    return Engine(world.store, setting, ports, world.directory, lambda: world.now, pool=Serial())


def with_open_questions(tmp_path: Path) -> World:
    """Something of Emma's waits, something is a problem, something was told, and one answer was lost."""
    world = World(tmp_path)
    world.calendar.put("Work", event("Pitch", organiser=PEOPLE[0], participants=PEOPLE))
    world.calendar.breaks("Work", world.calendar.put("Work", event("Odd")), "it cannot be read")
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), title="Pitch 2")
    world.calendar.put("Work", event("Lunch"))
    world.crm.fail("create", OutcomeUnknown("no answer"))
    world.sync()
    return world


def test_one_account_is_shown_nothing_of_another(tmp_path: Path) -> None:
    world = with_open_questions(tmp_path)
    emma, other = world.engine.state, javier(world).state
    [held], [problem] = emma.held.waiting(), emma.problems.open()
    done = emma.chronicle.entries()[-1]
    seen = overview(emma, ())
    assert (held.title, problem.title, done.title, seen.linked, seen.unknown) == ("Pitch", "Odd", "Pitch", 1, 1)
    assert other.held.waiting() == other.problems.open() == other.chronicle.entries() == other.chronicle.notices() == ()
    seen = overview(other, ())
    assert (seen.linked, seen.held, seen.problems, seen.unknown) == (0, 0, 0, 0)
    assert explain(other, "Pitch") == explain(other, "Odd") == ()
    assert explain(emma, "Pitch")
    assert explain(emma, "Odd")


def test_one_account_decides_nothing_of_another(tmp_path: Path) -> None:
    world = with_open_questions(tmp_path)
    emma, other = world.engine.state, javier(world).state
    [held], done = emma.held.waiting(), emma.chronicle.entries()[-1]
    with pytest.raises(NothingHeld, match=f"numbered {held.id}"):
        other.held.decide([held.id], Decision.APPROVED)
    with pytest.raises(NothingToRetry):
        retry(other, held.link)
    with pytest.raises(CannotUndo):
        undo(other, done.id)
    assert emma.held.waiting() == (held,)


def test_two_accounts_may_have_the_same_problem(tmp_path: Path) -> None:
    world = World(tmp_path)
    emma, other = world.engine.state, javier(world).state
    for state in (emma, other):
        state.problems.report("disk", "Disk", "It is full.", "Make room.")
    emma.problems.solved("disk")
    assert (emma.problems.count(), other.problems.count()) == (0, 1)


def test_the_lost_answers_of_one_account_are_not_sought_at_the_servers_of_another(tmp_path: Path) -> None:
    world = with_open_questions(tmp_path)
    engine = javier(world)
    world.now += timedelta(minutes=30)
    assert engine.cycle().error is None
    assert [entry.verb.value for entry in world.engine.state.journal.unknown()] == ["create"]
    accounts.ensure(world.store, "crm.example", "7", "emma")
    world.sync()
    assert world.engine.state.journal.unknown() == ()
    assert world.crm.titles() == ["Lunch", "Pitch 2"]


def test_a_clock_set_back_does_not_keep_a_lost_answer_open(tmp_path: Path) -> None:
    """Sent by a clock that was ahead: until then, “not there” would be no answer."""
    world = World(tmp_path)
    world.sync()
    world.calendar.put("Work", event("Lunch"))
    world.crm.fail("create", OutcomeUnknown("no answer"))
    world.sync()
    assert len(world.engine.state.journal.unknown()) == 1
    world.sync(minutes=-60 * 24)
    assert world.engine.state.journal.unknown() == ()
    assert world.crm.titles() == ["Lunch"]


def steps(store: Store, what: Callable[[], object]) -> int:
    """How much work a question is for the state file, in hundreds of its machine's steps."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    store.db.set_progress_handler(step, 100)
    what()
    store.db.set_progress_handler(None, 0)
    return count


def test_what_waits_is_counted_without_reading_every_item(tmp_path: Path) -> None:
    world = World(tmp_path)
    for number in range(500):
        world.calendar.put("Work", event(f"Meeting {number}"))
    world.sync()
    state = world.engine.state
    assert steps(world.store, state.held.count) < 2
    assert steps(world.store, state.held.waiting) < 2
    assert steps(world.store, state.held.deletions) < 2
    assert steps(world.store, state.problems.count) < 2
    assert steps(world.store, state.journal.unknown) < 2


def test_times_are_explained_on_the_users_clock(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.calendar.put("Work", event("Lunch", span=at(26, 14)))
    world.calendar.put("Work", event("Fair", span=day_span(date(2026, 11, 27))))
    world.sync()
    [lunch], [fair] = explain(world.engine.state, "Lunch"), explain(world.engine.state, "Fair")
    assert (lunch.when, fair.when) == ("2026-11-26 14:00 Europe/Madrid", "2026-11-27")
