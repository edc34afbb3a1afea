"""Undo: a user's edit back to what was before. It goes through the planner like any other edit."""

from __future__ import annotations

from fm_desktop.port import Side
from fm_desktop.sync.chronicle import WAS_CUT, Happening
from fm_desktop.sync.plan import Verb, Wish
from fm_desktop.sync.serial import read_patch, read_projection
from fm_desktop.sync.state import State


class CannotUndo(Exception):
    """`str(error)` says why."""


def undo(state: State, happening: int) -> Happening:
    """Wishes one line of the history undone; the next cycle carries it out. Raises `CannotUndo`."""
    entry = state.chronicle.get(happening)
    if entry is None:
        raise CannotUndo(f"There is nothing numbered {happening} in the history.")
    if entry.undone:
        raise CannotUndo(f"“{entry.title}”: this was undone already.")
    if entry.link is None:
        raise CannotUndo(f"“{entry.title}” is too old: what it was is not kept any more.")
    link = state.links.get(entry.link)
    if entry.verb is not Verb.CREATE and not link.facts.editable and entry.side is Side.CRM:
        raise CannotUndo(f"“{entry.title}” follows the calendar in ForceManager: {link.facts.why_locked()}.")
    with state.store.transaction():
        state.links.update(link, wish=_wish(entry), dirty=True, quarantined=False, not_before=None)
        state.chronicle.mark_undone(happening)
    return entry


def _wish(entry: Happening) -> Wish:
    if entry.verb is Verb.CREATE:
        return Wish(entry.side, Verb.DELETE)
    if entry.verb is Verb.DELETE:
        return Wish(entry.side, Verb.CREATE, value=read_projection(entry.before))
    before = {name: value for name, value in entry.before.items() if name != WAS_CUT}
    # The CRM would show a long text cut again, and its tail would be taken from the one that is there now.
    side = Side.PROVIDER if WAS_CUT in entry.before else entry.side
    return Wish(side, Verb.UPDATE, patch=read_patch(before))
