"""Pause and stop, per channel (R05). Kept in the state, so they survive a restart and reach a running instance."""

from __future__ import annotations

from datetime import datetime

from fm_desktop.sync.channels import Channel, Running, Standing
from fm_desktop.sync.store import Store, read_utc, utc_text

__all__ = ["Channel", "Running", "Standing", "pause", "resume", "standing", "stop"]


def standing(store: Store, channel: Channel, now: datetime) -> Standing:
    """How a channel stands now; a pause whose time is over has ended."""
    row = store.row("SELECT state, until FROM control WHERE channel = ?", channel.value)
    if row is None:
        return Standing(channel, Running.RUNNING)
    until = None if row["until"] is None else read_utc(row["until"])
    state = Running(row["state"])
    if state is Running.PAUSED and until is not None and until <= now:
        return Standing(channel, Running.RUNNING)
    return Standing(channel, state, until)


def pause(store: Store, channel: Channel, until: datetime | None = None) -> None:
    """Until a moment, or until resumed. Nothing is deleted, no cursor is lost."""
    _set(store, channel, Running.PAUSED, until)


def resume(store: Store, channel: Channel) -> None:
    _set(store, channel, Running.RUNNING, None)


def stop(store: Store, channel: Channel) -> None:
    """Stops for good; both sides keep what they have."""
    _set(store, channel, Running.STOPPED, None)


def _set(store: Store, channel: Channel, state: Running, until: datetime | None) -> None:
    with store.transaction():
        store.run(
            "INSERT INTO control VALUES (?, ?, ?)"
            " ON CONFLICT (channel) DO UPDATE SET state = excluded.state, until = excluded.until",
            channel.value, state.value, None if until is None else utc_text(until),
        )  # fmt: skip
