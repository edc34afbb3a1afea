"""How an account stands, as one value: what `status` prints and the window shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from fm_desktop.sync.control import Channel, Standing, standing
from fm_desktop.sync.report import Outcome, Report
from fm_desktop.sync.state import State
from fm_desktop.sync.store import Store, read_utc, utc_text

_TROUBLE = "last_trouble"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What ended the last cycle early, as a sentence and as a kind."""

    at: datetime
    message: str
    next_step: str
    outcome: Outcome = Outcome.UNREACHABLE


@dataclass(frozen=True, slots=True)
class Status:
    """`last_success`: the end of the last cycle that left nothing to do. `linked`: items known on both sides;
    `logged`: messages in ForceManager. `trouble` is None once a cycle went through again."""

    channels: tuple[Standing, ...]
    last_success: datetime | None
    trouble: Trouble | None
    linked: int
    held: int
    problems: int
    unknown: int
    logged: int = 0


def note_end(store: Store, report: Report, now: datetime) -> None:
    """Remembers what ended a cycle early, until one goes through."""
    trouble = None
    if report.error is not None:
        told = {"message": str(report.error), "next_step": report.error.next_step}
        trouble = {"at": utc_text(now), **told, "outcome": report.outcome.value}
    with store.transaction():
        store.set_meta(_TROUBLE, json.dumps(trouble, ensure_ascii=False))


def overview(state: State, channels: tuple[Channel, ...]) -> Status:
    store = state.store
    last = store.meta("last_success")
    return Status(
        channels=tuple(standing(store, each, state.clock()) for each in channels),
        last_success=None if last is None else read_utc(last),
        trouble=_trouble(store),
        linked=_linked(state),
        held=state.held.count(),
        problems=state.problems.count(),
        unknown=len(state.journal.unknown()),
        logged=_logged(state),
    )


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


def _trouble(store: Store) -> Trouble | None:
    kept = json.loads(store.meta(_TROUBLE) or "null")
    if kept is None:
        return None
    outcome = Outcome(kept.get("outcome", Outcome.UNREACHABLE))
    return Trouble(read_utc(kept["at"]), kept["message"], kept["next_step"], outcome)
