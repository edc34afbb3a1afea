"""The store's tables of one account, together: what every effectful part of the engine works on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fm_desktop.sync.chronicle import Chronicle
from fm_desktop.sync.held import HeldBack
from fm_desktop.sync.journal import Journal
from fm_desktop.sync.links import Links
from fm_desktop.sync.problems import Problems
from fm_desktop.sync.resources import Resources
from fm_desktop.sync.store import Clock, Store

# A late echo of something deleted must not bring it back; an undo needs what it was.
KEEP_TOMBSTONES = timedelta(days=90)
KEEP_HISTORY = timedelta(days=180)
# Of somebody whose calendar never rests, or a mistake that writes the same thing over and over.
KEEP_LINES = 100_000
KEEP_JOURNAL = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class State:
    store: Store
    account: int
    clock: Clock
    resources: Resources
    links: Links
    journal: Journal
    held: HeldBack
    problems: Problems
    chronicle: Chronicle

    def trim(self, now: datetime) -> None:
        """Lets go of what is too old to matter. Callers hold the transaction."""
        self.journal.trim(now - KEEP_JOURNAL)
        self.chronicle.trim(now - KEEP_HISTORY, KEEP_LINES)
        self.resources.trim(now - KEEP_TOMBSTONES)
        self.links.trim(now - KEEP_TOMBSTONES)

    @classmethod
    def of(cls, store: Store, account: int, user: str, clock: Clock) -> State:
        """`user` is the CRM's id of the user whose items these are."""
        return cls(
            store=store,
            account=account,
            clock=clock,
            resources=Resources(store, account),
            links=Links(store, account, user),
            journal=Journal(store, account),
            held=HeldBack(store, account, clock),
            problems=Problems(store, account, clock),
            chronicle=Chronicle(store, account, clock),
        )
