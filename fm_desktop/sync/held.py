"""What waits for the user's word: mass deletions, changes that send mail, doubtful listings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fm_desktop.port import Side
from fm_desktop.sync.guard import Told
from fm_desktop.sync.plan import Decision, Decisions, Operation, Verb
from fm_desktop.sync.serial import change_text
from fm_desktop.sync.store import Clock, Store, utc_text


@dataclass(frozen=True, slots=True)
class Held:
    """`id`: the number of this very write; in another form it waits under another number. `before` and `after`: the
    values of what an update changes (as in the history), and of the others when the item is, which tells it apart."""

    id: int
    link: int
    side: Side
    verb: Verb
    title: str
    reason: str
    since: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


class NothingHeld(Exception):
    """`str(error)` says that nothing with this number waits."""


# The order is forced: what waits is little, the account's links are many, and an idle cycle must not read them.
_OURS = "held CROSS JOIN link ON link.id = held.link AND link.account = ?"


class HeldBack:
    """The table `held`, as far as it is about this account's links."""

    def __init__(self, store: Store, account: int, clock: Clock) -> None:
        self._store = store
        self._account = account
        self._clock = clock

    def waiting(self) -> tuple[Held, ...]:
        """Those without a decision yet."""
        rows = self._store.rows(
            "SELECT held.*, coalesce(link.provider, link.crm, link.base_provider, link.base_crm,"
            " CASE held.verb WHEN 'create' THEN held.body END) AS shown,"
            " CASE held.side WHEN 'crm' THEN link.crm ELSE link.provider END AS here"
            f" FROM {_OURS} WHERE held.decision IS NULL ORDER BY held.id",
            self._account,
        )
        return tuple(_held(row) for row in rows)

    def count(self) -> int:
        return int(self._store.value(f"SELECT count(*) FROM {_OURS} WHERE held.decision IS NULL", self._account))

    def decide(self, ids: Iterable[int], decision: Decision) -> int:
        """Takes the user's word; the next cycle acts on it. Returns how many it was about. Raises `NothingHeld`.
        Callers hold the transaction."""
        number = 0
        for each in ids:
            row = self._store.row(
                f"SELECT held.link FROM {_OURS} WHERE held.id = ? AND held.decision IS NULL", self._account, each
            )
            if row is None:
                raise NothingHeld(f"Nothing numbered {each} waits for your word. See what does: fm-desktop held")
            number += 1
            self._store.run("UPDATE held SET decision = ? WHERE id = ?", decision.value, each)
            self._store.run("UPDATE link SET dirty = 1, not_before = NULL WHERE id = ?", row["link"])
        return number

    def decisions(self, link: int) -> Decisions:
        rows = self._store.rows("SELECT side, verb, decision FROM held WHERE link = ? AND decision IS NOT NULL", link)
        return {(Side(row["side"]), Verb(row["verb"])): Decision(row["decision"]) for row in rows}

    def told(self, link: int) -> dict[tuple[Side, Verb], Told]:
        """What the user was shown of the writes that were decided about."""
        rows = self._store.rows(
            "SELECT side, verb, body, reason FROM held WHERE link = ? AND decision IS NOT NULL", link
        )
        return {(Side(row["side"]), Verb(row["verb"])): Told(row["body"], row["reason"]) for row in rows}

    def carried_out(self, link: int, side: Side, verb: Verb) -> None:
        """What was decided is done: the word is used up, and covers nothing that comes later. A choice to
        keep something is carried out by other writes than the one it was about."""
        self._store.run(
            "DELETE FROM held WHERE link = ? AND (decision = 'keep'"
            " OR decision = 'approved' AND side = ? AND verb = ?)",
            link, side.value, verb.value,
        )  # fmt: skip

    def ask_anew(self, link: int) -> None:
        """Other people are on the item than when the user was asked about mail to them."""
        self._store.run("DELETE FROM held WHERE link = ? AND side = 'provider' AND decision IS NOT 'keep'", link)

    def approve_in_advance(self, link: int, side: Side, verb: Verb, reason: str) -> None:
        """The user has said so already, in the act that leads to it."""
        self._store.run(
            "INSERT INTO held (link, side, verb, body, reason, decision, since)"
            " VALUES (?, ?, ?, '{}', ?, 'approved', ?)"
            " ON CONFLICT (link, side, verb) DO UPDATE SET decision = 'approved'",
            link, side.value, verb.value, reason, utc_text(self._clock()),
        )  # fmt: skip

    def hold(self, operations: Iterable[Operation]) -> None:
        """They wait for a word. What waits in another form already, or was decided about so, gets another number: a
        word that is given to what was seen must not be taken for one about what is to be written by now."""
        for operation in operations:
            change = change_text(operation.value, operation.patch)
            write = (operation.link, operation.side.value, operation.verb.value)
            self._store.run(
                "DELETE FROM held WHERE link = ? AND side = ? AND verb = ?"
                " AND (body != ? OR decision = 'approved' OR reason != ? AND ? AND decision IS NOT 'keep')",
                *write, change, operation.held, operation.mails > 0,
            )  # fmt: skip
            self._store.run(
                "INSERT INTO held (link, side, verb, body, reason, since) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (link, side, verb) DO UPDATE SET body = excluded.body, reason = excluded.reason",
                *write, change, operation.held, utc_text(self._clock()),
            )  # fmt: skip

    def waiting_because(self, reason: str) -> list[int]:
        """The links of what waits for this reason."""
        rows = self._store.rows(
            f"SELECT held.link FROM {_OURS} WHERE held.decision IS NULL AND held.reason = ?", self._account, reason
        )
        return [row["link"] for row in rows]

    def keep_only(self, link: int, operations: Iterable[Operation]) -> None:
        """Drops what a link no longer waits for: the world has moved on since. A choice to keep leads to
        other operations than the one it was about, and holds until they are carried out."""
        wanted = {(each.side.value, each.verb.value) for each in operations}
        for row in self._store.rows("SELECT id, side, verb, decision FROM held WHERE link = ?", link):
            kept = bool(wanted) and row["decision"] == Decision.KEEP.value
            if (row["side"], row["verb"]) not in wanted and not kept:
                self._store.run("DELETE FROM held WHERE id = ?", row["id"])

    def deletions(self) -> dict[int | None, int]:
        """Held deletions per calendar, a series counted once."""
        rows = self._store.rows(
            f"SELECT link.collection, count(DISTINCT link.uid) AS number FROM {_OURS}"
            " WHERE held.verb = 'delete' AND held.decision IS NULL GROUP BY link.collection",
            self._account,
        )
        return {row["collection"]: row["number"] for row in rows}


def _held(row: Any) -> Held:
    title = json.loads(row["shown"])["title"] if row["shown"] else ""
    verb, change = Verb(row["verb"]), json.loads(row["body"])
    here = json.loads(row["here"]) if row["here"] else {}
    names = list(change) if verb is Verb.UPDATE else ["span"]
    return Held(
        id=row["id"],
        link=row["link"],
        side=Side(row["side"]),
        verb=verb,
        title=title or "(no title)",
        reason=row["reason"],
        since=row["since"],
        before={name: here[name] for name in names if name in here},
        after={name: change[name] for name in names if name in change},
    )
