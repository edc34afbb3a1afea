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
_PR_LONG_NAME, _PR_NAME, _PR_MEDIA_TYPE, _PR_METHOD, _PR_OBJECT = 0x3707, 0x3704, 0x370E, 0x3705, 0x3701
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
        if struct.unpack("<I", stream.take(4))[0] != _SIGNATURE:
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
    """Bytes that come in pieces, read forward only."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.kept, self.place = pieces, b"", 0

    def at_end(self) -> bool:
        while not self.kept:
            piece = next(self.pieces, None)
            if piece is None:
                return True
            self.kept = piece
        return False

    def take(self, size: int) -> bytes:
        return b"".join(self._pieces(size))

    def skip(self, size: int) -> None:
        for _ in self._pieces(size):
            pass

    def _pieces(self, size: int) -> Iterator[bytes]:
        while size > 0:
            if self.at_end():
                raise _Ended
            piece, self.kept = self.kept[:size], self.kept[size:]
            self.place += len(piece)
            size -= len(piece)
            yield piece


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
        """One attribute: level, id with type, length, data, checksum ([MS-OXTNEF], 2.1.3.1)."""
        _, name, _, length = struct.unpack("<BHHI", stream.take(9))
        start = stream.place
        if name == _NEW_FILE:
            if len(self.files) >= _MOST_FILES:
                raise _Ended
            self.files.append(PackedFile())
        elif name in (_TITLE, _BODY, _CODE_PAGE, _MESSAGE_PROPERTIES, _FILE_PROPERTIES):
            self._small(name, stream.take(min(length, _LARGEST_KEPT)))
        elif name == _DATA and self.files:
            self.files[-1] = replace(self.files[-1], start=start, size=length)
        stream.skip(start + length + 2 - stream.place)

    def _small(self, name: int, data: bytes) -> None:
        if name == _CODE_PAGE and len(data) >= 4:
            self.code_page = f"cp{struct.unpack('<I', data[:4])[0]}"
        elif name == _BODY:
            self.text = self.text or self._string(data)
        elif name == _MESSAGE_PROPERTIES:
            self._message(dict(_properties(data)))
        elif self.files and name == _TITLE:
            self.files[-1] = replace(self.files[-1], name=self.files[-1].name or self._string(data))
        elif self.files and name == _FILE_PROPERTIES:
            self._file(dict(_properties(data)))

    def _message(self, found: dict[int, tuple[int, bytes]]) -> None:
        self.text = self._value(found, _PR_BODY) or self.text
        kind, data = found.get(_PR_HTML, (0, b""))
        self.html = decode(data)[0].rstrip("\0") if kind == _BINARY else self._value(found, _PR_HTML)
        self.has_rtf = _PR_RTF in found

    def _file(self, found: dict[int, tuple[int, bytes]]) -> None:
        file = self.files[-1]
        name = self._value(found, _PR_LONG_NAME) or file.name or self._value(found, _PR_NAME)
        method = int.from_bytes(found.get(_PR_METHOD, (0, b""))[1], "little")
        self.files[-1] = replace(
            file,
            name=name,
            media_type=self._value(found, _PR_MEDIA_TYPE),
            is_plain=method not in (_METHOD_EMBEDDED, _METHOD_OLE) and found.get(_PR_OBJECT, (0, b""))[0] != _OBJECT,
        )

    def _value(self, found: dict[int, tuple[int, bytes]], name: int) -> str:
        kind, data = found.get(name, (0, b""))
        if kind == _UNICODE:
            return decode(data, "utf-16-le")[0].rstrip("\0")
        return self._string(data) if kind == _STRING else ""

    def _string(self, data: bytes) -> str:
        return decode(data.rstrip(b"\0"), self.code_page)[0].rstrip("\0")


def _properties(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """MAPI properties by id, each with its type and its first value ([MS-OXTNEF], 2.1.3.4), as far as they can be
    read."""
    stream = _Stream(iter((data,)))
    try:
        for _ in range(min(struct.unpack("<I", stream.take(4))[0], _MOST_VALUES)):
            kind, name = struct.unpack("<HH", stream.take(4))
            if name >= 0x8000:
                _pass_over_name(stream)
            yield name, (kind & ~_MANY_VALUES, _first_value(stream, kind))
    except _Ended:
        return


def _pass_over_name(stream: _Stream) -> None:
    stream.skip(16)
    if struct.unpack("<I", stream.take(4))[0] == 0:
        stream.skip(4)
    else:
        length = struct.unpack("<I", stream.take(4))[0]
        stream.skip(length + -length % 4)


def _first_value(stream: _Stream, kind: int) -> bytes:
    base = kind & ~_MANY_VALUES
    has_length = base in (_STRING, _UNICODE, _OBJECT, _BINARY)
    if not has_length and base not in _SIZES:
        raise _Ended
    count = struct.unpack("<I", stream.take(4))[0] if has_length or kind & _MANY_VALUES else 1
    first = b""
    for number in range(min(count, _MOST_VALUES)):
        length = struct.unpack("<I", stream.take(4))[0] if has_length else _SIZES[base]
        value = stream.take(length)
        stream.skip(-length % 4)
        first = first if number else value
    return first
