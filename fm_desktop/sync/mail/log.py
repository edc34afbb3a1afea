"""Getting messages into ForceManager: downloaded, read, stored once for each contact or account, with all files.

A record is asked for by its identity before it is made, so that neither a crash, nor a lost answer, nor another
computer of the user's makes it a second time. Files may be sent again at any time; what is complete is not.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import BinaryIO, Protocol

from fm_desktop.mailport import LogEntry, Logged, MailLog, MailSource
from fm_desktop.model.message import Content
from fm_desktop.port import (
    CollectionGone,
    Gone,
    OutcomeUnknown,
    PortError,
    Refused,
    SignInNeeded,
    Throttled,
    Unreachable,
)
from fm_desktop.sync.mail.messages import Open, Place, Record
from fm_desktop.sync.mail.policy import MailOptions
from fm_desktop.sync.mail.record import Subject, entry_of
from fm_desktop.sync.mail.scan import Cancelled, Tables
from fm_desktop.sync.store import Clock

_log = logging.getLogger(__name__)

GROUP = 20  # records are looked for in one request for so many messages
PER_CYCLE = 400  # so that the calendar has its turn
# A listing may lag behind a create that was stored: only after this time is "not there" an answer.
DOUBT = timedelta(seconds=90)
FAILURES_BEFORE_PROBLEM = 3
LOST_ANSWERS_IN_A_ROW = 3
LONGEST_PAUSE = timedelta(days=1)
_NO_LIMIT = 1 << 62


class Read(Protocol):
    def __call__(self, file: BinaryIO, *, complete: bool) -> Content:
        """What a message says (RFC 5322); `complete` False where only its beginning is there."""


class _CannotRead(Exception):
    """A message's content could not be understood."""


class _Nowhere(Exception):
    """A message is in no folder any more."""


@dataclass(slots=True)
class LogTally:
    """What a cycle logged so far. `tried`: messages that had their turn; `unknown`: those whose answer was lost."""

    logged: int = 0
    tried: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    lost_in_a_row: int = 0


Found = Mapping[str, Logged]


class Logger:
    """Logs what is due. Raises the port's errors that end a cycle; what is wrong with one message is its own."""

    def __init__(
        self, tables: Tables, source: MailSource, log: MailLog, read: Read, options: MailOptions, clock: Clock
    ) -> None:
        self._store = tables.store
        self._messages = tables.messages
        self._problems = tables.problems
        self._source = source
        self._log = log
        self._read = read
        self._options = options
        self._clock = clock

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
        records = {each.id: self._messages.records(each.id) for each in group}
        found = self._log.find([record.ext_id for every in records.values() for record in every])
        for each in group:
            if cancelled():
                return
            tally.tried.add(each.id)
            self._try(each, records[each.id], found, tally)

    def _try(self, message: Open, records: Sequence[Record], found: Found, tally: LogTally) -> None:
        try:
            self._log_message(message, records, found, tally)
            tally.lost_in_a_row = 0
        except (SignInNeeded, Throttled, Unreachable):
            raise
        except _Nowhere:
            self._gone(message, found, records)
        except OutcomeUnknown as error:
            tally.unknown.add(message.id)
            tally.lost_in_a_row += 1
            self._failed(message, error)
            if tally.lost_in_a_row >= LOST_ANSWERS_IN_A_ROW:
                raise
        except (PortError, _CannotRead) as error:
            self._failed(message, error)

    def _log_message(self, message: Open, records: Sequence[Record], found: Found, tally: LogTally) -> None:
        complete = {each.id: found[each.ext_id].id for each in records if _is_complete(each, found)}
        left = [each for each in records if each.id not in complete]
        doubtful = [each.sent_at + DOUBT for each in left if each.sent_at is not None and each.ext_id not in found]
        now = self._clock()
        if any(now < until <= now + DOUBT for until in doubtful):
            with self._store.transaction():
                self._messages.postpone(message.id, max(doubtful), failed=False)
            return
        if left:
            with tempfile.TemporaryFile() as file:
                place, content = self._content(message, file)
                for record in left:
                    logged = found.get(record.ext_id)
                    complete[record.id] = self._log_record(message, record, place, content, logged, tally)
        with self._store.transaction():
            for each in records:
                self._messages.complete(each, complete[each.id])
            self._messages.finish(message.id)
            self._problems.solved(_problem_key(message))

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
        self, message: Open, record: Record, place: Place, content: Content, logged: Logged | None, tally: LogTally
    ) -> str:
        """Stores the record and its files; returns its id. Once it is there, `find` tells what it lacks."""
        what = Subject(message.headers, message.direction, message.moment, place.name, record.party, record.ext_id)
        # What was begun under another limit is finished as it was begun.
        options = self._options if logged is None else replace(self._options, attachment_limit=_NO_LIMIT)
        entry = entry_of(what, content, options)
        if logged is None:
            logged = self._create(record, entry)
            tally.logged += 1
        missing = dict(logged.missing or {})
        for attachment in entry.attachments:
            locator = missing.pop(attachment.name, None)
            if locator is not None:
                self._log.upload(locator, attachment)
        if missing:
            raise Refused(f"ForceManager waits for files that are not in the message: {', '.join(missing)}.")
        return logged.id

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
                self._tell(message, f"could not be logged: {error}", getattr(error, "next_step", ""))
        _log.warning("Message %d could not be logged, failure %d: %s", message.id, failures, error)

    def _gone(self, message: Open, found: Found, records: Iterable[Record]) -> None:
        """Nobody can log it any more, unless it is seen again in another folder."""
        with self._store.transaction():
            self._messages.gone(message.id)
            if any(each.ext_id in found and found[each.ext_id].missing for each in records):
                self._tell(message, "was deleted from the mailbox before all its files were logged.", "")

    def _tell(self, message: Open, what: str, next_step: str) -> None:
        subject = message.subject or "without a subject"
        self._problems.report(
            _problem_key(message),
            subject,
            f"The message “{subject}” of {message.moment:%Y-%m-%d} {what}",
            next_step or "It is tried again by itself. If it is important, note it in ForceManager by hand.",
        )


def _pause(failures: int) -> timedelta:
    """The first time may have been bad luck; from then on it grows."""
    return min(LONGEST_PAUSE, timedelta(minutes=2) * 4 ** (failures - 2)) if failures > 1 else timedelta(0)


def _problem_key(message: Open) -> str:
    return f"mail:{message.id}"


def _is_complete(record: Record, found: Found) -> bool:
    logged = found.get(record.ext_id)
    return logged is not None and not logged.missing
