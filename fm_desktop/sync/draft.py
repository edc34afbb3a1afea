"""Drafting a cycle's plan from the store: dirty links in, operations in their order out.

The deciding is done by the pure parts (`plan`, `match`, `guard`); this one feeds them and stores what
needs no write: a new base, a tombstone, a reason why nothing is copied.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Projection
from fm_desktop.port import Side
from fm_desktop.sync import guard, match, moving
from fm_desktop.sync.guard import Scene, Verdict
from fm_desktop.sync.links import Link
from fm_desktop.sync.merge import is_day_of, taken_over
from fm_desktop.sync.plan import Decision, Decisions, Operation, Planned, Verb, View, plan
from fm_desktop.sync.policy import Options, Origin
from fm_desktop.sync.problems import of_link
from fm_desktop.sync.refused import plan_beside
from fm_desktop.sync.state import State
from fm_desktop.sync.store import utc_text

# Deletions done so recently count with the new ones: a mass deletion may arrive in parts.
RECENT = timedelta(hours=1)


class Drafter:
    def __init__(self, state: State, options: Options) -> None:
        self._state = state
        self._options = options

    def draft(self, now: datetime, *, allowed: int, record: bool = True) -> tuple[Verdict, dict[int, Link]]:
        """The operations to send now, nearest to today first, those held, and the links they are about.

        `allowed`: how many writes this cycle has left. `record=False` (a dry run) leaves the links' standing as it is.
        """
        state = self._state
        with state.store.transaction():
            links = {link.id: link for link in state.links.to_plan(now)}
            if not links:
                return Verdict((), (), ()), links
            if self._join_same_meetings(links.values()):
                links = {link.id: link for link in state.links.to_plan(now)}
            decisions = {link: state.held.decisions(link) for link in links}
            links = {link.id: self._without_refused_wish(link, decisions[link.id]) for link in links.values()}
            links = {link.id: link for link in links.values() if not link.excluded}
            operations: list[Operation] = []
            all_take_part = all(
                each.takes_part for each in state.resources.collections(Side.PROVIDER) if not each.is_left
            )
            for link in links.values():
                planned = self._planned(link.view(decisions[link.id], all_take_part=all_take_part), now)
                operations += planned.operations
                if record:
                    self._note(link, planned, now)
            verdict = guard.judge(
                self._ordered(operations, links, now), self._scene(operations, links, decisions, allowed)
            )
            if record:
                self._record(verdict, links)
        return verdict, links

    def _planned(self, view: View, now: datetime) -> Planned:
        if view.decided(Side.PROVIDER, Verb.UPDATE, Decision.KEEP):
            told = self._state.held.told(view.link)[Side.PROVIDER, Verb.UPDATE]
            return plan_beside(view, told.change, self._options, now)
        return plan(view, self._options, now)

    def _without_refused_wish(self, link: Link, decisions: Decisions) -> Link:
        """An undo that the user, asked about its mail, did not want after all. What had no copy has none still."""
        if link.wish is None or Decision.KEEP not in decisions.values():
            return link
        if link.wish.verb is Verb.CREATE and (link.provider is None) != (link.crm is None):
            self._state.held.keep_only(link.id, ())
            return self._state.links.exclude(link, wish=None)
        return self._state.links.update(link, wish=None)

    def _join_same_meetings(self, links: Iterable[Link]) -> bool:
        """Two sides that hold the same meetings already (first sync, lost state): one link each. True if any."""
        if all(link.base_provider or link.base_crm for link in links):
            return False
        alone = {link.id: link for link in self._state.links.without_base()}
        taken_up = self._take_up_those_left_behind(alone)
        at_provider = [
            (link.id, link.provider) for link in alone.values() if link.provider and not link.facts.cancelled
        ]
        at_crm = [(link.id, link.crm) for link in alone.values() if link.crm is not None]
        found = match.pairs(at_provider, at_crm)
        for ours, theirs in found:
            crm = alone[theirs]
            self._state.links.remove(crm)
            self._state.links.update(
                alone[ours], crm=crm.crm, crm_resource=crm.crm_resource, origin=Origin.PROVIDER, dirty=True, ignored=""
            )
        return bool(found) or taken_up

    def _take_up_those_left_behind(self, alone: dict[int, Link]) -> bool:
        """Tasks that a move to another service left, and that are there under an identity of their own. The link that
        was in step goes on; the new one is taken out of `alone`."""
        store, account = self._state.store, self._state.account
        if not moving.under_way(store, account):
            return False
        behind = {link.id: link for link in self._state.links.left_behind()}
        shown = [
            (link.id, link.provider)
            for link in alone.values()
            if link.provider and not link.recurrence and not link.facts.cancelled
        ]
        before = [(link.id, link.provider) for link in behind.values() if link.provider]
        found = moving.same_tasks(
            shown, before, only_equal=moving.was_read_whole(store, account), zone=self._options.zone
        )
        for ours, theirs in found:
            fresh = alone.pop(ours)
            self._state.links.remove(fresh)
            names = ("ext_id", "uid", "collection", "provider", "provider_resource", "facts")
            taken = {name: getattr(fresh, name) for name in names}
            base, there = behind[theirs].base_provider, fresh.provider
            if base and there and is_day_of(there.span, base.span, self._options.zone):
                base = taken_over(base, there, ["span"])  # the new service keeps no hours, which is no edit
            self._state.links.update(behind[theirs], **taken, base_provider=base, detached=False, dirty=True)
        return bool(found)

    def _note(self, link: Link, planned: Planned, now: datetime) -> None:
        state = self._state
        state.held.keep_only(link.id, planned.operations)
        if not planned.operations:
            state.problems.solved(of_link(link.id))
        self._note_kind(link)
        if planned.exclude:
            state.links.exclude(link, dirty=False, wish=None)
        elif planned.forget:
            gone = {"base_provider": None, "base_crm": None, "ended_at": utc_text(now), "dirty": False, "wish": None}
            state.links.update(link, **gone)
        elif planned.settle:
            state.links.update(link, base_provider=link.provider, base_crm=link.crm, dirty=False, ignored="", wish=None)
        elif not planned.operations:
            state.links.update(link, dirty=False, ignored=planned.ignored, wish=None)

    def _note_kind(self, link: Link) -> None:
        """An event turned into a task, or back, on one side: no service can change that of an item that is there,
        and nothing is deleted and made anew, with mail to its guests perhaps, without the user's word."""
        key = f"kind:{link.id}"
        if link.provider is None or link.crm is None or link.provider.kind is link.crm.kind:
            self._state.problems.solved(key)
            return
        here, there = ("a task", "an event") if link.crm.kind is Kind.TASK else ("an event", "a task")
        self._state.problems.report(
            key,
            link.title,
            f"“{link.title}” is {here} in ForceManager and {there} in your calendar. The rest of it is kept in step.",
            "Turn it back, or delete it on one side and make it anew as what it is to be.",
        )

    def _record(self, verdict: Verdict, links: dict[int, Link]) -> None:
        state = self._state
        state.held.hold(verdict.held)
        for operation in verdict.held:
            state.links.update(links[operation.link], dirty=False)
        for each in verdict.quarantined:
            link = state.links.update(links[each], quarantined=True)
            state.problems.report(
                of_link(each),
                link.title,
                f"“{link.title}” was changed back and forth again and again, by another program perhaps.",
                f"It is left alone now. To keep it in step again: fm-desktop problems retry {each}",
            )

    def _scene(
        self,
        operations: list[Operation],
        links: dict[int, Link],
        decisions: dict[int, Decisions],
        allowed: int,
    ) -> Scene:
        state = self._state
        suspects = {each.id: each.suspect for side in Side for each in state.resources.collections(side)}
        agenda = "".join(each.suspect for each in state.resources.collections(Side.CRM))
        concerned = [links[each] for each in {operation.link for operation in operations}]
        standing = {
            link.id: guard.Standing(
                collection=link.collection,
                suspect=agenda or suspects.get(link.collection or 0, ""),
                kind=link.provider.kind if link.provider else None,
                series=link.uid if link.recurrence else "",
                decisions=decisions[link.id],
                told=state.held.told(link.id),
                written=state.chronicle.written(link.id),
            )
            for link in concerned
        }
        deleting = state.chronicle.deletions_since(state.clock() - RECENT)
        for collection, number in state.held.deletions().items():
            deleting[collection] = deleting.get(collection, 0) + number
        return Scene(
            standing=standing,
            living=state.links.living(),
            deleting=deleting,
            ask_before_notifying=self._options.ask_before_notifying,
            writes_allowed=allowed,
        )

    def _ordered(self, operations: list[Operation], links: dict[int, Link], now: datetime) -> list[Operation]:
        """Nearest to now first, so that this week is right within seconds; deletions last."""

        def urgency(operation: Operation) -> tuple[bool, timedelta]:
            link = links[operation.link]
            shown = operation.value or link.provider or link.crm or link.base_provider
            return operation.verb is Verb.DELETE, _distance(shown, now, self._options.zone)

        return sorted(operations, key=urgency)


def _distance(shown: Projection | None, now: datetime, zone: str) -> timedelta:
    if shown is None or shown.span is None:
        return timedelta(0)
    return abs(shown.span.start_instant(zone) - now)
