"""How an account stands, as one value: what `status` prints and the window shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fm_desktop.sync.control import Channel, Standing, standing
from fm_desktop.sync.state import State
from fm_desktop.sync.store import read_utc


@dataclass(frozen=True, slots=True)
class Status:
    """`last_success`: the end of the last cycle that left nothing to do. `linked`: items known on both sides."""

    channels: tuple[Standing, ...]
    last_success: datetime | None
    linked: int
    held: int
    problems: int
    unknown: int


def overview(state: State, channels: tuple[Channel, ...]) -> Status:
    store = state.store
    last = store.meta("last_success")
    return Status(
        channels=tuple(standing(store, each, state.clock()) for each in channels),
        last_success=None if last is None else read_utc(last),
        linked=int(store.value("SELECT count(*) FROM link WHERE provider IS NOT NULL AND crm IS NOT NULL")),
        held=state.held.count(),
        problems=state.problems.count(),
        unknown=len(state.journal.unknown()),
    )
