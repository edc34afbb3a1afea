"""A world that misbehaves, and a small model of what must be in it: what `storm` drives.

Every item carries a number in its title (`#7 Lunch`), by which it is known again wherever it turns up.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import timedelta
from pathlib import Path

from fm_desktop.model.items import Item
from fm_desktop.model.text import normal_title
from fm_desktop.port import Side
from fm_desktop.sync.cycle import Engine
from fm_desktop.sync.identity import is_released
from fm_desktop.sync.plan import Decision, Verb
from fm_desktop.sync.policy import Direction
from fm_desktop.sync.report import Outcome
from fm_desktop.sync.retry import retry
from fm_desktop.sync.undo import CannotUndo, undo
from tests.fakes.commits import after_every_commit, without_disk
from tests.fakes.memory import MemorySide
from tests.fakes.world import AGENDA, World
from tests.simulation.known import Known, number_of, values_of
from tests.simulation.rough import LAG, TITLE_LIMIT, RoughSide


class Crash(BaseException):
    """The process dies."""


class Simulation:
    """The world, its computers, and the model. Methods named after what happens."""

    def __init__(self, folder: Path, *, lossy: bool, direction: Direction) -> None:
        self.world = World(
            folder, calendars=("Work", "Private"), direction=direction, history_days=4_000, series_days_back=400
        )
        self.folder = folder
        self.direction = direction
        self._make_rough(lossy)
        self.items: dict[int, Known] = {}
        self.approved: Counter[int] = Counter()
        self.other: Engine | None = None
        self.other_store = self.world.store
        self.loose = False
        self.states = 0
        self.backup: Path | None = None
        self.taken_in_since: set[int] = set()
        self.copies = self.undone = False

    def _make_rough(self, lossy: bool) -> None:
        world = self.world
        world.store.close()
        world.crm = RoughSide(Side.CRM, (AGENDA,), who="7", lossy=lossy, now=lambda: world.now)
        world.calendar = RoughSide(Side.PROVIDER, ("Work", "Private"))
        self.open("state")

    # --- computers ---

    def open(self, name: str) -> None:
        self.world.engine = self.world._open(name)
        without_disk(self.world.store)

    def reopen(self, name: str | None = None) -> None:
        path = self.world.store.path
        self.world.store.close()
        self.open(name or path.stem)

    def lose_state(self) -> None:
        if self._has_a_slip():
            return
        self.states += 1
        self.reopen(f"fresh{self.states}")
        self._any_outcome()

    def back_up(self) -> None:
        self.states += 1
        self.backup = self.folder / f"backup{self.states}.db"
        copy = sqlite3.connect(self.backup)
        self.world.store.db.backup(copy)
        copy.close()
        self.taken_in_since.clear()

    def restore(self) -> None:
        if self.backup is not None and not self._has_a_slip():
            self.world.store.close()
            self.states += 1
            path = self.folder / f"restored{self.states}.db"
            path.write_bytes(self.backup.read_bytes())
            self.open(path.stem)
            self._any_outcome()
            for number in self.taken_in_since:
                self.items[number].alone = True
            if self.world.store.row("SELECT 1 FROM link WHERE wish IS NOT NULL") is not None:
                # An undo that waited then is done now.
                for known in self.items.values():
                    known.undone = True

    def _has_a_slip(self) -> bool:
        """Two rows of one item: only the computer that made the second one, and remembers it, knows it for what it is.
        Once it forgot, and the first row is edited within the day, they are two (docs/reliability.md)."""
        marks = Counter(item.uid for item in self.world.crm.items() if item.uid)
        return self.other is not None and max(marks.values(), default=0) > 1

    def _any_outcome(self) -> None:
        """With no base, or an old one, who edited and who deleted cannot be told for what is under way. Nobody loses a
        state, or finds an old one, and syncs again before the CRM shows what was made a minute ago. That a calendar was
        chosen again is forgotten with the state; that its copies were taken out is to be read off their marks."""
        self.loose = True
        self.world.now += LAG
        for known in self.items.values():
            known.alone = known.alone or known.taken_in

    def take_in(self, name: str) -> None:
        """The calendar is chosen again."""
        for known in self.items.values():
            if any(collection == name for collection, _, _ in self.places(Side.PROVIDER, known.number)):
                known.kept = known.taken_in = True
                self.taken_in_since.add(known.number)
        self.world.engine.calendars.select(name)

    def start_other(self) -> None:
        if self.other is None:
            kept = self.world.store
            self.other = self.world._open("other")
            self.other_store, self.world.store = self.world.store, kept
            without_disk(self.other_store)
        self.loose = True

    def engines(self) -> list[Engine]:
        return [self.world.engine] if self.other is None else [self.world.engine, self.other]

    def sync(self, engine: Engine | None = None, *, minutes: float = 2):  # type: ignore[no-untyped-def]
        self.world.now += timedelta(minutes=minutes)
        report = (engine or self.world.engine).cycle()
        self._check_marks()
        return report

    def _check_marks(self) -> None:
        """One computer that remembers everything never makes a second row, not even one that it takes away again."""
        if self.loose or self.copies:
            return
        marks = Counter(item.uid for item in self.world.crm.items() if item.uid)
        assert not marks or max(marks.values()) == 1, f"made twice: {marks.most_common(1)}"

    def crash(self, moment: int) -> None:
        """Dies after the n-th commit or write of a cycle, and starts again."""
        count = 0

        def tick() -> None:
            nonlocal count
            count += 1
            if count == moment:
                raise Crash

        after_every_commit(self.world.store, tick)
        for side in self.sides():
            side.after_write = tick
        try:
            self.sync()
        except Crash:
            pass
        finally:
            for side in self.sides():
                side.after_write = lambda: None
        self.reopen()

    def sides(self) -> tuple[RoughSide, RoughSide]:
        return self.world.crm, self.world.calendar  # type: ignore[return-value]

    # --- finding items ---

    def places(self, side: Side, number: int) -> list[tuple[str, str, Item]]:
        """(collection, key, item) of an item at a side, in the user's order of calendars."""
        shelves = self.world.crm.shelves if side is Side.CRM else self.world.calendar.shelves
        return [
            (collection, key, stored.items[0])
            for collection, shelf in shelves.items()
            for key, stored in shelf.items()
            if number_of(stored.items[0].title) == number
        ]

    @property
    def is_plain(self) -> bool:
        """One computer that remembers everything, and no row that a person copied."""
        return not self.loose and not self.copies and self.other is None

    def keys(self, side: Side) -> set[tuple[str, str]]:
        """(collection, key) of all there is at a side."""
        return {(collection, key) for collection, shelf in self.side(side).shelves.items() for key in shelf}

    def was_seen(self, side: Side, collection: str, key: str) -> bool:
        """Did each computer read this item since it was put there?"""
        for engine in self.engines():
            known = {each.what.id: each.id for each in engine.state.resources.collections(side)}
            if collection not in known or engine.state.resources.get(known[collection], key) is None:
                return False
        return True

    def rough(self, side: Side) -> RoughSide:
        return self.sides()[0 if side is Side.CRM else 1]

    def told(self) -> set[int]:
        """The items of which the user is told a problem."""
        return {number_of(each.title) for each in self.world.engine.state.problems.open()}

    def side(self, side: Side) -> MemorySide:
        return self.world.crm if side is Side.CRM else self.world.calendar

    # --- getting quiet, and looking ---

    def settle(self, keep: bool) -> None:
        for side in self.sides():
            side.faults.clear()
            side.read_errors.clear()
            side.before_write.clear()
            side.lists_empty = side.refuse_tokens = side.lags = False
        for minutes in (2, 2, 5, 90, 60 * 25, 2, 60 * 25, 2, 2):
            for engine in self.engines():
                report = self.sync(engine, minutes=minutes)
                assert report.error is None, report.error
                self._answer_held(engine, keep)
                self._retry_quarantined(engine)
        for engine in self.engines():
            before = [side.writes() for side in self.sides()]
            report = self.sync(engine)
            assert report.outcome is Outcome.DONE, report
            assert report.held == report.unknown == report.problems == 0, (
                report, engine.state.held.waiting(), engine.state.problems.open())  # fmt: skip
            assert [side.writes() for side in self.sides()] == before, [side.log[-4:] for side in self.sides()]

    def _answer_held(self, engine: Engine, keep: bool) -> None:
        for held in engine.state.held.waiting():
            known = self.items.get(number_of(held.title)) if held.title.startswith("#") else None
            orphan = "none of your chosen calendars" in held.reason
            if orphan and known is not None and known.series is None and self.places(Side.PROVIDER, known.number):
                continue  # a user who looks sees that it is there
            decision = Decision.KEEP if keep and not orphan else Decision.APPROVED
            if known is not None:
                if orphan:
                    known.deleted.add(Side.CRM)
                if decision is Decision.KEEP:
                    known.kept = True
                elif held.side is Side.PROVIDER:
                    self.approved[known.number] += 1
            engine.state.held.decide([held.id], decision)

    def undo(self, engine: Engine, pick: int) -> None:
        """Takes back one of the newest lines of the history."""
        entries = [each for each in engine.state.chronicle.entries(8) if each.title.startswith("#")]
        if not entries:
            return
        entry = entries[pick % len(entries)]
        try:
            undo(engine.state, entry.id)
        except CannotUndo:
            return
        self.undone = True
        known = self.items[number_of(entry.title)]
        known.kept = known.undone = True
        known.touched |= set(Side)
        known.alone = known.alone or entry.verb is Verb.CREATE

    def _retry_quarantined(self, engine: Engine) -> None:
        for row in engine.state.store.rows("SELECT id FROM link WHERE quarantined"):
            retry(engine.state, row["id"])

    def check(self) -> None:
        """Everything is quiet: does the world look as it must?"""
        for known in self.items.values():
            self._check_one(known)
            self._new_epoch(known)
        self.loose = self.other is not None
        for number, mails in Counter(
            int(address.split("@")[0].removeprefix("guest")) for address in self.world.calendar.mails
        ).items():
            assert mails <= self.approved[number], f"mail about #{number} without the user's word"
        assert not self.sides()[1].locked, f"written although not editable: {self.sides()[1].locked}"
        strangers = [
            item.title for side in self.sides() for item in side.items() if number_of(item.title) not in self.items
        ]
        assert not strangers

    def _check_one(self, known: Known) -> None:
        events = self.places(Side.PROVIDER, known.number)
        rows = self.places(Side.CRM, known.number)
        uids = {item.uid for _, _, item in events}
        if not self._takes_part(known, events) or (known.copied and self.loose):
            return
        here = f"#{known.number}: {len(rows)} rows, {len(events)} events"
        # What the user keeps although it only followed the calendar stays by itself.
        known.alone = known.alone or (known.kept and not events and not known.editable)
        if known.alone:
            assert rows or events or known.deleted or not known.alive, f"lost: {here}"
            assert len(uids) <= 1, here
            assert known.series is not None or len(rows) <= 1, here
            return
        assert len(uids) <= 1, here
        if self.loose and rows and not events and all(is_released(row.uid) for _, _, row in rows):
            return  # about to be taken out when the state was lost
        if known.series is not None:
            assert len(rows) == (known.series if events else 0), here
            assert {row.title for _, _, row in rows} <= {self._copied_title(item.title) for _, _, item in events[:1]}
        else:
            assert len(rows) == len(uids), here
        self._check_alive(known, bool(events), here)
        if events and known.series is None:
            self._check_values(known, rows[0][2], events[0][2])

    def _takes_part(self, known: Known, events: list[tuple[str, str, Item]]) -> bool:
        chosen = {each.what.id for each in self.world.engine.calendars.all() if each.takes_part}
        return all(collection in chosen for collection, _, _ in events) and chosen == {"Work", "Private"}

    def _check_alive(self, known: Known, there: bool, here: str) -> None:
        deleted = known.deleted if known.editable else known.deleted & {Side.PROVIDER}
        if not known.alive:
            assert not there or known.kept, f"came back: {here}"
        elif not deleted:
            assert there, f"lost: {here}"
        elif not self.loose and not known.kept and not known.touched and not known.twice:
            assert not there, f"not deleted: {here}"

    def _check_values(self, known: Known, row: Item, event: Item) -> None:
        shown = values_of(event)
        seen = values_of(row)
        for name, value in shown.items():
            # With no base an emptied text is not told from one that never was: the beginning that the CRM has is kept.
            emptied = self.loose and any(not edit for _, edit in known.edits.get(name, []))
            free = known.twice or known.undone or (name == "text" and (known.head_edited or emptied))
            allowed = [] if free else self._allowed(known, name)
            assert not allowed or value in allowed, f"#{known.number} {name}: {value!r} is none of {allowed!r}"
            copied = value
            if name == "title":
                copied = self._copied_title(str(value))
            if name == "text" and row.shortened:
                copied = str(value)[: len(str(seen[name]))]
            assert seen[name] == copied, f"#{known.number} {name}: {seen[name]!r} in the CRM, {value!r} in the calendar"

    def _copied_title(self, title: str) -> str:
        return normal_title(title)[:TITLE_LIMIT].rstrip() if self.world.crm.lossy else normal_title(title)  # type: ignore[attr-defined]

    def _allowed(self, known: Known, name: str) -> list[object]:
        """What a field may hold now; empty for anything."""
        edits = known.edits.get(name, [])
        if not known.editable:
            edits = [each for each in edits if each[0] is Side.PROVIDER]
        before = [known.before[name]] if name in known.before else []
        if known.kept or self.loose or known.deleted:
            return [*before, *(value for _, value in edits)]
        if not edits:
            return before
        return [
            [value for side, value in edits if side is each][-1] for each in Side if any(s is each for s, _ in edits)
        ]

    def _new_epoch(self, known: Known) -> None:
        events = self.places(Side.PROVIDER, known.number)
        if not self._takes_part(known, events):
            return
        known.alive = bool(events) or (known.alone and bool(self.places(Side.CRM, known.number)))
        known.before = values_of(events[0][2]) if events else {}
        known.edits.clear()
        known.deleted.clear()
        known.touched.clear()
        known.kept = known.head_edited = known.undone = known.taken_in = False
        # Computers that do not know which row is the original may pair them differently from then on.
        known.copied = known.copied and self.loose
