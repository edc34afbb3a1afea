"""Where the parts of a message are in its file (RFC 2046, 5.1), found in one pass that holds no part in memory.

Only lines that look like a delimiter are looked at. What is beyond the limits is not looked at at all.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import BinaryIO

from fm_desktop.providers.mime.fields import Fields, fields_of, is_field
from fm_desktop.providers.mime.parameters import Parameterised, media_type, parameterised

MOST_PARTS = 1_000
DEEPEST = 50
# Ten thousand recipients are about 1 MB, and may stand before what says how the body is to be read.
LARGEST_HEADER, LARGEST_PART_HEADER = 2 * 1024 * 1024, 256 * 1024
# RFC 2046, 5.1.1, allows 70; some programs make longer ones.
_LONGEST_BOUNDARY = 500
_FIRST_BLOCK, _LARGEST_BLOCK = 64 * 1024, 1024 * 1024
# More than the longest delimiter line that is recognised, so that none is lost between two blocks.
_OVERLAP = 1024


@dataclass(frozen=True, slots=True)
class Part:
    """A part with its body at [start, end) of the file. `children` are those of a multipart; without any it is a leaf.
    `ended`: its end was seen, so that nothing of it can be missing."""

    fields: Fields
    type: Parameterised
    disposition: Parameterised
    start: int
    end: int
    ended: bool
    children: tuple[Part, ...] = ()

    @property
    def media_type(self) -> str:
        return self.type.value

    @property
    def encoding(self) -> str:
        return parameterised(self.fields.first("content-transfer-encoding")).value


@dataclass(frozen=True, slots=True)
class Structure:
    """`too_many`, `too_deep`, `long_headers`: what the limits kept from being read."""

    root: Part
    too_many: bool
    too_deep: bool
    long_headers: bool


@dataclass(frozen=True, slots=True)
class _Delimiter:
    """A boundary line: `start` where the body before it ends, `after` where the next line begins."""

    level: int
    start: int
    after: int
    closing: bool


def structure_of(file: BinaryIO) -> Structure:
    """Raises what reading the file raises."""
    reader = _Reader(file, file.seek(0, os.SEEK_END))
    root, _ = reader.part(0, (), "text/plain")
    return Structure(root, reader.too_many, reader.too_deep, reader.long_headers)


@dataclass(slots=True)
class _Reader:
    file: BinaryIO
    size: int
    parts: int = 0
    too_many: bool = False
    too_deep: bool = False
    long_headers: bool = False
    patterns: dict[tuple[bytes, ...], tuple[re.Pattern[bytes], re.Pattern[bytes]]] = field(default_factory=dict)

    def part(self, at: int, boundaries: tuple[bytes, ...], default: str) -> tuple[Part, _Delimiter | None]:
        """The part that begins at a place, and the delimiter that ends it; None for the end of the file."""
        self.parts += 1
        fields, start, cut = self._header(at, boundaries)
        kind = media_type(fields.first("content-type"), default)
        disposition = parameterised(fields.first("content-disposition"))
        boundary = kind.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
        if kind.value.startswith("multipart/"):
            if len(boundaries) >= DEEPEST:
                self.too_deep = True
            else:
                if cut is None and 0 < len(boundary) <= _LONGEST_BOUNDARY:
                    children, ended, after = self._children(start, (*boundaries, boundary), kind.value)
                    if children:
                        stop = self.size if after is None else after.start
                        return Part(fields, kind, disposition, start, stop, ended, children), after
                # Without its delimiters it is what people would see: text.
                kind = Parameterised("text/plain", kind.parameters)
        after = cut or self._next(start, boundaries)
        stop = self.size if after is None else max(after.start, start)
        return Part(fields, kind, disposition, start, stop, after is not None), after

    def _children(
        self, start: int, boundaries: tuple[bytes, ...], kind: str
    ) -> tuple[tuple[Part, ...], bool, _Delimiter | None]:
        """The parts between an own boundary's lines, whether the closing one was seen, and what comes after."""
        own = len(boundaries) - 1
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        children: list[Part] = []
        after = self._next(start, boundaries)
        while after is not None and after.level == own and not after.closing:
            if self.parts >= MOST_PARTS:
                self.too_many = True
                return tuple(children), True, None
            child, after = self.part(after.after, boundaries, default)
            children.append(child)
        if after is not None and after.level == own:
            return tuple(children), True, self._next(after.after, boundaries[:-1])
        return tuple(children), after is not None, after

    def _header(self, at: int, boundaries: tuple[bytes, ...]) -> tuple[Fields, int, _Delimiter | None]:
        """The fields of a part, where its body begins, and the delimiter if one comes before any body."""
        found = self._find(self._patterns(boundaries)[1], at)
        end = self.size if found is None else max(found[0], at)
        limit = LARGEST_PART_HEADER if boundaries else LARGEST_HEADER
        self.file.seek(at)
        block = self.file.read(min(end - at, limit))
        if end - at > limit:
            self.long_headers = True
            block = block[: block.rfind(b"\n")] if b"\n" in block else block
        body = _body_without_empty_line(block, is_ended=found is not None)
        if body is not None:
            return fields_of(block[:body]), at + body, None
        fields = fields_of(block)
        if found is None:
            # Line ends of very old programs, which no server passes on: what is said is still worth having.
            empty_line = block.find(b"\r\r") if b"\n" not in block else -1
            return fields, self.size if empty_line < 0 else at + empty_line + 2, None
        if found[1].group("boundary") is None:
            return fields, min(found[0] + len(found[1].group()), self.size), None
        return fields, end, self._delimiter(found, boundaries)

    def _next(self, at: int, boundaries: tuple[bytes, ...]) -> _Delimiter | None:
        if not boundaries:
            return None
        found = self._find(self._patterns(boundaries)[0], at)
        return None if found is None else self._delimiter(found, boundaries)

    def _delimiter(self, found: tuple[int, re.Match[bytes]], boundaries: tuple[bytes, ...]) -> _Delimiter:
        at, match = found
        # The innermost counts where two levels have the same boundary.
        level = len(boundaries) - 1 - boundaries[::-1].index(match.group("boundary"))
        start = at - 1 if self._byte(at - 1) == b"\r" else at
        after = min(at + len(match.group()) + 1, self.size)
        return _Delimiter(level, max(start, 0), after, match.group("closing") is not None)

    def _byte(self, at: int) -> bytes:
        if at < 0:
            return b""
        self.file.seek(at)
        return self.file.read(1)

    def _patterns(self, boundaries: tuple[bytes, ...]) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
        """For delimiter lines, and for what ends a header block: an empty line, or one of those."""
        if boundaries not in self.patterns:
            names = b"|".join(re.escape(each) for each in dict.fromkeys(reversed(boundaries))) or b"(?!)"
            line = rb"--(?P<boundary>" + names + rb")(?P<closing>--)?[ \t]{0,200}\r?(?=\n)"
            self.patterns[boundaries] = re.compile(rb"\n" + line), re.compile(rb"\n(?:\r?\n|" + line + rb")")
        return self.patterns[boundaries]

    def _find(self, pattern: re.Pattern[bytes], at: int) -> tuple[int, re.Match[bytes]] | None:
        """The next match, and where it begins in the file. `at` is the beginning of a line; a line end is thought
        before it (so the place may be `at - 1`), and one at the end of the file."""
        step, before = _FIRST_BLOCK, b"\n"
        while at <= self.size:
            self.file.seek(at)
            read = self.file.read(step)
            last = at + len(read) >= self.size
            block = before + read + (b"\n" if last else b"")
            found = pattern.search(block)
            if found is not None:
                return at - len(before) + found.start(), found
            if last:
                return None
            at += len(read) - _OVERLAP
            step, before = min(2 * step, _LARGEST_BLOCK), b""
        return None


def _body_without_empty_line(block: bytes, *, is_ended: bool) -> int | None:
    """Where the body begins if the empty line between is missing: at the first line that can belong to no header.
    A single such line among fields is passed over in a block that ends as it should."""
    at = 0
    lines = block.split(b"\n")
    for line, following in zip(lines, (*lines[1:], b""), strict=True):
        is_header = not line.strip(b"\r") or line[:1] in b" \t" or is_field(line)
        if not is_header and not line.startswith((b"From ", b">From ")) and not (is_ended and is_field(following)):
            return at
        at += len(line) + 1
    return None
