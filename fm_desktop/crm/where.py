"""Conditions of the API's `where` parameter: text that the server turns into SQL (CRM API 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

Value = str | int

# A condition travels in the address of the request: short enough for every proxy on the way.
IDS_PER_REQUEST = 100
TEXTS_PER_REQUEST = 40


def literal(value: Value) -> str:
    """A number as it is, a text in single quotes with quotes inside doubled (2.4, inferred from SQL)."""
    if isinstance(value, int):
        return str(int(value))
    return "'" + value.replace("'", "''") + "'"


def equals(name: str, value: Value) -> str:
    return f"{name}={literal(value)}"


def linked_to(name: str, record_id: int) -> str:
    """A condition on a linked record. CONFLICT in 2.4: `accountId=1` (docs, sent) or `accountId.id=1` (clients)."""
    return f"{name}={record_id}"


def is_in(name: str, values: Iterable[Value]) -> str:
    return f"{name} IN ({','.join(literal(each) for each in values)})"


def not_before(name: str, moment: datetime) -> str:
    """`name` at or after an instant. UNKNOWN in 2.4: the literal; single-quoted ISO in UTC is what SQL would take."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{name}>={literal(text)}"


def all_of(conditions: Sequence[str]) -> str:
    return " AND ".join(each for each in conditions if each)


def any_of(conditions: Sequence[str]) -> str:
    return f"({' OR '.join(conditions)})"


def chunks(values: Iterable[Value], size: int) -> Iterator[tuple[Value, ...]]:
    """The values without repetitions, so many at a time."""
    rest = iter(dict.fromkeys(values))
    while part := tuple(islice(rest, size)):
        yield part
