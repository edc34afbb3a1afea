"""The tray's menu as a value: which entries there are, what they say, what they ask for. Pure, without Qt.

The entries are always the same ones in the same order and only change their text and whether they are seen: a
panel that shows the menu over D-Bus keeps what it was given first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fm_desktop.sync.channels import Channel, Running
from fm_desktop.ui.snapshot import Snapshot, Stage, channel_name, channel_names, headline, when
from fm_desktop.ui.texts import tr

MORNING_HOUR: Final = 8
HOUR: Final = 60


class Wish(StrEnum):
    """What a person asks for by an entry of the menu."""

    SYNC_NOW = "sync-now"
    PAUSE = "pause"
    RESUME = "resume"
    START = "start"
    STOP = "stop"
    OPEN_WINDOW = "open-window"
    OPEN_CRM = "open-crm"
    OPEN_MAIL = "open-mail"
    OPEN_SETTINGS = "open-settings"
    SET_UP = "set-up"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Entry:
    """`name` never changes. An entry without `wish` only says something, holds `entries`, or with an empty
    text is a line between others. `minutes`: how long to pause, None until resumed."""

    name: str
    text: str = ""
    wish: Wish | None = None
    channel: Channel | None = None
    minutes: int | None = None
    visible: bool = True
    enabled: bool = True
    default: bool = False
    entries: tuple[Entry, ...] = ()


def menu(snapshot: Snapshot, now: datetime) -> tuple[Entry, ...]:
    """The entries from the top. An ampersand marks the key of an entry."""
    working = snapshot.stage is Stage.WORKING and snapshot.status is not None
    return (
        Entry("state", _plain(headline(snapshot, now)), enabled=False),
        Entry("line-1"),
        Entry("set-up", tr("Set &up…"), Wish.SET_UP, visible=snapshot.stage is Stage.NOT_SET_UP),
        _sync_now(snapshot, working=working),
        _pause(snapshot, now, working=working),
        _resume(snapshot, now, working=working),
        *(_stop_or_start(snapshot, each, working=working) for each in Channel),
        Entry("line-2"),
        Entry("open-window", tr("&Open FM Desktop"), Wish.OPEN_WINDOW, default=True),
        Entry("open-crm", tr("Open &ForceManager"), Wish.OPEN_CRM, visible=working),
        Entry("open-mail", tr("Open &mail"), Wish.OPEN_MAIL, visible=working),
        Entry("settings", tr("S&ettings…"), Wish.OPEN_SETTINGS, visible=working),
        Entry("line-3"),
        Entry("quit", _quit(snapshot), Wish.QUIT),
    )


def minutes_until_morning(now: datetime) -> int:
    """Until eight o'clock of the next day on this computer's clock, or of today in the small hours."""
    local = now.astimezone()
    morning = local.replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0, tzinfo=None)
    if local.hour >= 4:
        morning += timedelta(days=1)
    # As local wall clock first, then as a moment: the night in between may have 23 or 25 hours.
    seconds = (morning.astimezone() - local).total_seconds()
    return max(1, -int(-seconds // 60))


def running(snapshot: Snapshot) -> tuple[Channel, ...]:
    return _in_state(snapshot, Running.RUNNING)


def paused(snapshot: Snapshot) -> tuple[Channel, ...]:
    return _in_state(snapshot, Running.PAUSED)


def _in_state(snapshot: Snapshot, state: Running) -> tuple[Channel, ...]:
    return tuple(each.channel for each in snapshot.channels if each.state is state)


def _sync_now(snapshot: Snapshot, *, working: bool) -> Entry:
    possible = working and bool(running(snapshot)) and not snapshot.syncing
    return Entry("sync-now", tr("Sync &now"), Wish.SYNC_NOW, visible=working, enabled=possible)


def _pause(snapshot: Snapshot, now: datetime, *, working: bool) -> Entry:
    choices = (
        Entry("pause-hour", tr("For 1 &hour"), Wish.PAUSE, minutes=HOUR),
        Entry("pause-morning", tr("Until tomorrow &morning"), Wish.PAUSE, minutes=minutes_until_morning(now)),
        Entry("pause-open", tr("Until I &resume"), Wish.PAUSE),
    )
    return Entry("pause", tr("&Pause"), visible=working and bool(running(snapshot)), entries=choices)


def _resume(snapshot: Snapshot, now: datetime, *, working: bool) -> Entry:
    until = snapshot.paused_until
    text = tr("&Resume")
    if until is not None:
        text = tr("&Resume (paused until {time})", time=when(until, now))
    return Entry("resume", text, Wish.RESUME, visible=working and bool(paused(snapshot)))


def _stop_or_start(snapshot: Snapshot, channel: Channel, *, working: bool) -> Entry:
    """One entry for each channel that is set up."""
    state = next((each.state for each in snapshot.channels if each.channel is channel), None)
    visible = working and state is not None
    name = channel_name(channel)
    if state is Running.STOPPED:
        return Entry(
            f"stop-{channel}", tr("Start syncing {channel}", channel=name), Wish.START, channel, visible=visible
        )
    return Entry(f"stop-{channel}", tr("Stop syncing {channel}…", channel=name), Wish.STOP, channel, visible=visible)


def _quit(snapshot: Snapshot) -> str:
    stops = running(snapshot)
    if snapshot.stage is not Stage.WORKING or snapshot.elsewhere or not stops:
        return tr("&Quit")
    return tr("&Quit (stops syncing {channels})", channels=channel_names(stops))


def _plain(text: str) -> str:
    """As it is, in a menu: there a single ampersand would mark a key."""
    return text.replace("&", "&&")
