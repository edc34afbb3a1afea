"""The history: what was done, why, and what it replaced; and the notices drawn from it (R25)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fm_desktop.model.projection import Projection
from fm_desktop.port import Side
from fm_desktop.sync.journal import Entry
from fm_desktop.sync.links import Link
from fm_desktop.sync.merge import Lost
from fm_desktop.sync.plan import Operation, Verb
from fm_desktop.sync.policy import Origin
from fm_desktop.sync.serial import field_value, patch_value, projection_value
from fm_desktop.sync.store import Clock, Store, utc_text

DAY = timedelta(hours=24)

WAS_CUT = "shortened"
"""Key of `before` that says: the CRM showed only the beginning of this text."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history. `before` / `after`: field values; `lost`: values of the other side that
    the policy overwrote, as (side, field, value)."""

    id: int
    at: str
    link: int | None
    side: Side
    verb: Verb
    title: str
    why: str
    before: dict[str, Any]
    after: dict[str, Any]
    lost: tuple[tuple[str, str, Any], ...]
    undone: bool


@dataclass(frozen=True, slots=True)
class Notice:
    id: int
    at: str
    kind: str
    link: int | None
    text: str
    shown: bool


class Chronicle:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    # --- writing ---

    def wrote(self, entry: Entry, link: Link, operation: Operation | None) -> None:
        """Notes a write that is done. `operation` is None where only the journal remembers it."""
        before, after = _values(entry, link)
        fields = [] if entry.verb is not Verb.UPDATE else sorted(entry.body)
        lost: Iterable[Lost] = operation.lost if operation else ()
        self._store.run(
            "INSERT INTO history (at, cycle, link, side, verb, title, why, fields, puts_back, before, after, lost)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            utc_text(self._clock()), entry.cycle, link.id, entry.side.value, entry.verb.value, link.title, entry.why,
            json.dumps(fields), bool(operation and operation.puts_back), _text(before), _text(after),
            _text([(each.side.value, each.field, field_value(each.field, each.value)) for each in lost]),
        )  # fmt: skip
        self._announce(entry, link, operation)

    def _announce(self, entry: Entry, link: Link, operation: Operation | None) -> None:
        """New events only (R25), a series once; and what was put back (R22)."""
        if operation is not None and operation.puts_back and entry.side is Side.CRM:
            self.tell("put-back", f"“{link.title}” was {entry.why}.", link.id)
        elif entry.side is Side.CRM and entry.verb is Verb.CREATE and link.origin is Origin.PROVIDER:
            told = link.recurrence and self._store.row(
                "SELECT 1 FROM notice JOIN link ON link.id = notice.link WHERE notice.kind = 'new' AND link.uid = ?",
                link.uid,
            )
            if not told:
                self.tell("new", link.title, link.id)

    def tell(self, kind: str, text: str, link: int | None = None) -> None:
        self._store.run(
            "INSERT INTO notice (at, kind, link, text) VALUES (?, ?, ?, ?)", utc_text(self._clock()), kind, link, text
        )

    def summarise_first_import(self) -> None:
        """A first import is one summary, not a thousand notes (R25)."""
        count = self._store.value("SELECT count(*) FROM notice WHERE kind = 'new'")
        if count:
            self._store.run("DELETE FROM notice WHERE kind = 'new'")
            self.tell("first-import", f"{count} events and tasks of your calendar are now in ForceManager.")

    # --- reading ---

    def entries(self, limit: int = 50, text: str = "") -> tuple[Happening, ...]:
        """The newest first; with `text`, those whose title holds it."""
        rows = self._store.rows(
            "SELECT * FROM history WHERE instr(lower(title), lower(?)) OR ? = '' ORDER BY id DESC LIMIT ?",
            text, text, limit,
        )  # fmt: skip
        return tuple(_happening(row) for row in rows)

    def get(self, happening: int) -> Happening | None:
        row = self._store.row("SELECT * FROM history WHERE id = ?", happening)
        return None if row is None else _happening(row)

    def mark_undone(self, happening: int) -> None:
        self._store.run("UPDATE history SET undone = 1 WHERE id = ?", happening)

    def notices(self, limit: int = 50) -> tuple[Notice, ...]:
        rows = self._store.rows("SELECT * FROM notice ORDER BY id DESC LIMIT ?", limit)
        return tuple(
            Notice(row["id"], row["at"], row["kind"], row["link"], row["text"], bool(row["shown"])) for row in rows
        )

    def written(self, link: int) -> dict[tuple[Side, str], int]:
        """How often each (side, field) of a link was written in the last 24 hours; '' counts creates."""
        since = utc_text(self._clock() - DAY)
        counts: dict[tuple[Side, str], int] = {}
        for row in self._store.rows("SELECT side, verb, fields FROM history WHERE link = ? AND at > ?", link, since):
            names = json.loads(row["fields"]) if row["verb"] == Verb.UPDATE.value else [""]
            for name in names if row["verb"] != Verb.DELETE.value else ():
                key = (Side(row["side"]), name)
                counts[key] = counts.get(key, 0) + 1
        return counts

    def deletions_since(self, since: datetime) -> dict[int | None, int]:
        """Deletions done per calendar, a series counted once."""
        rows = self._store.rows(
            "SELECT link.collection, count(DISTINCT link.uid) AS number"
            " FROM history JOIN link ON link.id = history.link"
            " WHERE verb = 'delete' AND at > ? GROUP BY link.collection",
            utc_text(since),
        )
        return {row["collection"]: row["number"] for row in rows}

    def trim(self, before: datetime) -> None:
        self._store.run("DELETE FROM history WHERE at < ?", utc_text(before))
        self._store.run("DELETE FROM notice WHERE at < ?", utc_text(before))


def _values(entry: Entry, link: Link) -> tuple[dict[str, Any], dict[str, Any]]:
    shown: Projection | None = link.provider if entry.side is Side.PROVIDER else link.crm
    if entry.verb is Verb.CREATE:
        return {}, entry.body
    cut = entry.side is Side.CRM and shown is not None and shown.shortened and link.base_provider is not None
    if cut and shown is not None and link.base_provider is not None:
        # What was there is the whole text, of which the CRM showed the beginning: an undo must not cut it.
        shown = replace(shown, text=link.base_provider.text, shortened=False)
    if entry.verb is Verb.DELETE:
        return (projection_value(shown) if shown else {}), {}
    before = {name: field_value(name, getattr(shown, name)) for name in entry.body} if shown else {}
    if cut and "text" in before:
        before[WAS_CUT] = True
    return before, patch_value(entry.patch())


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _happening(row: Any) -> Happening:
    return Happening(
        id=row["id"],
        at=row["at"],
        link=row["link"],
        side=Side(row["side"]),
        verb=Verb(row["verb"]),
        title=row["title"],
        why=row["why"],
        before=json.loads(row["before"]),
        after=json.loads(row["after"]),
        lost=tuple((side, name, value) for side, name, value in json.loads(row["lost"])),
        undone=bool(row["undone"]),
    )
