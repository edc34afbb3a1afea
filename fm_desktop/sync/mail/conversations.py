"""Conversations that the user took out of logging (“not this conversation”)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row

from fm_desktop.sync.mail.match import Why
from fm_desktop.sync.store import Store, read_utc


class NoConversation(Exception):
    """What the user named is no conversation, or several: `str(error)` says which."""

    next_step = "See the last messages and their numbers: fm-desktop contacts TEXT"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One that was taken out, or in again: its newest subject, when that was, and how many of its messages are logged
    already (they stay: what is logged is never changed)."""

    subject: str
    moment: datetime
    logged: int


class Conversations:
    """The table `mail_excluded` of one account."""

    def __init__(self, store: Store, account: int) -> None:
        self._store = store
        self._account = account

    def excluded(self) -> frozenset[str]:
        """Ids of messages, or the keys of those without: what is one of them, or answers one, is not logged."""
        rows = self._store.rows("SELECT message_id FROM mail_excluded WHERE account = ?", self._account)
        return frozenset(row["message_id"] for row in rows)

    def add(self, message_ids: Iterable[str]) -> None:
        """Callers hold the transaction."""
        for each in message_ids:
            self._store.run("INSERT OR IGNORE INTO mail_excluded VALUES (?, ?)", self._account, each)

    def exclude(self, text: str) -> Conversation:
        """Takes out the one conversation with a message of this number, or with this text in a subject. What of it
        waits to be logged is not logged any more. Raises `NoConversation`."""
        group = self._named(text)
        with self._store.transaction():
            self.add({each for row in group for each in _ids(row)})
            for row in group:
                self._store.run(
                    "UPDATE mail_message SET state = 'ignored', why = 'conversation', headers = ''"
                    " WHERE id = ? AND state != 'done'",
                    row["id"],
                )  # fmt: skip
        return _told(group)

    def include(self, text: str) -> Conversation:
        """Takes a conversation in again, named as in `exclude`. What was left out of it meanwhile is logged too, as far
        as the chosen history goes back and the mailbox still has it. Raises `NoConversation`."""
        group = self._named(text)
        with self._store.transaction():
            ids = {each for row in group for each in _ids(row)}
            left_out = [row["id"] for row in group if row["why"] == Why.CONVERSATION]
            # Also what is logged already may have been left out for somebody who became a contact since.
            if left_out or ids & self.excluded():
                self._forget(left_out)
            for each in ids:
                self._store.run("DELETE FROM mail_excluded WHERE account = ? AND message_id = ?", self._account, each)
        return _told(group)

    def _forget(self, messages: list[int]) -> None:
        """The folders are read once more, and what is not known there any more is found again. What a record was begun
        of stays known."""
        which, begun = json.dumps(messages), "SELECT message FROM mail_record WHERE state != 'planned'"
        self._store.run(
            "UPDATE mail_message SET state = 'done', why = ''"
            f" WHERE id IN (SELECT value FROM json_each(?)) AND id IN ({begun})",
            which,
        )
        self._store.run(
            f"DELETE FROM mail_message WHERE id IN (SELECT value FROM json_each(?)) AND id NOT IN ({begun})", which
        )
        self._store.run("UPDATE mail_folder SET cursor = NULL WHERE account = ?", self._account)

    def _named(self, text: str) -> list[Row]:
        rows = self._store.rows("SELECT * FROM mail_message WHERE account = ? ORDER BY moment", self._account)
        groups = [group for group in _grouped(rows) if any(_fits(row, text) for row in group)]
        if not groups:
            raise NoConversation(f"No message with a contact of yours has the number or the subject “{text}”.")
        if len(groups) > 1:
            names = ", ".join(f"“{group[-1]['subject']}” ({group[-1]['id']})" for group in groups[:5])
            raise NoConversation(f"{len(groups)} conversations fit “{text}”: {names}. Name one by its number.")
        return groups[0]


def _told(group: list[Row]) -> Conversation:
    logged = sum(row["state"] == "done" for row in group)
    return Conversation(group[-1]["subject"], read_utc(group[-1]["moment"]), logged)


def _fits(row: Row, text: str) -> bool:
    return str(row["id"]) == text if text.isdecimal() else text.casefold() in row["subject"].casefold()


def _ids(row: Row) -> set[str]:
    return {row["message_id"] or row["key"], *json.loads(row["thread"])}


def _grouped(rows: Iterable[Row]) -> list[list[Row]]:
    """Messages that belong together, directly or by way of others, because one names the other; oldest first."""
    groups: dict[int, list[Row]] = {}
    group_of: dict[str, int] = {}
    for row in rows:
        joined = {group_of[each] for each in _ids(row) if each in group_of}
        number = row["id"]
        members = [each for other in joined for each in groups.pop(other)]
        groups[number] = sorted([*members, row], key=lambda each: each["moment"])
        for each in groups[number]:
            group_of.update(dict.fromkeys(_ids(each), number))
    return list(groups.values())
