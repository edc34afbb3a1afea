"""The comment of an agenda item as a person reads it: their text, and below a marked line what the calendar told.

Pure. The marked block is text like any other: whoever may write the comment may write anything into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

_MARK = "From your calendar. Changes below this line are not kept."
_DASHES = "-–—"
_LABELLED = re.compile(r"([A-Z][A-Za-z ]{1,29}):[ \t]*(.*)")
_ENTRY = "- "
# Lengths are limited so that no text takes longer to read than its length warrants.
_MAILBOX = r"[^\s<>()@,;:\"'][^\s<>()@,;:\"]{0,63}@[^\s<>()@,;:\"']{1,190}\.[^\s<>()@,;:\"'.]{1,63}"
# A person as `Ana Ruiz <ana@example.com>`, an address by itself, or a link that a browser may safely follow.
_SPECIAL = re.compile(
    rf"(?P<name>[^<>\n]{{0,120}})<(?P<named>{_MAILBOX})>|(?P<bare>{_MAILBOX})"
    r"|(?P<link>https?://[^\s<>\"']{0,1990}[^\s<>\"'.,;:!?)\]])",
    re.IGNORECASE,
)

_ANSWER = "Your answer"
_ORGANISER = "Organiser"
_REPEATS = "Repeats"


@dataclass(frozen=True, slots=True)
class Known:
    """A contact or an account that an address belongs to; `list` is `contacts` or `accounts`."""

    list: str
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, `text` as it is written: plain, or a mailbox with the name beside it, or a web link."""

    text: str
    name: str = ""
    address: str = ""
    link: str = ""
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """One statement of the block: `Place: Calle Mayor 1`, or a label with a list below it."""

    label: str
    text: str = ""
    entries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """A comment: `text` above the mark, `block` below it, both without the blank line between them."""

    text: str
    block: str = ""

    @cached_property
    def details(self) -> tuple[Detail, ...]:
        return tuple(_details(self.block))

    @property
    def answer(self) -> str:
        """The user's own answer in the words of the block, '' for an item nobody was invited to."""
        return self._said(_ANSWER)

    @property
    def organiser(self) -> str:
        return self._said(_ORGANISER)

    @property
    def repeats(self) -> bool:
        return bool(self._said(_REPEATS))

    def _said(self, label: str) -> str:
        return next((each.text for each in self.details if each.label == label), "")


def note_of(comment: str | None) -> Note:
    lines = _lines(comment)
    mark = next((index for index, line in enumerate(lines) if _is_mark(line)), len(lines))
    head = lines[:mark]
    if mark < len(lines) and head and not head[-1].strip():
        head = head[:-1]
    return Note("\n".join(head), "\n".join(lines[mark + 1 :]))


def with_text(comment: str | None, text: str) -> str:
    """The comment with another text above its mark; mark and block stay as they are."""
    lines = _lines(comment)
    mark = next((index for index, line in enumerate(lines) if _is_mark(line)), None)
    if mark is None:
        return text
    block = "\n".join(lines[mark:])
    return f"{text}\n\n{block}" if text else block


def addresses(text: str) -> tuple[str, ...]:
    """Every mailbox in a text, in lower case, once each."""
    return tuple(dict.fromkeys(each.address.lower() for each in pieces(text) if each.address))


def pieces(text: str, known: Mapping[str, Known] | None = None) -> tuple[Piece, ...]:
    """A text cut at its addresses and links. `known` says whom an address in lower case belongs to."""
    return tuple(_pieces(text, known or {}))


def _pieces(text: str, known: Mapping[str, Known]) -> Iterator[Piece]:
    at = 0
    for found in _SPECIAL.finditer(text):
        if found.start() > at:
            yield Piece(text[at : found.start()])
        if found["link"]:
            yield Piece(found[0], link=found["link"])
        else:
            address = found["named"] or found["bare"]
            yield Piece(found[0], (found["name"] or "").strip(), address, known=known.get(address.lower()))
        at = found.end()
    if at < len(text):
        yield Piece(text[at:])


def _lines(comment: str | None) -> list[str]:
    return (comment or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _is_mark(line: str) -> bool:
    line = line.strip()
    return line[:1] in _DASHES and line.strip(f" \t{_DASHES}") == _MARK if line else False


def _details(block: str) -> Iterator[Detail]:
    current = Detail("")
    for line in filter(str.strip, block.split("\n")):
        labelled = _LABELLED.fullmatch(line)
        if line.startswith(_ENTRY):
            current = Detail(current.label, current.text, (*current.entries, line.removeprefix(_ENTRY)))
            continue
        if current.entries and not labelled:
            current = Detail(current.label, current.text, (*current.entries, line))
            continue
        if current != Detail(""):
            yield current
        current = Detail(labelled[1], labelled[2]) if labelled else Detail("", line)
    if current != Detail(""):
        yield current
