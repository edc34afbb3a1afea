"""The mail part of a cycle: read what is new, look for what became interesting, log what is due."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from fm_desktop.mailport import MailLog, MailSource
from fm_desktop.model.items import Party
from fm_desktop.port import Malformed, PortError, Refused, Side, Unreachable
from fm_desktop.sync.cycle import outcome_of
from fm_desktop.sync.mail.backfill import Backfill
from fm_desktop.sync.mail.folders import KnownFolder
from fm_desktop.sync.mail.log import PER_CYCLE, Logger, LogTally, Read
from fm_desktop.sync.mail.policy import MailOptions
from fm_desktop.sync.mail.preview import foreseen
from fm_desktop.sync.mail.scan import Cancelled, Scanner, Tables, alias_key
from fm_desktop.sync.report import MailReport, Outcome, PlannedLine
from fm_desktop.sync.store import Clock, Store

LIST_FOLDERS_EVERY = timedelta(hours=1)
FAULTS_BEFORE_PROBLEM = 3


class MailDirectory(Protocol):
    """The addresses of the user's contacts and accounts, in lower case."""

    def lookup(self, address: str) -> Party: ...

    def addresses(self) -> frozenset[str]: ...

    def read_on(self) -> None:
        """Reads what changed, where it is due. Raises the port's errors."""


@dataclass(slots=True)
class Mailbox:
    """A mailbox as it is between two cycles: `listed` is when its folders were asked for, in this process, and `faults`
    how often in a row the server failed at a folder, by its row."""

    source: MailSource
    log: MailLog
    read: Read
    listed: datetime | None = None
    faults: Counter[int] = field(default_factory=Counter)


class MailCycle:
    """Logs the mail of one account. One thread uses it."""

    def __init__(
        self, store: Store, account: int, mailbox: Mailbox, directory: MailDirectory, options: MailOptions, clock: Clock
    ) -> None:
        self.tables = Tables.of(store, account, options.user, clock)
        self._mailbox = mailbox
        self._directory = directory
        self._options = options
        self._clock = clock
        self._backfill = Backfill(self.tables, account)

    def run(self, *, dry_run: bool = False, cancelled: Cancelled = lambda: False) -> MailReport:
        """One run. Never raises a port's error: the report carries it."""
        began, source, log = time.monotonic(), self._mailbox.source, self._mailbox.log
        before = {Side.PROVIDER: source.requests, Side.CRM: log.requests}
        tally = LogTally()
        outcome, error = Outcome.DONE, None
        plan: tuple[PlannedLine, ...] = ()
        try:
            self._directory.read_on()
            folders = self._folders()
            scanner = Scanner(self.tables, source, self._options, self._directory.lookup, self._clock)
            if dry_run:
                plan = foreseen(scanner, self.tables, source, folders, self._options)
            else:
                outcome = self._run(scanner, folders, tally, cancelled)
        except PortError as caught:
            outcome, error = outcome_of(caught), caught
        after = {Side.PROVIDER: source.requests, Side.CRM: log.requests}
        return MailReport(
            outcome=outcome,
            logged=tally.logged,
            requests={side: after[side] - before[side] for side in Side},
            seconds=time.monotonic() - began,
            plan=plan,
            error=error,
        )

    def _run(self, scanner: Scanner, folders: Iterable[KnownFolder], tally: LogTally, cancelled: Cancelled) -> Outcome:
        folders = tuple(folders)
        box, tables = self._mailbox, self.tables
        # Also for those that are left out at the moment: they may come back.
        self._backfill.notice(self._directory.addresses(), tables.folders.all())
        trouble = self._read(scanner, folders, cancelled)
        if cancelled():
            return Outcome.CANCELLED
        try:
            self._backfill.run(scanner, box.source, folders, self._options.since, cancelled)
        except Unreachable as error:
            trouble = error
        Logger(tables, box.source, box.log, box.read, self._options, scanner.decide_again, self._clock).run(
            tally, cancelled
        )
        if trouble is not None:
            raise trouble
        if cancelled():
            return Outcome.CANCELLED
        return Outcome.INCOMPLETE if self._has_more(folders, tally) else Outcome.DONE

    def _read(self, scanner: Scanner, folders: Sequence[KnownFolder], cancelled: Cancelled) -> Unreachable | None:
        """Reads every folder that can be read: one that cannot keeps no other waiting. Returns what is to be told once
        the rest is done; raises where no folder can be read, or two in a row."""
        failed: dict[int, PortError] = {}
        before: PortError | None = None
        for folder in folders:
            error: PortError | None = None
            try:
                scanner.read(folder, cancelled)
            except (Malformed, Refused, Unreachable) as caught:
                error = failed[folder.id] = caught
            if cancelled():
                return None
            if isinstance(error, Unreachable) and isinstance(before, Unreachable):
                raise error
            before = error
        if before is not None and len(failed) == len(folders):
            raise before
        return self._told(folders, failed)

    def _told(self, folders: Iterable[KnownFolder], failed: Mapping[int, PortError]) -> Unreachable | None:
        """A fault may pass by itself; one that stays, or a refusal, is a problem of that folder."""
        passing = None
        with self.tables.store.transaction():
            for own in self._options.own:
                self.tables.problems.solved(alias_key(own))
            for folder in folders:
                error = failed.get(folder.id)
                self._mailbox.faults[folder.id] = self._mailbox.faults[folder.id] + 1 if error else 0
                if error is None:
                    self.tables.problems.solved(f"mail-folder-closed:{folder.id}")
                elif isinstance(error, Unreachable) and self._mailbox.faults[folder.id] < FAULTS_BEFORE_PROBLEM:
                    passing = error
                else:
                    self._tell_closed(folder, error)
        return passing

    def _tell_closed(self, folder: KnownFolder, error: PortError) -> None:
        name = folder.what.name
        self.tables.problems.report(
            f"mail-folder-closed:{folder.id}",
            name,
            f"The mail folder “{name}” cannot be read: {error} Mail in the other folders is logged.",
            "It is tried again by itself. If there is no mail of contacts in it, choose in the settings which folders "
            "are read.",
        )

    def _has_more(self, folders: tuple[KnownFolder, ...], tally: LogTally) -> bool:
        return self._backfill.is_waiting(folders) or (
            len(tally.tried) >= PER_CYCLE and bool(self.tables.messages.due(self._clock(), 1, tally.tried))
        )

    def _folders(self) -> tuple[KnownFolder, ...]:
        """What is read; asked for anew in each process, and then now and then, or when one is missing."""
        now, tables = self._clock(), self.tables
        listed = self._mailbox.listed
        if listed is None or not timedelta(0) <= now - listed < LIST_FOLDERS_EVERY or not tables.folders.all():
            found = self._mailbox.source.folders()
            tables.folders.check(self._mailbox.source.principal())
            with tables.store.transaction():
                tables.folders.list_anew(found)
            self._mailbox.listed = now
        return tables.folders.to_read(self._options.folders)
