"""Bodies as decoded bytes (RFC 2045, 6), streamed from the file piece by piece. Never raises for any content."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from fm_desktop.providers.mime.structure import Part

_PIECE = 256 * 1024
_NO_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
# Blanks between the soft line break's sign and the line end are added on the way (RFC 2045, 6.7, rule 3).
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_UUENCODED = ("x-uuencode", "x-uue", "uuencode", "uue")
_BEGIN = re.compile(rb"begin [0-7]{3,4} ")


def body_of(file: BinaryIO, part: Part) -> Iterator[bytes]:
    """The decoded body; an unknown encoding is taken as none."""
    raw = raw_body(file, part.start, part.end)
    if part.encoding == "base64":
        return _from_base64(raw)
    if part.encoding == "quoted-printable":
        return _from_quoted_printable(raw)
    if part.encoding in _UUENCODED:
        return _from_uuencode(raw)
    return raw


def size_of(file: BinaryIO, part: Part) -> int:
    """The decoded size in bytes, by decoding once."""
    return sum(map(len, body_of(file, part)))


def first_bytes(pieces: Iterable[bytes], limit: int) -> tuple[bytes, bool]:
    """At most so many of the bytes, and whether there are more."""
    taken: list[bytes] = []
    left = limit
    for piece in pieces:
        taken.append(piece[:left])
        left -= len(piece)
        if left < 0:
            return b"".join(taken), True
    return b"".join(taken), False


def raw_body(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a range as they are. Its place is sought anew for each piece: several may be read by turns."""
    at = start
    while at < end:
        file.seek(at)
        piece = file.read(min(_PIECE, end - at))
        if not piece:
            return
        at += len(piece)
        yield piece


def _from_base64(raw: Iterator[bytes]) -> Iterator[bytes]:
    """What is no letter of it is passed over; padding in the middle ends a run, and another may follow."""
    kept = b""
    for piece in raw:
        *runs, kept = (kept + piece.translate(None, _NO_BASE64)).split(b"=")
        if runs:
            yield b"".join(map(_run, runs))
        whole = len(kept) // 4 * 4
        if whole:
            yield binascii.a2b_base64(kept[:whole])
            kept = kept[whole:]
    if kept:
        yield _run(kept)


def _run(letters: bytes) -> bytes:
    # A single letter over holds no whole byte.
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _from_quoted_printable(raw: Iterator[bytes]) -> Iterator[bytes]:
    kept = b""
    for piece in raw:
        kept += piece
        cut = kept.rfind(b"\n") + 1
        if cut == 0:
            # A line longer than a piece: only what may be the beginning of a sign waits for the rest.
            sign = kept.rfind(b"=", max(len(kept) - 2, 0))
            cut = len(kept) if sign < 0 else sign
        yield binascii.a2b_qp(_SOFT_BREAK.sub(b"=", kept[:cut]))
        kept = kept[cut:]
    yield binascii.a2b_qp(_SOFT_BREAK.sub(b"=", kept))


def _from_uuencode(raw: Iterator[bytes]) -> Iterator[bytes]:
    begun = False
    for line in _lines(raw):
        if not begun:
            begun = _BEGIN.match(line) is not None
        elif line.strip() == b"end":
            return
        else:
            yield _uuencoded_line(line)


def _uuencoded_line(line: bytes) -> bytes:
    if not line:
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders count wrongly, or lose blanks at the end: only as many letters as the count needs.
        needed = ((line[0] - 32) & 63) * 4 // 3 + 4
        try:
            return binascii.a2b_uu(line[:needed].ljust(needed // 4 * 4 + 1))
        except binascii.Error:
            return b""


def _lines(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Lines without their ends; a line longer than a piece is cut."""
    kept = b""
    for piece in raw:
        *lines, kept = (kept + piece).split(b"\n")
        for line in lines:
            yield line.rstrip(b"\r")
        if len(kept) > _PIECE:
            yield kept
            kept = b""
    yield kept.rstrip(b"\r")
