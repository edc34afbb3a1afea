"""A mailbox that moves to another service: from an own Exchange server to Microsoft 365, say, or between CalDAV hosts.

There it is somebody else's by name, with other calendars, folders and ids; even where these look the same they are
others, so that nothing the new service does not show may count as deleted. Items and messages are known by their
identity. Tasks have another one there, and are taken up by what they say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Projection
from fm_desktop.model.times import Timed
from fm_desktop.port import Collection
from fm_desktop.sync.resources import LEFT, KnownCollection
from fm_desktop.sync.serial import span_value
from fm_desktop.sync.store import Store, read_utc, utc_text

EXPECTED: Final = timedelta(days=30)
"""So long after a move, what was left may still arrive."""


def serve(store: Store, account: int, calendar: str, mailbox: str, now: datetime) -> bool:
    """By which services the account's calendars and mail are there from now on; '' for none. True if the calendars are
    at another one than before. Called under the lock of the cycles, in one transaction with what else follows."""
    with store.transaction():
        if _is_another(store, f"served_by:{account}:mailbox", mailbox):
            # Not NULL, which is a mailbox that was never opened: the chosen history goes on counting from its day.
            store.run("UPDATE mailbox SET principal = '' WHERE account = ? AND principal IS NOT NULL", account)
            store.run("UPDATE mail_folder SET cursor = NULL WHERE account = ?", account)
            store.run("DELETE FROM mail_place WHERE folder IN (SELECT id FROM mail_folder WHERE account = ?)", account)
        moved = _is_another(store, f"served_by:{account}:calendar", calendar)
        if moved:
            _leave(store, account, now)
    return moved


def _is_another(store: Store, key: str, service: str) -> bool:
    before = store.meta(key)
    if service and before != service:
        store.set_meta(key, service)
    return bool(service) and before not in (None, service)


def _leave(store: Store, account: int, now: datetime) -> None:
    """All calendars are strangers, whatever their paths: items that turn up elsewhere are known by their identity, and
    those that do not are left alone."""
    # Each move leaves more of them behind, so that no two have the same number. One before which nothing was listed
    # leaves none: what the move before it left is looked for still.
    ours = "SELECT count(*) FROM collection WHERE account = ? AND side = 'provider' AND substr(remote, 1, length(?))"
    left = f"{LEFT}{store.value(f'{ours} = ?', account, LEFT, LEFT)} "
    if store.value(f"{ours} != ?", account, LEFT, LEFT) or not under_way(store, account):
        store.set_meta(_key(account, "moving"), left)
    store.set_meta(_key(account, "moved_at"), utc_text(now))
    store.set_meta(_key(account, "read_whole"), "")
    # What became of a write whose answer was lost is told by what the new service shows.
    store.run(
        "UPDATE operation SET state = 'failed', error = 'the mailbox moved' WHERE state IN ('sending', 'unknown')"
        " AND collection IN (SELECT id FROM collection WHERE account = ? AND side = 'provider')",
        account,
    )
    # What was deleted there is kept in a form that only that service understands.
    store.run(
        "DELETE FROM graveyard WHERE side = 'provider' AND link IN (SELECT id FROM link WHERE account = ?)", account
    )
    # A word about a write there is none about what the write is by the time the item turns up again.
    store.run(
        "DELETE FROM held WHERE side = 'provider' AND decision = 'approved'"
        " AND link IN (SELECT id FROM link WHERE account = ?)",
        account,
    )
    store.run(
        "UPDATE link SET detached = 1, dirty = 1 WHERE provider IS NOT NULL"
        " AND collection IN (SELECT id FROM collection WHERE account = ? AND side = 'provider')",
        account,
    )
    store.run(
        "UPDATE collection SET remote = ? || remote, missing = 1, cursor = NULL, compared_at = NULL"
        " WHERE account = ? AND side = 'provider' AND substr(remote, 1, length(?)) != ?",
        left, account, LEFT, LEFT,
    )  # fmt: skip
    store.run("UPDATE account SET provider_principal = NULL WHERE id = ?", account)
    store.run("DELETE FROM meta WHERE key = 'calendars_listed'")


def _key(account: int, name: str) -> str:
    return f"{name}:{account}"


def under_way(store: Store, account: int) -> str:
    """What the ids of the calendars left with the newest move begin with; '' once nothing more of it is expected. A
    migration may take days, in which calendars and items arrive one after another."""
    return store.meta(_key(account, "moving")) or ""


def was_read_whole(store: Store, account: int) -> bool:
    """The new service, once since the move: what shows up later may have been made there."""
    return bool(store.meta(_key(account, "read_whole")))


def read_whole(store: Store, account: int, now: datetime) -> None:
    """A cycle went through. Callers hold the transaction."""
    moved_at = store.meta(_key(account, "moved_at"))
    if not under_way(store, account) or moved_at is None:
        return
    store.set_meta(_key(account, "read_whole"), "yes")
    if now - read_utc(moved_at) > EXPECTED:
        store.set_meta(_key(account, "moving"), "")


def heirs(
    listed: Sequence[Collection], known: Mapping[str, KnownCollection], left: str
) -> dict[str, KnownCollection | None]:
    """New calendars that take the place of one that was left with the newest move: of the same name and kinds, or else
    of the same name, where no other is called so. If none of those takes part, and no other calendar does, the new
    default takes part in nobody's place (None), unless one of its name was taken out."""
    gone = [each for key, each in known.items() if left and key.startswith(left)]
    new = [what for what in listed if what.id not in known]
    found: dict[str, KnownCollection | None] = {
        **_paired(new, gone, lambda what: what.name),
        **_paired(new, gone, lambda what: (what.name, what.kinds)),
    }
    at_work = any(each.takes_part for each in known.values()) or any(each and each.selected for each in found.values())
    if any(each.selected for each in gone) and not at_work:
        refused = {each.what.name for each in gone if not each.selected}
        free = [what for what in new if what.writable and what.name not in refused]
        default = next((what for what in free if what.is_default), next(iter(free), None))
        if default is not None:
            found[default.id] = None
    return found


def _paired(
    new: Sequence[Collection], gone: Sequence[KnownCollection], name: Callable[[Collection], Hashable]
) -> dict[str, KnownCollection]:
    """Where a name is the only one on both sides."""
    often, often_here = Counter(name(each.what) for each in gone), Counter(map(name, new))
    places = {name(each.what): each for each in gone}
    return {what.id: places[name(what)] for what in new if often[name(what)] == often_here[name(what)] == 1}


def same_tasks(
    shown: Iterable[tuple[int, Projection]], left: Iterable[tuple[int, Projection]], *, only_equal: bool, zone: str
) -> list[tuple[int, int]]:
    """(link of a task that the new service shows, link of the one that was left): equal in everything, or, unless
    `only_equal`, the only ones of their title and date, or else of their title and day in the user's `zone`: the new
    service may keep no hours. Pure."""
    waiting = {link: each for link, each in shown if each.kind is Kind.TASK and each.title}
    behind = {link: each for link, each in left if each.kind is Kind.TASK and each.title}
    found = []
    for link, each in behind.items():
        equal = next((other for other, value in waiting.items() if value == each), None)
        if equal is not None:
            del waiting[equal]
            found.append((equal, link))
    if only_equal:
        return found
    for key in (_title_and_date, lambda each: _title_and_day(each, zone)):
        taken, matched = {here for here, _ in found}, {there for _, there in found}
        rest = {link: key(each) for link, each in behind.items() if link not in matched}
        here = {link: key(each) for link, each in waiting.items() if link not in taken}
        often, often_here = Counter(rest.values()), Counter(here.values())
        places = {each: link for link, each in here.items()}
        found += [(places[each], link) for link, each in rest.items() if often[each] == often_here[each] == 1]
    return found


def _title_and_date(each: Projection) -> tuple[str, str]:
    return each.title.casefold(), str(span_value(each.span))


def _title_and_day(each: Projection, zone: str) -> tuple[str, str]:
    start = None if each.span is None else each.span.start
    try:
        day = start.in_zone(zone).local.date() if isinstance(start, Timed) else start
    except OverflowError:  # at the edge of the calendar
        day = None
    return each.title.casefold(), "" if day is None else day.isoformat()
