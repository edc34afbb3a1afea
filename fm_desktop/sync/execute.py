"""Carrying out what was planned: journalled, in small batches, each result stored as it comes back.

A batch is one commit before and one after: `sending` is on the disk before any byte leaves. Several
writes of a batch may be on their way at once; their results are taken one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import timedelta

from fm_desktop.model.items import Kind
from fm_desktop.port import (
    Conflict,
    Gone,
    Malformed,
    OutcomeUnknown,
    Port,
    PortError,
    Refused,
    Resource,
    Side,
)  # fmt: skip
from fm_desktop.sync.identity import released
from fm_desktop.sync.journal import Target
from fm_desktop.sync.links import Link
from fm_desktop.sync.observe import Observer
from fm_desktop.sync.plan import Marking, Operation, Verb
from fm_desktop.sync.policy import Origin
from fm_desktop.sync.problems import of_link
from fm_desktop.sync.project import Context
from fm_desktop.sync.resources import KnownCollection, KnownResource
from fm_desktop.sync.settle import Settler
from fm_desktop.sync.state import State
from fm_desktop.sync.store import utc_text

_Outcome = Resource | PortError | None
_Answer = tuple[_Outcome, Resource | None]
"""What a write led to, and the item's CRM row if its mark was changed first."""

BATCH = 16
TRIES = 3
RETRY_AFTER = timedelta(minutes=1)

Cancelled = Callable[[], bool]
"""Asked between batches: must the cycle end now (pause, stop, quit)?"""


@dataclass(slots=True)
class Tally:
    """What a cycle wrote. `stopped` names, per side, the error that ended writing there;
    `refused_at_provider`: the calendar did not take something."""

    counts: dict[tuple[Side, Verb], int] = field(default_factory=dict)
    stopped: dict[Side, PortError] = field(default_factory=dict)
    cancelled: bool = False
    refused_at_provider: bool = False

    def add(self, side: Side, verb: Verb) -> None:
        self.counts[side, verb] = self.counts.get((side, verb), 0) + 1

    def of(self, side: Side, verb: Verb) -> int:
        return self.counts.get((side, verb), 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class _Job:
    """One write on its way. `collection` is the side's own key of the calendar; `row` the item's CRM row, where
    its mark is changed first; `last`: nothing else of this plan is open for the link."""

    operation: Operation
    link: Link
    entry: int
    target: Target
    collection: str
    resource: Resource | None
    raw: bytes | None
    row: Resource | None
    last: bool


class CannotWrite(Exception):
    """An operation that cannot even be sent; `str(error)` says why."""


class Writer:
    """Sends operations to both sides."""

    def __init__(
        self, state: State, ports: Mapping[Side, Port], observer: Observer, settler: Settler, pool: Executor
    ) -> None:
        self._state = state
        self._ports = ports
        self._observer = observer
        self._settler = settler
        self._pool = pool

    def run(
        self, operations: Sequence[Operation], context: Context, cycle: int, tally: Tally, cancelled: Cancelled
    ) -> None:
        """Writes them in their order, until done, cancelled, or a side cannot be reached.

        While one batch is on its way the next is journalled: neither the network nor the disk waits.
        """
        last_of = {each.link: each for each in operations}
        under_way: list[tuple[_Job, Future[_Answer]]] = []
        for batch in _batches(operations):
            if cancelled():
                tally.cancelled = True
                break
            if {each.link for each in batch} & {job.link.id for job, _ in under_way}:
                self._land(under_way, context, tally)
                under_way = []
            jobs = self._prepare([each for each in batch if each.side not in tally.stopped], last_of, cycle)
            sent = [(job, self._pool.submit(self._send, job)) for job in jobs]
            self._land(under_way, context, tally)
            under_way = sent
        self._land(under_way, context, tally)

    def _land(self, under_way: Sequence[tuple[_Job, Future[_Answer]]], context: Context, tally: Tally) -> None:
        """Waits for the answers of one batch and stores them."""
        jobs = [job for job, _ in under_way]
        answers = [future.result() for _, future in under_way]
        for job in self._take(jobs, answers, context, tally):
            self._look_again(job, tally)

    # --- before ---

    def _prepare(self, batch: Sequence[Operation], last_of: Mapping[int, Operation], cycle: int) -> list[_Job]:
        jobs = []
        with self._state.store.transaction():
            for operation in batch:
                link = self._state.links.get(operation.link)
                try:
                    target, collection, resource = self._target(operation, link)
                    row = self._row_to_mark(operation, link)
                except CannotWrite as error:
                    self._failed(operation, link, str(error), "")
                    continue
                last = last_of[link.id] is operation
                entry = self._state.journal.sending(operation, link, target, cycle, self._state.clock())
                raw = self._buried(operation, link)
                jobs.append(_Job(operation, link, entry, target, collection, resource, raw, row, last))
        return jobs

    def _target(self, operation: Operation, link: Link) -> tuple[Target, str, Resource | None]:
        if operation.verb is Verb.CREATE:
            collection = self._collection_for(operation, link)
            return Target(collection.id), collection.what.id, None
        known_id = link.resource(operation.side)
        if known_id is None:
            raise CannotWrite("it is not there any more")
        known = self._state.resources.by_id(known_id)
        resource = self._resource(operation.side, known)
        return Target(known.collection, known.ref.id, known.revision), known.ref.collection, resource

    def _row_to_mark(self, operation: Operation, link: Link) -> Resource | None:
        if operation.marking is Marking.NONE or link.crm_resource is None:
            return None
        return self._resource(Side.CRM, self._state.resources.by_id(link.crm_resource))

    def _buried(self, operation: Operation, link: Link) -> bytes | None:
        """What is brought back is as complete as it was, not only what both sides share."""
        wished_back = link.wish is not None and link.wish.verb is Verb.CREATE
        if operation.verb is Verb.CREATE and (wished_back or operation.whole):
            return self._state.resources.buried(link.id, operation.side)
        return None

    def _resource(self, side: Side, known: KnownResource) -> Resource:
        found = self._ports[side].parse(known.ref, known.revision, known.raw)
        if not isinstance(found, Resource):
            raise CannotWrite(found.reason)
        return found

    def _collection_for(self, operation: Operation, link: Link) -> KnownCollection:
        """Where a new item goes: back to its own calendar, else the target, else the first that takes its kind."""
        assert operation.value is not None
        known = [
            each for each in self._state.resources.collections(operation.side) if each.selected and not each.missing
        ]
        takes = [each for each in known if each.what.writable and operation.value.kind in each.what.kinds]
        if not takes:
            what = "tasks" if operation.value.kind is Kind.TASK else "events"
            raise CannotWrite(f"none of your chosen calendars takes {what}")
        return min(takes, key=lambda each: (each.id != link.collection, not each.target, each.position))

    # --- during (several at once; no store access here) ---

    def _send(self, job: _Job) -> _Answer:
        marked: Resource | None = None
        try:
            if job.row is not None:
                marked = self._ports[Side.CRM].mark(job.row, _mark_for(job.operation, job.link))
            return self._write(job, marked), marked
        except PortError as error:
            return error, marked

    def _write(self, job: _Job, marked: Resource | None) -> Resource | None:
        port, operation = self._ports[job.operation.side], job.operation
        if operation.verb is Verb.CREATE:
            assert operation.value is not None
            identity = job.link.ext_id if operation.side is Side.CRM else job.link.uid
            if job.raw is not None:
                return port.restore(job.collection, identity, job.raw)
            return port.create(job.collection, identity, operation.value)
        assert job.resource is not None
        if operation.verb is Verb.UPDATE:
            return port.update(job.resource, operation.patch)
        port.delete(marked if marked is not None and operation.side is Side.CRM else job.resource)
        return None

    # --- after ---

    def _take(self, jobs: Sequence[_Job], answers: Sequence[_Answer], context: Context, tally: Tally) -> list[_Job]:
        """Stores the outcomes; returns the jobs whose item has to be looked at again."""
        again = []
        with self._state.store.transaction():
            for job, (outcome, marked) in zip(jobs, answers, strict=True):
                if marked is not None:
                    self._take_mark(job, marked)
                if isinstance(outcome, PortError):
                    if self._take_error(job, outcome, tally):
                        again.append(job)
                    continue
                entry = self._state.journal.get(job.entry)
                if outcome is None:
                    self._settler.deleted(entry, job.operation)
                else:
                    self._settler.written(entry, outcome, job.operation, context, last=job.last)
                tally.add(job.operation.side, job.operation.verb)
        return again

    def _take_mark(self, job: _Job, marked: Resource) -> None:
        """Whatever became of the write itself: read again, the mark is our own and nobody's news."""
        assert job.row is not None
        resources = self._state.resources
        agenda = next(each for each in resources.collections(Side.CRM) if each.what.id == marked.ref.collection)
        if marked.revision != job.row.revision:
            resources.save(agenda.id, marked, self._state.clock(), confirmed=False, replaced=job.row.revision)

    def _take_error(self, job: _Job, error: PortError, tally: Tally) -> bool:
        now = self._state.clock()
        state = "unknown" if isinstance(error, OutcomeUnknown) else "failed"
        self._state.journal.finish(job.entry, state, now, error=str(error))
        if isinstance(error, (Conflict, Gone)):
            self._state.links.update(job.link, dirty=True)
            return True
        if isinstance(error, (Refused, Malformed)):
            tally.refused_at_provider |= job.operation.side is Side.PROVIDER
            self._failed(job.operation, job.link, str(error), error.next_step)
        elif not isinstance(error, OutcomeUnknown):
            tally.stopped[job.operation.side] = error
        return False

    def _failed(self, operation: Operation, link: Link, reason: str, next_step: str) -> None:
        """One bad item never stops the rest: after three tries it is put aside as a problem."""
        failures = link.failures + 1
        quarantined = failures >= TRIES
        not_before = utc_text(self._state.clock() + failures * RETRY_AFTER)
        self._state.links.update(link, failures=failures, quarantined=quarantined, not_before=not_before, dirty=True)
        if quarantined:
            where = "ForceManager" if operation.side is Side.CRM else "your calendar"
            self._state.problems.report(
                of_link(link.id),
                link.title,
                f"“{link.title}” could not be written to {where}: {reason}.".replace("..", "."),
                next_step or f"Change it, or try again: fm-desktop problems retry {link.id}",
            )

    def _look_again(self, job: _Job, tally: Tally) -> None:
        """After a conflict: what is there now, so that the next plan is made on it."""
        side = job.operation.side
        port = self._ports[side]
        try:
            if job.resource is None:
                identity = job.link.ext_id if side is Side.CRM else job.link.uid
                found = port.find(job.collection, [identity])
            else:
                found = port.fetch(job.collection, [job.target.remote])
        except PortError as error:
            tally.stopped[side] = error
            return
        absent = () if found or job.resource is None else (job.target.remote,)
        self._observer.look_again(port, job.target.collection, found, absent, self._state.clock())
        if job.resource is None and not any(isinstance(each, Resource) for each in found):
            with self._state.store.transaction():
                link = self._state.links.get(job.link.id)
                self._failed(job.operation, link, "something else that cannot be read is in its place", "")


def _batches(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Up to `BATCH` writes, of which no two concern one item."""
    batch: list[Operation] = []
    links: set[int] = set()
    for operation in operations:
        if len(batch) == BATCH or operation.link in links:
            yield batch
            batch, links = [], set()
        batch.append(operation)
        links.add(operation.link)
    if batch:
        yield batch


def _mark_for(operation: Operation, link: Link) -> str:
    """The `extId` that the item's row gets. A row born in the CRM carries none of ours in peace time."""
    if operation.marking is Marking.RELEASE:
        return released(link.ext_id)
    return link.ext_id if link.origin is Origin.PROVIDER else ""
