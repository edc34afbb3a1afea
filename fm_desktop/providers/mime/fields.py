"""A header block as its fields (RFC 5322, 2.2), for any bytes.

The `email` package is not used for it: its policy `default` raises for some inputs, and needs time growing faster
than the number of recipients. It is the independent reader of the tests instead.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from fm_desktop.providers.mime.charsets import header_text

# RFC 5322, 3.6.8; blanks before the colon are obsolete syntax (4.5).
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")


@dataclass(frozen=True, slots=True)
class Fields:
    """Names in lower case with unfolded values, in order; the bytes are as they came, controls included."""

    items: tuple[tuple[str, bytes], ...] = ()

    def texts(self, names: Collection[str]) -> dict[str, list[str]]:
        """All values of each of the names that is there."""
        found: dict[str, list[str]] = {}
        for name, value in self.items:
            if name in names:
                found.setdefault(name, []).append(header_text(value).strip())
        return found

    def first(self, name: str) -> str:
        """'' without one."""
        return next((header_text(value).strip() for each, value in self.items if each == name), "")


def fields_of(block: bytes) -> Fields:
    """The fields of a header block up to its first empty line. What is no field is passed over."""
    items: list[tuple[str, list[bytes]]] = []
    in_field = False
    for line in lines_of(block):
        if not line:
            if items:
                break
            continue
        if line[0] in b" \t":
            if in_field:
                items[-1][1].append(line)
            continue
        found = _FIELD.match(line)
        in_field = found is not None
        if found:
            items.append((found[1].decode("ascii").lower(), [line[found.end() :]]))
    return Fields(tuple((name, b"".join(lines)) for name, lines in items))


def lines_of(block: bytes) -> list[bytes]:
    if b"\n" not in block:
        return block.split(b"\r")
    return block.replace(b"\r\n", b"\n").removesuffix(b"\r").split(b"\n")


def is_field(line: bytes) -> bool:
    return _FIELD.match(line) is not None
