"""After a write is known to be done: the trees, the base, the history, in one go.

The base becomes, field by field, what was written on the one side and what the plan was made on at the
other, never what is there by now: an edit that came in between stays an edit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fm_desktop.model.projection import Projection
from fm_desktop.port import Resource, Side
from fm_desktop.sync.journal import Entry
from fm_desktop.sync.links import Link
from fm_desktop.sync.merge import rebased, taken_over
from fm_desktop.sync.plan import Operation, Verb
from fm_desktop.sync.problems import of_link
from fm_desktop.sync.project import Context, crm_view, provider_view
from fm_desktop.sync.relink import Relinker
from fm_desktop.sync.state import State
from fm_desktop.sync.store import utc_text


class Settler:
    """Stores the outcome of writes. Callers hold the transaction."""

    def __init__(self, state: State, relinker: Relinker) -> None:
        self._state = state
        self._relinker = relinker

    def written(self, entry: Entry, resource: Resource, operation: Operation, context: Context, *, last: bool) -> None:
        """A create or update was answered. `last`: nothing else of this plan is open for the link."""
        state = self._state
        link = state.links.get(entry.link)
        state.chronicle.wrote(entry, link, operation)
        known = state.resources.get(entry.collection, resource.ref.id)
        identity = state.resources.save(
            entry.collection, resource, state.clock(), confirmed=False, replaced=known.revision if known else None
        )
        projection, more = self._seen(entry.side, entry.collection, resource, context)
        name = entry.side.value
        changes: dict[str, Any] = {
            name: projection, f"{name}_resource": identity, f"echo_{name}": projection, "failures": 0,
            "not_before": None, "ignored": "", "ended_at": None, **more,
        }  # fmt: skip
        link = state.links.update(link, **changes)
        self._set_base(entry, link, projection, alone=operation.alone)
        if last and not _is_half_back(link):
            state.links.update(link, wish=None)
        self._done(entry, resource.ref.id)

    def deleted(self, entry: Entry, operation: Operation | None) -> None:
        """A delete was answered, or the item was found to be away."""
        state = self._state
        link = state.links.get(entry.link)
        known = state.resources.get(entry.collection, entry.remote)
        state.chronicle.wrote(entry, link, operation)
        if known is not None:
            state.resources.bury(known, link.id, entry.side, state.clock())
            state.resources.forget(known.id)
        name = entry.side.value
        other = link.crm if entry.side is Side.PROVIDER else link.provider
        # Where another calendar holds the same UID, that one is to follow.
        elsewhere = entry.side is Side.PROVIDER and bool(state.resources.by_uid(link.uid))
        changes: dict[str, Any] = {
            name: None,
            f"{name}_resource": None,
            f"echo_{name}": None,
            "failures": 0,
            "wish": None,
        }
        if link.wish is not None and link.wish.verb is Verb.DELETE and other is not None:
            link = state.links.exclude(link)
        if other is None and not elsewhere:
            changes |= {"base_provider": None, "base_crm": None, "ended_at": utc_text(state.clock()), "dirty": False}
        state.links.update(link, **changes)
        state.held.carried_out(link.id, entry.side, entry.verb)
        self._done(entry)
        if elsewhere:
            self._relinker.touch([link.uid])
            self._relinker.finish(Side.PROVIDER, state.clock())

    def found_written(self, entry: Entry, remote: str, zone: str) -> None:
        """A probe found the write of an unknown outcome in place; the link's tree shows it already.
        `remote`: the resource that it wrote. `zone`: as in `rebased`."""
        state = self._state
        link = state.links.get(entry.link)
        seen = link.provider if entry.side is Side.PROVIDER else link.crm
        assert seen is not None
        state.chronicle.wrote(entry, link, None)
        link = state.links.update(link, failures=0, not_before=None)
        self._set_base(entry, link, rebased(self._sent(entry), seen, zone=zone), alone=False)
        self._done(entry, remote)

    def _done(self, entry: Entry, remote: str | None = None) -> None:
        """However it became known: what was the matter is over, unless another write of the item was put aside."""
        self._state.journal.finish(entry.id, "done", self._state.clock(), remote=remote)
        if not self._state.links.get(entry.link).quarantined:
            self._state.problems.solved(of_link(entry.link))

    def _sent(self, entry: Entry) -> Projection:
        """The item as it was meant to be after the write."""
        if entry.verb is Verb.CREATE:
            return entry.value()
        assert entry.before is not None
        return replace(entry.before, **dict(entry.patch().items()))

    def _set_base(self, entry: Entry, link: Link, written: Projection, *, alone: bool) -> None:
        """Both sides agree now on what was written: the whole item of a create, the named fields of an update.
        Other fields may still wait for a write of their own, held or failed. `alone`: none does."""
        if _is_undo(entry, link):
            # An edit made for the user; the planner takes it from here to the other side.
            self._state.links.update(link, dirty=True, wish=None)
            self._state.held.carried_out(link.id, entry.side, entry.verb)
            return
        here, there = entry.side.value, entry.side.other.value
        if entry.verb is Verb.CREATE and link.wish is not None and link.wish.verb is Verb.CREATE:
            # The other side is on its way still, or was changed while this one waited: its base is its own affair.
            link = self._state.links.update(link, **{f"base_{here}": written})
            half = _is_half_back(link)
            self._state.links.update(link, dirty=half or not link.settled, wish=link.wish if half else None)
            self._state.held.carried_out(link.id, entry.side, entry.verb)
            return
        # Planned before the other side's own write of this cycle was answered, and read back not yet.
        echoed: Projection | None = getattr(link, f"echo_{there}")
        other = entry.other
        other = other if echoed is None else getattr(link, there)
        base_here, base_there = getattr(link, f"base_{here}"), getattr(link, f"base_{there}")
        if entry.verb is Verb.UPDATE and base_here is not None and base_there is not None and other is not None:
            names = [name for name, _ in entry.patch().items()]
            base_here, base_there = taken_over(base_here, written, names), taken_over(base_there, other, names)
        elif entry.verb is Verb.CREATE or alone:
            base_here, base_there = written, other
        link = self._state.links.update(link, **{f"base_{here}": base_here, f"base_{there}": base_there})
        self._state.links.update(link, dirty=not link.settled)
        self._state.held.carried_out(link.id, entry.side, entry.verb)

    def _seen(
        self, side: Side, collection: int, resource: Resource, context: Context
    ) -> tuple[Projection, dict[str, Any]]:
        item = resource.items[0]
        if side is Side.CRM:
            return crm_view(item), {}
        projection, facts = provider_view(item, item.span, context, series=False, read_only=False)
        return projection, {"facts": facts, "collection": collection}


def _is_half_back(link: Link) -> bool:
    """Is an undone deletion to be carried out at the other side still?"""
    wished_back = link.wish is not None and link.wish.verb is Verb.CREATE
    return wished_back and (link.provider is None or link.crm is None)


def _is_undo(entry: Entry, link: Link) -> bool:
    wish = link.wish
    return wish is not None and wish.verb is entry.verb is Verb.UPDATE and wish.side is entry.side
