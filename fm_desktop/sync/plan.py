"""From observations to operations: `plan(view, policy)`, pure and total.

The table below is the whole decision, one row per pair of what happened at either side since the
base. Origin, editability and direction bend its rows in `_bend`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from fm_desktop.model.projection import Patch, Projection
from fm_desktop.port import Side
from fm_desktop.sync import policy
from fm_desktop.sync.merge import TWO_WAY, Lost, Trees, full_text, merge
from fm_desktop.sync.policy import Facts, Options, Origin


class Change(Enum):
    """One side against its base."""

    ABSENT = "absent"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    DELETED = "deleted"


class Action(Enum):
    NOTHING = "nothing"
    MERGE = "merge"
    COPY_TO_CRM = "copy to the CRM"
    COPY_TO_PROVIDER = "copy to the calendar"
    DELETE_AT_CRM = "delete at the CRM"
    DELETE_AT_PROVIDER = "delete in the calendar"
    FORGET = "forget"
    ORPHAN = "orphan"


_A, _U, _C, _D = Change.ABSENT, Change.UNCHANGED, Change.CHANGED, Change.DELETED

# (at the provider, at the CRM). Edit against delete: the edit wins, losing it is worse than a spare event.
TABLE: dict[tuple[Change, Change], Action] = {
    (_A, _A): Action.FORGET,
    (_A, _U): Action.COPY_TO_PROVIDER,
    (_A, _C): Action.COPY_TO_PROVIDER,
    (_A, _D): Action.FORGET,
    (_U, _A): Action.COPY_TO_CRM,
    (_U, _U): Action.NOTHING,
    (_U, _C): Action.MERGE,
    (_U, _D): Action.DELETE_AT_PROVIDER,
    (_C, _A): Action.COPY_TO_CRM,
    (_C, _U): Action.MERGE,
    (_C, _C): Action.MERGE,
    (_C, _D): Action.COPY_TO_CRM,
    (_D, _A): Action.FORGET,
    (_D, _U): Action.DELETE_AT_CRM,
    (_D, _C): Action.COPY_TO_PROVIDER,
    (_D, _D): Action.FORGET,
}


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Decision(StrEnum):
    """The user's word on something held."""

    APPROVED = "approved"
    KEEP = "keep"


Decisions = Mapping[tuple[Side, Verb], Decision]
"""What the user said about which write to an item. A word about one write is none about another."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The user's undo: an edit back to earlier values, as if made at `side` (design 8).

    `update`: `patch` holds the values. `create`: the deleted item shall be on both sides again, as
    `value`. `delete`: the copy at `side` shall go, and not come back.
    """

    side: Side
    verb: Verb
    patch: Patch = field(default_factory=Patch)
    value: Projection | None = None


class Marking(Enum):
    """What a write does before it to the mark of the item's CRM row, if it is there. `RELEASE`: only a copy goes,
    by the user's choice, so that another computer must not take it for a deletion. `RENEW`: takes that back."""

    NONE = "none"
    RELEASE = "release"
    RENEW = "renew"


@dataclass(frozen=True, slots=True)
class View:
    """All that is known of one link. A side that is away has None; `marked_as_ours`: the CRM row was made for an
    item at the provider; `released`: by the user's choice it has no copy there; `elsewhere`: it may be in a calendar
    that takes no part on this computer, but on another."""

    link: int
    uid: str
    recurrence: str
    origin: Origin
    facts: Facts
    provider: Projection | None
    crm: Projection | None
    base_provider: Projection | None
    base_crm: Projection | None
    marked_as_ours: bool = False
    released: bool = False
    elsewhere: bool = False
    decisions: Decisions = field(default_factory=dict)
    wish: Wish | None = None

    def decided(self, side: Side, verb: Verb, decision: Decision) -> bool:
        return self.decisions.get((side, verb)) is decision


@dataclass(frozen=True, slots=True)
class Operation:
    """One write to one side. `value` for a create, `patch` for an update. `why` is for people. `alone`: no
    other write to this item was planned with it. `whole`: a create brings back all that had been there."""

    link: int
    side: Side
    verb: Verb
    why: str
    value: Projection | None = None
    patch: Patch = field(default_factory=Patch)
    lost: tuple[Lost, ...] = ()
    puts_back: bool = False
    mails: int = 0
    held: str = ""
    alone: bool = True
    whole: bool = False
    marking: Marking = Marking.NONE


@dataclass(frozen=True, slots=True)
class Planned:
    """`settle`: both sides agree as they are, they become the base. `exclude`: the user wants no copy of
    it. `ignored`: why nothing is copied."""

    operations: tuple[Operation, ...] = ()
    settle: bool = False
    forget: bool = False
    exclude: bool = False
    ignored: str = ""


def change_of(now: Projection | None, base: Projection | None) -> Change:
    if now is None:
        return Change.ABSENT if base is None else Change.DELETED
    return Change.UNCHANGED if now == base else Change.CHANGED


def plan(view: View, options: Options, now: datetime) -> Planned:
    """What to write so that both sides agree under the rules; nothing when they do."""
    # A cancelled meeting must not survive in the CRM (design 4, "Merge"): to it, it is away.
    if view.facts.cancelled and view.provider is not None:
        view = replace(view, provider=None)
    if view.wish is not None:
        wished = _wished(view, view.wish, options)
        if wished is not None:
            return wished
    if not policy.travels(view.origin, options.direction):
        return Planned(ignored="the chosen direction leaves it alone")
    if options.direction is policy.Direction.TO_PROVIDER and not view.facts.editable and (view.provider or view.crm):
        # The one side may not be written by choice, the other not by right.
        return Planned(ignored=f"it cannot be changed in the calendar: {view.facts.why_locked()}")
    if _kept_although_it_follows(view, options):
        return Planned(exclude=True)
    action = _bend(
        TABLE[change_of(view.provider, view.base_provider), change_of(view.crm, view.base_crm)], view, options
    )
    if action is Action.FORGET:
        return Planned(forget=True)
    if action is Action.NOTHING:
        return Planned()
    if action is Action.MERGE:
        return _merge(view, options)
    if action in (Action.COPY_TO_CRM, Action.COPY_TO_PROVIDER):
        return _copy(view, options, now, Side.CRM if action is Action.COPY_TO_CRM else Side.PROVIDER)
    if action is Action.ORPHAN:
        return _orphan(view, options, now)
    return Planned((_delete(view, action),))


_UNDONE = "undone by you"


def _wished(view: View, wish: Wish, options: Options) -> Planned | None:
    """The operations of an undo; None where there is nothing left to undo."""
    if wish.verb is Verb.CREATE:
        return _wished_back(view, wish)
    here, there = (view.provider, view.crm) if wish.side is Side.PROVIDER else (view.crm, view.provider)
    mails = view.facts.others if wish.side is Side.PROVIDER else 0
    if wish.verb is Verb.DELETE:
        if there is None:
            return None  # by now it is no copy any more, but all that is left: the table decides
        # Where the CRM is only read, every computer puts a missing copy back, and none deletes the original.
        marking = Marking.NONE if options.direction is policy.Direction.TO_PROVIDER else Marking.RELEASE
        gone = Operation(view.link, wish.side, Verb.DELETE, _UNDONE, mails=mails, marking=marking)
        return Planned(exclude=True) if here is None else Planned((gone,))
    if view.provider is None or view.crm is None:
        return None
    return Planned((Operation(view.link, wish.side, Verb.UPDATE, _UNDONE, patch=wish.patch, mails=mails),))


def _wished_back(view: View, wish: Wish) -> Planned | None:
    """What was deleted comes back in the calendar first, where it may have to wait for a word about its mail; the
    CRM's row follows once it is there, so that no side is left with half of it."""
    if view.provider is None and view.base_provider is not None:
        return None  # it was there again, and was deleted once more
    if view.provider is None:
        marking = Marking.RENEW if view.released else Marking.NONE
        back = Operation(
            view.link, Side.PROVIDER, Verb.CREATE, _UNDONE, value=wish.value, mails=view.facts.others, marking=marking
        )
        return Planned((back,))
    if view.crm is None:
        return Planned((Operation(view.link, Side.CRM, Verb.CREATE, _UNDONE, value=wish.value),))
    return None


def _kept_although_it_follows(view: View, options: Options) -> bool:
    """The user keeps a row whose original in the calendar is gone and is not ours to bring back (an
    invitation, a date of a series): the row stays as it is, and on its own."""
    authority = policy.authority(view.origin, view.facts, options.direction)
    kept = view.decided(Side.CRM, Verb.DELETE, Decision.KEEP)
    return kept and view.provider is None and view.crm is not None and authority is Side.PROVIDER


def _bend(action: Action, view: View, options: Options) -> Action:
    authority = policy.authority(view.origin, view.facts, options.direction)
    action = _decided(action, view)
    if action is Action.COPY_TO_PROVIDER:
        if view.facts.cancelled and authority is not Side.CRM:
            return Action.DELETE_AT_CRM
        if view.base_provider is None and view.marked_as_ours:
            return Action.ORPHAN
        if view.base_provider is not None and authority is Side.PROVIDER:
            return Action.DELETE_AT_CRM
    if action is Action.DELETE_AT_PROVIDER and authority is Side.PROVIDER:
        return Action.COPY_TO_CRM
    if action is Action.DELETE_AT_CRM and authority is Side.CRM:
        return Action.COPY_TO_PROVIDER
    if action is Action.COPY_TO_CRM and view.base_crm is not None and authority is Side.CRM:
        return Action.DELETE_AT_PROVIDER
    return action


def _decided(action: Action, view: View) -> Action:
    """What the user chose to keep is put back where it is missing; what is to go from the CRM goes, even
    edited: the calendar it belonged to takes no part any more."""
    if action is Action.DELETE_AT_CRM and view.decided(Side.CRM, Verb.DELETE, Decision.KEEP):
        return Action.COPY_TO_PROVIDER
    if action is Action.DELETE_AT_PROVIDER and view.decided(Side.PROVIDER, Verb.DELETE, Decision.KEEP):
        return Action.COPY_TO_CRM
    if action is Action.COPY_TO_PROVIDER and view.decided(Side.CRM, Verb.DELETE, Decision.APPROVED):
        return Action.DELETE_AT_CRM
    return action


def _merge(view: View, options: Options) -> Planned:
    assert view.provider is not None
    assert view.crm is not None
    authority = policy.authority(view.origin, view.facts, options.direction)
    if authority is None and view.decided(Side.PROVIDER, Verb.UPDATE, Decision.KEEP):
        authority = Side.PROVIDER
    winner = policy.field_winner(options.conflicts)
    winners = {"title": winner, "span": winner, "completed": winner}
    winners["text"] = policy.text_winner(view.facts, options.conflicts)
    trees = Trees(view.provider, view.crm, view.base_provider, view.base_crm, options.zone)
    merged = merge(trees, winners, authority)
    operations = []
    if not merged.to_provider.is_empty:
        operations.append(
            Operation(
                view.link, Side.PROVIDER, Verb.UPDATE, "changed in ForceManager", patch=merged.to_provider,
                lost=_of(merged.lost, Side.PROVIDER), puts_back=authority is Side.CRM and bool(merged.lost),
                mails=view.facts.others,
            )
        )  # fmt: skip
    if not merged.to_crm.is_empty:
        lost = _of(merged.lost, Side.CRM)
        put_back = merged.restores or (authority is Side.PROVIDER and bool(lost))
        reason = view.facts.why_locked() or "this part only follows the calendar"
        why = f"put back: {reason}" if put_back else "changed in the calendar"
        operations.append(
            Operation(view.link, Side.CRM, Verb.UPDATE, why, patch=merged.to_crm, lost=lost, puts_back=put_back)
        )
    if len(operations) > 1:
        operations = [replace(each, alone=False) for each in operations]
    return Planned(tuple(operations), settle=not operations)


def _of(lost: tuple[Lost, ...], side: Side) -> tuple[Lost, ...]:
    return tuple(each for each in lost if each.side is side)


def _copy(view: View, options: Options, now: datetime, side: Side) -> Planned:
    source = view.provider if side is Side.CRM else view.crm
    assert source is not None
    gone_here = (view.base_crm if side is Side.CRM else view.base_provider) is not None
    if side is Side.PROVIDER and view.facts.cancelled:
        return Planned(ignored="it is cancelled in the calendar")
    if not gone_here:
        reason = _why_not(view, source, options, now, side)
        if reason:
            return Planned(ignored=reason)
    value = source
    if side is Side.PROVIDER:
        value = _for_the_calendar(view, source)
    why = _why_copied(view, side, gone_here=gone_here)
    create = Operation(view.link, side, Verb.CREATE, why, value=value, puts_back=gone_here)
    if side is Side.PROVIDER and gone_here and change_of(view.crm, view.base_crm) is Change.UNCHANGED:
        # Nothing was changed since: it comes back as complete as it was, people included.
        create = replace(create, whole=True, mails=view.facts.others)
    return Planned((create,))


def _for_the_calendar(view: View, source: Projection) -> Projection:
    """What ForceManager keeps shorter than the calendar comes back as long as it was, but for what was edited."""
    fields: dict[str, Any] = {"text": full_text(view.base_provider, view.base_crm, source)}
    if view.base_provider is not None and view.base_crm is not None:
        untouched = [name for name in TWO_WAY if getattr(source, name) == getattr(view.base_crm, name)]
        fields |= {name: getattr(view.base_provider, name) for name in untouched}
    return replace(source, **fields, shortened=False, details="", locked=False)


def _why_not(view: View, source: Projection, options: Options, now: datetime, side: Side) -> str:
    if side is Side.CRM and view.facts.masked and options.private_events is policy.PrivateEvents.SKIP:
        return "it is private, and private events are not copied (setting private_events)"
    if not view.recurrence and not policy.is_in_range(source, now, options):
        return f"it ended more than {options.history_days} days ago (setting calendar_history_days)"
    return ""


def _why_copied(view: View, side: Side, *, gone_here: bool) -> str:
    if not gone_here:
        return "new in the calendar" if side is Side.CRM else "new in ForceManager"
    if view.decided(side.other, Verb.DELETE, Decision.KEEP):
        return "put back: you chose to keep it"
    if side is Side.CRM and view.facts.why_locked():
        return f"put back: {view.facts.why_locked()}"
    return "put back: it was changed on the other side after it had been deleted here"


def _orphan(view: View, options: Options, now: datetime) -> Planned:
    """A row with our mark and nothing behind it: after a loss of our state nobody knows who deleted it."""
    assert view.crm is not None
    if view.decided(Side.CRM, Verb.DELETE, Decision.KEEP):
        return Planned(ignored="you chose to keep it in ForceManager")
    if not policy.is_in_range(view.crm, now, options):
        return Planned(ignored="it lies before the dates that are kept in step")
    held = "it was copied from your calendar once, but is in none of your chosen calendars now"
    why = "not in the calendar any more"
    return Planned((Operation(view.link, Side.CRM, Verb.DELETE, why, held=held, marking=Marking.RELEASE),))


def _delete(view: View, action: Action) -> Operation:
    if action is Action.DELETE_AT_PROVIDER:
        why = "deleted in ForceManager"
        return Operation(view.link, Side.PROVIDER, Verb.DELETE, why, mails=view.facts.others)
    lost: tuple[Lost, ...] = ()
    if view.crm is not None and change_of(view.crm, view.base_crm) is Change.CHANGED:
        lost = tuple(Lost(Side.CRM, name, getattr(view.crm, name)) for name in ("title", "text"))
    why = "cancelled by the organiser" if view.facts.cancelled else "deleted in the calendar"
    marking = Marking.RELEASE if view.elsewhere and not view.facts.cancelled else Marking.NONE
    return Operation(view.link, Side.CRM, Verb.DELETE, why, lost=lost, marking=marking)
