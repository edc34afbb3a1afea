"""Undo: a user's edit back to what was before. It goes through the planner like any other edit."""

from __future__ import annotations

from fm_desktop.port import Side
from fm_desktop.sync.chronicle import WAS_CUT, Happening
from fm_desktop.sync.identity import is_our_ext_id, is_released
from fm_desktop.sync.links import Link
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
    _check(state, entry, link)
    wish = _wish(entry)
    with state.store.transaction():
        # What was to have no copy is wished back: it takes part again.
        excluded = link.excluded and wish.verb is not Verb.CREATE
        state.links.update(link, wish=wish, excluded=excluded, dirty=True, quarantined=False, not_before=None)
        state.chronicle.mark_undone(happening)
    return entry


def _check(state: State, entry: Happening, link: Link) -> None:
    if link.detached or (link.provider is None and state.resources.rests(link.uid)):
        # Made anew in another calendar, it would be there twice.
        raise CannotUndo(f"“{entry.title}” is in a calendar that takes no part: choose it again first.")
    if link.excluded and entry.verb is not Verb.DELETE:
        raise CannotUndo(f"“{entry.title}” is on one side only, by your choice: there is no copy to change.")
    original = link.crm if entry.side is Side.PROVIDER else link.provider
    if entry.verb is Verb.CREATE and original is None:
        raise CannotUndo(f"“{entry.title}”: what this was a copy of is gone, and undoing it would leave nothing.")
    if entry.verb is Verb.DELETE and not link.uid:
        # An orphan: its mark is known, not the item. Made anew in the calendar it could be there twice.
        raise CannotUndo(f"“{entry.title}” was a copy of an item that is not known any more: make it anew by hand.")
    if entry.verb is Verb.DELETE and link.facts.cancelled:
        raise CannotUndo(f"“{entry.title}” is cancelled in the calendar, and cancelled meetings are not copied.")
    back_to_the_crm = entry.verb is Verb.DELETE and link.excluded and link.provider is not None
    if entry.verb is not Verb.CREATE and not link.facts.editable and entry.side is Side.CRM and not back_to_the_crm:
        raise CannotUndo(f"“{entry.title}” follows the calendar in ForceManager: {link.facts.why_locked()}.")
    if entry.verb is Verb.CREATE and entry.side is Side.PROVIDER and _has_a_foreign_mark(state, link):
        # Without our mark on the row, the user's other computers would take it for a deletion, and delete the row.
        raise CannotUndo(
            f"“{entry.title}” belongs to another program too: its copy cannot be taken out of the calendar alone."
        )


def _has_a_foreign_mark(state: State, link: Link) -> bool:
    mark = "" if link.crm_resource is None else state.resources.by_id(link.crm_resource).uid
    return bool(mark) and not is_our_ext_id(mark) and not is_released(mark)


def _wish(entry: Happening) -> Wish:
    if entry.verb is Verb.CREATE:
        return Wish(entry.side, Verb.DELETE)
    if entry.verb is Verb.DELETE:
        return Wish(entry.side, Verb.CREATE, value=read_projection(entry.before))
    before = {name: value for name, value in entry.before.items() if name != WAS_CUT}
    # The CRM would show a long text cut again, and its tail would be taken from the one that is there now.
    side = Side.PROVIDER if WAS_CUT in entry.before else entry.side
    return Wish(side, Verb.UPDATE, patch=read_patch(before))
