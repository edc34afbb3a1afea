"""Encoded words in headers (RFC 2047), also where mail programs put them against the rules: in quoted strings, with
blanks inside, and with a character split between two of them."""

from __future__ import annotations

import binascii
import re

from fm_desktop.providers.mime.charsets import decode

_WORD = re.compile(r"=\?([^\s?*]{1,60})(?:\*[^\s?]{0,40})?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"[ \t\r\n]*\Z")
_ESCAPED = re.compile(rb"=([0-9A-Fa-f]{2})")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def decoded(text: str) -> str:
    """The text with its encoded words in clear. Line ends may be among it: the caller makes one line of it."""
    if "=?" not in text:
        return text
    pieces: list[str] = []
    charset, at = "", 0
    data: list[bytes] = []
    for found in _WORD.finditer(text):
        between = text[at : found.start()]
        adjacent = bool(charset) and _BETWEEN.match(between) is not None
        if not adjacent or found.group(1).lower() != charset:
            # Bytes of neighbours are joined before they become characters: many programs split in the middle of one.
            pieces += (decode(b"".join(data), charset)[0], "" if adjacent else between)
            charset, data = found.group(1).lower(), []
        data.append(_bytes_of(found.group(2), found.group(3)))
        at = found.end()
    return "".join((*pieces, decode(b"".join(data), charset)[0], text[at:]))


def _bytes_of(encoding: str, text: str) -> bytes:
    if encoding in "bB":
        letters = _NO_BASE64.sub(b"", text.encode("ascii", "ignore"))
        # A single letter over holds no whole byte.
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    quoted = text.replace("_", " ").encode("utf-8", "replace")
    return _ESCAPED.sub(lambda found: bytes.fromhex(found.group(1).decode()), quoted)
