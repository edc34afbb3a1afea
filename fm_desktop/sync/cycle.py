"""The cycle: read what changed on both sides, decide, write the missing changes, read back.

    probe -> observe -> draft -> write -> (again, until nothing is planned)

The second round reads our own writes back, in bulk. A deletion seen in one round is carried out in the
next only, after both sides were read once more: an event on its way from one calendar to another is
missing for a moment, and that must not cost the CRM's row.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from fm_desktop.model.items import Party
from fm_desktop.port import OutcomeUnknown, Port, PortError, Side, SignInNeeded, Throttled, Unreachable
from fm_desktop.sync import moving, policy
from fm_desktop.sync.calendars import LOOK_ANEW, Calendars
from fm_desktop.sync.control import Channel
from fm_desktop.sync.draft import Drafter
from fm_desktop.sync.execute import Cancelled, Tally, Writer
from fm_desktop.sync.guard import Verdict
from fm_desktop.sync.links import Link
from fm_desktop.sync.observe import Observer
from fm_desktop.sync.plan import Operation, Verb
from fm_desktop.sync.policy import Options
from fm_desktop.sync.probe import Prober
from fm_desktop.sync.project import Context
from fm_desktop.sync.relink import Relinker
from fm_desktop.sync.report import Counts, Outcome, PlannedLine, Report
from fm_desktop.sync.rezone import reread
from fm_desktop.sync.second_rows import tell_apart
from fm_desktop.sync.settle import Settler
from fm_desktop.sync.state import State
from fm_desktop.sync.status import note_success
from fm_desktop.sync.store import Clock, Store, read_utc, utc_text

ROUNDS = 8
LIST_CALENDARS_EVERY = timedelta(hours=24)
WRITERS = 4


class Directory(Protocol):
    """The addresses of the user's contacts and accounts."""

    def lookup(self, address: str) -> Party: ...

    def refresh(self) -> frozenset[str]:
        """Reads on where it is due, with one request at most; the addresses that changed."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Who syncs what. `own_addresses` beside those the provider names; `select_new`: do calendars that
    appear later take part by themselves?"""

    account: int
    options: Options
    own_addresses: frozenset[str] = frozenset()
    select_new: bool = True


class Serial(Executor):
    """Runs everything at once, in the caller's thread: one seed, one run."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Engine:
    """Keeps one account in step. One thread uses it."""

    def __init__(
        self,
        store: Store,
        setting: Setting,
        ports: Mapping[Side, Port],
        directory: Directory,
        clock: Clock,
        pool: Executor | None = None,
    ) -> None:
        self._store = store
        self._setting = setting
        self._ports = dict(ports)
        self._directory = directory
        self._pool = pool or ThreadPoolExecutor(WRITERS, thread_name_prefix="write")
        self.state = State.of(store, setting.account, setting.options.user, clock)
        self._relinker = Relinker(self.state, self._ports)
        self._observer = Observer(self.state, self._relinker)
        settler = Settler(self.state, self._relinker)
        self._prober = Prober(self.state, self._ports, self._observer, settler, setting.options.zone)
        self._writer = Writer(self.state, self._ports, self._observer, settler, self._pool)
        self._drafter = Drafter(self.state, setting.options)
        self.calendars = Calendars(self.state)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def cycle(self, *, dry_run: bool = False, cancelled: Cancelled = lambda: False) -> Report:
        """One run. Never raises a port's error: the report carries it."""
        began, before = time.monotonic(), {side: port.requests for side, port in self._ports.items()}
        tally = Tally()
        outcome, error = Outcome.DONE, None
        plan: tuple[PlannedLine, ...] = ()
        try:
            outcome, plan = self._run(tally, cancelled, dry_run=dry_run)
        except PortError as caught:
            error = caught
        error = error or next(iter(tally.stopped.values()), None)
        if error is not None:
            outcome = outcome_of(error)
        requests = {side: port.requests - before[side] for side, port in self._ports.items()}
        return Report(
            outcome=outcome,
            crm=Counts.of(tally, Side.CRM),
            provider=Counts.of(tally, Side.PROVIDER),
            held=self.state.held.count(),
            problems=self.state.problems.count(),
            unknown=len(self.state.journal.unknown()),
            requests=requests,
            seconds=time.monotonic() - began,
            plan=plan,
            error=error,
        )

    # --- the rounds ---

    def _run(self, tally: Tally, cancelled: Cancelled, *, dry_run: bool) -> tuple[Outcome, tuple[PlannedLine, ...]]:
        now = self.state.clock()
        number = self._begin(now)
        seen_deletions: set[tuple[int, Side]] = set()
        for _ in range(ROUNDS):
            self._prober.probe(self.state.clock())
            self._observe(now)
            if not dry_run:
                tell_apart(self.state, self._ports[Side.CRM], self._relinker, now)
            if cancelled():
                return Outcome.CANCELLED, ()
            allowed = self._setting.options.writes_per_cycle - tally.total
            verdict, links = self._drafter.draft(self.state.clock(), allowed=allowed, record=not dry_run)
            if dry_run:
                return Outcome.DONE, _preview(verdict, links)
            ready, waiting = _second_look(verdict.go, seen_deletions)
            if not ready and not waiting:
                self._end(now, tally, complete=verdict.later == 0)
                return (Outcome.DONE if verdict.later == 0 else Outcome.INCOMPLETE), ()
            self._writer.run(ready, self._context(), number, tally, cancelled)
            if tally.cancelled:
                return Outcome.CANCELLED, ()
            if tally.stopped:
                break
        return Outcome.INCOMPLETE, ()

    def _begin(self, now: datetime) -> int:
        """Recovers from a crash, notices what moved besides the items: the day, the settings, the addresses."""
        with self._store.transaction():
            self.state.journal.interrupted()
            number = int(self._store.meta("cycle") or 0) + 1
            self._store.set_meta("cycle", str(number))
        self._check_principals()
        self._list_calendars(now)
        self._relinker.use(self._context())
        changed = self._directory.refresh()
        with self._store.transaction():
            self.state.chronicle.begin_imports()
            self._relinker.touch(self.state.resources.uids_of_people(changed))
            self._notice_zone()
            self._notice_settings()
            self._slide_window(now)
            self._relinker.finish(Side.PROVIDER, now)
        return number

    def _observe(self, now: datetime) -> None:
        for side in (Side.CRM, Side.PROVIDER):
            self._observer.observe(self._ports[side], now)

    def _end(self, now: datetime, tally: Tally, *, complete: bool) -> None:
        with self._store.transaction():
            if tally.refused_at_provider:
                # Perhaps the calendar can only be read by now: its rights are asked for with the next cycle.
                self._store.run("DELETE FROM meta WHERE key = 'calendars_listed'")
            if self._store.meta("trimmed") != now.date().isoformat():
                self.state.trim(now)
                self._store.set_meta("trimmed", now.date().isoformat())
            if complete:
                self.state.chronicle.end_imports()
                moving.read_whole(self._store, self.state.account, self.state.clock())
            note_success(self._store, Channel.CALENDAR, self.state.clock())

    # --- what moves besides the items ---

    def _context(self) -> Context:
        return Context(self._own_addresses(), self._directory.lookup, self._setting.options)

    def _own_addresses(self) -> frozenset[str]:
        return self._setting.own_addresses | self._ports[Side.PROVIDER].addresses()

    def _check_principals(self) -> None:
        """Credentials that open another mailbox would read as a mass deletion: nothing is done then."""
        row = self._store.row("SELECT * FROM account WHERE id = ?", self._setting.account)
        assert row is not None
        for side, port in self._ports.items():
            column = f"{side.value}_principal"
            known, principal = row[column], port.principal()
            if known is None:
                with self._store.transaction():
                    self._store.run(f"UPDATE account SET {column} = ? WHERE id = ?", principal, self._setting.account)
            elif known != principal:
                name = "ForceManager" if side is Side.CRM else "The calendar service"
                raise SignInNeeded(
                    f"{name} now signs in another user ({principal}) than before ({known}). Nothing was changed.",
                    "Sign in as the former user, or set FM Desktop up anew: fm-desktop setup",
                )

    def _list_calendars(self, now: datetime) -> None:
        listed = self._store.meta("calendars_listed")
        if listed is not None and now - read_utc(listed) < LIST_CALENDARS_EVERY:
            return
        first = not self.state.resources.collections(Side.PROVIDER)
        self.calendars.refresh(self._ports[Side.CRM], select_new=True)
        self.calendars.refresh(self._ports[Side.PROVIDER], select_new=first or self._setting.select_new)
        with self._store.transaction():
            self._store.set_meta("calendars_listed", utc_text(now))

    def _notice_zone(self) -> None:
        before, after = self._store.meta("zone"), self._setting.options.zone
        if before == after:
            return
        self._store.set_meta("zone", after)
        if before is not None:
            for link in self.state.links.with_row():
                self.state.links.update(link, **reread(link, before, after))

    def _notice_settings(self) -> None:
        """Another choice of the user's changes what items look like, or whether they are copied; another
        address of theirs, whose meeting it is."""
        now = repr((self._setting.options, sorted(self._own_addresses())))
        if self._store.meta(LOOK_ANEW) == now:
            return
        self._store.set_meta(LOOK_ANEW, now)
        self._relinker.touch(self.state.resources.all_uids())
        self._store.run("UPDATE link SET dirty = 1 WHERE account = ? AND ignored != ''", self._setting.account)

    def _slide_window(self, now: datetime) -> None:
        day = policy.series_window(now, self._setting.options)[0].date().isoformat()
        if self._store.meta("window") != day:
            self._store.set_meta("window", day)
            self._relinker.touch(self.state.resources.series_uids())


def _second_look(
    operations: tuple[Operation, ...], seen: set[tuple[int, Side]]
) -> tuple[list[Operation], list[Operation]]:
    """(what may be sent now, deletions that wait for another reading of both sides)."""
    ready, waiting = [], []
    for operation in operations:
        key = (operation.link, operation.side)
        if operation.verb is Verb.DELETE and key not in seen:
            seen.add(key)
            waiting.append(operation)
        else:
            ready.append(operation)
    return ready, waiting


def _preview(verdict: Verdict, links: Mapping[int, Link]) -> tuple[PlannedLine, ...]:
    lines = []
    for operation in (*verdict.go, *verdict.held):
        link = links[operation.link]
        lines.append(PlannedLine.of(operation, link.title, operation.value or link.provider or link.crm))
    return tuple(lines)


_OUTCOMES: dict[type[PortError], Outcome] = {
    SignInNeeded: Outcome.SIGN_IN,
    Throttled: Outcome.THROTTLED,
    Unreachable: Outcome.UNREACHABLE,
    OutcomeUnknown: Outcome.UNREACHABLE,
}


def outcome_of(error: PortError) -> Outcome:
    """How a cycle that this error ended is called."""
    for kind, outcome in _OUTCOMES.items():
        if isinstance(error, kind):
            return outcome
    return Outcome.FAILED
