"""One look at an open state: everything the tray shows, and what its keeper has to act upon."""

from __future__ import annotations

from dataclasses import dataclass

from fm_desktop.sync.chronicle import Notice
from fm_desktop.sync.control import Channel
from fm_desktop.sync.nudge import last_nudge
from fm_desktop.sync.progress import Progress, progress
from fm_desktop.sync.state import State
from fm_desktop.sync.status import Status, overview


@dataclass(frozen=True, slots=True)
class Look:
    """`nudge` differs from an earlier look's if somebody asked for a cycle meanwhile. `notices`: not shown yet."""

    status: Status
    progress: Progress
    nudge: str
    notices: tuple[Notice, ...]


def look(state: State, channels: tuple[Channel, ...]) -> Look:
    return Look(overview(state, channels), progress(state), last_nudge(state.store), state.chronicle.unshown())
