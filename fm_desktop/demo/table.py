"""How the demo prints: short lines of at most 100 columns, without colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

WIDTH = 100
_GAP = "  "
_WIDTHS = (12, 30, 24, 24, 2)
_HEAD = ("Where", "What was done", "Must then be seen", "Seen", "")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. It holds if what is seen is what is expected."""

    where: str
    done: str
    expected: str
    seen: str

    @property
    def holds(self) -> bool:
        return self.seen == self.expected


def title(text: str) -> str:
    return f"{text}\n{'=' * len(text)}"


def step(number: int, text: str) -> str:
    return f"\n{number}  {text}"


def table(sections: Iterable[tuple[str, Sequence[Line]]]) -> str:
    """The table with a heading per section; cells that are too long go on in the next line."""
    lines = [*_row(_HEAD), *_row(tuple("-" * width for width in _WIDTHS))]
    for heading, body in sections:
        lines += ["", heading]
        for each in body:
            lines += _row((each.where, each.done, each.expected, each.seen, _mark(each.holds)))
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> list[str]:
    wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, _WIDTHS, strict=True)]
    height = max(map(len, wrapped))
    filled = [[*each, *[""] * (height - len(each))] for each in wrapped]
    rows = zip(*filled, strict=True)
    return [_GAP.join(cell.ljust(width) for cell, width in zip(row, _WIDTHS, strict=True)).rstrip() for row in rows]


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values, indented below a step."""
    known = list(pairs)
    widest = max(len(name) for name, _ in known)
    return "\n".join(f"   {name:<{widest}}{_GAP}{value}".rstrip() for name, value in known)


def indented(text: str) -> str:
    return textwrap.indent(text, "   ")


def said(text: str) -> str:
    """A sentence below a step, wrapped."""
    return textwrap.fill(text, WIDTH, initial_indent="   ", subsequent_indent="   ")


def checked(sentence: str, problems: Sequence[str]) -> str:
    """A sentence that holds; or does not, with all that speaks against it."""
    lines = [textwrap.fill(sentence, WIDTH, initial_indent=f"   {_mark(not problems)}  ", subsequent_indent=" " * 7)]
    lines += [textwrap.fill(each, WIDTH, initial_indent=" " * 7 + "- ", subsequent_indent=" " * 9) for each in problems]
    return "\n".join(lines)


def short(path: Path) -> str:
    """A path as one types it in this folder."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def say(*lines: str) -> None:
    """Prints at once: whoever looks on sees each step when it happens."""
    print("\n".join(lines), flush=True)


def _mark(holds: bool) -> str:
    return "ok" if holds else "NO"
