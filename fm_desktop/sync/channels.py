"""The two channels, and how each can stand (R05); `control` keeps it. Apart: the icon is there before the state is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    EMAIL = "email"
    CALENDAR = "calendar"


class Running(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Standing:
    """`until` only for a pause with an end."""

    channel: Channel
    state: Running
    until: datetime | None = None
