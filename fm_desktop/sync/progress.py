"""How far a cycle is: for the bar of a long first sync."""

from __future__ import annotations

from dataclasses import dataclass

from fm_desktop.sync.state import State


@dataclass(frozen=True, slots=True)
class Progress:
    """In items: `done` were written by the newest cycle, `left` are planned and on one side only so far."""

    done: int
    left: int

    @property
    def total(self) -> int:
        return self.done + self.left


def progress(state: State) -> Progress:
    """Of the newest cycle, whether it runs or not. Cheap enough to be asked every second."""
    store = state.store
    number = int(store.meta("cycle") or 0)
    done = store.value("SELECT count(DISTINCT link) FROM operation WHERE cycle = ? AND state = 'done'", number)
    left = store.value(
        "SELECT count(*) FROM link WHERE account = ? AND dirty AND NOT detached AND NOT quarantined AND NOT excluded"
        " AND (provider IS NULL) != (crm IS NULL)",
        state.account,
    )
    return Progress(int(done), int(left))
