"""The whole engine in a world where people, servers and computers do as they please.

After every storm the world must come to rest with each item exactly once on each side, both sides equal
under the rules, nothing lost that the policy does not name, and no mail that nobody approved.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from fm_desktop.port import Malformed, OutcomeUnknown, PortError, Refused, Side, Throttled, Unreachable
from tests.simulation.counted import rule
from tests.simulation.people import CALENDARS, DAYS, NAMES, PICK, SIDES, TEXTS, VERBS
from tests.simulation.rested import Rested


class WorldMachine(Rested):
    """Servers, computers and the user's choices, beside people and what is played at rest."""

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

    @rule(lags=st.booleans())
    def listings_lag(self, lags: bool) -> None:
        """At the CRM; a calendar says at once what is there, and a create there is conditional."""
        self.sim.sides()[0].lags = lags

    @rule(day=DAYS)
    def a_row_is_stored_and_neither_told_nor_listed(self, day: int) -> None:
        """The worst moment to ask what became of a write."""
        self.store_a_row_untold(day)

    # Of a side never read before, an empty listing is all there is to believe.
    @precondition(lambda self: self.world.store.meta("last_success") is not None)
    @rule(side=SIDES)
    def list_empty_for_a_while(self, side: Side) -> None:
        self.empty_for_a_while(side)
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

    @rule(moment=st.integers(1, 12))
    def crash(self, moment: int) -> None:
        self.sim.crash(moment)

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
        if any(known.copied for known in self.sim.items.values()):
            return  # a row that goes within the hour in which a person copied it: the copy would take its place
        self.world.engine.calendars.deselect(name, remove_copies=remove)
        self.sim.sync()
        if self.sim.other is not None and other_looks:
            self.sim.sync(self.sim.other)
        self.sim.take_in(name)

    @precondition(lambda self: not self.sim.copies)
    @rule(pick=PICK)
    def undo(self, pick: int) -> None:
        self.sim.undo(self.world.engine, pick)

    @rule(keep=st.booleans())
    def quiet(self, keep: bool) -> None:
        self.sim.settle(keep)
        self.sim.check()
