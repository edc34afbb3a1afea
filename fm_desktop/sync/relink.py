"""From observed resources to links: which item each stands for, and what its trees show now.

Identity decides, never order: a link is found by the `ext_id` that both sides' keys lead to, so a
lost state file, a second computer and a listing in any order come to the same links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fm_desktop.model.items import Item
from fm_desktop.model.projection import Projection
from fm_desktop.port import Broken, Found, Port, Resource, Side
from fm_desktop.sync import policy
from fm_desktop.sync.identity import before_release, is_our_ext_id, is_released, uid_for
from fm_desktop.sync.links import Link
from fm_desktop.sync.merge import is_image, rebased
from fm_desktop.sync.plan import Decision, Verb
from fm_desktop.sync.policy import Direction, Facts, Origin
from fm_desktop.sync.problems import of_link
from fm_desktop.sync.project import Context, crm_view
from fm_desktop.sync.recognise import Shown, Window, shown_by
from fm_desktop.sync.recurrence import UnusableRule
from fm_desktop.sync.resources import KnownResource
from fm_desktop.sync.state import State
from fm_desktop.sync.store import read_utc, utc_text

# A second row with our mark is another computer's slip, which that one removes, or a copy a person made.
COPY_AFTER = timedelta(hours=1)
SLIP_AFTER = timedelta(hours=24)


class Relinker:
    """Collects what was observed; `finish` turns it into links. Callers hold the transaction."""

    def __init__(self, state: State, ports: Mapping[Side, Port]) -> None:
        self._resources = state.resources
        self._links = state.links
        self._journal = state.journal
        self._problems = state.problems
        self._held = state.held
        self._ports = ports
        self._context: Context | None = None
        self._touched_uids: dict[str, None] = {}
        self._touched_rows: dict[int, Item] = {}
        self._marks_before: dict[int, str] = {}
        self._lost_rows: dict[int, str] = {}
        self._fresh: dict[int, Resource] = {}

    def use(self, context: Context) -> None:
        """The user's choices and addresses, from now on."""
        self._context = context

    @property
    def context(self) -> Context:
        assert self._context is not None
        return self._context

    # --- one resource at a time ---

    def present(self, side: Side, collection: int, found: Found, now: datetime) -> None:
        known = self._resources.get(collection, found.ref.id)
        if self._is_stale(side, collection, found, known, now):
            return
        if isinstance(found, Broken) and known is not None and not found.uid:
            # Broken beyond its UID: it is still the item it was, and not away.
            found = replace(found, uid=known.uid)
        resource = self._resources.save(collection, found, now, confirmed=True)
        key = f"item:{collection}:{found.ref.id}"
        if isinstance(found, Broken):
            self._report_broken(key, found)
        else:
            self._problems.solved(key)
            if known is not None and known.broken:
                self._retry_healed(side, known)
        if side is Side.PROVIDER:
            if known is not None and known.uid:
                self._touched_uids[known.uid] = None
            if found.uid:
                self._touched_uids[found.uid] = None
            if isinstance(found, Resource):
                self._fresh[resource] = found
        elif isinstance(found, Resource):
            self._touched_rows[resource] = found.items[0]
            self._marks_before[resource] = "" if known is None or known.broken else known.uid

    def absent(self, side: Side, collection: int, remote: str, now: datetime) -> None:
        known = self._resources.get(collection, remote)
        if known is None:
            return
        self._problems.solved(f"item:{collection}:{remote}")
        if side is Side.PROVIDER:
            self._touched_uids[known.uid] = None
            for each in self._links.of_resource(Side.PROVIDER, known.id):
                if not each.recurrence:
                    self._resources.bury(known, each.id, side, now)
            self._resources.forget(known.id)
            return
        link = self._links.of_crm_row(known.id)
        self._touched_rows.pop(known.id, None)
        if link is not None:
            self._resources.bury(known, link.id, side, now)
            self._see(link, Side.CRM, None, crm_resource=None)
            self._lost_rows[link.id] = remote
        self._resources.forget(known.id)
        if is_our_ext_id(known.uid):
            self._touch_rows_marked(known.uid)

    def finish(self, side: Side, now: datetime) -> None:
        if side is Side.PROVIDER:
            window = Window(*policy.series_window(now, self.context.options))
            for uid in self._touched_uids:
                self.relink_uid(uid, window)
            self._touched_uids.clear()
            self._fresh.clear()
            return
        for resource in sorted(self._touched_rows, key=lambda each: int(self._resources.by_id(each).ref.id)):
            self._relink_row(resource, self._touched_rows[resource], now)
        self._touched_rows.clear()
        self._marks_before.clear()

    def released(self, marks: Mapping[str, str], now: datetime) -> None:
        """Rows that are gone, by the user's choice on another computer, as copies only: what they were copies of stays
        as it is, and is not copied again. `marks`: of deleted rows, by their id."""
        for remote, mark in marks.items():
            link = self._links.of_ext_id(before_release(mark)) if is_released(mark) else None
            if link is None or _wants_a_copy_or_none(link) or link.crm is not None or link.base_crm is None:
                continue
            # An earlier copy of the same item may have been taken out long ago: that tells nothing of this one.
            if self._lost_rows.get(link.id, remote) == remote:
                # It may be away from the calendar for a moment only, and must not come back to a base.
                self._take_out(link, ended_at=utc_text(now) if link.provider is None else None)

    def _is_stale(self, side: Side, collection: int, found: Found, known: KnownResource | None, now: datetime) -> bool:
        """A reading from before our own last write: a lagging server's, not a person's edit."""
        if self._journal.deleted_lately(collection, found.ref.id, found.revision, now):
            return True
        return (
            side is Side.CRM
            and known is not None
            and not known.confirmed
            and known.replaced is not None
            and known.replaced == found.revision
        )

    def _retry_healed(self, side: Side, known: KnownResource) -> None:
        """What could not be written while it was broken is tried again, even if it shows the same as before."""
        row = self._links.of_crm_row(known.id)
        links = self._links.of_uid(known.uid) if side is Side.PROVIDER else filter(None, [row])
        for link in links:
            self._links.update(link, quarantined=False, failures=0, not_before=None, dirty=True)

    def _report_broken(self, key: str, found: Broken) -> None:
        known = self._links.of_uid(found.uid) if found.uid else ()
        title = found.title or next((link.title for link in known), "") or found.uid or found.ref.id
        self._problems.report(
            key,
            title,
            f"“{title}” cannot be read: {found.reason.rstrip('.')}.",
            "Open it in its own program and save it again, or delete it there. Everything else is kept in step.",
        )

    # --- the provider ---

    def relink_uid(self, uid: str, window: Window) -> None:
        """One UID's items, from one of the user's calendars that hold it (one link, RFC 5545 3.8.4.7)."""
        held = self._resources.by_uid(uid)
        primary = self._primary([each for each in held if not each.broken])
        if primary is None and held:
            return  # it is there, but cannot be understood now: not away
        shown: Shown = {}
        if primary is not None:
            expanded = self._shown(primary, window)
            if expanded is None:
                return
            shown = expanded
        resting = {each.id for each in self._resources.collections(Side.PROVIDER) if not each.takes_part}
        for link in self._links.of_uid(uid):
            if link.recurrence in shown or link.detached:
                continue
            if link.collection in resting:
                # It is where it was, in a calendar that takes no part any more; another shows some dates of it.
                self._links.update(link, detached=True)
                self._held.keep_only(link.id, ())
            elif not any(each.broken for each in held):
                self._missing(link, window)
        for recurrence, (projection, facts) in shown.items():
            self._show(uid, recurrence, projection, facts, primary)

    def _primary(self, readable: Sequence[KnownResource]) -> KnownResource | None:
        """The first, in the user's order; but a series before single dates of it, which may be in another calendar."""
        if len(readable) > 1:
            readable = sorted(readable, key=self._is_of_single_dates)
        return next(iter(readable), None)

    def _is_of_single_dates(self, known: KnownResource) -> bool:
        resource = self._read(known)
        return isinstance(resource, Resource) and resource.items[0].recurrence_id is not None

    def _read(self, known: KnownResource) -> Found:
        return self._fresh.get(known.id) or self._ports[Side.PROVIDER].parse(known.ref, known.revision, known.raw)

    def detach(self, collection: int) -> None:
        """A calendar takes no part any more: its links rest as they are, unless another calendar that
        takes part holds the same item."""
        for link in self._links.of_collection(collection):
            if self._resources.by_uid(link.uid):
                self._touched_uids[link.uid] = None
            else:
                self._links.update(link, detached=True)
                self._held.keep_only(link.id, ())

    def touch(self, uids: Iterable[str]) -> None:
        """Looks at these items again: the window moved, the directory or a setting changed."""
        self._touched_uids |= dict.fromkeys(uids)

    def _missing(self, link: Link, window: Window) -> None:
        if link.provider is None or window.before(link.recurrence) or window.after(link.recurrence):
            return  # leaving the window is no deletion
        self._see(link, Side.PROVIDER, None, provider_resource=None)

    def _shown(self, known: KnownResource, window: Window) -> Shown | None:
        resource = self._read(known)
        if isinstance(resource, Broken):
            return None
        collection = next(each for each in self._resources.collections(Side.PROVIDER) if each.id == known.collection)
        try:
            return shown_by(resource.items, self.context, window, read_only=not collection.what.writable)
        except UnusableRule as error:
            found = Broken(known.ref, known.revision, known.raw, str(error), resource.items[0].title, known.uid)
            self._report_broken(f"item:{known.collection}:{known.ref.id}", found)
            return None

    def _show(
        self, uid: str, recurrence: str, projection: Projection, facts: Facts, primary: KnownResource | None
    ) -> None:
        assert primary is not None
        ext_id = self._links.ext_id(uid, recurrence)
        link = self._links.of_ext_id(ext_id) or self._links.add(ext_id, uid, recurrence, Origin.PROVIDER)
        extra: dict[str, Any] = {}
        if not link.uid:
            extra = {"uid": uid, "recurrence": recurrence}
        if link.collection != primary.collection:
            extra["collection"] = primary.collection
        if link.provider_resource != primary.id:
            extra["provider_resource"] = primary.id
        if link.detached:
            extra |= {"detached": False, "dirty": True}
        if link.facts != facts:
            extra |= {"facts": facts, "dirty": True}
        if link.facts.whom != facts.whom:
            self._held.ask_anew(link.id)
        self._see(link, Side.PROVIDER, projection, **extra)

    # --- the CRM ---

    def _relink_row(self, resource: int, item: Item, now: datetime) -> None:
        row = self._resources.by_id(resource)
        link = self._links.of_crm_row(resource)
        if link is None:
            link = self._link_for_row(row, item, now)
        if link is None:
            return
        extra: dict[str, Any] = {} if link.crm_resource == resource else {"crm_resource": resource}
        before = self._marks_before.get(resource, item.uid)
        if is_released(item.uid) and before_release(item.uid) == link.ext_id:
            # A mark that is known already is none of another computer's, or has been heeded.
            if not is_released(before) and not self._is_being_released(link):
                link = self._take_out(link)
        elif link.excluded and self._is_to_have_a_copy_again(link, item, before):
            extra |= {"excluded": False, "dirty": True}
        self._see(link, Side.CRM, crm_view(item), **extra)

    def _take_out(self, link: Link, **changes: Any) -> Link:
        """Another computer took its copy out: what is asked, told or undone about it here means nothing any more."""
        self._held.keep_only(link.id, ())
        self._problems.solved(of_link(link.id))
        return self._links.exclude(link, wish=None, quarantined=False, **changes)

    def _is_to_have_a_copy_again(self, link: Link, item: Item, before: str) -> bool:
        """By what another computer of the user has done: copied it once more, or taken the mark `before` back."""
        taken_back = is_released(before) and not is_released(item.uid)
        return taken_back or (link.crm is None and is_our_ext_id(item.uid))

    def _is_being_released(self, link: Link) -> bool:
        """By this computer, which may have marked the row already and is about to do what the user chose."""
        approved = self._held.decisions(link.id).get((Side.CRM, Verb.DELETE)) is Decision.APPROVED
        return _wants_a_copy_or_none(link) or approved or self._journal.is_releasing(link.id)

    def _link_for_row(self, row: KnownResource, item: Item, now: datetime) -> Link | None:
        """The link a row belongs to; None for a second row of one item (see `second_rows`)."""
        if is_our_ext_id(item.uid):
            link = self._links.of_ext_id(item.uid) or self._links.add(item.uid, "", "", Origin.PROVIDER)
            if self._takes_the_place(row, item, link, now):
                return link
            if self._journal.made(row.collection, row.ref.id) or not self.is_a_persons_copy(row, now):
                return None
        uid = uid_for(self.context.options.tenant, row.ref.id)
        ext_id = self._links.ext_id(uid, "")
        if is_released(item.uid) and ext_id != before_release(item.uid):
            # A copy about to be taken out by another computer, or by this one before it lost its state.
            mark = before_release(item.uid)
            link = self._links.of_ext_id(mark) or self._links.add(mark, "", "", Origin.PROVIDER)
            if link.crm_resource is None or self._resources.by_id(link.crm_resource).uid != item.uid:
                return link
        return self._links.of_ext_id(ext_id) or self._links.add(ext_id, uid, "", Origin.CRM)

    def _takes_the_place(self, row: KnownResource, item: Item, link: Link, now: datetime) -> bool:
        """Is this the row of the link whose mark it carries?"""
        if link.crm_resource is not None:
            return self._comes_before(row, self._resources.by_id(link.crm_resource))
        # What is to have no copy gets one again as a new row of another computer's. One that was there before, and
        # shows something else, is a person's copy of the row that was taken out.
        is_new = row.first_seen >= utc_text(now)
        return not link.excluded or is_new or (link.provider is not None and is_image(link.provider, crm_view(item)))

    def _comes_before(self, row: KnownResource, linked: KnownResource) -> bool:
        """The lower of two rows is the one. But a row that was there, and not taken, when we made ours is none that
        another computer made in that moment."""
        if self._journal.made(linked.collection, linked.ref.id) and row.first_seen < linked.first_seen:
            return False
        return int(row.ref.id) < int(linked.ref.id)

    def is_a_persons_copy(self, row: KnownResource, now: datetime) -> bool:
        """A second row with our mark that nobody claims: known in the calendar as an item of its own, or
        too old for another computer's slip, and edited."""
        if self._is_in_the_calendar(row):
            return True
        return now - read_utc(row.first_seen) >= COPY_AFTER and not self._is_twin(row)

    def is_a_forgotten_slip(self, row: KnownResource, now: datetime) -> bool:
        """A second row that nobody claims, the same in everything as the first after a day: made by a computer that
        is off since, or that lost its state. As an item of its own it would be a second meeting."""
        if self.context.options.direction is Direction.TO_PROVIDER:
            return False  # the CRM is only read
        is_old = now - read_utc(row.first_seen) >= SLIP_AFTER
        return is_old and not self._is_in_the_calendar(row) and self._is_twin(row)

    def _is_in_the_calendar(self, row: KnownResource) -> bool:
        own = self._links.of_ext_id(self._links.ext_id(uid_for(self.context.options.tenant, row.ref.id), ""))
        return own is not None and own.provider is not None

    def _is_twin(self, row: KnownResource) -> bool:
        """Does the link of its mark hold a row below this one that shows the same?"""
        link = self._links.of_ext_id(row.uid)
        if link is None or link.crm_resource in (None, row.id):
            return False
        first = self._resources.by_id(link.crm_resource)
        crm = self._ports[Side.CRM]
        rows = [crm.parse(each.ref, each.revision, each.raw) for each in (first, row)]
        both = [each for each in rows if isinstance(each, Resource)]
        return len(both) == len(rows) and int(first.ref.id) < int(row.ref.id) and crm.are_twins(*both)

    def _touch_rows_marked(self, ext_id: str) -> None:
        """A row went away: another one with the same mark may take its place."""
        for known in self._resources.rows_marked(ext_id):
            found = self._ports[Side.CRM].parse(known.ref, known.revision, known.raw)
            if isinstance(found, Resource):
                self._touched_rows.setdefault(known.id, found.items[0])

    # --- both ---

    def _see(self, link: Link, side: Side, projection: Projection | None, **extra: Any) -> None:
        """The tree of one side as it is now. Our own write, read back for the first time, may have been
        tidied by the server; what it made of it is the base, and no edit."""
        changes: dict[str, Any] = dict(extra)
        name = side.value
        before: Projection | None = getattr(link, name)
        echo: Projection | None = getattr(link, f"echo_{name}")
        if echo is not None:
            changes[f"echo_{name}"] = None
            base: Projection | None = getattr(link, f"base_{name}")
            if projection is not None and base is not None and projection != echo:
                changes[f"base_{name}"] = rebased(echo, projection, base)
        if projection != before or (projection is None) != (before is None):
            changes |= {name: projection, "dirty": True}
            if link.quarantined:
                changes |= {"quarantined": False, "failures": 0, "not_before": None}
        if projection is not None and link.ended_at is not None:
            changes |= {"ended_at": None, "dirty": True}
        if changes:
            self._links.update(link, **changes)


def _wants_a_copy_or_none(link: Link) -> bool:
    """Is a copy, or a deletion, being undone here? The undo of an edit says nothing of whether there is to be one."""
    return link.wish is not None and link.wish.verb is not Verb.UPDATE
