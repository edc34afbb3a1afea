"""The whole engine in a world where people, servers and computers do as they please.

After every storm the world must come to rest with each item exactly once on each side, both sides equal
under the rules, nothing lost that the policy does not name, and no mail that nobody approved.

`FM_DESKTOP_SIMULATIONS=5000 pytest tests/simulation` runs many and random ones.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from fm_desktop.model.items import Item, Recurrence
from fm_desktop.port import Malformed, OutcomeUnknown, PortError, Refused, Side, Throttled, Unreachable
from fm_desktop.sync.policy import Direction
from tests.fakes.world import AGENDA, EMMA, at, event, invitation, person, task
from tests.simulation.sim import Known, Simulation, values_of

NAMES = st.sampled_from(["Lunch", "Visit", "Review", "Long " * 30])
TEXTS = st.sampled_from(["", "one line", "two\nlines", "w o r d s " * 40])
DAYS = st.integers(26, 40)
PICK = st.integers(0, 7)
SIDES = st.sampled_from(list(Side))
CALENDARS = st.sampled_from(["Work", "Private"])
VERBS = st.sampled_from(["create", "update", "delete"])


class WorldMachine(RuleBasedStateMachine):
    direction = Direction.BOTH

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.numbers = 0

    @initialize(lossy=st.booleans())
    def begin(self, lossy: bool) -> None:
        self.sim = Simulation(Path(self.folder.name), lossy=lossy, direction=self.direction)
        self.world = self.sim.world

    def teardown(self) -> None:
        if hasattr(self, "sim"):
            self.sim.settle(keep=False)
            self.sim.check()
            self.world.store.close()
            if self.sim.other is not None:
                self.sim.other_store.close()
        self.folder.cleanup()

    # --- people ---

    def _new(self, side: Side, calendar: str, item: Item, **facts: object) -> None:
        self.sim.side(side).put(AGENDA if side is Side.CRM else calendar, item)
        known = Known(self.numbers, side, **facts)  # type: ignore[arg-type]
        ((_, _, stored),) = self.sim.places(side, known.number)
        known.before = values_of(stored)
        self.sim.items[known.number] = known

    def _next(self, name: str) -> str:
        self.numbers += 1
        return f"#{self.numbers} {name}".strip()

    @rule(side=SIDES, calendar=CALENDARS, name=NAMES, text=TEXTS, day=DAYS, is_task=st.booleans())
    def create(self, side: Side, calendar: str, name: str, text: str, day: int, is_task: bool) -> None:
        title = self._next(name)
        uid = "" if side is Side.CRM else f"uid-{self.numbers}"
        item = task(title, "-", text=text) if is_task else event(title, "-", at(day, 9), text=text)
        self._new(side, calendar, replace(item, uid=uid))

    @rule(calendar=CALENDARS, name=NAMES, day=DAYS, guest=st.booleans())
    def create_meeting(self, calendar: str, name: str, day: int, guest: bool) -> None:
        title = self._next(name)
        people = (EMMA, person(f"guest{self.numbers}@client.example"))
        if guest:
            item = invitation(title, f"uid-{self.numbers}", span=at(day, 9))
        else:
            item = event(title, f"uid-{self.numbers}", at(day, 9), organiser=EMMA, participants=people)
        self._new(Side.PROVIDER, calendar, item, guest=guest, people=not guest)

    @rule(calendar=CALENDARS, count=st.integers(1, 7), day=DAYS)
    def create_series(self, calendar: str, count: int, day: int) -> None:
        title = self._next("Series")
        item = event(title, f"uid-{self.numbers}", at(day, 9), recurrence=Recurrence((f"FREQ=DAILY;COUNT={count}",)))
        self._new(Side.PROVIDER, calendar, item, series=count)

    def _picked(self, side: Side, pick: int) -> tuple[Known, str, str, Item] | None:
        there = [(known, *place) for known in self.sim.items.values() for place in self.sim.places(side, known.number)]
        return there[pick % len(there)] if there else None

    @rule(side=SIDES, pick=PICK, name=NAMES, text=TEXTS, day=DAYS, what=st.sampled_from(["title", "text", "span"]))
    def edit(self, side: Side, pick: int, name: str, text: str, day: int, what: str) -> None:
        self._edit(side, pick, name, text, day, what)

    def _edit(self, side: Side, pick: int, name: str, text: str, day: int, what: str) -> None:
        found = self._picked(side, pick)
        if found is None or (found[0].series is not None and side is Side.PROVIDER and what == "span"):
            return
        known, collection, key, item = found
        value = {"title": f"#{known.number} {name}".strip(), "text": text, "span": at(day, 14)}[what]
        self.sim.side(side).edit(collection, key, **{what: value})
        known.touched.add(side)
        stored = next(place[2] for place in self.sim.places(side, known.number) if place[:2] == (collection, key))
        known.edits.setdefault(what, []).append((side, values_of(stored)[what]))
        if item.shortened:
            known.head_edited = known.head_edited or what == "text"

    @rule(side=SIDES, pick=PICK)
    def delete(self, side: Side, pick: int) -> None:
        self._delete(side, pick)

    def _delete(self, side: Side, pick: int) -> None:
        found = self._picked(side, pick)
        if found is None:
            return
        known, collection, key, _ = found
        self.sim.side(side).remove(collection, key)
        if side is Side.CRM or not self.sim.places(side, known.number):
            known.deleted.add(side)

    @rule(pick=PICK)
    def move(self, pick: int) -> None:
        found = self._picked(Side.PROVIDER, pick)
        if found is None:
            return
        _, collection, key, _ = found
        target = "Private" if collection == "Work" else "Work"
        stored = self.world.calendar.shelves[collection][key]
        if key not in self.world.calendar.shelves[target]:
            self.world.calendar.remove(collection, key)
            self.world.calendar.put(target, *stored.items, key=key)

    @rule(pick=PICK)
    def same_uid_in_two_calendars(self, pick: int) -> None:
        found = self._picked(Side.PROVIDER, pick)
        if found is None:
            return
        _, collection, key, _ = found
        target = "Private" if collection == "Work" else "Work"
        if key not in self.world.calendar.shelves[target]:
            self.world.calendar.put(target, *self.world.calendar.shelves[collection][key].items, key=key)
            found[0].twice = True

    # With choices of one of two computers on top, which row is the original is anybody's guess.
    @precondition(lambda self: not self.sim.undone)
    @rule(pick=PICK)
    def copy_row(self, pick: int) -> None:
        found = self._picked(Side.CRM, pick)
        if found is None or not found[0].editable:
            return
        self.sim.copies = True
        title = self._next("Copy")
        self._new(Side.CRM, AGENDA, replace(found[3], title=title))
        found[0].copied = self.sim.items[self.numbers].copied = True

    @rule(pick=PICK, which=st.integers(0, 6), how=st.sampled_from(["exdate", "override", "cancelled", "split"]))
    def change_series(self, pick: int, which: int, how: str) -> None:
        series = [
            known
            for known in self.sim.items.values()
            if known.series is not None and self.sim.places(Side.PROVIDER, known.number)
        ]
        if not series:
            return
        known = series[pick % len(series)]
        collection, key, item = self.sim.places(Side.PROVIDER, known.number)[0]
        assert item.span is not None
        assert item.recurrence is not None
        items = self.world.calendar.shelves[collection][key].items
        count = int(item.recurrence.rules[0].rpartition("=")[2])
        start = replace(item.span.start, local=item.span.start.local + timedelta(days=which % count))
        span = replace(
            item.span,
            start=start,
            end=replace(item.span.end, local=item.span.end.local + timedelta(days=which % count)),
        )
        gone = {*item.recurrence.excluded, *(each.recurrence_id for each in items[1:] if each.cancelled)}
        if (
            len(self.sim.places(Side.PROVIDER, known.number)) > 1
            or start in gone
            or any(e.recurrence_id == start for e in items[1:])
        ):
            return
        if how == "exdate":
            item = replace(item, recurrence=replace(item.recurrence, excluded=(*item.recurrence.excluded, start)))
            items = (item, *items[1:])
            known.series -= 1
        elif how in ("override", "cancelled"):
            single = replace(item, recurrence=None, recurrence_id=start, span=span, cancelled=how == "cancelled")
            items = (*items, replace(single, text="edited"))
            known.series -= int(how == "cancelled")
        elif which % count and not gone and len(items) == 1:
            self._split(collection, item, which % count, count, span)
            known.series = which % count
            items = (replace(item, recurrence=Recurrence((f"FREQ=DAILY;COUNT={known.series}",))),)
        self.world.calendar.store(collection, key, items)
        known.touched.add(Side.PROVIDER)

    def _split(self, collection: str, item: Item, first: int, count: int, span: object) -> None:
        title = self._next("Series")
        rest = event(title, f"uid-{self.numbers}", span, recurrence=Recurrence((f"FREQ=DAILY;COUNT={count - first}",)))  # type: ignore[arg-type]
        self._new(Side.PROVIDER, collection, rest, series=count - first)

    # --- servers ---

    @rule(side=SIDES, verb=VERBS, stored=st.booleans())
    def lose_an_answer(self, side: Side, verb: str, stored: bool) -> None:
        self.sim.side(side).fail(verb, OutcomeUnknown("no answer came"), stored=stored)

    @rule(side=SIDES, verb=VERBS, error=st.sampled_from([Unreachable, Throttled, Refused]))
    def fail_a_write(self, side: Side, verb: str, error: type[PortError]) -> None:
        self.sim.side(side).fail(verb, error("not now"))

    @rule(side=SIDES, error=st.sampled_from([Unreachable, Throttled, Malformed]))
    def fail_a_read(self, side: Side, error: type[PortError]) -> None:
        self.sim.side(side).read_errors.append(error("not now"))

    @rule(side=SIDES, refuse=st.booleans())
    def tokens(self, side: Side, refuse: bool) -> None:
        self.sim.side(side).refuse_tokens = refuse

    # Of a side never read before, an empty listing is all there is to believe.
    @precondition(lambda self: self.world.store.meta("last_success") is not None)
    @rule(side=SIDES)
    def list_empty_for_a_while(self, side: Side) -> None:
        self.sim.side(side).lists_empty = True
        self.sim.sync()
        self.sim.sync(minutes=60)
        self.sim.side(side).lists_empty = False
        # What came in meanwhile is seen with the next complete listing, a day later at most: here at once.
        self.sim.side(side).refuse_tokens = True
        self.sim.sync()
        self.sim.side(side).refuse_tokens = False
        for known in self.sim.items.values():
            # Away on both sides it seemed, and is forgotten; shown again it is new.
            known.touched |= known.deleted

    @rule(side=SIDES, on=SIDES, pick=PICK, name=NAMES, text=TEXTS, what=st.sampled_from(["title", "text", "delete"]))
    def somebody_is_faster_than_a_write(self, side: Side, on: Side, pick: int, name: str, text: str, what: str) -> None:
        def act() -> None:
            if what == "delete":
                self._delete(on, pick)
            else:
                self._edit(on, pick, name, text, 30, what)

        self.sim.sides()[0 if side is Side.CRM else 1].before_write.append(act)

    # --- computers ---

    @rule(minutes=st.sampled_from([0.1, 2, 70]))
    def sync(self, minutes: float) -> None:
        self.sim.sync(minutes=minutes)

    @rule(moment=st.integers(1, 12))
    def crash(self, moment: int) -> None:
        self.sim.crash(moment)

    @rule()
    def lose_state(self) -> None:
        self.sim.lose_state()

    @rule()
    def back_up(self) -> None:
        self.sim.back_up()

    @precondition(lambda self: self.sim.backup is not None)
    @rule()
    def restore(self) -> None:
        self.sim.restore()

    @rule()
    def other_computer(self) -> None:
        self.sim.start_other()
        self.sim.sync(self.sim.other)

    # --- the user's choices ---

    @precondition(lambda self: self.sim.other is None or not self.sim.copies)
    @rule(name=CALENDARS, remove=st.booleans(), other_looks=st.booleans())
    def take_a_calendar_out_and_in_again(self, name: str, remove: bool, other_looks: bool) -> None:
        if name not in [each.what.name for each in self.world.engine.calendars.all() if each.takes_part]:
            return
        self.world.engine.calendars.deselect(name, remove_copies=remove)
        self.sim.sync()
        if self.sim.other is not None and other_looks:
            self.sim.sync(self.sim.other)
        for known in self.sim.items.values():
            known.kept = known.kept or any(place[0] == name for place in self.sim.places(Side.PROVIDER, known.number))
        self.world.engine.calendars.select(name)

    @precondition(lambda self: not self.sim.copies)
    @rule(pick=PICK)
    def undo(self, pick: int) -> None:
        self.sim.undo(self.world.engine, pick)

    @rule(keep=st.booleans())
    def quiet(self, keep: bool) -> None:
        self.sim.settle(keep)
        self.sim.check()


RUNS = int(os.environ.get("FM_DESKTOP_SIMULATIONS", "0"))
BUDGET = settings(
    max_examples=RUNS or 300,
    stateful_step_count=30 if RUNS else 20,
    derandomize=not RUNS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


@pytest.mark.timeout(0 if RUNS else 600)
def test_the_world_comes_to_rest_with_everything_in_it_once() -> None:
    run_state_machine_as_test(WorldMachine, settings=BUDGET)
