"""The mail part of a cycle: read what is new, look for what became interesting, log what is due."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from fm_desktop.mailport import MailLog, MailSource
from fm_desktop.model.items import Party
from fm_desktop.port import PortError, Side
from fm_desktop.sync.cycle import outcome_of
from fm_desktop.sync.mail.backfill import Backfill
from fm_desktop.sync.mail.folders import KnownFolder
from fm_desktop.sync.mail.log import PER_CYCLE, Logger, LogTally, Read
from fm_desktop.sync.mail.policy import MailOptions
from fm_desktop.sync.mail.preview import foreseen
from fm_desktop.sync.mail.scan import Cancelled, Scanner, Tables
from fm_desktop.sync.report import MailReport, Outcome, PlannedLine
from fm_desktop.sync.store import Clock, Store

LIST_FOLDERS_EVERY = timedelta(hours=1)


class MailDirectory(Protocol):
    """The addresses of the user's contacts and accounts, in lower case."""

    def lookup(self, address: str) -> Party: ...

    def addresses(self) -> frozenset[str]: ...

    def read_on(self) -> None:
        """Reads what changed, where it is due. Raises the port's errors."""


@dataclass(slots=True)
class Mailbox:
    """A mailbox as it is between two cycles: `listed` is when its folders were asked for, in this process."""

    source: MailSource
    log: MailLog
    read: Read
    listed: datetime | None = None


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
        self._backfill.notice(self._directory.addresses(), folders)
        for folder in folders:
            scanner.read(folder, cancelled)
            if cancelled():
                return Outcome.CANCELLED
        self._backfill.run(scanner, self._mailbox.source, folders, self._options.since, cancelled)
        logger = Logger(
            self.tables, self._mailbox.source, self._mailbox.log, self._mailbox.read, self._options, self._clock
        )
        logger.run(tally, cancelled)
        if cancelled():
            return Outcome.CANCELLED
        return Outcome.INCOMPLETE if self._has_more(folders, tally) else Outcome.DONE

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
