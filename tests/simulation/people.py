"""The simulated world's people: they create, edit, move, copy and delete as they please, on both sides."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition

from fm_desktop.model.items import Item, Recurrence
from fm_desktop.model.times import Span
from fm_desktop.port import Side
from fm_desktop.sync.policy import Direction
from tests.fakes.world import AGENDA, EMMA, at, event, invitation, person, task
from tests.simulation.counted import HAPPENED, Fates, rule
from tests.simulation.known import Known, values_of
from tests.simulation.sim import Simulation

NAMES = st.sampled_from(["Lunch", "Visit", "Review", "Long " * 30])
TEXTS = st.sampled_from(["", "one line", "two\nlines", "w o r d s " * 40])
DAYS = st.integers(26, 40)
PICK = st.integers(0, 7)
SIDES = st.sampled_from(list(Side))
CALENDARS = st.sampled_from(["Work", "Private"])
VERBS = st.sampled_from(["create", "update", "delete"])


class People(Fates):
    """Those who edit both sides."""

    direction = Direction.BOTH

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.numbers = 0

    @initialize(lossy=st.booleans())
    def begin(self, lossy: bool) -> None:
        HAPPENED["history"] += 1
        self.computers = self.sim = Simulation(Path(self.folder.name), lossy=lossy, direction=self.direction)
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
        if side is Side.CRM and self._differ(known, item):
            return
        value = {"title": f"#{known.number} {name}".strip(), "text": text, "span": at(day, 14)}[what]
        self.sim.side(side).edit(collection, key, **{what: value})
        known.touched.add(side)
        stored = next(place[2] for place in self.sim.places(side, known.number) if place[:2] == (collection, key))
        known.edits.setdefault(what, []).append((side, values_of(stored)[what]))
        if item.shortened:
            known.head_edited = known.head_edited or what == "text"

    def _differ(self, known: Known, item: Item) -> bool:
        """Where one item has two rows, by a slip, and both were edited, they are two: neither edit may go."""
        rows = [row for _, _, row in self.sim.places(Side.CRM, known.number)]
        return any(row.uid == item.uid and values_of(row) != values_of(item) for row in rows)

    @rule(side=SIDES, pick=PICK)
    def delete(self, side: Side, pick: int) -> None:
        self._delete(side, pick)

    def _delete(self, side: Side, pick: int) -> None:
        found = self._picked(side, pick)
        if found is None:
            return
        known, collection, key, _ = found
        if side is Side.CRM and known.copied:
            return  # within the hour the copy would take its place, as if it had been renamed
        if not self.sim.was_seen(side, collection, key):
            # Stored, its answer lost, and gone again before anybody looked: not to be told from never stored.
            known.touched.add(side)
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
        if found is None or not found[0].editable or found[0].copied:
            return  # a copy of a copy that no computer knows yet cannot be told from the original made anew
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
        assert item.recurrence is not None
        items = self.world.calendar.shelves[collection][key].items
        count = int(item.recurrence.rules[0].rpartition("=")[2])
        span = _days_later(item, which % count)
        start = span.start
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


def _days_later(item: Item, days: int) -> Span:
    assert item.span is not None
    start, end = (replace(each, local=each.local + timedelta(days=days)) for each in (item.span.start, item.span.end))
    return Span(start, end)
