"""What a cycle did, as one value: what the command line prints and the window shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from fm_desktop.model.projection import Projection
from fm_desktop.model.times import Timed
from fm_desktop.port import PortError, Side
from fm_desktop.sync.control import Channel
from fm_desktop.sync.execute import Tally
from fm_desktop.sync.plan import Operation, Verb


class Outcome(StrEnum):
    """How a cycle ended. `INCOMPLETE`: there is more to write, the next cycle goes on. `FAILED`: a side
    answered, and what it said cannot be worked with."""

    DONE = "done"
    INCOMPLETE = "incomplete"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    UNREACHABLE = "unreachable"
    THROTTLED = "throttled"
    SIGN_IN = "sign-in"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Counts:
    created: int = 0
    updated: int = 0
    deleted: int = 0

    @classmethod
    def of(cls, tally: Tally, side: Side) -> Counts:
        return cls(*(tally.of(side, verb) for verb in (Verb.CREATE, Verb.UPDATE, Verb.DELETE)))

    @property
    def total(self) -> int:
        return self.created + self.updated + self.deleted


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line of a preview."""

    side: Side
    verb: Verb
    title: str
    why: str
    shown: Projection | None
    held: str = ""

    @classmethod
    def of(cls, operation: Operation, title: str, shown: Projection | None) -> PlannedLine:
        return cls(operation.side, operation.verb, title, operation.why, shown, operation.held)

    def as_json(self) -> dict[str, Any]:
        """`date` is the start: an ISO 8601 instant in UTC, the date of an all-day item, or None. `held` is
        why the write would wait for the user's word, or None."""
        start = None if self.shown is None or self.shown.span is None else self.shown.span.start
        return {
            "side": self.side.value,
            "verb": self.verb.value,
            "title": self.title,
            "date": None if start is None else (start.instant if isinstance(start, Timed) else start).isoformat(),
            "why": self.why,
            "held": self.held or None,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """How one channel's part of a cycle ended."""

    channel: Channel
    outcome: Outcome
    error: PortError | None


@dataclass(frozen=True, slots=True)
class Report:
    """`error` is what ended the cycle early, `also` what else ended its other part: the calendar and e-mail do not
    keep each other from going on. `parts` says it for each, and is empty where neither had its turn. `only_mail`: the
    calendar went through. `crowded`: ForceManager asked for fewer requests, whether or not it took them in the end.
    `requests` and `seconds` count this cycle only."""

    outcome: Outcome
    crm: Counts = Counts()
    provider: Counts = Counts()
    held: int = 0
    problems: int = 0
    unknown: int = 0
    requests: dict[Side, int] = field(default_factory=dict)
    seconds: float = 0.0
    plan: tuple[PlannedLine, ...] = ()
    error: PortError | None = None
    also: PortError | None = None
    emails_logged: int = 0
    only_mail: bool = False
    crowded: bool = False
    parts: tuple[Part, ...] = ()

    def as_json(self, *, preview: bool = False) -> dict[str, Any]:
        """The object of `sync --once --json` (design 6); a `preview` lists what would be written as well."""

        def counts(each: Counts) -> dict[str, int]:
            return {"created": each.created, "updated": each.updated, "deleted": each.deleted}

        return {
            "state": self.outcome.value,
            "crm": counts(self.crm),
            "provider": counts(self.provider),
            "emails_logged": self.emails_logged,
            "held": self.held,
            "problems": self.problems,
            "requests": {side.value: self.requests.get(side, 0) for side in Side},
            "seconds": round(self.seconds, 3),
            **({"plan": [each.as_json() for each in self.plan]} if preview else {}),
        }


@dataclass(frozen=True, slots=True)
class MailReport:
    """The mail part of a cycle. `logged`: records made in ForceManager, one for each message and contact."""

    outcome: Outcome
    logged: int = 0
    requests: dict[Side, int] = field(default_factory=dict)
    seconds: float = 0.0
    plan: tuple[PlannedLine, ...] = ()
    error: PortError | None = None

    @classmethod
    def halted(cls) -> MailReport:
        """Of a part that does not have its turn."""
        return cls(Outcome.STOPPED)


# The worst first: how a cycle with two parts is called. A part that is halted says nothing about the other one.
BY_WEIGHT = (
    Outcome.SIGN_IN,
    Outcome.FAILED,
    Outcome.UNREACHABLE,
    Outcome.THROTTLED,
    Outcome.CANCELLED,
    Outcome.INCOMPLETE,
    Outcome.DONE,
    Outcome.PAUSED,
    Outcome.STOPPED,
)


def together(calendar: Report, mail: MailReport, problems: int) -> Report:
    """The report on a whole cycle. `problems`: how many there are after it."""
    first, second = (calendar.outcome, calendar.error), (mail.outcome, mail.error)
    if BY_WEIGHT.index(mail.outcome) < BY_WEIGHT.index(calendar.outcome):
        first, second = second, first
    errors = [error for _, error in (first, second) if error is not None]
    return replace(
        calendar,
        outcome=first[0],
        emails_logged=mail.logged,
        problems=problems,
        requests={side: calendar.requests.get(side, 0) + mail.requests.get(side, 0) for side in Side},
        seconds=calendar.seconds + mail.seconds,
        plan=(*calendar.plan, *mail.plan),
        error=errors[0] if errors else None,
        also=errors[1] if len(errors) > 1 else None,
        only_mail=calendar.outcome in {Outcome.DONE, Outcome.INCOMPLETE} and mail.error is not None,
        parts=(
            Part(Channel.CALENDAR, calendar.outcome, calendar.error),
            Part(Channel.EMAIL, mail.outcome, mail.error),
        ),
    )
