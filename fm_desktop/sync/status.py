"""How an account stands, as one value: what `status` prints and the window shows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fm_desktop.port import PortError
from fm_desktop.sync.control import Channel, Running, Standing, standing
from fm_desktop.sync.report import BY_WEIGHT, Outcome, Report
from fm_desktop.sync.state import State
from fm_desktop.sync.store import Store, read_utc, utc_text

# Ends of a part that say nothing about how it would have gone.
_NOT_TRIED = frozenset({Outcome.PAUSED, Outcome.STOPPED, Outcome.CANCELLED})


@dataclass(frozen=True, slots=True)
class Trouble:
    """What ends the cycles early since `at`, as a sentence and as a kind."""

    at: datetime
    message: str
    next_step: str
    outcome: Outcome = Outcome.UNREACHABLE


@dataclass(frozen=True, slots=True)
class Lately:
    """How a channel's part of the cycles went. `last_success`: the end of the last one that left nothing to do.
    `trouble` is None once one went through again."""

    channel: Channel
    last_success: datetime | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """`last_success` is that of the calendar where it takes part, else that of e-mail; `trouble` the worst of the
    channels that run. `linked`: items known on both sides; `logged`: messages in ForceManager."""

    channels: tuple[Standing, ...]
    last_success: datetime | None
    trouble: Trouble | None
    linked: int
    held: int
    problems: int
    unknown: int
    logged: int = 0
    lately: tuple[Lately, ...] = ()

    def of(self, channel: Channel) -> Lately:
        """How it went for one channel."""
        return next((each for each in self.lately if each.channel is channel), Lately(channel))

    def troubles(self) -> tuple[Trouble, ...]:
        """What stands in the way of the channels that run, the worst first; what stops both is told once."""
        return _in_the_way(self.channels, self.lately)


def note_end(store: Store, report: Report, running: Iterable[Channel], now: datetime) -> None:
    """Remembers what ended the part of a channel early, until one goes through. `running`: whose turn it was, and whose
    trouble it is where the cycle ended before any part of it began."""
    ends: dict[Channel, tuple[Outcome, PortError | None]]
    ends = {each: (report.outcome, report.error) for each in running}
    ends |= {each.channel: (each.outcome, each.error) for each in report.parts}
    with store.transaction():
        for channel, (outcome, error) in ends.items():
            if outcome not in _NOT_TRIED:
                _note(store, channel, outcome, error, now)


def note_success(store: Store, channel: Channel, now: datetime) -> None:
    """A channel's part left nothing to do. Within a transaction."""
    store.set_meta(_success_key(channel), utc_text(now))


def overview(state: State, channels: tuple[Channel, ...]) -> Status:
    store = state.store
    stands = tuple(standing(store, each, state.clock()) for each in channels)
    lately = tuple(_lately(store, each) for each in channels)
    first = next((each for each in lately if each.channel is Channel.CALENDAR), next(iter(lately), None))
    return Status(
        channels=stands,
        last_success=None if first is None else first.last_success,
        trouble=next(iter(_in_the_way(stands, lately)), None),
        linked=_linked(state),
        held=state.held.count(),
        problems=state.problems.count(),
        unknown=len(state.journal.unknown()),
        logged=_logged(state),
        lately=lately,
    )


def _in_the_way(channels: Iterable[Standing], lately: Iterable[Lately]) -> tuple[Trouble, ...]:
    running = {each.channel for each in channels if each.state is Running.RUNNING}
    found = {each.trouble.message: each.trouble for each in lately if each.channel in running and each.trouble}
    return tuple(sorted(found.values(), key=lambda each: BY_WEIGHT.index(each.outcome)))


def _lately(store: Store, channel: Channel) -> Lately:
    last = store.meta(_success_key(channel))
    return Lately(channel, None if last is None else read_utc(last), _trouble(store, channel))


def _linked(state: State) -> int:
    sql = "SELECT count(*) FROM link WHERE account = ? AND provider IS NOT NULL AND crm IS NOT NULL"
    return int(state.store.value(sql, state.account))


def _logged(state: State) -> int:
    sql = (
        "SELECT count(DISTINCT mail_message.id) FROM mail_message"
        " JOIN mail_record ON mail_record.message = mail_message.id AND mail_record.state = 'done'"
        " WHERE mail_message.account = ?"
    )
    return int(state.store.value(sql, state.account))


def _note(store: Store, channel: Channel, outcome: Outcome, error: PortError | None, now: datetime) -> None:
    trouble = None
    if error is not None:
        before = _trouble(store, channel)
        since = now
        if before is not None and (before.message, before.outcome) == (str(error), outcome):
            since = before.at
        told = {"message": str(error), "next_step": error.next_step}
        trouble = {"at": utc_text(since), **told, "outcome": outcome.value}
    store.set_meta(_trouble_key(channel), json.dumps(trouble, ensure_ascii=False))


def _trouble(store: Store, channel: Channel) -> Trouble | None:
    kept = json.loads(store.meta(_trouble_key(channel)) or "null")
    if kept is None:
        return None
    return Trouble(read_utc(kept["at"]), kept["message"], kept["next_step"], Outcome(kept["outcome"]))


def _success_key(channel: Channel) -> str:
    return "last_success" if channel is Channel.CALENDAR else f"last_success_{channel.value}"


def _trouble_key(channel: Channel) -> str:
    return f"trouble_{channel.value}"
