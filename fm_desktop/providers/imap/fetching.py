"""UID FETCH and its answers (RFC 9051 section 7.5.2).

IMAPClient's own reading of them goes letter by letter, which is most of the time of a long listing; it takes the flags
of another message for those asked for where a server reports them without a UID, and it has no ranges of ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from fm_desktop.providers.imap.wire import Client

Value = int | bytes | None | tuple[Any, ...]
Data = Mapping[bytes, Value]
"""What is known of a message, by the name of the item in upper case."""

# An atom may have brackets with blanks in them: BODY[HEADER.FIELDS (FROM TO)]<0>.
_TOKEN: Final = re.compile(
    rb'[ \t]*(?:([()])|"((?:[^"\\]|\\.)*)"|(\{\d+\+?\})|((?:[^ \t()"{\[]|\[[^\]]*\]|\[)+))', re.DOTALL
)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)
_START: Final = re.compile(rb"\d+ ")
_MOMENT: Final = re.compile(rb" ?(\d?\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS: Final = {
    name: number for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}


def fetch(client: Client, uids: Sequence[int], items: Iterable[str]) -> dict[int, Data]:
    """Those of the messages that the server shows. What it reports of others is left aside.

    Raises `ValueError` for an answer that is no IMAP, and what a `Wire` raises.
    """
    kind, records = client.wire.uid("FETCH", sequence_set(uids), f"({' '.join(items)})")
    if kind != "OK":
        raise client.wire.error(records[-1])
    wanted = frozenset(uids)
    found: dict[int, dict[bytes, Value]] = {}
    for data in parsed(records):
        uid = data.get(b"UID")
        if isinstance(uid, int):
            if uid in wanted:
                found.setdefault(uid, {}).update(data)
        elif any(key.startswith(b"BODY[") for key in data):
            raise ValueError("nobody knows whose this is")
    return dict(found)


def sequence_set(uids: Iterable[int]) -> str:
    """Ascending ids as IMAP writes them, neighbours as a range."""
    ranges: list[list[int]] = []
    for uid in uids:
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in ranges)


def parsed(records: Iterable[Any]) -> Iterator[Data]:
    """The answers in what imaplib makes of them: lines, and pairs of a line up to a literal and that literal.

    Raises `ValueError`.
    """
    text, literals = b"", []
    for record in records:
        if isinstance(record, tuple):
            text += record[0]
            literals.append(record[1])
        elif record is not None:
            yield _items(text + record, iter(literals))
            text, literals = b"", []


def moment(value: Value) -> datetime | None:
    """An INTERNALDATE in UTC; None for what is none."""
    match = _MOMENT.fullmatch(value) if isinstance(value, bytes) else None
    if match is None or match.group(2).lower() not in _MONTHS:
        return None
    day, _, year, hour, minute, second = match.groups()[:6]
    offset = timedelta(hours=int(match.group(8)), minutes=int(match.group(9)))
    try:
        zone = timezone(-offset if match.group(7) == b"-" else offset)
        month = _MONTHS[match.group(2).lower()]
        local = datetime(int(year), month, int(day), int(hour), int(minute), int(second), tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _items(text: bytes, literals: Iterator[bytes]) -> Data:
    start = _START.match(text)
    values = _values(text, start.end(), literals) if start else ()
    if len(values) != 1 or not isinstance(values[0], tuple) or len(values[0]) % 2:
        raise ValueError("this is no answer to FETCH")
    pairs = iter(values[0])
    return {key.upper(): value for key, value in zip(pairs, pairs, strict=True) if isinstance(key, bytes)}


def _values(text: bytes, position: int, literals: Iterator[bytes]) -> tuple[Value, ...]:
    """Lists as tuples, numbers as such, NIL as None, all other as bytes. Without recursion, however deep lists are."""
    stack: list[list[Value]] = [[]]
    end = len(text.rstrip())
    while position < end:
        token = _TOKEN.match(text, position, end)
        if token is None:
            raise ValueError("this is no IMAP")
        position = token.end()
        parenthesis, quoted, literal, atom = token.groups()
        if parenthesis == b"(":
            stack.append([])
        elif parenthesis:
            if len(stack) < 2:
                raise ValueError("a parenthesis too many")
            done = tuple(stack.pop())
            stack[-1].append(done)
        elif quoted is not None:
            stack[-1].append(_ESCAPED.sub(rb"\1", quoted) if b"\\" in quoted else quoted)
        elif literal:
            stack[-1].append(_next(literals))
        else:
            stack[-1].append(None if atom.upper() == b"NIL" else int(atom) if atom.isdigit() else atom)
    if len(stack) > 1:
        raise ValueError("a parenthesis is missing")
    return tuple(stack[0])


def _next(literals: Iterator[bytes]) -> bytes:
    literal = next(literals, None)
    if literal is None:
        raise ValueError("a literal is missing")
    return literal
