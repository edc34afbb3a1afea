"""The mail part of a profile's cycles: when it has its turn, and where new mail is waited for between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from fm_desktop.arrivals import Watched
from fm_desktop.connect import Sides
from fm_desktop.port import Throttled
from fm_desktop.sync.pace import Impression, Pace
from fm_desktop.sync.report import MailReport
from fm_desktop.sync.store import Store


class MailPart:
    """One thread runs it; `watched` may be read by any: where new mail comes in, None while it is not to be waited for.

    Beside a calendar that goes on at its pace, a mailbox that cannot be reached or wants another password is left
    alone for longer and longer. Without a calendar the loop itself waits longer.
    """

    def __init__(self, interval_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.watched: Watched | None = None
        self._fresh = self._pace = Pace(interval_seconds)
        self._clock = clock
        self._not_before = 0.0
        self._last = MailReport.halted()

    def run(self, sides: Sides, store: Store, cancelled: Callable[[], bool], *, dry_run: bool) -> MailReport:
        """One turn; what went wrong the last time is told again while the mailbox is left alone."""
        if self._clock() < self._not_before and not dry_run:
            return replace(self._last, requests={}, seconds=0.0, logged=0)
        cycle = sides.mail_cycle(store)
        if cycle is None:
            return MailReport.halted()
        report = cycle.run(dry_run=dry_run, cancelled=cancelled)
        folder = cycle.tables.folders.arrivals(sides.email_folders)
        mailbox = sides.mailbox
        if report.error is None and folder is not None and mailbox is not None:
            self._watch(Watched(mailbox.source, folder))
        else:
            self._watch(None)
        self._note(report, beside_calendar=sides.calendar is not None)
        return report

    def stop_waiting(self) -> None:
        """No mail is logged at the moment, so that none is waited for."""
        self._watch(None)

    def try_soon(self) -> None:
        """Somebody decided something: perhaps the password was renewed."""
        self._pace, self._not_before = self._fresh, 0.0

    def _note(self, report: MailReport, *, beside_calendar: bool) -> None:
        self._last = report
        error = report.error
        retry_after = error.retry_after if isinstance(error, Throttled) else None
        self._pace = self._pace.after(Impression(changed=True, trouble=error is not None, retry_after=retry_after))
        self._not_before = self._clock() + self._pace.seconds if error is not None and beside_calendar else 0.0

    def _watch(self, watched: Watched | None) -> None:
        before, self.watched = self.watched, watched
        if before is not None and before != watched:
            before.source.wake()
