"""winmail.dat (TNEF, [MS-OXTNEF]): the attached files and the text that Outlook packs into one.

Read in one pass over its bytes as they are decoded; files are told by where they are in the stream, so that none is
held in memory.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fm_desktop.providers.mime.charsets import decode

_SIGNATURE = 0x223E9F78
_BODY, _CODE_PAGE, _MESSAGE_PROPERTIES = 0x800C, 0x9007, 0x9003
_NEW_FILE, _TITLE, _DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
# Ids of properties as [MS-OXPROPS] gives them.
_PR_BODY, _PR_HTML, _PR_RTF = 0x1000, 0x1013, 0x1009
_PR_LONG_NAME, _PR_NAME, _PR_MEDIA_TYPE, _PR_METHOD, _PR_DATA = 0x3707, 0x3704, 0x370E, 0x3705, 0x3701
_METHOD_EMBEDDED, _METHOD_OLE = 5, 6
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_SIZES = {0x1: 0, 0x2: 4, 0x3: 4, 0x4: 4, 0xA: 4, 0xB: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_MANY_VALUES = 0x1000
_MOST_FILES, _MOST_VALUES, _LARGEST_KEPT = 200, 5_000, 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PackedFile:
    """`start` and `size` in the decoded stream. `name` is as given, '' without one."""

    name: str = ""
    media_type: str = ""
    start: int = 0
    size: int = 0
    is_plain: bool = True


@dataclass(frozen=True, slots=True)
class Packed:
    """`text` and `html` are '' where there are none. `has_rtf`: there is a text in RTF, which is not read here.
    `is_whole`: False if there is more that is not: another message, an OLE object, or a broken end."""

    files: tuple[PackedFile, ...]
    text: str
    html: str
    has_rtf: bool
    is_whole: bool


class _Ended(Exception):
    pass


def unpack(pieces: Iterable[bytes]) -> Packed | None:
    """None for bytes that are no TNEF."""
    stream = _Stream(iter(pieces))
    reading = _Reading()
    try:
        if stream.number("I") != _SIGNATURE:
            return None
        stream.skip(2)
    except _Ended:
        return None
    try:
        while not stream.at_end():
            reading.attribute(stream)
    except _Ended:
        reading.is_whole = False
    return reading.packed()


def cut_out(pieces: Iterable[bytes], start: int, size: int) -> Iterator[bytes]:
    """A range of a stream."""
    at = 0
    for piece in pieces:
        wanted = piece[max(start - at, 0) : max(start + size - at, 0)]
        if wanted:
            yield wanted
        at += len(piece)
        if at >= start + size:
            return


class _Stream:
    """Bytes that come in pieces, read forward only. `end` is a place that reading does not go beyond."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.kept, self.place = pieces, b"", 0
        self.end: int | None = None

    def at_end(self) -> bool:
        while not self.kept:
            piece = next(self.pieces, None)
            if piece is None:
                return True
            self.kept = piece
        return False

    def number(self, form: str) -> int:
        return int(struct.unpack(f"<{form}", self.take(struct.calcsize(form)))[0])

    def take(self, size: int) -> bytes:
        return b"".join(self._pieces(size))

    def skip(self, size: int) -> None:
        for _ in self._pieces(size):
            pass

    def _pieces(self, size: int) -> Iterator[bytes]:
        if self.end is not None and self.place + size > self.end:
            raise _Ended
        while size > 0:
            if self.at_end():
                raise _Ended
            piece, self.kept = self.kept[:size], self.kept[size:]
            self.place += len(piece)
            size -= len(piece)
            yield piece


@dataclass(frozen=True, slots=True)
class _Value:
    """A property's first value: where it is, and its bytes unless there are too many of them."""

    kind: int
    data: bytes
    start: int
    size: int


_NO_VALUE = _Value(0, b"", 0, 0)


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self.files: list[PackedFile] = []
        self.text = self.html = ""
        self.code_page = ""
        self.has_rtf = False
        self.is_whole = True

    def packed(self) -> Packed:
        files = tuple(each for each in self.files if each.is_plain and (each.size or each.name))
        is_whole = self.is_whole and len(files) == len(self.files)
        return Packed(files, self.text, self.html, self.has_rtf, is_whole)

    def attribute(self, stream: _Stream) -> None:
        """One attribute: level, id, type, length, data, checksum ([MS-OXTNEF], 2.1.3.1)."""
        stream.skip(1)
        name = stream.number("H")
        stream.skip(2)
        length = stream.number("I")
        start = stream.place
        if name == _NEW_FILE:
            if len(self.files) >= _MOST_FILES:
                raise _Ended
            self.files.append(PackedFile())
        elif name in (_MESSAGE_PROPERTIES, _FILE_PROPERTIES):
            stream.end = start + length
            found = _properties(stream)
            stream.end = None
            if name == _MESSAGE_PROPERTIES:
                self._message(found)
            elif self.files:
                self._file(found)
        elif name in (_TITLE, _BODY, _CODE_PAGE):
            self._small(name, stream.take(min(length, _LARGEST_KEPT)))
        elif name == _DATA and self.files:
            self.files[-1] = replace(self.files[-1], start=start, size=length)
        stream.skip(start + length - stream.place)
        if not stream.at_end():
            stream.skip(2)

    def _small(self, name: int, data: bytes) -> None:
        if name == _CODE_PAGE:
            self.code_page = f"cp{int.from_bytes(data[:4], 'little')}"
        elif name == _BODY:
            self.text = self.text or self._string(data)
        elif self.files:
            self.files[-1] = replace(self.files[-1], name=self.files[-1].name or self._string(data))

    def _message(self, found: dict[int, _Value]) -> None:
        self.text = self._text(found, _PR_BODY) or self.text
        page = found.get(_PR_HTML, _NO_VALUE)
        self.html = decode(page.data)[0].rstrip("\0") if page.kind == _BINARY else self._text(found, _PR_HTML)
        self.has_rtf = _PR_RTF in found

    def _file(self, found: dict[int, _Value]) -> None:
        file = self.files[-1]
        data = found.get(_PR_DATA, _NO_VALUE)
        method = int.from_bytes(found.get(_PR_METHOD, _NO_VALUE).data, "little")
        # Some programs leave the data's own attribute empty and put it among the properties.
        is_here = data.kind == _BINARY and not file.size
        self.files[-1] = PackedFile(
            name=self._text(found, _PR_LONG_NAME) or file.name or self._text(found, _PR_NAME),
            media_type=self._text(found, _PR_MEDIA_TYPE),
            start=data.start if is_here else file.start,
            size=data.size if is_here else file.size,
            is_plain=method not in (_METHOD_EMBEDDED, _METHOD_OLE) and data.kind != _OBJECT,
        )

    def _text(self, found: dict[int, _Value], name: int) -> str:
        value = found.get(name, _NO_VALUE)
        if value.kind == _UNICODE:
            return decode(value.data, "utf-16-le")[0].rstrip("\0")
        return self._string(value.data) if value.kind == _STRING else ""

    def _string(self, data: bytes) -> str:
        return decode(data.rstrip(b"\0"), self.code_page)[0].rstrip("\0")


def _properties(stream: _Stream) -> dict[int, _Value]:
    """MAPI properties by id ([MS-OXTNEF], 2.1.3.4), as far as they can be read."""
    found: dict[int, _Value] = {}
    try:
        for _ in range(min(stream.number("I"), _MOST_VALUES)):
            kind, name = stream.number("H"), stream.number("H")
            if name >= 0x8000:
                _pass_over_name(stream)
            found[name] = _first_value(stream, kind)
    except _Ended:
        pass
    return found


def _pass_over_name(stream: _Stream) -> None:
    stream.skip(16)
    if stream.number("I") == 0:
        stream.skip(4)
    else:
        length = stream.number("I")
        stream.skip(length + -length % 4)


def _first_value(stream: _Stream, kind: int) -> _Value:
    base = kind & ~_MANY_VALUES
    has_length = base in (_STRING, _UNICODE, _OBJECT, _BINARY)
    if not has_length and base not in _SIZES:
        raise _Ended
    count = stream.number("I") if has_length or kind & _MANY_VALUES else 1
    first = _Value(base, b"", 0, 0)
    for place in range(min(count, _MOST_VALUES)):
        size = stream.number("I") if has_length else _SIZES[base]
        start = stream.place
        data = stream.take(size) if size <= _LARGEST_KEPT and not place else b""
        stream.skip(start + size + -size % 4 - stream.place)
        first = first if place else _Value(base, data, start, size)
    return first
