"""Problems, held changes, calendars and people as what their pages show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fm_desktop.model.items import Kind
from fm_desktop.model.message import Direction
from fm_desktop.people import Person
from fm_desktop.port import Side
from fm_desktop.sync.held import Held
from fm_desktop.sync.mail.letters import Letter
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.problems import Problem
from fm_desktop.sync.resources import KnownCollection
from fm_desktop.ui.texts import tr, trn
from fm_desktop.ui.told import told
from fm_desktop.ui.window.present.changes import changes_of, one_line
from fm_desktop.ui.window.present.words import Moments, parsed, subject, titled

_OF_LINK = "link:"


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """`link`: the item that can be tried again and shown, if it is about one."""

    message: str
    next_step: str
    seen: str
    link: int | None


def problem_rows(found: Iterable[Problem], now: datetime, moments: Moments) -> tuple[ProblemRow, ...]:
    """The latest first."""
    latest = sorted(found, key=lambda each: each.last_seen, reverse=True)
    return tuple(
        ProblemRow(told(each.message), told(each.next_step), _seen(each, now, moments), _link_of(each))
        for each in latest
    )


def _link_of(problem: Problem) -> int | None:
    number = problem.key.removeprefix(_OF_LINK)
    return int(number) if problem.key.startswith(_OF_LINK) and number.isdecimal() else None


def _seen(problem: Problem, now: datetime, moments: Moments) -> str:
    last = moments.near(parsed(problem.last_seen), now)
    if problem.count < 2:
        return tr("Seen {time}", time=last)
    times = trn("{n} time", "{n} times", problem.count)
    return tr("Seen {times}, last {time}", times=times, time=last)


# --- held ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeldRow:
    """`do` says what happens if it is approved, `changes` what that changes, a line each."""

    id: int
    link: int
    title: str
    what: str
    do: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """What waits for one reason. `do_all` and `keep_all` name the two choices for all of it."""

    reason: str
    rows: tuple[HeldRow, ...]
    do_all: str
    keep_all: str
    deletes: bool

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(each.id for each in self.rows)


def held_groups(found: Iterable[Held], now: datetime, moments: Moments) -> tuple[HeldGroup, ...]:
    """Grouped by reason and kind of change, in the order in which they came."""
    groups: dict[tuple[str, Verb], list[Held]] = {}
    for each in found:
        groups.setdefault((each.reason, each.verb), []).append(each)
    return tuple(_group(reason, verb, members, now, moments) for (reason, verb), members in groups.items())


def _group(reason: str, verb: Verb, members: list[Held], now: datetime, moments: Moments) -> HeldGroup:
    number = len(members)
    do_all = {
        Verb.DELETE: trn("Delete {n} item", "Delete all {n}", number),
        Verb.UPDATE: trn("Change {n} item", "Change all {n}", number),
        Verb.CREATE: trn("Create {n} item", "Create all {n}", number),
    }[verb]
    shown = told(reason)
    return HeldGroup(
        reason=f"{shown[:1].upper()}{shown[1:]}".rstrip(".") + ".",
        rows=tuple(_held_row(each, now, moments) for each in members),
        do_all=do_all,
        keep_all=trn("Keep {n} item as it is", "Keep all {n} as they are", number),
        deletes=verb is Verb.DELETE,
    )


def _held_row(held: Held, now: datetime, moments: Moments) -> HeldRow:
    since = moments.near(parsed(held.since), now)
    if held.side is Side.CRM:
        whats = {
            Verb.DELETE: tr("Would be deleted in ForceManager. Waits since {time}.", time=since),
            Verb.UPDATE: tr("Would be changed in ForceManager. Waits since {time}.", time=since),
            Verb.CREATE: tr("Would be created in ForceManager. Waits since {time}.", time=since),
        }
    else:
        whats = {
            Verb.DELETE: tr("Would be deleted in your calendar. Waits since {time}.", time=since),
            Verb.UPDATE: tr("Would be changed in your calendar. Waits since {time}.", time=since),
            Verb.CREATE: tr("Would be created in your calendar. Waits since {time}.", time=since),
        }
    do = {Verb.DELETE: tr("Delete"), Verb.UPDATE: tr("Change"), Verb.CREATE: tr("Create")}[held.verb]
    return HeldRow(held.id, held.link, titled(held.title), whats[held.verb], do, tuple(_held_lines(held, moments)))


def _held_lines(held: Held, moments: Moments) -> list[str]:
    found = changes_of(held.before, held.after, moments)
    if held.verb is Verb.UPDATE:
        return [one_line(each) for each in found]
    return [f"{each.field}: {each.before or each.after}" for each in found]


# --- calendars ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """`key` is the calendar's own, as names may be there twice."""

    key: str
    name: str
    about: str
    colour: str
    takes_part: bool
    is_target: bool
    can_be_target: bool
    is_missing: bool


def calendar_rows(found: Iterable[KnownCollection]) -> tuple[CalendarRow, ...]:
    return tuple(
        CalendarRow(
            key=each.what.id,
            name=titled(each.what.name),
            about=_about(each),
            colour=each.what.colour,
            takes_part=each.takes_part,
            is_target=each.target and each.takes_part,
            can_be_target=each.takes_part and each.what.writable,
            is_missing=each.missing,
        )
        for each in found
    )


def _about(each: KnownCollection) -> str:
    if each.missing:
        return tr("Not there any more. Its copies in ForceManager were left alone.")
    kinds = {
        frozenset({Kind.EVENT}): tr("Events"),
        frozenset({Kind.TASK}): tr("Tasks"),
    }.get(each.what.kinds, tr("Events and tasks"))
    rights = "" if each.what.writable else tr("read-only: nothing is written to it")
    return ", ".join(part for part in (kinds, rights) if part)


# --- people -------------------------------------------------------------------------------------------


def person_kind(person: Person) -> str:
    """The company of a contact, or what else somebody is."""
    return person.company or (tr("Account") if person.contact_id is None else tr("Contact"))


def person_lines(person: Person) -> tuple[str, str]:
    """The name, and what tells people of one name apart."""
    address = person.addresses[0] if person.addresses else tr("no e-mail address")
    return titled(person.name), f"{person_kind(person)} · {address}"


def letter_lines(letter: Letter, now: datetime, moments: Moments) -> tuple[str, ...]:
    """The subject, who wrote when, and that nothing more of the conversation is logged."""
    when = moments.near(letter.moment, now)
    who = tr("{address} wrote to you, {time}", address=letter.other, time=when)
    if letter.direction is Direction.SENT:
        who = tr("You wrote to {address}, {time}", address=letter.other, time=when)
    out = (tr("Nothing more of this conversation is logged."),) if letter.is_excluded else ()
    return (subject(letter.subject), who, *out)
