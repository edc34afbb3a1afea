"""Logged messages, as they are shown with a contact or an account (R13), and why a message is, or is not, logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row

from fm_desktop.model.message import Direction
from fm_desktop.sync.explain import Explanation
from fm_desktop.sync.mail.match import Why
from fm_desktop.sync.store import Store, read_utc

_EXCLUDED = (
    "EXISTS (SELECT 1 FROM mail_excluded WHERE mail_excluded.account = mail_message.account"
    " AND (mail_excluded.message_id IN (mail_message.message_id, mail_message.key)"
    " OR mail_excluded.message_id IN (SELECT value FROM json_each(mail_message.thread)))) AS is_excluded"
)
_LOGGED = (
    " FROM mail_record JOIN mail_message ON mail_message.id = mail_record.message"
    " WHERE mail_message.account = ? AND mail_record.state = 'done'"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A logged message: when, which way, about what; `other` is the address at the other end. `number` names it
    for the user. `is_excluded`: nothing more of its conversation is logged."""

    number: int
    moment: datetime
    direction: Direction
    subject: str
    other: str
    is_excluded: bool = False


class Letters:
    """The messages of one account of the store."""

    def __init__(self, store: Store, account: int) -> None:
        self._store = store
        self._account = account

    def of(self, contact_id: int | None, account_id: int | None, limit: int) -> tuple[Letter, ...]:
        """The newest with a contact; without one, with an account and all its contacts."""
        column, value = ("company", account_id) if contact_id is None else ("contact", contact_id)
        rows = self._store.rows(
            f"SELECT mail_message.*, mail_record.address, {_EXCLUDED}{_LOGGED} AND mail_record.{column} = ?"
            " GROUP BY mail_message.id ORDER BY moment DESC LIMIT ?",
            self._account, value, limit,
        )  # fmt: skip
        return tuple(map(_letter, rows))

    def newest(self) -> tuple[dict[int, datetime], dict[int, datetime]]:
        """When the newest message was, by contact and by account."""
        return self._newest("contact"), self._newest("company")

    def _newest(self, column: str) -> dict[int, datetime]:
        rows = self._store.rows(
            f"SELECT mail_record.{column} AS id, max(moment) AS moment{_LOGGED} GROUP BY mail_record.{column}",
            self._account,
        )
        return {row["id"]: read_utc(row["moment"]) for row in rows if row["id"] is not None}

    def explain(self, text: str, limit: int = 20) -> tuple[Explanation, ...]:
        """Messages with a contact or account on them whose subject or id fits, the latest first."""
        rows = self._store.rows(
            "SELECT * FROM mail_message WHERE account = ? AND (instr(lower(subject), lower(?)) OR message_id = ?)"
            " ORDER BY moment DESC LIMIT ?",
            self._account, text, text.strip().strip("<>"), limit,
        )  # fmt: skip
        return tuple(
            Explanation(row["subject"], f"{read_utc(row['moment']):%Y-%m-%d %H:%M} UTC", self._reasons(row))
            for row in rows
        )

    def _reasons(self, row: Row) -> tuple[str, ...]:
        if row["state"] == "open" and row["failures"]:
            return self._standing(row), f"Failed attempts: {row['failures']}; see fm-desktop problems."
        return (self._standing(row),)

    def _standing(self, row: Row) -> str:
        word = "sent to" if row["direction"] == Direction.SENT.value else "received from"
        records = self._store.rows("SELECT * FROM mail_record WHERE message = ? ORDER BY id", row["id"])
        people = ", ".join(each["address"] for each in records)
        if row["state"] == "ignored":
            return f"This e-mail is not logged: {Why(row['why']).sentence}."
        if row["state"] == "gone":
            return "This e-mail was deleted from the mailbox before it could be logged."
        if row["state"] == "open":
            return f"This e-mail, {word} {people}, is logged with one of the next cycles."
        numbers = ", ".join(each["remote"] for each in records)
        return f"This e-mail, {word} {people}, is logged in ForceManager (no. {numbers})."


def _letter(row: Row) -> Letter:
    moment, direction = read_utc(row["moment"]), Direction(row["direction"])
    return Letter(row["id"], moment, direction, row["subject"], row["address"], bool(row["is_excluded"]))
