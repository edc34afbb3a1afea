"""The store's tables of one account, together: what every effectful part of the engine works on."""

from __future__ import annotations

from dataclasses import dataclass

from fm_desktop.sync.chronicle import Chronicle
from fm_desktop.sync.held import HeldBack
from fm_desktop.sync.journal import Journal
from fm_desktop.sync.links import Links
from fm_desktop.sync.problems import Problems
from fm_desktop.sync.resources import Resources
from fm_desktop.sync.store import Clock, Store


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

    @classmethod
    def of(cls, store: Store, account: int, user: str, clock: Clock) -> State:
        """`user` is the CRM's id of the user whose items these are."""
        return cls(
            store=store,
            account=account,
            clock=clock,
            resources=Resources(store, account),
            links=Links(store, account, user),
            journal=Journal(store),
            held=HeldBack(store, clock),
            problems=Problems(store, clock),
            chronicle=Chronicle(store, clock),
        )
