"""Getting messages into ForceManager: downloaded, read, stored once for each contact or account, with all files.

A record is asked for by its identity before it is made, so that neither a crash, nor a lost answer, nor another
computer of the user's makes it a second time. Files may be sent again at any time; what is complete is not.
"""

from __future__ import annotations

import logging
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import BinaryIO, Protocol

from fm_desktop.mailport import LogEntry, Logged, MailLog, MailSource
from fm_desktop.model.message import Content, Headers
from fm_desktop.port import (
    CollectionGone,
    Gone,
    Malformed,
    OutcomeUnknown,
    PortError,
    Refused,
    SignInNeeded,
    Throttled,
    Unreachable,
)
from fm_desktop.sync.mail.match import Decision
from fm_desktop.sync.mail.messages import LONGEST_PAUSE, Open, Place, Record
from fm_desktop.sync.mail.policy import MailOptions
from fm_desktop.sync.mail.record import Subject, entry_of
from fm_desktop.sync.mail.scan import Cancelled, Tables
from fm_desktop.sync.mail.turns import Turns
from fm_desktop.sync.store import Clock, StoreError

_log = logging.getLogger(__name__)

GROUP = 20  # records are looked for in one request for so many messages
PER_CYCLE = 400  # so that the calendar has its turn
# A listing may lag behind a create that was stored: only after this time is "not there" an answer.
DOUBT = timedelta(seconds=90)
FAILURES_BEFORE_PROBLEM = 3
LOST_ANSWERS_IN_A_ROW = 3
_NO_LIMIT = 1 << 62
_NO_SUBJECT = "without a subject"
_ADD_BY_HAND = "A logged message cannot be changed. If a file is important, add it in ForceManager by hand."


class Read(Protocol):
    def __call__(self, file: BinaryIO, *, complete: bool) -> Content:
        """What a message says (RFC 5322); `complete` False where only its beginning is there."""


class _CannotRead(Exception):
    """A message's content could not be understood."""


class _Nowhere(Exception):
    """A message is in no folder any more."""


class _FilesLeft(Exception):
    """A record is there, under the id `remote`, without some of its files: ForceManager has no place for them, or
    does not take them."""

    def __init__(self, remote: str, names: Sequence[str], reason: str) -> None:
        super().__init__(f"ForceManager did not take these files of it: {', '.join(names)}. {reason}".rstrip())
        self.remote = remote


@dataclass(slots=True)
class LogTally:
    """What a cycle logged so far. `tried`: messages that had their turn; `unknown`: those whose answer was lost."""

    logged: int = 0
    tried: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    lost_in_a_row: int = 0


Found = Mapping[str, Logged]

DecideAgain = Callable[[Headers], Decision]
"""What the user's choices and contacts of today make of a message that was to be logged."""


class Logger:
    """Logs what is due. Raises the port's errors that end a cycle; what is wrong with one message is its own."""

    def __init__(
        self,
        tables: Tables,
        source: MailSource,
        log: MailLog,
        read: Read,
        options: MailOptions,
        decide_again: DecideAgain,
        clock: Clock,
    ) -> None:
        self._store = tables.store
        self._messages = tables.messages
        self._problems = tables.problems
        self._source = source
        self._log = log
        self._read = read
        self._options = options
        self._decide_again = decide_again
        self._clock = clock
        self._turns = Turns(tables.store, clock)

    def run(self, tally: LogTally, cancelled: Cancelled) -> None:
        """The newest messages first, then once more those whose answer was lost."""
        while len(tally.tried) < PER_CYCLE and not cancelled():
            group = self._messages.due(self._clock(), GROUP, tally.tried)
            if not group:
                break
            self._log_group(group, tally, cancelled)
        if tally.unknown and not cancelled():
            self._log_group(self._messages.get(tally.unknown), tally, cancelled)

    def _log_group(self, group: Sequence[Open], tally: LogTally, cancelled: Cancelled) -> None:
        tally.tried.update(each.id for each in group)
        still = [each for each in map(self._as_it_is_now, group) if each is not None]
        records = {each.id: self._messages.records(each.id) for each in still}
        found = self._log.find([record.ext_id for every in records.values() for record in every])
        if any(each.sent_at is None and each.ext_id in found for every in records.values() for each in every):
            self._turns.met()
        for each in still:
            if cancelled():
                return
            # The user may take a conversation out at any moment.
            if self._messages.get([each.id]):
                self._try(each, records[each.id], found, tally, cancelled)

    def _as_it_is_now(self, message: Open) -> Open | None:
        with self._store.transaction():
            now = self._messages.revise(message, self._decide_again(message.headers))
            if now is None:
                self._problems.solved(_problem_key(message))
        return now

    def _try(
        self, message: Open, records: Sequence[Record], found: Found, tally: LogTally, cancelled: Cancelled
    ) -> None:
        try:
            self._log_message(message, records, found, tally)
            tally.lost_in_a_row = 0
        except (SignInNeeded, Throttled, StoreError, sqlite3.Error, OSError):
            raise
        except (OutcomeUnknown, Unreachable) as error:
            if cancelled():
                raise
            tally.lost_in_a_row += 1
            self._failed(message, error)
            if isinstance(error, OutcomeUnknown):
                tally.unknown.add(message.id)
            # A server that fails at the same message every time must not keep all the others waiting behind it.
            is_its_own = isinstance(error, OutcomeUnknown) or message.failures + 1 >= FAILURES_BEFORE_PROBLEM
            if not is_its_own or tally.lost_in_a_row >= LOST_ANSWERS_IN_A_ROW:
                raise
        except _Nowhere:
            self._gone(message, found, records)
        except (PortError, _CannotRead, _FilesLeft) as error:
            self._failed(message, error)
        except Exception as error:  # noqa: BLE001 - one message that nobody foresaw must not keep the others out
            _log.exception("A message cannot be logged")
            self._failed(message, _CannotRead(f"Its content cannot be read ({type(error).__name__})."))

    def _log_message(self, message: Open, records: Sequence[Record], found: Found, tally: LogTally) -> None:
        complete = {each.id: found[each.ext_id].id for each in records if _is_complete(each, found)}
        left = [each for each in records if each.id not in complete]
        if self._waits(message, [each for each in left if each.ext_id not in found]):
            return
        troubles = self._log_records(message, left, found, complete, tally) if left else []
        with self._store.transaction():
            for each in records:
                if each.id in complete:
                    self._messages.complete(each, complete[each.id])
            if self._messages.finish(message.id):
                self._problems.solved(_problem_key(message))
            given_up = [each for each in troubles if isinstance(each, _FilesLeft) and each.remote in complete.values()]
            for error in given_up[:1]:
                said = f"{_named(message)} is logged, but not whole: {error}"
                self._tell(message, said, _ADD_BY_HAND, key=f"mail-files:{message.id}")
        for trouble in troubles:
            if trouble not in given_up:
                raise trouble

    def _waits(self, message: Open, absent: Sequence[Record]) -> bool:
        """Puts off what another computer may be logging just now, and what may have been stored without an answer."""
        now, until = self._clock(), []
        begun = [each for each in absent if each.sent_at is not None]
        if len(begun) < len(absent) and not message.has_waited and self._turns.are_taken:
            until.append(now + self._turns.pause())
        with self._store.transaction():
            for each in begun:
                if each.sent_at is not None and each.sent_at > now:
                    # The clock was put back: nobody knows how long ago it was.
                    self._messages.sending(each, now)
                    until.append(now + DOUBT)
                elif each.sent_at is not None and now < each.sent_at + DOUBT:
                    until.append(each.sent_at + DOUBT)
            if until:
                self._messages.postpone(message.id, max(until), failed=False)
        return bool(until)

    def _log_records(
        self, message: Open, left: Sequence[Record], found: Found, complete: dict[int, str], tally: LogTally
    ) -> list[Exception]:
        """Each by itself: a contact that ForceManager does not know any more is not the others' fault. Adds to
        `complete` and returns what went wrong; files that are not taken are given up after some tries."""
        troubles: list[Exception] = []
        is_last_try = message.failures + 1 >= FAILURES_BEFORE_PROBLEM
        with tempfile.TemporaryFile() as file:
            place, content = self._content(message, file)
            for record in left:
                try:
                    complete[record.id] = self._log_record(message, record, place, content, found, tally)
                except _FilesLeft as error:
                    troubles.append(error)
                    if is_last_try:
                        complete[record.id] = error.remote
                except (Refused, Malformed, Gone) as error:
                    troubles.append(error)
        return troubles

    # --- reading it ---

    def _content(self, message: Open, file: BinaryIO) -> tuple[Place, Content]:
        for place in self._messages.places(message.id):
            try:
                complete = self._source.download(place.ref, file, self._options.message_limit)
            except (Gone, CollectionGone):
                # Moved or deleted meanwhile: where it went, it is found again by itself.
                file.seek(0)
                file.truncate()
                with self._store.transaction():
                    self._messages.no_more_at(place)
                continue
            file.seek(0)
            return place, self._understood(file, complete=complete)
        raise _Nowhere

    def _understood(self, file: BinaryIO, *, complete: bool) -> Content:
        try:
            return self._read(file, complete=complete)
        except Exception as error:
            # One message that nobody foresaw must not keep the others out.
            _log.exception("A message cannot be read")
            raise _CannotRead(f"Its content cannot be read ({type(error).__name__}).") from error

    # --- writing it ---

    def _log_record(
        self, message: Open, record: Record, place: Place, content: Content, found: Found, tally: LogTally
    ) -> str:
        """Stores the record and its files; returns its id. Once it is there, `find` tells what it lacks."""
        logged = found.get(record.ext_id)
        if logged is None and self._turns.are_taken:
            # The list is as old as all that was done since.
            logged = self._log.find([record.ext_id]).get(record.ext_id)
        what = Subject(message.headers, message.direction, message.moment, place.name, record.party, record.ext_id)
        # What was begun under another limit is finished as it was begun.
        options = self._options if logged is None else replace(self._options, attachment_limit=_NO_LIMIT)
        entry = entry_of(what, content, options)
        if logged is None:
            logged = self._create(record, entry)
            tally.logged += 1
            expected: LogEntry | None = entry
        else:
            # What another computer began, it watches over itself: it may have had another limit.
            expected = None if record.sent_at is None else entry_of(what, content, self._options)
        self._send_files(logged, entry, expected)
        return logged.id

    def _send_files(self, logged: Logged, entry: LogEntry, expected: LogEntry | None) -> None:
        """Raises `_FilesLeft` where one cannot be sent, or is not among those that ForceManager shows."""
        missing = dict(logged.missing or {})
        left = [] if expected is None else [each.name for each in expected.attachments]
        left = [name for name in left if name not in logged.attachments]
        reason = ""
        for attachment in entry.attachments:
            locator = missing.pop(attachment.name, None)
            if locator is None:
                continue
            try:
                self._log.upload(locator, attachment)
            except Refused as error:
                left.append(attachment.name)
                reason = str(error)
        if missing:
            left = left or list(missing)
            reason = reason or f"It waits for others, which are not in the message: {', '.join(missing)}."
        if left:
            raise _FilesLeft(logged.id, left, reason)

    def _create(self, record: Record, entry: LogEntry) -> Logged:
        with self._store.transaction():
            self._messages.sending(record, self._clock())
        try:
            return self._log.create(entry)
        except (Refused, SignInNeeded, Throttled, Unreachable):
            with self._store.transaction():
                self._messages.not_sent(record)
            raise

    # --- what goes wrong with one message ---

    def _failed(self, message: Open, error: Exception) -> None:
        failures = message.failures + 1
        with self._store.transaction():
            self._messages.postpone(message.id, self._clock() + _pause(failures), failed=True)
            if failures >= FAILURES_BEFORE_PROBLEM:
                self._tell(message, f"{_named(message)} could not be logged: {error}", getattr(error, "next_step", ""))
        _log.warning("Message %d could not be logged, failure %d: %s", message.id, failures, error)

    def _gone(self, message: Open, found: Found, records: Sequence[Record]) -> None:
        """Nobody can log it any more, unless it is seen again in another folder. What another computer, or a request
        whose answer was lost, has put there is there."""
        with self._store.transaction():
            for each in records:
                if each.ext_id in found and not found[each.ext_id].missing:
                    self._messages.complete(each, found[each.ext_id].id)
            if self._messages.finish(message.id):
                self._problems.solved(_problem_key(message))
                return
            self._messages.gone(message.id)
            if any(each.ext_id in found and found[each.ext_id].missing for each in records):
                said = f"{_named(message)} was deleted from the mailbox before all its files were logged."
                self._tell(message, said, "")

    def _tell(self, message: Open, said: str, next_step: str, key: str = "") -> None:
        self._problems.report(
            key or _problem_key(message),
            message.subject or _NO_SUBJECT,
            said,
            next_step or "It is tried again by itself. If it is important, note it in ForceManager by hand.",
        )


def _pause(failures: int) -> timedelta:
    """The first time may have been bad luck; from then on it grows."""
    return min(LONGEST_PAUSE, timedelta(minutes=2) * 4 ** (failures - 2)) if failures > 1 else timedelta(0)


def _named(message: Open) -> str:
    return f"The message “{message.subject or _NO_SUBJECT}” of {message.moment:%Y-%m-%d}"


def _problem_key(message: Open) -> str:
    return f"mail:{message.id}"


def _is_complete(record: Record, found: Found) -> bool:
    """Without a look at the message. What we began ourselves is held against its files once more: ForceManager may
    have stored the record and never asked for them."""
    logged = found.get(record.ext_id)
    return logged is not None and not logged.missing and record.sent_at is None
