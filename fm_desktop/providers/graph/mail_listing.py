"""What came into a folder since a cursor, by delta query; and what is in it within a span of days."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from fm_desktop.mailport import Batch, Broken, Folder, Heading
from fm_desktop.port import Malformed
from fm_desktop.providers.graph.errors import SERVICE, unusable
from fm_desktop.providers.graph.headings import FIELDS, heading_of
from fm_desktop.providers.graph.raw import Json, text
from fm_desktop.providers.graph.session import DELTA_LINK, NEXT_LINK, Call, GraphSession, segment
from fm_desktop.providers.transfer import Purpose

_PAGES: Final = "odata.maxpagesize=500"
# A delta with a $filter shows 5,000 messages at most; near to that, the rest is asked for in another way.
_MOST_SHOWN: Final = 4_900
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """`link` tells what comes next. While the history is read for the first time, `since` is the day it begins, and
    `seen` and `oldest` what the delta showed of it; the rest, beyond what a delta shows, is read before the changes at
    `then`."""

    link: str
    since: str = ""
    seen: int = 0
    oldest: str = ""
    then: str = ""

    def text(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value})

    @classmethod
    def read(cls, value: str | None) -> Cursor | None:
        """None for no cursor, and for what is none."""
        try:
            fields = json.loads(value or "")
            texts = (fields.get(name, "") for name in ("link", "since", "oldest", "then"))
            link, since, oldest, then = (each if isinstance(each, str) else "" for each in texts)
            seen = fields.get("seen", 0)
            if since:
                date.fromisoformat(since)
        except (ValueError, AttributeError):
            return None
        return cls(link, since, seen if isinstance(seen, int) else 0, oldest, then) if link or then else None


def new(session: GraphSession, folder: Folder, cursor: str | None, since: date) -> Iterator[Batch]:
    """See `MailSource.new`."""
    known = Cursor.read(cursor)
    if known is not None:
        batches = _from(session, folder, known, restarted=False)
        try:
            first = next(batches)
        except Malformed:
            # A lost state is told in many ways. Asked anew, from the beginning, it shows whether it was that.
            known = None
        else:
            yield first
            yield from batches
            return
    yield from _from(session, folder, Cursor("", since=since.isoformat()), restarted=cursor is not None)


def between(session: GraphSession, folder: Folder, since: date, before: date) -> Iterator[tuple[Heading | Broken, ...]]:
    """The messages of a span of days, and of a day around it, oldest first: days are those of a zone."""
    condition = f"receivedDateTime ge {_midnight(since - _DAY)} and receivedDateTime lt {_midnight(before + _DAY)}"
    params = {"$select": FIELDS, "$filter": condition, "$orderby": "receivedDateTime", "$top": "500"}
    call = Call("GET", f"{_messages(folder)}", Purpose.READ, f"the folder “{folder.name}”", params)
    for page in session.pages(call):
        yield _headings(session, folder, _messages_of(page, folder))


def _from(session: GraphSession, folder: Folder, cursor: Cursor, *, restarted: bool) -> Iterator[Batch]:
    asked: set[str] = set()
    while True:
        page = session.entity(_call(folder, cursor))
        entries = _messages_of(page, folder)
        asked.add(cursor.link)
        cursor, is_last = _following(page, entries, cursor)
        yield Batch(_headings(session, folder, entries), cursor.text(), restarted)
        if is_last:
            return
        if cursor.link and cursor.link in asked:
            raise Malformed(f"{SERVICE} does not come to the end of the folder “{folder.name}”.")


def _following(page: Json, entries: list[Json], cursor: Cursor) -> tuple[Cursor, bool]:
    """Where it goes on behind a page, and whether that is for the next time."""
    following, delta = text(page, NEXT_LINK), text(page, DELTA_LINK)
    oldest = min(filter(None, (cursor.oldest, *(text(each, "receivedDateTime") for each in entries))), default="")
    seen = cursor.seen + len(entries)
    if following:
        counted = replace(cursor, seen=seen, oldest=oldest) if cursor.since else cursor
        return replace(counted, link=following), False
    if cursor.then:
        return Cursor(cursor.then), True
    if not delta:
        raise Malformed(f"{SERVICE} did not say where reading mail goes on.")
    if cursor.since and seen >= _MOST_SHOWN and oldest:
        return Cursor("", cursor.since, 0, oldest, delta), False
    return Cursor(delta), True


def _call(folder: Folder, cursor: Cursor) -> Call:
    about = f"the folder “{folder.name}”"
    if cursor.link:
        return Call("GET", cursor.link, Purpose.READ, about, prefer=_PAGES)
    begin = _midnight(date.fromisoformat(cursor.since))
    params = {"$select": FIELDS, "$orderby": "receivedDateTime desc"}
    if cursor.then:
        params["$filter"] = f"receivedDateTime ge {begin} and receivedDateTime le {cursor.oldest}"
        return Call("GET", _messages(folder), Purpose.READ, about, params, prefer=_PAGES)
    params["$filter"] = f"receivedDateTime ge {begin}"
    return Call("GET", f"{_messages(folder)}/delta", Purpose.READ, about, params, prefer=_PAGES)


def _messages_of(page: Json, folder: Folder) -> list[Json]:
    entries = page.get("value")
    if not isinstance(entries, list) or not all(isinstance(each, dict) and text(each, "id") for each in entries):
        raise unusable(Purpose.READ, f"the folder “{folder.name}”")
    return entries


def _messages(folder: Folder) -> str:
    return f"me/mailFolders/{segment(folder.id)}/messages"


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _headings(session: GraphSession, folder: Folder, entries: Iterable[Json]) -> tuple[Heading | Broken, ...]:
    """Oldest first. Messages that went, or were moved away, are told as removed and are none."""
    found: list[Heading | Broken] = []
    for entry in entries:
        one = None if "@removed" in entry else heading_of(session, folder.id, entry)
        if one is not None:
            found.append(one)
    return tuple(sorted(found, key=_received))


def _received(found: Heading | Broken) -> datetime:
    return found.received if isinstance(found, Heading) and found.received else _EARLIEST
