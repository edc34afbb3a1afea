"""The journal: every write is in it before it is sent (design 4, "Execute").

`sending -> done | failed | unknown`. A crash leaves `sending`, which the next start calls `unknown`;
an unknown one is probed by identity before anything else is planned for its link.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fm_desktop.model.projection import Patch, Projection
from fm_desktop.port import Side
from fm_desktop.sync.links import Link
from fm_desktop.sync.plan import Marking, Operation, Verb
from fm_desktop.sync.serial import dump, load, patch_value, projection_value, read_patch, read_projection
from fm_desktop.sync.store import Store, read_utc, utc_text

# So long a listing may still show what we deleted. A CRM id is never used again; a path at a provider is, and an
# item put back there by the calendar's own undo may have its former revision.
ECHO_OF_DELETE = {Side.CRM: timedelta(hours=24), Side.PROVIDER: timedelta(minutes=2)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One journalled write. `planned_on`: (provider, CRM) projections the plan was made on."""

    id: int
    link: int
    side: Side
    verb: Verb
    state: str
    collection: int
    remote: str
    body: dict[str, Any]
    planned_on: tuple[Projection | None, Projection | None]
    why: str
    cycle: int
    sent_at: str

    @property
    def before(self) -> Projection | None:
        """What the side that is written to showed when this was planned."""
        return self.planned_on[0 if self.side is Side.PROVIDER else 1]

    @property
    def other(self) -> Projection | None:
        """What the other side showed then."""
        return self.planned_on[1 if self.side is Side.PROVIDER else 0]

    def value(self) -> Projection:
        return read_projection(self.body)

    def patch(self) -> Patch:
        return read_patch(self.body)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a write goes. `remote` is '' and `revision` None for a create."""

    collection: int
    remote: str = ""
    revision: str | None = None


class Journal:
    def __init__(self, store: Store, account: int) -> None:
        self._store = store
        self._account = account

    def sending(self, operation: Operation, link: Link, target: Target, cycle: int, now: datetime) -> int:
        """Notes a write that is about to be sent; the caller commits before sending."""
        return self._store.run(
            "INSERT INTO operation (link, side, verb, state, collection, remote, body, planned_on, why, cycle, sent_at)"
            " VALUES (?, ?, ?, 'sending', ?, ?, ?, ?, ?, ?, ?)",
            operation.link, operation.side.value, operation.verb.value, target.collection, target.remote,
            json.dumps(_body(operation, target.revision), ensure_ascii=False),
            json.dumps([dump(link.provider), dump(link.crm)], ensure_ascii=False),
            operation.why, cycle, utc_text(now),
        )  # fmt: skip

    def finish(self, entry: int, state: str, now: datetime, *, error: str = "", remote: str | None = None) -> None:
        self._store.run(
            "UPDATE operation SET state = ?, finished_at = ?, error = ?, remote = coalesce(?, remote) WHERE id = ?",
            state, utc_text(now), error, remote, entry,
        )  # fmt: skip

    def get(self, entry: int) -> Entry:
        row = self._store.row("SELECT * FROM operation WHERE id = ?", entry)
        assert row is not None
        return _entry(row)

    def interrupted(self) -> None:
        """After a crash: what was being sent may or may not have arrived."""
        self._store.run("UPDATE operation SET state = 'unknown' WHERE state = 'sending'")

    def unknown(self) -> tuple[Entry, ...]:
        """Those of this account: another's servers know nothing of them."""
        # The order and the index are forced: few are open, done writes and links are many, and an idle cycle must
        # read neither.
        rows = self._store.rows(
            "SELECT operation.* FROM operation INDEXED BY operation_open"
            " CROSS JOIN link ON link.id = operation.link AND link.account = ?"
            " WHERE operation.state IN ('sending', 'unknown') AND operation.state = 'unknown' ORDER BY operation.id",
            self._account,
        )
        return tuple(_entry(row) for row in rows)

    def has_open(self, link: int) -> bool:
        found = self._store.row("SELECT 1 FROM operation WHERE link = ? AND state IN ('sending', 'unknown')", link)
        return found is not None

    def is_releasing(self, link: int) -> bool:
        """Is a deletion of its CRM row on its way, or was its answer lost, by which the row may have got its mark?"""
        rows = self._store.rows(
            "SELECT body FROM operation WHERE link = ? AND side = 'crm' AND verb = 'delete'"
            " AND state IN ('sending', 'unknown')",
            link,
        )
        return any(json.loads(row["body"]).get("releases") for row in rows)

    def made(self, collection: int, remote: str) -> bool:
        """Did we create this one?"""
        found = self._store.row(
            "SELECT 1 FROM operation WHERE collection = ? AND remote = ? AND verb = 'create' AND state = 'done'",
            collection, remote,
        )  # fmt: skip
        return found is not None

    def deleted_lately(self, collection: int, remote: str, revision: str | None, now: datetime) -> bool:
        """Is this what we deleted, shown once more by a lagging listing?"""
        row = self._store.row(
            "SELECT body, side, sent_at FROM operation WHERE collection = ? AND remote = ? AND verb = 'delete'"
            " AND state = 'done' ORDER BY id DESC",
            collection, remote,
        )  # fmt: skip
        if row is None or read_utc(row["sent_at"]) <= now - ECHO_OF_DELETE[Side(row["side"])]:
            return False
        return bool(row["side"] == Side.CRM.value or json.loads(row["body"]).get("revision") == revision)

    def trim(self, before: datetime) -> None:
        self._store.run("DELETE FROM operation WHERE state IN ('done', 'failed') AND sent_at < ?", utc_text(before))


def _body(operation: Operation, revision: str | None) -> dict[str, Any]:
    if operation.verb is Verb.CREATE:
        assert operation.value is not None
        return projection_value(operation.value)
    if operation.verb is Verb.UPDATE:
        return patch_value(operation.patch)
    return {"revision": revision, "releases": operation.marking is Marking.RELEASE}


def _entry(row: Any) -> Entry:
    provider, crm = json.loads(row["planned_on"])
    return Entry(
        id=row["id"],
        link=row["link"],
        side=Side(row["side"]),
        verb=Verb(row["verb"]),
        state=row["state"],
        collection=row["collection"],
        remote=row["remote"],
        body=json.loads(row["body"]),
        planned_on=(load(provider), load(crm)),
        why=row["why"],
        cycle=row["cycle"],
        sent_at=row["sent_at"],
    )
