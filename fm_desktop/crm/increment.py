"""Reading only what changed in a list of the API, without ever losing a row, and idle in one request.

The API has no change token (CRM API 2.10): rows are asked for by their time stamps, from a watermark on.

Where the reading goes on. From the newest time stamp seen (the server's, never our clock), minus an
overlap: a row can become visible a little after its time stamp, from a slow transaction or a second
server that lags. The overlap is 2 minutes, with two exceptions that keep an idle read at one page:
- it holds no more rows than fit into a page. After a thousand writes in a minute it is therefore
  shorter; at the documented 4 or 13 requests a second it still covers 30 seconds;
- once a read that started 2 minutes after the newest row was first seen has brought nothing new, the
  overlap has done its work: only what carries the newest time stamp itself is read again.
A server whose own clock has gone back (its Date header tells) is read whole again, and the engine's daily
comparison of the complete list is the net below all of that.

Where a list ends. The server may give fewer rows than asked for: its maximum is UNKNOWN (2.3), so that a
short page proves nothing by itself. An empty page ends every reading. Only a page that brings no news
ends one earlier, and only if it is shorter than any page that was ever followed by more rows (at least
as short as no source says a page can be cut to). Were it cut all the same nothing is lost: no news, so
the watermark stays, and the next reading begins at the same place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fm_desktop.crm.client import CrmClient, Row
from fm_desktop.crm.fields import Fields
from fm_desktop.crm.revision import STAMPS, newest_stamp
from fm_desktop.crm.where import all_of, any_of, not_before
from fm_desktop.port import Malformed

OVERLAP = timedelta(minutes=2)
# So far the clocks of several servers behind one name may differ without being taken for set back.
_CLOCKS_DIFFER = timedelta(seconds=10)
# No zone's clock is further ahead of UTC than this, should a server write its own.
_NOT_YET = timedelta(days=1)
# The default size of a page (2.3), and the smallest that any source knows.
_SMALLEST_PAGE = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a list has been read.

    `newest`  the newest time stamp seen; None before the first row.
    `since`   where the next reading begins; None for a complete one.
    `seen_at` the server's clock when `newest` was first seen; None where it does not tell.
    `cut`     the shortest page that was followed by more rows, None if there was none yet.
    `longest` the longest page seen, at least the documented default.
    """

    newest: datetime | None = None
    since: datetime | None = None
    seen_at: datetime | None = None
    cut: int | None = None
    longest: int = _SMALLEST_PAGE

    @property
    def whole_page(self) -> int:
        """A page shorter than this was not cut by the server."""
        return self.longest if self.cut is None else self.cut

    def to_text(self) -> str:
        moments = {name: None if each is None else each.isoformat() for name, each in self._moments().items()}
        return json.dumps({**moments, "pages": [self.cut, self.longest]})

    def _moments(self) -> dict[str, datetime | None]:
        return {"newest": self.newest, "since": self.since, "seen": self.seen_at}


def mark_from(text: str | None) -> Mark:
    """The mark in a text, or, for a text that is none, the one of a complete reading."""
    try:
        value: Any = json.loads(text or "null")
        newest, since, seen_at = (
            None if value[name] is None else datetime.fromisoformat(value[name]) for name in ("newest", "since", "seen")
        )
        cut, longest = value["pages"]
    except (ValueError, TypeError, KeyError):
        return Mark()
    return Mark(newest, since, seen_at, cut, longest)


@dataclass(frozen=True, slots=True)
class Reading:
    """`rows` by id, each once. `complete` says that these are all there are, not only the changed ones."""

    rows: dict[str, Row]
    mark: Mark
    complete: bool


def row_id(row: Row) -> str:
    number = Fields(row).link("id")
    if number is None:
        raise Malformed(
            "ForceManager sent a record without a number.",
            "Nothing to do: nothing was changed, and syncing tries again by itself.",
        )
    return str(number)


def read(client: CrmClient, path: str, scope: str, mark: Mark, is_news: Callable[[Row], bool]) -> Reading:
    """The rows of a list, within the condition `scope`, from a mark on. Raises the errors of the port.

    `is_news` tells whether a row differs from what is known of it.
    """
    changed = "" if mark.since is None else any_of([not_before(name, mark.since) for name in STAMPS])
    rows: dict[str, Row] = {}
    lengths: list[int] = []
    news = False
    served_at = None
    for page in client.pages(path, all_of([scope, changed])):
        served_at = served_at or page.served_at
        if _went_back(mark, served_at):
            return read(client, path, scope, Mark(cut=mark.cut, longest=mark.longest), is_news)
        lengths.append(len(page.rows))
        for row in page.rows:
            rows[row_id(row)] = row
            news = news or is_news(row)
        if mark.since is not None and not news and len(page.rows) < mark.whole_page:
            break
    return Reading(rows, _advanced(mark, rows.values(), lengths, served_at, news), complete=mark.since is None)


def _went_back(mark: Mark, served_at: datetime | None) -> bool:
    """Whether the server's clock is before the moment it had shown: its new rows are then before the watermark."""
    return served_at is not None and mark.seen_at is not None and mark.seen_at - served_at > _CLOCKS_DIFFER


def _advanced(mark: Mark, rows: Iterable[Row], lengths: list[int], served_at: datetime | None, news: bool) -> Mark:
    cut, longest = _pages(mark, lengths)
    latest = datetime.max.replace(tzinfo=UTC) if served_at is None else served_at + _NOT_YET
    # A time stamp of the future is a mistake, behind which nothing new would be seen until that day.
    stamps = sorted((stamp for stamp in map(newest_stamp, rows) if stamp and stamp < latest), reverse=True)
    newest = max(filter(None, (mark.newest, *stamps[:1])), default=None)
    if newest is None:
        return Mark(cut=cut, longest=longest)
    seen_at = served_at if newest != mark.newest else mark.seen_at
    settled = not news and served_at is not None and seen_at is not None and served_at - seen_at >= OVERLAP
    since = newest if settled else newest - OVERLAP
    room = (longest if cut is None else cut) * 4 // 5
    if len(stamps) > room:
        since = max(since, _after_all_but(stamps, room))
    return Mark(newest, max(filter(None, (since, mark.since))), seen_at, cut, longest)


def _after_all_but(stamps: list[datetime], room: int) -> datetime:
    """The earliest moment from which on there are at most `room` of the time stamps, given newest first.

    A whole import can share one time stamp: then it is the millisecond after it.
    """
    first_out = stamps[room]
    inside = [each for each in stamps[:room] if each > first_out]
    return inside[-1] if inside else first_out + timedelta(milliseconds=1)


def _pages(mark: Mark, lengths: list[int]) -> tuple[int | None, int]:
    """What these pages tell of how many rows the server gives at most, together with what was known."""
    filled = [length for length in lengths if length]
    cuts = filled[:-1] if mark.cut is None else [mark.cut, *filled[:-1]]
    return min(cuts, default=None), max([mark.longest, *filled])
