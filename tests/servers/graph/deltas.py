"""Delta queries ("Use delta query to track changes in Microsoft Graph data"): opaque tokens bound to their first request.

A round begins with what is there (or what changed since the round before), is handed out in pages of units that stay
together (a series is never split), and ends with a link for the next round. What changes during a round is in the next.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.servers.graph.box import Ids, Scope
from tests.servers.graph.errors import GraphError, bad_request
from tests.servers.graph.odata import Call, Kind, page_size
from tests.servers.graph.wire import Reply

TOKENS = frozenset({"$deltatoken", "$skiptoken"})
Unit = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a delta is about. `current` and `render` get the options of the first request."""

    scope: Scope
    kind: Kind
    current: Callable[[dict[str, str]], list[str]]
    render: Callable[[str, dict[str, str]], Unit | None]
    """The entries for one key: an empty list when it is not (or no longer) in what is tracked, which is told as removed
    ("event: delta", Response); None when there is nothing to tell."""
    says_type: bool = True


@dataclass(slots=True)
class Round:
    path: str
    options: dict[str, str]
    number: int
    since: int
    keys: list[str] | None = None
    gone: dict[str, Ids] = field(default_factory=dict)
    late: tuple[str, ...] = ()
    """What a lag kept out of this round; it is told in the next."""


def answer(call: Call, tracked: Tracked, context: str, required: frozenset[str]) -> Reply:
    now = _round(call, required)
    if now.keys is None:
        now = _begun(call, tracked, now)
    limit = page_size(call, tracked.kind)
    page: Unit = []
    keys = list(now.keys or ())
    while keys and len(page) < limit:
        page += _entries(call, tracked, now, keys.pop(0))
    body: dict[str, Any] = {"@odata.context": call.context(context)}
    if keys:
        body["@odata.nextLink"] = _link(
            call, "$skiptoken", Round(now.path, now.options, 0, now.since, keys, now.gone, now.late)
        )
    else:
        body["@odata.deltaLink"] = _link(call, "$deltatoken", Round(now.path, now.options, 0, now.since, late=now.late))
    body["value"] = page
    return Reply(200, body, f"Collection({tracked.kind.type})")


def _round(call: Call, required: frozenset[str]) -> Round:
    given = {name: value for name, value in call.query.items() if name in TOKENS}
    if not given:
        missing = required - call.query.keys()
        if missing:
            raise bad_request(
                "This request requires a time window specified by the query string parameters StartDateTime and "
                "EndDateTime.", "ErrorInvalidParameter",
            )  # fmt: skip
        return Round(call.request.path, dict(call.query), 0, -1)
    if len(call.query) != 1:
        raise bad_request("A state token stands alone: it encodes all other options.", "ErrorInvalidUrlQuery")
    name, token = next(iter(given.items()))
    known: Round | None = call.server.tokens.get((name, token))
    if known is None or known.path != call.request.path:
        raise bad_request("Badly formed token.")
    expired = call.box.faults.expired
    if expired is not None and known.number <= expired[0]:
        raise GraphError(
            410, expired[1], "The sync state generation is not found or expired; the whole must be read again.",
            Location=f"{call.request.base}{call.request.path}?$deltatoken=",
        )  # fmt: skip
    return known


def _begun(call: Call, tracked: Tracked, asked: Round) -> Round:
    """The round with its keys: all there are, or those that changed since the last one."""
    reached = call.box.next_number()
    changed = [change for change in call.box.changes if change.scope == tracked.scope and change.number > asked.since]
    gone = {} if asked.since < 0 else {change.key: change.ids for change in changed}
    keys = tracked.current(asked.options) if asked.since < 0 else list(dict.fromkeys([*asked.late, *gone]))
    shown = call.box.listed(keys)
    late = tuple(key for key in keys if key not in shown)
    return Round(asked.path, asked.options, 0, reached, [key for key in keys if key in shown], gone, late)


def _entries(call: Call, tracked: Tracked, now: Round, key: str) -> Unit:
    entries = tracked.render(key, now.options)
    if entries is None:
        return []
    if not entries and key in now.gone:
        removed = {"id": now.gone[key].pick(call.request.prefer.immutable_ids), "@removed": {"reason": "deleted"}}
        entries = [removed]
    if tracked.says_type:
        entries = [{"@odata.type": "#microsoft." + tracked.kind.type, **entry} for entry in entries]
    return entries


def _link(call: Call, name: str, state: Round) -> str:
    token = secrets.token_urlsafe(48)
    state.number = call.box.next_number()
    call.server.tokens[name, token] = state
    return f"{call.request.base}{call.request.path}?{name}={token}"
