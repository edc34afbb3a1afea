"""What came into a folder since a sync state, and what is in it within a span of days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from fm_desktop.mailport import Batch, Broken, Folder, Heading
from fm_desktop.port import Malformed
from fm_desktop.providers.exchange.errors import SERVICE, Expired
from fm_desktop.providers.exchange.headings import headings
from fm_desktop.providers.exchange.operations import RECEIVED, both, compared, find_items, path, sync_items
from fm_desktop.providers.exchange.session import Call, EwsSession
from fm_desktop.providers.exchange.xml import Element, at, attribute, children, local_name, text
from fm_desktop.providers.transfer import Purpose

_PAGE: Final = 512
_MAX_PAGES: Final = 20_000
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_DAY: Final = timedelta(days=1)


def new(session: EwsSession, folder: Folder, cursor: str | None, since: date) -> Iterator[Batch]:
    """See `MailSource.new`. The state knows no dates: what is older is passed over here, by its date alone."""
    if cursor:
        try:
            yield from _from(session, folder, cursor, since, restarted=False)
        except Expired:
            pass
        else:
            return
    yield from _from(session, folder, "", since, restarted=cursor is not None)


def between(session: EwsSession, folder: Folder, since: date, before: date) -> Iterator[tuple[Heading | Broken, ...]]:
    """The messages of a span of days, and of a day around it: days are those of a zone."""
    condition = both(
        compared("IsGreaterThanOrEqualTo", path(RECEIVED), _midnight(since - _DAY)),
        compared("IsLessThan", path(RECEIVED), _midnight(before + _DAY)),
    )
    offset = 0
    for _ in range(_MAX_PAGES):
        request = find_items(folder.id, condition, offset, _PAGE)
        root = at(session.one(Call(request, Purpose.READ, _about(folder))), "m:RootFolder")
        ids = [attribute(at(each, "t:ItemId"), "Id") for each in children(at(root, "t:Items"))]
        yield _in_order(headings(session, folder.id, ids))
        if attribute(root, "IncludesLastItemInRange") == "true":
            return
        following = attribute(root, "IndexedPagingOffset")
        if not following.isdecimal() or int(following) <= offset:
            break
        offset = int(following)
    raise _endless(folder)


def _from(session: EwsSession, folder: Folder, state: str, since: date, *, restarted: bool) -> Iterator[Batch]:
    for _ in range(_MAX_PAGES):
        request = sync_items(folder.id, state, _PAGE, [path(RECEIVED)])
        message = session.one(Call(request, Purpose.READ, _about(folder)))
        entries = list(children(at(message, "m:Changes")))
        following = text(message, "m:SyncState")
        is_last = text(message, "m:IncludesLastItemInRange") != "false"
        if not following or (not is_last and not entries):
            break
        ids = [identity for each in entries if (identity := _wanted(each, since))]
        state = following
        yield Batch(_in_order(headings(session, folder.id, ids)), state, restarted)
        if is_last:
            return
    raise _endless(folder)


def _wanted(change: Element, since: date) -> str:
    """The id of a message that came or was changed, '' for what went, was read only, or is older than the history."""
    item = next(children(change), None)
    if local_name(change) not in ("Create", "Update") or item is None:
        return ""
    received = text(item, "t:DateTimeReceived")
    return "" if received and received[:10] < since.isoformat() else attribute(at(item, "t:ItemId"), "Id")


def _in_order(found: Iterator[Heading | Broken]) -> tuple[Heading | Broken, ...]:
    """Oldest first."""
    return tuple(sorted(found, key=lambda each: (isinstance(each, Heading) and each.received) or _EARLIEST))


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _about(folder: Folder) -> str:
    return f"the folder “{folder.name}”"


def _endless(folder: Folder) -> Malformed:
    return Malformed(f"{SERVICE} does not come to the end of {_about(folder)}.")
