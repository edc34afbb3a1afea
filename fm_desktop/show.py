"""How things are printed: plain aligned tables, local times, JSON. Pure; returns text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from unicodedata import category

GAP = "  "
SHORTEST = 12


def table(head: Sequence[str], rows: Iterable[Sequence[object]], width: int = 100) -> str:
    """Left-aligned columns below a heading, numbers to the right. The widest column gives way to `width`."""
    body = [[_cell(value) for value in row] for row in rows]
    numeric = [all(_is_number(row[index]) for row in body) for index in range(len(head))]
    widths = [max(len(row[index]) for row in [list(head), *body]) for index in range(len(head))]
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - width
    if excess > 0:
        widest = widths.index(max(widths))
        widths[widest] = max(SHORTEST, widths[widest] - excess)
    lines = [_line(head, widths, numeric), _line(["-" * each for each in widths], widths, numeric)]
    return "\n".join([*lines, *(_line(row, widths, numeric) for row in body)])


def facts(pairs: Iterable[tuple[str, object]]) -> str:
    """Names and values, one a line, the values in one column."""
    known = [(name, _cell(value)) for name, value in pairs]
    widest = max((len(name) for name, _ in known), default=0)
    return "\n".join(f"{name:<{widest}}{GAP}{value}".rstrip() for name, value in known)


def as_json(value: object) -> str:
    """One JSON document of frozen values, for programs that read us."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2)


def plain(value: object) -> Any:
    """Dataclasses, enums, moments and sequences as JSON knows them."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return value


def moment(text: str) -> str:
    """A stored UTC moment on this computer's clock, to the minute; '' for none."""
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")


def count(number: int, one: str, many: str = "") -> str:
    """`1 event`, `2 events`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    return one_line(str(value.value if isinstance(value, Enum) else value))


def one_line(text: str) -> str:
    """On one line, and without what a terminal would take for an order: titles and notes come from anybody."""
    return " ".join("".join(" " if category(each) == "Cc" else each for each in text).split())


def _is_number(text: str) -> bool:
    return text.isdecimal() or not text


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    fitted = [_fit(cell, width, number) for cell, width, number in zip(cells, widths, numeric, strict=True)]
    return GAP.join(fitted).rstrip()


def _fit(cell: str, width: int, number: bool) -> str:
    if len(cell) > width:
        cell = cell[: width - 1] + "…"
    return cell.rjust(width) if number else cell.ljust(width)
