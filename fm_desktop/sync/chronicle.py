"""The history: what was done, why, and what it replaced; and the notices drawn from it (R25)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

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
    """The tables `history` and `notice`, of one account."""

    def __init__(self, store: Store, account: int, clock: Clock) -> None:
        self._store = store
        self._account = account
        self._clock = clock

    # --- writing ---

    def wrote(self, entry: Entry, link: Link, operation: Operation | None) -> None:
        """Notes a write that is done. `operation` is None where only the journal remembers it."""
        before, after = _values(entry, link)
        fields = [] if entry.verb is not Verb.UPDATE else sorted(entry.body)
        lost: Iterable[Lost] = operation.lost if operation else ()
        self._store.run(
            "INSERT INTO history (account, at, cycle, link, side, verb, title, why, fields, puts_back, before, after,"
            " lost) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._account, utc_text(self._clock()), entry.cycle, link.id, entry.side.value, entry.verb.value,
            link.title, entry.why, json.dumps(fields), _puts_back(entry, link, operation), _text(before),
            _text(after), _text([(each.side.value, each.field, field_value(each.field, each.value)) for each in lost]),
        )  # fmt: skip
        self._announce(entry, link, operation)

    def _announce(self, entry: Entry, link: Link, operation: Operation | None) -> None:
        """New events only (R25), a series once, those of a first import together; and what was put back (R22)."""
        if entry.side is Side.CRM and _puts_back(entry, link, operation):
            self.tell("put-back", f"“{link.title}” was {entry.why}.", link.id)
        elif entry.side is Side.CRM and entry.verb is Verb.CREATE and link.origin is Origin.PROVIDER:
            if self._is_known(link):
                return
            if self._store.row("SELECT 1 FROM collection WHERE id = ? AND importing IS NOT NULL", link.collection):
                self._store.run("UPDATE collection SET importing = importing + 1 WHERE id = ?", link.collection)
            else:
                self.tell("new", link.title, link.id)

    def _is_known(self, link: Link) -> bool:
        """Was it in ForceManager before, or another date of its series?"""
        if link.base_crm is not None:
            return True
        other = self._store.row(
            "SELECT 1 FROM link WHERE account = ? AND uid = ? AND id != ? AND base_crm IS NOT NULL",
            self._account, link.uid, link.id,
        )  # fmt: skip
        return other is not None

    def tell(self, kind: str, text: str, link: int | None = None) -> None:
        self._store.run(
            "INSERT INTO notice (account, at, kind, link, text) VALUES (?, ?, ?, ?, ?)",
            self._account, utc_text(self._clock()), kind, link, text,
        )  # fmt: skip

    def begin_imports(self) -> None:
        """What is copied from a calendar that takes part anew is a first import until a cycle was complete."""
        self._store.run(
            "UPDATE collection SET importing = 0 WHERE account = ? AND importing IS NULL AND compared_at IS NULL",
            self._account,
        )

    def end_imports(self) -> None:
        """A first import is one summary, not a thousand notes (R25): of all calendars the first time, later of
        the calendar that was added."""
        of_ours = "account = ? AND side = 'provider'"
        rows = self._store.rows(
            f"SELECT id, name, importing FROM collection WHERE {of_ours} AND selected AND NOT missing"
            " AND importing IS NOT NULL ORDER BY position",
            self._account,
        )
        earlier = self._store.row(f"SELECT 1 FROM collection WHERE {of_ours} AND importing IS NULL", self._account)
        if earlier is None:
            self._tell_import("your calendar", sum(row["importing"] for row in rows))
        for row in rows:
            if earlier is not None:
                self._tell_import(f"your calendar “{row['name']}”", row["importing"])
            self._store.run("UPDATE collection SET importing = NULL WHERE id = ?", row["id"])

    def _tell_import(self, whence: str, count: int) -> None:
        if count == 1:
            self.tell("first-import", f"1 event or task of {whence} is now in ForceManager.")
        elif count:
            self.tell("first-import", f"{count} events and tasks of {whence} are now in ForceManager.")

    # --- reading ---

    def entries(self, limit: int = 50, text: str = "") -> tuple[Happening, ...]:
        """The newest first; with `text`, those whose title holds it."""
        rows = self._store.rows(
            "SELECT * FROM history WHERE account = ? AND (instr(lower(title), lower(?)) OR ? = '')"
            " ORDER BY id DESC LIMIT ?",
            self._account, text, text, limit,
        )  # fmt: skip
        return tuple(_happening(row) for row in rows)

    def get(self, happening: int) -> Happening | None:
        row = self._store.row("SELECT * FROM history WHERE account = ? AND id = ?", self._account, happening)
        return None if row is None else _happening(row)

    def mark_undone(self, happening: int) -> None:
        self._store.run("UPDATE history SET undone = 1 WHERE id = ?", happening)

    def notices(self, limit: int = 50) -> tuple[Notice, ...]:
        rows = self._store.rows("SELECT * FROM notice WHERE account = ? ORDER BY id DESC LIMIT ?", self._account, limit)
        return tuple(map(_notice, rows))

    def unshown(self) -> tuple[Notice, ...]:
        """Notices nobody was shown yet, the oldest first."""
        rows = self._store.rows("SELECT * FROM notice WHERE account = ? AND NOT shown ORDER BY id", self._account)
        return tuple(map(_notice, rows))

    def mark_shown(self, notices: Iterable[int]) -> None:
        for each in notices:
            self._store.run("UPDATE notice SET shown = 1 WHERE id = ?", each)

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
            " WHERE history.account = ? AND verb = 'delete' AND at > ? GROUP BY link.collection",
            self._account, utc_text(since),
        )  # fmt: skip
        return {row["collection"]: row["number"] for row in rows}

    def trim(self, before: datetime, most: int) -> None:
        """Forgets what happened before that, and of the rest all but the newest `most` lines."""
        for table in ("history", "notice"):
            self._store.run(f"DELETE FROM {table} WHERE account = ? AND at < ?", self._account, utc_text(before))
            self._store.run(
                f"DELETE FROM {table} WHERE account = ? AND id <="
                f" (SELECT id FROM {table} WHERE account = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                self._account, self._account, most,
            )  # fmt: skip


def _puts_back(entry: Entry, link: Link, operation: Operation | None) -> bool:
    if operation is not None:
        return operation.puts_back
    return entry.verb is Verb.CREATE and (link.base_crm if entry.side is Side.CRM else link.base_provider) is not None


def _values(entry: Entry, link: Link) -> tuple[dict[str, Any], dict[str, Any]]:
    """(field values overwritten or removed, field values written)."""
    if entry.verb is Verb.CREATE:
        return {}, entry.body
    # Not what the link shows by now: of a write whose answer was lost that may be what was written.
    shown = entry.before
    whole, was_cut = link.base_provider, False
    if entry.side is Side.CRM and shown is not None and shown.shortened and whole is not None:
        # What was there is the whole text, of which the CRM showed the beginning: an undo must not cut it.
        shown, was_cut = replace(shown, text=whole.text, shortened=False), True
    if entry.verb is Verb.DELETE:
        return (projection_value(shown) if shown else {}), {}
    before = {name: field_value(name, getattr(shown, name)) for name in entry.body} if shown else {}
    if was_cut and "text" in before:
        before[WAS_CUT] = True
    return before, patch_value(entry.patch())


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _notice(row: Any) -> Notice:
    return Notice(row["id"], row["at"], row["kind"], row["link"], row["text"], bool(row["shown"]))


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
