"""Looks for secrets in whatever a program wrote, in every usual spelling, also inside of packed files."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

# A log may show the beginning of a secret, or its end: so much of it is a leak.
_PIECE = 16
_STEP = 4
_DEPTH = 3
_ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


@dataclass(frozen=True, slots=True)
class Leak:
    """`spelling` says how the secret called `secret` is written there."""

    where: str
    secret: str
    spelling: str


class Search:
    """For these secrets, by the names that a failed test shows instead of them."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._patterns = [
            (name, spelling, pattern)
            for name, secret in secrets.items()
            for spelling, pattern in _spellings(secret)
            if len(pattern) >= 6
        ]

    def in_bytes(self, where: str, data: bytes) -> set[Leak]:
        found = set()
        for place, part in _unpacked(where, data, _DEPTH):
            found |= {Leak(place, name, spelling) for name, spelling, pattern in self._patterns if pattern in part}
        return found

    def in_files(self, paths: Iterable[Path]) -> set[Leak]:
        return set().union(*(self.in_bytes(str(each), each.read_bytes()) for each in paths))

    def in_names(self, paths: Iterable[Path]) -> set[Leak]:
        return set().union(*(self.in_bytes(f"name of {each}", str(each).encode()) for each in paths))


def _spellings(secret: str) -> Iterator[tuple[str, bytes]]:
    data = secret.encode()
    yield "plain", data
    for start in range(0, len(data) - _PIECE + 1, _STEP):
        yield "a piece of it", data[start : start + _PIECE]
    yield "UTF-16", secret.encode("utf-16-le")
    yield "UTF-16", secret.encode("utf-16-be")
    for percent in {quote(secret, safe=""), quote(secret), quote_plus(secret)}:
        yield "percent", percent.encode()
        yield "percent", _lower_percent(percent)
        yield "percent, twice", quote(percent, safe="").encode()
    for in_json in {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}:
        yield "JSON", in_json.encode()
        yield "JSON, twice", json.dumps(in_json)[1:-1].encode()
    yield "HTML", html.escape(secret).encode()
    yield "HTML", html.escape(secret, quote=False).encode()
    yield "as Python shows it", repr(secret)[1:-1].encode()
    yield "as Python shows it", repr(data)[2:-1].encode()
    yield "hexadecimal", data.hex().encode()
    yield "hexadecimal", data.hex().upper().encode()
    yield from (("base64", each) for each in _base64_alignments(data))
    yield from (("base64 of UTF-16", each) for each in _base64_alignments(secret.encode("utf-16-le")))


def _lower_percent(text: str) -> bytes:
    parts = text.split("%")
    return "%".join([parts[0], *(each[:2].lower() + each[2:] for each in parts[1:])]).encode()


def _base64_alignments(data: bytes) -> Iterator[bytes]:
    """What any text with these bytes in it has in common in base64, whatever stands around them."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + data)
        first = (before * 8 + 5) // 6
        last = (before + len(data)) * 8 // 6
        piece = whole[first:last]
        yield piece
        yield piece.translate(bytes.maketrans(b"+/", b"-_"))


def _unpacked(where: str, data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    """The bytes themselves, and what is packed in them: the members of a zip, of gzip, of zlib."""
    yield where, data
    if depth == 0:
        return
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for each in packed.namelist():
                yield from _unpacked(f"{where}!{each}", packed.read(each), depth - 1)
    elif data.startswith(b"\x1f\x8b"):
        yield from _unpacked(f"{where}!gzip", gzip.decompress(data), depth - 1)
    elif data.startswith(_ZLIB_STARTS):
        yield from _unpacked(f"{where}!zlib", zlib.decompress(data), depth - 1)
