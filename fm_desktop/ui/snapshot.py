"""How things stand, as one value, and what is said of it in the tray. Pure: no Qt, no clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from fm_desktop.sync.channels import Channel, Running, Standing
from fm_desktop.ui.texts import joined, tr, trn
from fm_desktop.ui.told import told

if TYPE_CHECKING:
    # Not before they are needed: the tray's first icon waits for what is imported here.
    from fm_desktop.errors import Explained
    from fm_desktop.sync.progress import Progress
    from fm_desktop.sync.status import Status

# Below this a cycle is over before a progress bar means anything.
WORTH_COUNTING: Final = 10


class Face(StrEnum):
    """What the tray icon shows; each has a shape of its own."""

    OK = "ok"
    SYNCING = "syncing"
    PAUSED = "paused"
    STOPPED = "stopped"
    OFFLINE = "offline"
    ATTENTION = "attention"


class Stage(StrEnum):
    """How far the application itself is."""

    OPENING = "opening"
    NOT_SET_UP = "not-set-up"
    BROKEN = "broken"
    """Settings or state cannot be used; `failure` says why."""
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Moments are aware. `status` is None until the state was read for the first time.

    `syncing`: a cycle runs in this process. `elsewhere`: another process syncs this profile, and this one only
    looks. `progress` is that of the running cycle. `failure` is what no cycle's report covers: a full disk, a
    state that cannot be read, settings that are broken.
    """

    stage: Stage = Stage.OPENING
    status: Status | None = None
    syncing: bool = False
    elsewhere: bool = False
    next_run: datetime | None = None
    progress: Progress | None = None
    failure: Explained | None = None

    @property
    def channels(self) -> tuple[Standing, ...]:
        return () if self.status is None else self.status.channels

    @property
    def halted(self) -> Running | None:
        """PAUSED or STOPPED if no channel runs; paused if any of them is only paused."""
        states = {each.state for each in self.channels}
        if not states or Running.RUNNING in states:
            return None
        return Running.PAUSED if Running.PAUSED in states else Running.STOPPED

    @property
    def paused_until(self) -> datetime | None:
        """When the first paused channel goes on by itself."""
        ends = [each.until for each in self.channels if each.state is Running.PAUSED and each.until is not None]
        return min(ends, default=None)


def face(snapshot: Snapshot) -> Face:
    """What a person asked for comes first, then what needs them, then what goes on by itself.

    A retry while offline, or beside a problem, does not show as syncing: the icon would flicker with every cycle.
    """
    if snapshot.failure is not None or snapshot.stage in {Stage.NOT_SET_UP, Stage.BROKEN}:
        return Face.ATTENTION
    if snapshot.halted is not None:
        return Face.PAUSED if snapshot.halted is Running.PAUSED else Face.STOPPED
    status = snapshot.status
    if status is not None:
        if status.held or status.problems or _needs_a_person(status):
            return Face.ATTENTION
        if status.trouble is not None:
            return Face.OFFLINE
    return Face.SYNCING if snapshot.syncing or status is None else Face.OK


def headline(snapshot: Snapshot, now: datetime) -> str:
    """One short line: the state in words."""
    if snapshot.failure is not None:
        return told(snapshot.failure.message)
    if snapshot.stage is Stage.NOT_SET_UP:
        return tr("Not set up yet")
    if snapshot.status is None:
        return tr("Starting")
    shown = face(snapshot)
    if shown is Face.PAUSED:
        return _paused(snapshot.paused_until, now)
    if shown is Face.ATTENTION:
        return _attention(snapshot.status)
    if shown is Face.SYNCING:
        return _syncing(snapshot.progress)
    return {
        Face.STOPPED: tr("Syncing is stopped"),
        Face.OFFLINE: tr("Waiting for the connection"),
        Face.OK: tr("Everything is in step"),
    }[shown]


def tooltip(snapshot: Snapshot, now: datetime) -> str:
    """At most four short lines; Windows cuts at 127 characters."""
    lines = [tr("FM Desktop: {state}", state=headline(snapshot, now))]
    lines += [_standing(each, now) for each in partly_halted(snapshot)]
    if snapshot.stage is Stage.WORKING and snapshot.status is not None:
        lines.append(_last_and_next(snapshot, now))
    return "\n".join(lines)


def partly_halted(snapshot: Snapshot) -> tuple[Standing, ...]:
    """The channels that are paused or stopped while another one runs."""
    if snapshot.halted is not None:
        return ()
    return tuple(each for each in snapshot.channels if each.state is not Running.RUNNING)


def when(moment: datetime, now: datetime) -> str:
    """A moment as a person says it, on this computer's clock: `14:30`, `tomorrow 08:00`, `2026-12-24 08:00`."""
    local, today = moment.astimezone(), now.astimezone().date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today + timedelta(days=1):
        return tr("tomorrow {time}", time=f"{local:%H:%M}")
    if local.date() == today - timedelta(days=1):
        return tr("yesterday {time}", time=f"{local:%H:%M}")
    return f"{local:%Y-%m-%d %H:%M}"


def channel_name(channel: Channel) -> str:
    return tr("e-mail") if channel is Channel.EMAIL else tr("calendar")


def channel_names(channels: tuple[Channel, ...]) -> str:
    """`e-mail and calendar`."""
    return joined([channel_name(each) for each in channels])


def _paused(until: datetime | None, now: datetime) -> str:
    return tr("Paused until you resume") if until is None else tr("Paused until {time}", time=when(until, now))


def _needs_a_person(status: Status) -> bool:
    """Is the trouble of a kind that does not pass by itself?"""
    from fm_desktop.sync.report import Outcome

    return status.trouble is not None and status.trouble.outcome in {Outcome.SIGN_IN, Outcome.FAILED}


def _attention(status: Status) -> str:
    if status.trouble is not None and _needs_a_person(status):
        return told(status.trouble.message)
    if status.held:
        return trn("{n} change waits for your word", "{n} changes wait for your word", status.held)
    return trn("{n} problem needs you", "{n} problems need you", status.problems)


def _syncing(progress: Progress | None) -> str:
    if progress is None or progress.total < WORTH_COUNTING:
        return tr("Syncing")
    return tr("Syncing: {done} of {total}", done=progress.done, total=progress.total)


def _standing(each: Standing, now: datetime) -> str:
    name = channel_name(each.channel).capitalize()
    if each.state is Running.STOPPED:
        return tr("{channel}: stopped", channel=name)
    if each.until is None:
        return tr("{channel}: paused", channel=name)
    return tr("{channel}: paused until {time}", channel=name, time=when(each.until, now))


def _last_and_next(snapshot: Snapshot, now: datetime) -> str:
    status = snapshot.status
    last = None if status is None else status.last_success
    text = tr("Not synced yet") if last is None else tr("Last sync {time}", time=when(last, now))
    if snapshot.next_run is not None and snapshot.halted is None and not snapshot.syncing:
        text = tr("{last}, next {time}", last=text, time=when(snapshot.next_run, now))
    return text
