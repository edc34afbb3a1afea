"""Whose turn it is where several computers of one user log the same mailbox.

All of them hear of a new message in the same moment, and ForceManager keeps two records of one identity. So a computer
that has come upon records of another one leaves new messages to it for some minutes, each computer for another time of
its own, and looks once more right before it makes a record. One that is alone, or first, never waits.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from fm_desktop.sync.store import Clock, Store, read_utc, utc_text

# Longer than a weekend. Who sets up anew comes upon the records of earlier and waits so long for nobody.
REMEMBERED: Final = timedelta(days=3)
NOTED_AGAIN: Final = timedelta(hours=1)
SHORTEST, LONGEST = timedelta(seconds=45), timedelta(minutes=6)

_MET, _PLACE = "mail_other_computer_met", "mail_place_in_line"


class Turns:
    """What one computer knows of the others."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def met(self) -> None:
        """A record was found that was not made here."""
        if not self._met_within(NOTED_AGAIN):
            with self._store.transaction():
                self._store.set_meta(_MET, utc_text(self._clock()))

    @property
    def are_taken(self) -> bool:
        return self._met_within(REMEMBERED)

    def pause(self) -> timedelta:
        """How long a new message is left to the others."""
        return SHORTEST + (LONGEST - SHORTEST) * self._place()

    def _met_within(self, span: timedelta) -> bool:
        met = self._store.meta(_MET)
        return met is not None and abs(self._clock() - read_utc(met)) < span

    def _place(self) -> float:
        """Drawn once, so that two computers do not meet again and again by chance."""
        kept = self._store.meta(_PLACE)
        if kept is None:
            kept = str(random.random())
            with self._store.transaction():
                self._store.set_meta(_PLACE, kept)
        return float(kept)
