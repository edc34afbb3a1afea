"""One cycle from the outside: the lock, the state, the connections, and what became of it."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout

from fm_desktop.arrivals import Arrivals, Watched
from fm_desktop.connect import Connector, Sides, now
from fm_desktop.credentials import CredentialError
from fm_desktop.errors import Busy
from fm_desktop.mailbox import channels_of
from fm_desktop.mailpart import MailPart
from fm_desktop.paths import Paths
from fm_desktop.port import PortError, SignInNeeded, Throttled, Unreachable
from fm_desktop.settings import Settings
from fm_desktop.sync import control
from fm_desktop.sync.control import Channel, Running
from fm_desktop.sync.cycle import Engine, outcome_of
from fm_desktop.sync.nudge import last_nudge
from fm_desktop.sync.pace import Impression
from fm_desktop.sync.report import MailReport, Outcome, Report, together
from fm_desktop.sync.schedule import Cancel, Loop
from fm_desktop.sync.status import note_end, note_success
from fm_desktop.sync.store import Store
from fm_desktop.sync.upkeep import tidy

if TYPE_CHECKING:
    from fm_desktop.notes import Words

_log = logging.getLogger(__name__)

WAIT_FOR_OTHER_CYCLE = 60.0
_CHOSEN = "calendars_chosen"
_HALTED = {Running.PAUSED: Outcome.PAUSED, Running.STOPPED: Outcome.STOPPED}


class Runner:
    """Runs cycles of a profile, in one thread, over connections that stay open between them."""

    def __init__(
        self, paths: Paths, settings: Settings, connector: Connector, words: Callable[[], Words] | None = None
    ) -> None:
        """`words` are those of messages in the own inbox, asked for each time: English ones if nobody else has any."""
        self._paths = paths
        self._words = words
        self._settings = settings
        self._connector = connector
        self._sides: Sides | None = None
        self.seen_nudge: str | None = None  # the newest that a cycle has taken in; None before the first
        self.wanted = threading.Event()  # another cycle before its time: mail came in, or is not all logged yet
        self._mail = MailPart(settings.sync.interval_seconds)

    def cycle(self, ending: threading.Event, *, dry_run: bool = False) -> Report:
        """One cycle. What a side does wrong is in the report. Raises `Busy`, `StoreError`, `OSError`."""
        with alone(self._paths, ending):
            store = Store.open(self._paths.store_file)
            try:
                nudge = last_nudge(store)
                if nudge != self.seen_nudge:
                    self._mail.try_soon()
                self.seen_nudge = nudge
                self.wanted.clear()
                report = self._cycle(store, ending, dry_run=dry_run)
                if not dry_run and not ending.is_set():
                    tidy(store, now())
                return report
            except sqlite3.DatabaseError:
                store.doubt()
                raise
            finally:
                store.close()

    @property
    def watched(self) -> Watched | None:
        """Where new mail comes in, while it is waited for; asked by any thread."""
        return self._mail.watched

    def close(self) -> None:
        self._mail.stop_waiting()
        if self._sides is not None:
            self._sides.close()
            self._sides = None

    def _cycle(self, store: Store, ending: threading.Event, *, dry_run: bool) -> Report:
        halted = {each: _halted(store, each) for each in channels_of(self._settings)}
        if Outcome.DONE not in halted.values():
            self._mail.stop_waiting()
            return Report(next(iter(halted.values()), Outcome.STOPPED))
        try:
            report = self._run(store, ending, halted, dry_run=dry_run)
        except PortError as error:
            report = Report(outcome_of(error), error=error)
        except CredentialError as error:
            told = SignInNeeded(str(error), error.next_step)
            report = Report(Outcome.SIGN_IN, error=told)
        if report.outcome is Outcome.SIGN_IN:
            self.close()  # the next cycle asks for the secrets anew: one may have been renewed by then
        self._hide_secrets(report)
        if not dry_run:
            running = [each for each, outcome in halted.items() if outcome is Outcome.DONE]
            note_end(store, report, running, now())
        _log.info("cycle: %s", json.dumps(report.as_json()))
        for each in (report.error, report.also):
            if each is not None:
                _log.warning("%s %s", each, each.next_step)
        return report

    def _hide_secrets(self, report: Report) -> None:
        """A server may repeat what it was sent, and its words are kept and shown."""
        for each in (report.error, report.also, *(part.error for part in report.parts)):
            if each is not None:
                each.args = (self._connector.redactor.clean(str(each)), *each.args[1:])

    def _run(
        self, store: Store, ending: threading.Event, halted: Mapping[Channel, Outcome], *, dry_run: bool
    ) -> Report:
        """Both parts, the calendar first; what goes wrong with one does not keep the other from its turn."""
        if self._sides is None:
            self._sides = self._connector.connect(store, ending)
        sides = self._sides
        sides.notice_move(store)
        throttled = sides.client.throttled
        calendar = Report(halted.get(Channel.CALENDAR, Outcome.STOPPED))
        mail = MailReport(halted.get(Channel.EMAIL, Outcome.STOPPED))
        try:
            if calendar.outcome is Outcome.DONE:
                began = now()
                calendar = self._calendar_part(sides, store, ending, dry_run=dry_run)
                if not dry_run and not ending.is_set():
                    self._tell_in_inbox(sides, store, began)
            if mail.outcome is Outcome.DONE and not ending.is_set():
                mail = self._mail_part(sides, store, ending, dry_run=dry_run)
            elif mail.outcome is Outcome.DONE:
                mail = MailReport(Outcome.CANCELLED)
            else:
                self._mail.stop_waiting()
        finally:
            sides.remember_session()
        report = together(calendar, mail, self._connector.state(store).problems.count())
        return replace(report, crowded=sides.client.throttled > throttled)

    def _calendar_part(self, sides: Sides, store: Store, ending: threading.Event, *, dry_run: bool) -> Report:
        engine = sides.engine(store)
        report = None
        try:
            if store.meta(_CHOSEN) is None:
                choose_calendars(engine, sides, self._settings)
                with store.transaction():
                    store.set_meta(_CHOSEN, "yes")
            report = engine.cycle(dry_run=dry_run, cancelled=_cancel(store, ending, Channel.CALENDAR))
        except PortError as error:
            report = Report(outcome_of(error), error=error)
        finally:
            engine.close()
            sides.remember_calendar(store, went_well=report is not None and report.error is None)
        return report

    def _tell_in_inbox(self, sides: Sides, store: Store, began: datetime) -> None:
        # Imported here: the icon need not wait for what composes messages.
        from fm_desktop.inbox import InboxNotes
        from fm_desktop.notes import ENGLISH

        address, zone = self._settings.provider.address, sides.who.context.zone
        words = self._words() if self._words else ENGLISH
        notes = InboxNotes(self._connector.state(store), address, zone, sides.put_in_inbox, words)
        if self._settings.email.note_new_events:
            notes.tell(began)
        else:
            notes.forget()

    def _mail_part(self, sides: Sides, store: Store, ending: threading.Event, *, dry_run: bool) -> MailReport:
        report = self._mail.run(sides, store, _cancel(store, ending, Channel.EMAIL), dry_run=dry_run)
        if report.outcome is Outcome.INCOMPLETE:
            self.wanted.set()
        if report.outcome is Outcome.DONE and not dry_run:
            with store.transaction():
                note_success(store, Channel.EMAIL, now())
        return report


class Watch(Protocol):
    """Told by the loop, in its own threads, what it does."""

    def began(self) -> None:
        """A cycle begins."""

    def ended(self, report: Report) -> None:
        """It ended; the report says how."""

    def failed(self, error: Exception) -> None:
        """It ended by what no report covers: `Busy`, `StoreError`, `OSError`, or a defect."""


class _Unwatched:
    """Nobody wants to know."""

    def began(self) -> None: ...

    def ended(self, report: Report) -> None: ...

    def failed(self, error: Exception) -> None: ...


class Headless:
    """The loop without a window of its own; `watch` is told what it does."""

    def __init__(self, paths: Paths, runner: Runner, interval_seconds: float, watch: Watch | None = None) -> None:
        self._lock = FileLock(paths.loop_lock, mode=0o600)
        self._runner = runner
        self._watch = watch or _Unwatched()
        self._loop = Loop(self._cycle, interval_seconds, Attention(paths, runner, lambda: self._loop.is_slowed))
        self._arrivals = Arrivals(lambda: runner.watched, self._mail_came)

    def wake(self) -> None:
        """Lets the next cycle begin now, unless one is running: somebody wants it."""
        self._loop.wake()

    def hint(self) -> None:
        """There may be news: see `fm_desktop.sync.schedule.Loop.hint`."""
        self._loop.hint()

    @property
    def next_run(self) -> datetime | None:
        """When the next cycle begins, if that is known."""
        return self._loop.next_run

    def end(self) -> None:
        """Makes `run` return within seconds; may be called in a signal handler."""
        self._loop.end()

    def run(self) -> bool:
        """Syncs until `end`. False if an answer is still awaited: leave without waiting for threads.
        Raises `Busy` if another process runs the loop already."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise Busy("FM Desktop is syncing already, in another process.") from error
        _log.info("syncing until stopped")
        self._arrivals.start()
        finished = self._loop.run()
        self._arrivals.stop()
        if finished:
            self._runner.close()
            self._lock.release()
        return finished

    def _mail_came(self) -> None:
        self._runner.wanted.set()
        self._loop.hint()

    def _cycle(self, ending: threading.Event) -> Impression:
        self._watch.began()
        try:
            report = self._runner.cycle(ending)
        except Busy as error:
            self._watch.failed(error)
            return Impression()
        except Exception as error:
            self._watch.failed(error)
            raise
        self._watch.ended(report)
        return impression(report)


class Attention:
    """Asked again and again, by one thread: was a cycle wished for since the last one began? What the program itself
    would like to be done soon waits while a side asks for fewer requests."""

    def __init__(self, paths: Paths, runner: Runner, is_slowed: Callable[[], bool]) -> None:
        self._path = paths.store_file
        self._runner = runner
        self._is_slowed = is_slowed
        self._store: Store | None = None

    def __call__(self) -> bool:
        if self._store is None:
            self._store = Store.open(self._path)
        if self._runner.seen_nudge not in (None, last_nudge(self._store)):
            return True
        return self._runner.wanted.is_set() and not self._is_slowed()


def impression(report: Report) -> Impression:
    """What a cycle means for the pace of the loop."""
    throttled = [each for each in (report.error, report.also) if isinstance(each, Throttled)]
    if report.error is not None and not report.only_mail:
        return Impression(
            trouble=True,
            away=isinstance(report.error, Unreachable) and not throttled,
            crowded=report.crowded,
            retry_after=max((each.retry_after or 0.0 for each in throttled), default=0.0) or None,
        )
    changed = bool(report.crm.total or report.provider.total or report.emails_logged)
    return Impression(changed=changed, crowded=report.crowded)


@contextmanager
def alone(paths: Paths, ending: threading.Event) -> Iterator[None]:
    """Only one at a time syncs a profile or sets it up, whoever does; the system frees the lock of a dead process.
    Raises `Busy`."""
    lock = FileLock(paths.cycle_lock, mode=0o600)
    try:
        lock.acquire(timeout=WAIT_FOR_OTHER_CYCLE, cancel_check=ending.is_set)
    except Timeout as error:
        raise Busy("Another process is syncing at the moment.") from error
    try:
        yield
    finally:
        lock.release()


def choose_calendars(engine: Engine, sides: Sides, settings: Settings) -> None:
    """Lists the calendars and applies the settings' choice: in a set-up, and to a state that is new or lost.

    Raises `UnknownCalendar`, and the port's errors.
    """
    choice = settings.sync
    engine.calendars.refresh(sides.provider, select_new=choice.calendars is None)
    if choice.calendars is not None:
        engine.calendars.choose(choice.calendars)
    if choice.target_calendar is not None:
        engine.calendars.set_target(choice.target_calendar)


def _halted(store: Store, channel: Channel) -> Outcome:
    """`DONE` for a channel that is to run."""
    return _HALTED.get(control.standing(store, channel, now()).state, Outcome.DONE)


def _cancel(store: Store, ending: threading.Event, channel: Channel) -> Cancel:
    return Cancel(ending, lambda: _halted(store, channel) is Outcome.DONE)
