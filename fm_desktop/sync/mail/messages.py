"""The tables `mail_message`, `mail_place` and `mail_record`: which messages are to be logged, and how far each is.

A message is `open` until all its records are done; `ignored` where the user's choices keep it out; `gone` where
it disappeared from the mailbox first, until it is seen again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row

from fm_desktop.mailport import Heading, MessageRef, Role
from fm_desktop.model.message import Direction, Headers
from fm_desktop.model.text import normal_title
from fm_desktop.sync.mail.folders import KnownFolder
from fm_desktop.sync.mail.identity import ext_id_of, likeness, message_key
from fm_desktop.sync.mail.match import Addressee, Decision, Why, everybody, moment_of
from fm_desktop.sync.mail.serial import headers_from_text, headers_to_text
from fm_desktop.sync.store import Store, read_utc, utc_text

# How far the Date fields of a sent message and of its copy under another Message-ID may be apart.
ALIKE_WITHIN = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(days=1)  # after failures


@dataclass(frozen=True, slots=True)
class Open:
    """A message to be logged. `has_waited`: it was put off before."""

    id: int
    headers: Headers
    direction: Direction
    moment: datetime
    subject: str
    failures: int
    has_waited: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is; `folder` is its row, `name` what the user calls it."""

    folder: int
    name: str
    ref: MessageRef


@dataclass(frozen=True, slots=True)
class Record:
    """The record of a message for one contact or account. `sent_at`: when its creation was begun, None before."""

    id: int
    ext_id: str
    party: Addressee
    sent_at: datetime | None


class Messages:
    """Those of one account. Callers of what writes hold the transaction."""

    def __init__(self, store: Store, account: int, user: str) -> None:
        self._store = store
        self._account = account
        self._user = user

    # --- what reading found ---

    def take_in(self, folder: KnownFolder, heading: Heading, decision: Decision, now: datetime) -> None:
        """Notes a message that is to be logged, or where else it is, or for whom else it is logged."""
        key = message_key(heading)
        row = self._find(key)
        if row is None and decision.direction is Direction.SENT:
            row = self._copied(folder, heading)
        if row is not None and row["why"] == Why.CONVERSATION:
            return
        if row is None:
            message, known_as = self._add(key, folder, heading, decision, "open", now), set[str]()
        else:
            message, key = row["id"], row["key"]
            known_as = {each["address"] for each in self._rows_of_records(message)}
        self._plan(message, key, (each for each in decision.parties if each.address not in known_as))
        if self._is_unfinished(message):
            self._reopen(message, folder, heading, decision.direction)

    def _plan(self, message: int, key: str, parties: Iterable[Addressee]) -> None:
        """Records for people as whom the message is not known yet: whoever an address belonged to then, what was
        logged for it is not logged a second time."""
        for party in parties:
            self._store.run(
                "INSERT OR IGNORE INTO mail_record (message, ext_id, address, contact, company, state)"
                " VALUES (?, ?, ?, ?, ?, 'planned')",
                message, ext_id_of(self._user, key, party), party.address, party.contact_id, party.account_id,
            )  # fmt: skip

    def ignore(self, folder: KnownFolder, heading: Heading, decision: Decision, now: datetime) -> None:
        """Notes why a message with a contact on it is not logged; one that is known already stays as it is."""
        key = message_key(heading)
        if self._find(key) is None:
            self._add(key, folder, heading, decision, "ignored", now)

    def _find(self, key: str) -> Row | None:
        return self._store.row("SELECT * FROM mail_message WHERE account = ? AND key = ?", self._account, key)

    def _copied(self, folder: KnownFolder, heading: Heading) -> Row | None:
        """The sent message that this is a copy of, in another place: under another Message-ID, or with the name of a
        mailing list in its subject. What lies in the same place is a second message, however much it looks alike."""
        date = moment_of(heading)
        if date is None:
            return None
        return self._store.row(
            "SELECT * FROM mail_message WHERE account = ? AND likeness = ? AND direction = 'sent' AND seen_in != ?"
            " AND moment BETWEEN ? AND ? ORDER BY id LIMIT 1",
            self._account, likeness(heading.headers), _seen_in(folder, heading),
            utc_text(date - ALIKE_WITHIN), utc_text(date + ALIKE_WITHIN),
        )  # fmt: skip

    def _add(
        self, key: str, folder: KnownFolder, heading: Heading, decision: Decision, state: str, now: datetime
    ) -> int:
        headers = heading.headers
        return self._store.run(
            "INSERT INTO mail_message (account, key, likeness, message_id, thread, moment, direction, subject, seen_in,"
            " state, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._account, key, likeness(headers), _stored(headers.message_id), json.dumps(headers.thread),
            utc_text(moment_of(heading) or now), decision.direction.value, _stored(normal_title(headers.subject)),
            _seen_in(folder, heading), state, decision.why or "",
        )  # fmt: skip

    def _is_unfinished(self, message: int) -> bool:
        return self._store.row("SELECT 1 FROM mail_record WHERE message = ? AND state != 'done'", message) is not None

    def _reopen(self, message: int, folder: KnownFolder, heading: Heading, direction: Direction) -> None:
        kept = str(self._store.value("SELECT headers FROM mail_message WHERE id = ?", message))
        # The copy that came back tells nothing of who got it in secret (Bcc): the one that does is kept.
        is_poorer = kept and len(everybody(headers_from_text(kept))) >= len(everybody(heading.headers))
        self._store.run(
            "UPDATE mail_message SET state = 'open', why = '', headers = ? WHERE id = ?",
            kept if is_poorer else headers_to_text(heading.headers), message,
        )  # fmt: skip
        self._turn(message, direction)
        self._store.run(
            "INSERT OR REPLACE INTO mail_place (folder, remote, message) VALUES (?, ?, ?)",
            folder.id, heading.ref.id, message,
        )  # fmt: skip

    # --- what became of it while it waited ---

    def revise(self, message: Open, decision: Decision) -> Open | None:
        """The message as it is decided on now, None for one that is not to be logged any more. A record that was begun
        for somebody is finished, unless the user wants the message out."""
        rows = self._rows_of_records(message.id)
        wanted = {(each.contact_id, each.account_id) for each in decision.parties}
        planned = [row for row in rows if row["state"] == "planned"]
        as_planned = all((row["contact"], row["company"]) in wanted for row in planned)
        if decision.why is None and as_planned and decision.direction is message.direction:
            return message
        is_kept_out = decision.why not in (None, Why.STRANGER)
        self._store.run(
            "DELETE FROM mail_record WHERE message = ? AND (state = 'planned' OR (? AND state = 'sending'))",
            message.id, is_kept_out,
        )  # fmt: skip
        if decision.why is None:
            known_as = {each["address"] for each in self._rows_of_records(message.id)}
            key = str(self._store.value("SELECT key FROM mail_message WHERE id = ?", message.id))
            self._plan(message.id, key, (each for each in decision.parties if each.address not in known_as))
            self._turn(message.id, decision.direction)
        elif not self._rows_of_records(message.id):
            self._let_go(message.id, decision.why)
        self.finish(message.id)
        return next(iter(self.get([message.id])), None)

    def _turn(self, message: int, direction: Direction) -> None:
        """Who wrote it may be seen otherwise once the user named another own address; what is begun stays as it is."""
        self._store.run(
            "UPDATE mail_message SET direction = ? WHERE id = ?"
            " AND NOT EXISTS (SELECT 1 FROM mail_record WHERE message = id AND mail_record.state != 'planned')",
            direction.value, message,
        )  # fmt: skip

    def _let_go(self, message: int, why: Why) -> None:
        """Of a message of strangers nothing is kept."""
        if why is Why.STRANGER:
            self._store.run("DELETE FROM mail_message WHERE id = ?", message)
            return
        self._store.run(
            "UPDATE mail_message SET state = 'ignored', why = ?, headers = '', failures = 0, not_before = NULL"
            " WHERE id = ?",
            why, message,
        )  # fmt: skip
        self._store.run("DELETE FROM mail_place WHERE message = ?", message)

    # --- what is to be logged ---

    def due(self, now: datetime, limit: int, done_with: Iterable[int] = ()) -> tuple[Open, ...]:
        """The newest that may be tried now, but for those of this cycle already. A longer pause than there is was made
        by a clock that was wrong."""
        rows = self._store.rows(
            "SELECT * FROM mail_message WHERE account = ? AND state = 'open'"
            " AND (not_before IS NULL OR not_before <= ? OR not_before > ?)"
            " AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY moment DESC, id DESC LIMIT ?",
            self._account, utc_text(now), utc_text(now + LONGEST_PAUSE), json.dumps(list(done_with)), limit,
        )  # fmt: skip
        return tuple(map(_open, rows))

    def get(self, messages: Iterable[int]) -> tuple[Open, ...]:
        rows = self._store.rows(
            "SELECT * FROM mail_message WHERE state = 'open' AND id IN (SELECT value FROM json_each(?)) ORDER BY id",
            json.dumps(list(messages)),
        )
        return tuple(map(_open, rows))

    def places(self, message: int) -> tuple[Place, ...]:
        rows = self._store.rows(
            "SELECT mail_folder.id, mail_folder.name, mail_folder.remote AS folder, mail_place.remote FROM mail_place"
            " JOIN mail_folder ON mail_folder.id = mail_place.folder WHERE message = ? ORDER BY mail_folder.id",
            message,
        )
        return tuple(Place(row["id"], row["name"], MessageRef(row["folder"], row["remote"])) for row in rows)

    def no_more_at(self, place: Place) -> None:
        self._store.run("DELETE FROM mail_place WHERE folder = ? AND remote = ?", place.folder, place.ref.id)

    def gone(self, message: int) -> None:
        """It is in no folder any more."""
        self._store.run("UPDATE mail_message SET state = 'gone' WHERE id = ?", message)

    def postpone(self, message: int, until: datetime, *, failed: bool) -> None:
        self._store.run(
            "UPDATE mail_message SET not_before = ?, failures = failures + ? WHERE id = ?",
            utc_text(until), failed, message,
        )  # fmt: skip

    def is_known(self, key: str) -> bool:
        return self._find(key) is not None

    def planned(self) -> tuple[tuple[str, str], ...]:
        """Subject and address of every record that is not in the CRM yet, as far as is known."""
        rows = self._store.rows(
            "SELECT subject, address FROM mail_record JOIN mail_message ON mail_message.id = mail_record.message"
            " WHERE account = ? AND mail_message.state = 'open' AND mail_record.state IN ('planned', 'sending')"
            " ORDER BY moment DESC",
            self._account,
        )
        return tuple((row["subject"], row["address"]) for row in rows)

    # --- records ---

    def records(self, message: int) -> tuple[Record, ...]:
        """Those that are not done."""
        return tuple(_record(row) for row in self._rows_of_records(message) if row["state"] != "done")

    def _rows_of_records(self, message: int) -> list[Row]:
        return self._store.rows("SELECT * FROM mail_record WHERE message = ? ORDER BY id", message)

    def sending(self, record: Record, now: datetime) -> None:
        self._store.run("UPDATE mail_record SET state = 'sending', sent_at = ? WHERE id = ?", utc_text(now), record.id)

    def not_sent(self, record: Record) -> None:
        """The CRM is known not to have stored it."""
        self._store.run("UPDATE mail_record SET state = 'planned', sent_at = NULL WHERE id = ?", record.id)

    def complete(self, record: Record, remote: str) -> None:
        """It is in the CRM under this id, with all its files."""
        self._store.run("UPDATE mail_record SET state = 'done', remote = ? WHERE id = ?", remote, record.id)

    def finish(self, message: int) -> bool:
        """Lets go of what is needed no more once all records of a message are done. False if they are not, or if there
        are none."""
        if self._is_unfinished(message) or not self._rows_of_records(message):
            return False
        self._store.run(
            "UPDATE mail_message SET state = 'done', headers = '', failures = 0, not_before = NULL WHERE id = ?",
            message,
        )
        self._store.run("DELETE FROM mail_place WHERE message = ?", message)
        return True

    def waiting(self) -> int:
        """How many messages are not logged yet."""
        return int(
            self._store.value("SELECT count(*) FROM mail_message WHERE account = ? AND state = 'open'", self._account)
        )


def _seen_in(folder: KnownFolder, heading: Heading) -> str:
    """A folder of everything is two places: what has the label of sent mail, and what has not."""
    return f"{folder.what.id}/sent" if Role.SENT in heading.roles else folder.what.id


def _stored(text: str) -> str:
    """SQLite takes no lone surrogates, which a broken header may hold."""
    return text.encode("utf-8", "replace").decode()


def _open(row: Row) -> Open:
    return Open(
        row["id"],
        headers_from_text(row["headers"]),
        Direction(row["direction"]),
        read_utc(row["moment"]),
        row["subject"],
        row["failures"],
        row["not_before"] is not None,
    )


def _record(row: Row) -> Record:
    party = Addressee(row["address"], row["contact"], row["company"])
    sent_at = None if row["sent_at"] is None else read_utc(row["sent_at"])
    return Record(row["id"], row["ext_id"], party, sent_at)
