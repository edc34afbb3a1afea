"""What came since a cursor: UIDVALIDITY and the last UID (RFC 9051 section 2.3.1.1)."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, Self

from fm_desktop.mailport import Batch, Folder
from fm_desktop.port import Malformed, Unreachable
from fm_desktop.providers.imap.connection import Connection, Opened, Renumbered, named
from fm_desktop.providers.imap.headings import headings
from fm_desktop.providers.imap.wire import Client

_BATCH: Final = 500
# The answer to a search is held in memory several times over; a search covers so many messages of a folder at most.
_SPAN: Final = 20_000
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """`uid` is the last one given out: nothing up to it is asked for again."""

    validity: int
    uid: int

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """None for no cursor, and for what is none."""
        try:
            value = json.loads(text or "")
            validity, uid = value["uidvalidity"], value["uid"]
        except (ValueError, TypeError, KeyError):
            return None
        return cls(validity, uid) if isinstance(validity, int) and isinstance(uid, int) else None

    def text(self) -> str:
        return json.dumps({"uidvalidity": self.validity, "uid": self.uid})


def new(
    connection: Connection, folder: Folder, cursor: str | None, since: date, opening: Callable[[Opened], None]
) -> Iterator[Batch]:
    """See `MailSource.new`; `opening` hears how the folder was found.

    EXAMINE is the one round trip where nothing is new. STATUS would cost the same, and one more to open the folder
    where there is something to read. A day more than asked for is listed, because SINCE compares dates in the server's
    zone (RFC 9051 section 6.4.4).
    """
    with steady(folder):
        yield from _new(connection, folder, cursor, since, opening)


@contextmanager
def steady(folder: Folder) -> Iterator[None]:
    """Raises `Unreachable` where a folder is numbered anew while it is read: what is read next starts again."""
    try:
        yield
    except Renumbered as error:
        raise Unreachable(
            f"The messages of {named(folder)} were numbered anew while they were read.",
            "Nothing to do: they are read again by themselves.",
        ) from error


def _new(
    connection: Connection, folder: Folder, cursor: str | None, since: date, opening: Callable[[Opened], None]
) -> Iterator[Batch]:
    opened = connection.examine(folder)
    opening(opened)
    known = Cursor.read(cursor)
    last = opened.next_uid - 1 if opened.next_uid is not None else _highest_uid(connection, folder, opened)
    # A highest UID below the last one is a mailbox restored from an older copy: its numbers will be given out again.
    usable = known is not None and known.validity == opened.validity and known.uid <= last
    if known is not None and usable:
        uids = _after(connection, folder, opened, known.uid, last)
    else:
        criteria = ["SINCE", shifted(since, -_DAY)]
        uids = (each for each in search(connection, folder, opened, criteria) if each <= last)
    yield from _batches(connection, folder, opened, uids, last, restarted=cursor is not None and not usable)


def search(connection: Connection, folder: Folder, opened: Opened, criteria: Sequence[Any]) -> Iterator[int]:
    """The UIDs of messages that meet the criteria, ascending; all searching is done before the first is given.

    Spans are searched from the top: sequence numbers only ever fall when messages go, so that none slips through.
    """
    starts = range(1, max(opened.count, 1) + 1, _SPAN)
    spans = [[f"{start}:{start + _SPAN - 1}"] for start in starts[:-1]] + [[f"{starts[-1]}:*"]]
    found: list[array[int]] = []
    for span in reversed(spans if len(spans) > 1 else [[]]):
        asked = [*span, *criteria]
        answer = connection.inside(folder, opened.validity, partial(Client.search, criteria=asked))
        found.append(array("Q", sorted(answer)))
    given = 0
    for each in reversed(found):
        for uid in each:
            if uid > given:
                given = uid
                yield uid


def shifted(day: date, by: timedelta) -> date:
    """A day moved, as far as the calendar goes."""
    try:
        return day + by
    except OverflowError:
        return day


def in_batches(uids: Iterable[int]) -> Iterator[tuple[list[int], bool]]:
    """Some UIDs at a time, and whether more follow."""
    batch: list[int] = []
    for uid in uids:
        if len(batch) == _BATCH:
            yield batch, True
            batch = []
        batch.append(uid)
    if batch:
        yield batch, False


def _batches(
    connection: Connection, folder: Folder, opened: Opened, uids: Iterable[int], last: int, *, restarted: bool
) -> Iterator[Batch]:
    """The last batch's cursor covers what the search left out, too."""
    complete = Cursor(opened.validity, last).text()
    empty = True
    for batch, more in in_batches(uids):
        found = headings(connection, folder, opened.validity, batch)
        empty = False
        yield Batch(found, Cursor(opened.validity, batch[-1]).text() if more else complete, restarted)
    if empty:
        yield Batch((), complete, restarted)


def _after(connection: Connection, folder: Folder, opened: Opened, known: int, last: int) -> Iterable[int]:
    """UIDs above the known one. A short span is simply asked for: what is not there is left out of an answer."""
    if last - known <= _BATCH:
        return range(known + 1, last + 1)
    found = search(connection, folder, opened, ["UID", f"{known + 1}:{last}"])
    return (each for each in found if known < each <= last)


def _highest_uid(connection: Connection, folder: Folder, opened: Opened) -> int:
    """For servers that leave UIDNEXT out, as RFC 3501 allowed."""
    if not opened.count:
        return 0
    found = connection.inside(folder, opened.validity, lambda client: client.search(["UID", "*"]))
    if not found:
        raise Malformed(f"{connection.server.host} does not say how the messages of {named(folder)} are numbered.")
    return int(max(found))
