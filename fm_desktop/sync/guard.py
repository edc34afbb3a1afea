"""Brakes over a whole plan (design 4, "Guards"). Pure: which operations go on, which wait for a word.

What is held is shown with its reason and can be approved or kept; everything else goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fm_desktop.model.items import Kind
from fm_desktop.port import Side
from fm_desktop.sync.plan import Decision, Decisions, Operation, Verb
from fm_desktop.sync.serial import change_text

DELETIONS_FREE = 5
DELETIONS_SHARE = 0.20
REPEATS_A_DAY = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What the user was shown of a write that was decided about: what it brings, and why it waited."""

    change: str
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the guards know of one link.

    `collection` its calendar; `kind` what it is there, None where it is not; `series` the UID that makes
    its occurrences one thing, '' for a single item; `written` how often each (side, field) was written in
    the last 24 hours; `suspect` why a listing it depends on cannot be believed.
    """

    collection: int | None
    suspect: str = ""
    kind: Kind | None = None
    series: str = ""
    decisions: Decisions = field(default_factory=dict)
    told: Mapping[tuple[Side, Verb], Told] = field(default_factory=dict)
    written: Mapping[tuple[Side, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """`living`: links per calendar. `deleting`: deletions already held or done in the last hour there."""

    standing: Mapping[int, Standing]
    living: Mapping[int | None, int]
    deleting: Mapping[int | None, int] = field(default_factory=dict)
    ask_before_notifying: bool = True
    writes_allowed: int = 2_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """`held` carry their reason. `quarantined`: links that two machines keep changing back and forth.
    `later`: over this cycle's number of writes; planned again next time."""

    go: tuple[Operation, ...]
    held: tuple[Operation, ...]
    quarantined: tuple[int, ...]
    later: int = 0


def judge(operations: Sequence[Operation], scene: Scene) -> Verdict:
    too_many = _calendars_over_the_limit(operations, scene)
    go: list[Operation] = []
    held: list[Operation] = []
    quarantined: list[int] = []
    for operation in operations:
        standing = scene.standing[operation.link]
        mails = _reason_of_mail(operation, standing, scene)
        if _is_wanted(operation, standing, mails):
            go.append(replace(operation, held=""))
            continue
        approved = standing.decisions.get((operation.side, operation.verb)) is Decision.APPROVED
        reason = mails if approved else operation.held or _reason(operation, standing, mails, too_many)
        if reason:
            held.append(replace(operation, held=reason))
        elif _ping_pong(operation, standing):
            quarantined.append(operation.link)
        else:
            go.append(operation)
    now, later = _cut(go, max(0, scene.writes_allowed))
    return Verdict(now, tuple(held), tuple(dict.fromkeys(quarantined)), later)


def _cut(operations: list[Operation], allowed: int) -> tuple[tuple[Operation, ...], int]:
    """(what may be written now, how many must wait): writes of one item are never torn apart."""
    begun = {operation.link for operation in operations[:allowed]}
    now = tuple(each for index, each in enumerate(operations) if index < allowed or each.link in begun)
    return now, len(operations) - len(now)


def _is_wanted(operation: Operation, standing: Standing, mails: str) -> bool:
    """Has the user said so: approved it, or chosen to keep what this puts back?"""
    if standing.decisions.get((operation.side, operation.verb)) is Decision.APPROVED:
        # What sends mail is approved as it was shown, and to as many people: a later edit does not go out unasked. With
        # other people on the item the word is void (`HeldBack.ask_anew`).
        told = Told(change_text(operation.value, operation.patch), mails)
        return not mails or standing.told.get((operation.side, operation.verb)) == told
    kept = standing.decisions.get((operation.side.other, Verb.DELETE)) is Decision.KEEP
    return operation.verb is Verb.CREATE and not operation.mails and kept


def _reason(operation: Operation, standing: Standing, mails: str, too_many: Mapping[int | None, str]) -> str:
    if operation.verb is not Verb.UPDATE and standing.suspect:
        return standing.suspect
    if mails:
        return mails
    if operation.verb is Verb.DELETE and standing.collection in too_many:
        return too_many[standing.collection]
    return ""


def _reason_of_mail(operation: Operation, standing: Standing, scene: Scene) -> str:
    """Why it waits if all else is in order: '' for a write that nobody is told of."""
    if operation.side is Side.CRM or not _sends_mail(operation, standing) or not scene.ask_before_notifying:
        return ""
    what = {Verb.DELETE: "Deleting", Verb.UPDATE: "Changing", Verb.CREATE: "Putting back"}[operation.verb]
    people = "1 other person" if operation.mails == 1 else f"{operation.mails} other people"
    return f"{what} it sends mail to {people}"


def _sends_mail(operation: Operation, standing: Standing) -> bool:
    """Calendars keep no “done” of an event: nothing that its guests were sent changes with it alone."""
    only_done = [name for name, _ in operation.patch.items()] == ["completed"]
    return operation.mails > 0 and not (only_done and standing.kind is Kind.EVENT)


def _calendars_over_the_limit(operations: Sequence[Operation], scene: Scene) -> dict[int | None, str]:
    """Deletions are counted per calendar; those of one series count once (ending it is one act)."""
    counted: Counter[int | None] = Counter(scene.deleting)
    seen: set[tuple[int | None, str]] = set()
    for operation in operations:
        if operation.verb is not Verb.DELETE:
            continue
        standing = scene.standing[operation.link]
        key = (standing.collection, standing.series)
        if standing.series and key in seen:
            continue
        seen.add(key)
        counted[standing.collection] += 1
    over = {}
    for collection, count in counted.items():
        living = scene.living.get(collection, 0)
        if count > max(DELETIONS_FREE, DELETIONS_SHARE * living):
            over[collection] = f"{count} of {max(living, count)} items would be deleted at once"
    return over


def _ping_pong(operation: Operation, standing: Standing) -> bool:
    """The same field written to both sides, or put back, over and over: two programs at war.

    A person who edits one side many times a day writes to one side only, and nothing is put back.
    """
    for name in dict(operation.patch.items()):
        here = standing.written.get((operation.side, name), 0)
        there = standing.written.get((operation.side.other, name), 0)
        if here >= REPEATS_A_DAY and (there >= REPEATS_A_DAY or operation.puts_back):
            return True
    creates = standing.written.get((operation.side, ""), 0)
    return operation.verb is Verb.CREATE and operation.puts_back and creates >= REPEATS_A_DAY
