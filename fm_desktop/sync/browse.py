"""Leafing through the history: filtered, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fm_desktop.port import Side
from fm_desktop.sync.chronicle import Happening
from fm_desktop.sync.explain import Explanation, explain
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.state import State


class Order(StrEnum):
    """What lines are sorted by; the value is the column of the store."""

    WHEN = "id"
    VERB = "verb"
    TITLE = "lower(title)"
    SIDE = "side"


@dataclass(frozen=True, slots=True)
class Query:
    """Which lines are wanted, and in which order. `text` is part of a title, in any case; `link` one item."""

    text: str = ""
    side: Side | None = None
    verb: Verb | None = None
    link: int | None = None
    order: Order = Order.WHEN
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of the history, and how many there are in all."""

    entries: tuple[Happening, ...]
    total: int


def page(state: State, query: Query, offset: int, limit: int) -> Page:
    where, values = _where(query)
    total = state.store.value(f"SELECT count(*) FROM history WHERE {where}", *values)
    order = f"{query.order.value} {'DESC' if query.descending else 'ASC'}, id DESC"
    rows = state.store.rows(
        f"SELECT id FROM history WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?", *values, limit, offset
    )
    entries = (state.chronicle.get(row["id"]) for row in rows)
    return Page(tuple(each for each in entries if each is not None), int(total))


def why(state: State, link: int) -> tuple[Explanation, ...]:
    """What holds of an item, and of others of the same name; nothing if it is not known any more."""
    if state.store.row("SELECT 1 FROM link WHERE id = ?", link) is None:
        return ()
    title = state.links.get(link).title
    return tuple(each for each in explain(state, title) if each.title == title)


def _where(query: Query) -> tuple[str, list[object]]:
    parts: list[str] = ["1"]
    values: list[object] = []
    if query.text:
        parts.append("instr(lower(title), lower(?))")
        values.append(query.text)
    for name, value in (("side", query.side), ("verb", query.verb)):
        if value is not None:
            parts.append(f"{name} = ?")
            values.append(value.value)
    if query.link is not None:
        parts.append("link = ?")
        values.append(query.link)
    return " AND ".join(parts), values
