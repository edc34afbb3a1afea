"""One thing done to a world at rest, of which it is known exactly what must come of it.

A storm hides much: an item may be gone because somebody deleted it before, or be back because somebody kept it.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from fm_desktop.port import OutcomeUnknown, Refused, Side
from tests.simulation.counted import rule
from tests.simulation.known import Known
from tests.simulation.people import CALENDARS, DAYS, PICK, SIDES, People

FULL_TEXT = " ".join(f"word{number}" for number in range(60))
MANY = 9


class Rested(People):
    """Rules for one computer that remembers everything, unless they say otherwise."""

    def _rest(self) -> None:
        self.sim.settle(keep=False)
        self.sim.check()

    def _single(self, side: Side, pick: int) -> tuple[Known, dict[Side, tuple[str, str]]] | None:
        """An item that is kept in step and may be edited on both sides, and its place on each; found by that at `side`."""
        found = self._picked(side, pick)
        if found is None or not found[0].editable or found[0].alone:
            return None
        places = {each: self.sim.places(each, found[0].number) for each in Side}
        if any(len(each) != 1 for each in places.values()) or places[Side.CRM][0][2].shortened:
            return None
        return found[0], {each: place[0][:2] for each, place in places.items()}

    def _edit_title(self, known: Known, side: Side, place: tuple[str, str]) -> str:
        title = f"#{known.number} Edited {side.value} {self.world.now:%d %H:%M}"
        self.sim.side(side).edit(*place, title=title)
        known.edits.setdefault("title", []).append((side, title))
        return title

    def _titles(self, side: Side, known: Known) -> list[str]:
        return [item.title for _, _, item in self.sim.places(side, known.number)]

    def store_a_row_untold(self, day: int) -> None:
        """It is there, the answer is lost, and no list shows it yet."""
        self.sim.rough(Side.CRM).lags = True
        self.sim.side(Side.CRM).fail("create", OutcomeUnknown("no answer came"), stored=True)
        self.create(Side.PROVIDER, "Work", "Visit", "", day, is_task=False)
        self.sim.sync(minutes=0.1)

    def empty_for_a_while(self, side: Side) -> None:
        self.sim.side(side).lists_empty = True
        self.sim.sync()
        self.sim.sync(minutes=60)
        self.sim.side(side).lists_empty = False

    @precondition(lambda self: self.sim.is_plain)
    @rule(side=SIDES)
    def an_empty_listing_deletes_nothing(self, side: Side) -> None:
        self._rest()
        there = self.sim.keys(side.other)
        self.empty_for_a_while(side)
        self.sim.sync()
        assert self.sim.keys(side.other) == there, "an empty listing was believed"
        assert not self.world.engine.state.held.waiting(), "an empty listing is believed still"

    @precondition(lambda self: self.sim.is_plain)
    @rule(side=SIDES, pick=PICK)
    def what_is_out_of_sight_for_a_moment_is_not_deleted(self, side: Side, pick: int) -> None:
        self._rest()
        found = self._single(side, pick)
        if found is None:
            return
        collection, key = found[1][side]
        there = self.sim.keys(side.other)
        self.sim.rough(side).blinks[collection] = key
        self.sim.sync()
        assert self.sim.keys(side.other) == there, "deleted at first sight"

    @precondition(lambda self: self.sim.is_plain)
    @rule(gone=SIDES, pick=PICK)
    def an_edit_wins_against_a_deletion(self, gone: Side, pick: int) -> None:
        self._rest()
        found = self._single(gone, pick)
        if found is None:
            return
        known, places = found
        title = self._edit_title(known, gone.other, places[gone.other])
        self.sim.side(gone).remove(*places[gone])
        self.sim.settle(keep=False)
        for side in Side:
            assert self._titles(side, known) == [title], f"lost: {side}"

    @precondition(lambda self: self.sim.is_plain)
    @rule(side=SIDES, pick=PICK)
    def an_edit_in_the_moment_of_a_write_is_not_overwritten(self, side: Side, pick: int) -> None:
        """Of another field than the one that is being written. What others are told of waits for a word first."""
        self._rest()
        found = self._single(side, pick)
        if found is None or found[0].people:
            return
        known, places = found
        text = f"Typed {self.world.now:%d %H:%M}"
        title = self._edit_title(known, side, places[side])
        self.sim.rough(side.other).before_write.append(
            lambda: self.sim.side(side.other).edit(*places[side.other], text=text)
        )
        known.edits["text"] = [(side.other, text)]
        self.sim.sync()
        assert not self.sim.rough(side.other).before_write, "the edit did not travel"
        self.sim.settle(keep=False)
        for each in Side:
            ((_, _, item),) = self.sim.places(each, known.number)
            assert (item.title, item.text) == (title, text), f"overwritten: {each}"

    @precondition(lambda self: self.sim.is_plain)
    @rule(day=DAYS)
    def an_edit_while_a_write_is_in_doubt_travels(self, day: int) -> None:
        self._rest()
        self.store_a_row_untold(day)
        known = self.sim.items[self.numbers]
        ((collection, key, _),) = self.sim.places(Side.PROVIDER, known.number)
        title = self._edit_title(known, Side.PROVIDER, (collection, key))
        self.sim.sync(minutes=0.1)
        self.sim.settle(keep=False)
        for each in Side:
            assert self._titles(each, known) == [title], f"the newer edit is lost: {each}"

    @precondition(lambda self: self.sim.is_plain)
    @rule(how=st.sampled_from(["exdate", "cancelled"]))
    def one_date_of_a_series_that_is_called_off_goes(self, how: str) -> None:
        self.create_series("Work", 3, 35)
        self._rest()
        number = sum(known.series is not None and known.alive for known in self.sim.items.values())
        self.change_series(number - 1, 1, how)
        assert self.sim.items[self.numbers].series == 2
        self._rest()

    @precondition(lambda self: self.sim.other is not None and not self.sim.copies)
    @rule(day=DAYS)
    def what_two_computers_copy_at_once_is_there_once(self, day: int) -> None:
        """What the one makes is in no list yet when the other one looks."""
        self._rest()
        self.sim.rough(Side.CRM).lags = True
        self.create(Side.PROVIDER, "Work", "Visit", "", day, is_task=False)
        for engine in self.sim.engines():
            self.sim.sync(engine, minutes=0.1)
        assert len(self.sim.places(Side.CRM, self.numbers)) == 2
        self.sim.settle(keep=False)
        assert len(self.sim.places(Side.CRM, self.numbers)) == 1, "a second row stayed"

    @precondition(lambda self: self.sim.other is not None and not self.sim.copies)
    @rule(name=CALENDARS)
    def copies_that_are_taken_out_on_one_computer_cost_no_original(self, name: str) -> None:
        self._rest()
        there = self.sim.keys(Side.PROVIDER)
        self.world.engine.calendars.deselect(name, remove_copies=True)
        for engine in (*self.sim.engines(), *self.sim.engines()):
            self.sim.sync(engine)
        assert self.sim.keys(Side.PROVIDER) == there, "the originals went with their copies"
        self.sim.take_in(name)

    @precondition(lambda self: self.sim.is_plain and self.world.crm.lossy)
    @rule()
    def an_edit_of_the_beginning_keeps_the_rest_of_a_text(self) -> None:
        self.create(Side.PROVIDER, "Work", "Long", FULL_TEXT, 30, is_task=False)
        known = self.sim.items[self.numbers]
        self._rest()
        ((collection, key, row),) = self.sim.places(Side.CRM, known.number)
        assert row.shortened
        self.sim.side(Side.CRM).edit(collection, key, text=row.text.replace("word0", "edited", 1))
        known.edits["text"] = [(Side.CRM, FULL_TEXT.replace("word0", "edited", 1))]
        self.sim.settle(keep=False)
        ((_, _, item),) = self.sim.places(Side.PROVIDER, known.number)
        assert item.text == FULL_TEXT.replace("word0", "edited", 1), "the rest of it is lost"

    @precondition(lambda self: self.sim.is_plain and len(self.sim.keys(Side.CRM)) < 4 * MANY)
    @rule(side=SIDES)
    def many_deletions_at_once_wait_for_a_word(self, side: Side) -> None:
        for _ in range(MANY):
            self.create(side, "Work", "One of many", "", 33, is_task=False)
        many = [self.sim.items[self.numbers - each] for each in range(MANY)]
        self._rest()
        there = self.sim.keys(side.other)
        for known in many:
            ((collection, key, _),) = self.sim.places(side, known.number)
            self.sim.side(side).remove(collection, key)
            known.deleted.add(side)
        for minutes in (2, 90):
            self.sim.sync(minutes=minutes)
        assert self.sim.keys(side.other) == there, "deleted without a word"
        self.sim.settle(keep=False)
        assert not any(self._titles(side.other, known) for known in many), "not deleted with it"

    @precondition(lambda self: self.sim.is_plain)
    @rule(side=SIDES)
    def what_is_refused_again_and_again_is_told(self, side: Side) -> None:
        self._rest()
        self.create(side.other, "Work", "Refused", "", 34, is_task=False)
        known = self.sim.items[self.numbers]
        for _ in range(4):
            self.sim.side(side).fail("create", Refused("not this one"))
            self.sim.sync(minutes=10)
        assert known.number in self.sim.told(), "nobody is told"
