"""Leafing through all that was done, filtered, a page at a time: the history of items, and the messages logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from sqlite3 import Row

from fm_desktop.model.message import Direction
from fm_desktop.port import Side
from fm_desktop.sync.chronicle import Happening
from fm_desktop.sync.explain import Explanation, explain
from fm_desktop.sync.state import State
from fm_desktop.sync.store import read_utc


class Order(StrEnum):
    """What lines are sorted by; the value is the column of `_LINES`."""

    WHEN = "at"
    WHAT = "what"
    TITLE = "lower(title)"
    SIDE = "side"


class What(StrEnum):
    """What was done: to an item, or a message logged."""

    CREATED = "create"
    CHANGED = "update"
    DELETED = "delete"
    LOGGED = "logged"


@dataclass(frozen=True, slots=True)
class Query:
    """Which lines are wanted, and in which order. `text` is part of a title, in any case; `link` one item."""

    text: str = ""
    side: Side | None = None
    what: What | None = None
    link: int | None = None
    order: Order = Order.WHEN
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Logged:
    """A message logged in ForceManager for one contact or account, known by `address`. `at` is when it was logged,
    `moment` when it was sent. It is never changed or taken out (R12)."""

    id: int
    at: str
    title: str
    direction: Direction
    address: str
    moment: datetime

    @property
    def link(self) -> None:
        """It is no item of a calendar."""
        return


Line = Happening | Logged


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and how many there are in all."""

    entries: tuple[Line, ...]
    total: int


_LINES = (
    "SELECT 0 AS mail, id, at, link, side, verb AS what, title FROM history WHERE account = ?"
    " UNION ALL SELECT 1, mail_record.id, coalesce(mail_record.sent_at, mail_message.moment), NULL, 'crm', 'logged',"
    " mail_message.subject FROM mail_record JOIN mail_message ON mail_message.id = mail_record.message"
    " WHERE mail_message.account = ? AND mail_record.state = 'done'"
)
_MESSAGE = (
    "SELECT mail_record.id, mail_record.address, subject, direction, moment FROM mail_record"
    " JOIN mail_message ON mail_message.id = mail_record.message WHERE mail_record.id = ?"
)


def page(state: State, query: Query, offset: int, limit: int) -> Page:
    where, values = _where(query)
    source = f"FROM ({_LINES}) WHERE {where}"
    values = [state.account, state.account, *values]
    total = state.store.value(f"SELECT count(*) {source}", *values)
    order = f"{query.order.value} {'DESC' if query.descending else 'ASC'}, at DESC, mail, id DESC"
    rows = state.store.rows(f"SELECT mail, id, at {source} ORDER BY {order} LIMIT ? OFFSET ?", *values, limit, offset)
    entries = (_logged(state, row) if row["mail"] else state.chronicle.get(row["id"]) for row in rows)
    return Page(tuple(each for each in entries if each is not None), int(total))


def why(state: State, link: int) -> tuple[Explanation, ...]:
    """What holds of an item, and of others of the same name; nothing if it is not known any more."""
    if state.store.row("SELECT 1 FROM link WHERE id = ? AND account = ?", link, state.account) is None:
        return ()
    title = state.links.get(link).title
    return tuple(each for each in explain(state, title) if each.title == title)


def _where(query: Query) -> tuple[str, list[object]]:
    parts: list[str] = ["1"]
    values: list[object] = []
    if query.text:
        parts.append("instr(lower(title), lower(?))")
        values.append(query.text)
    for name, value in (("side", query.side), ("what", query.what)):
        if value is not None:
            parts.append(f"{name} = ?")
            values.append(value.value)
    if query.link is not None:
        parts.append("link = ?")
        values.append(query.link)
    return " AND ".join(parts), values


def _logged(state: State, line: Row) -> Logged | None:
    row = state.store.row(_MESSAGE, line["id"])
    if row is None:
        return None
    direction, moment = Direction(row["direction"]), read_utc(row["moment"])
    return Logged(row["id"], line["at"], row["subject"], direction, row["address"], moment)
