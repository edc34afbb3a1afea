"""What can be read of signed and encrypted messages without any key: S/MIME (RFC 8551, RFC 5652) and inline PGP
(RFC 9580). Signatures are not checked: the record says what the message says."""

from __future__ import annotations

import re

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_SEQUENCE, _OCTETS, _OID, _EXPLICIT = 0x30, 0x04, 0x06, 0xA0
_CONSTRUCTED_OCTETS = 0x24
_DEEPEST = 8

_PGP_MESSAGE = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_PGP_MESSAGE_END = "-----END PGP MESSAGE-----"
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_PGP_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_PGP_SIGNATURE_END = "-----END PGP SIGNATURE-----"


class _NotReadable(Exception):
    pass


def signed_content(der: bytes) -> bytes | None:
    """The message within an opaque signature (CMS SignedData), None if there is none to be read: it is encrypted, or
    broken. Both definite and indefinite lengths (BER) are understood."""
    try:
        info = _Reader(der).enter(_SEQUENCE)
        if info.primitive(_OID) != _SIGNED_DATA:
            return None
        signed = info.enter(_EXPLICIT).enter(_SEQUENCE)
        signed.skip()  # version
        signed.skip()  # digest algorithms
        encapsulated = signed.enter(_SEQUENCE)
        encapsulated.skip()  # content type
        return encapsulated.enter(_EXPLICIT).octets(0)
    except _NotReadable:
        return None


def without_pgp(text: str) -> tuple[str, bool]:
    """A text in normal form without inline PGP: signed text as it was, encrypted blocks left out. The second value
    tells whether there were any."""
    text = _unsigned(text)
    found = _PGP_MESSAGE.search(text)
    if found is None:
        return text, False
    end = text.find(_PGP_MESSAGE_END, found.end())
    after = "" if end < 0 else text[end + len(_PGP_MESSAGE_END) :]
    return f"{text[: found.start()].rstrip()}\n\n{after.strip()}".strip(), True


def _unsigned(text: str) -> str:
    before, begin, rest = text.partition(_PGP_SIGNED)
    if not begin or (before and not before.endswith("\n")):
        return text
    _, blank, rest = rest.partition("\n\n")
    signed, signature, rest = rest.partition(_PGP_SIGNATURE)
    _, end, after = rest.partition(_PGP_SIGNATURE_END)
    if not (blank and signature and end):
        return text
    return before + "\n".join(line.removeprefix("- ") for line in signed.rstrip("\n").split("\n")) + after


class _Reader:
    """Reads BER elements in a range of bytes (X.690, 8.1)."""

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data, self.at = data, at
        self.end = len(data) if end is None else end

    def enter(self, tag: int) -> _Reader:
        found, start, end = self._head()
        if found != tag:
            raise _NotReadable
        return _Reader(self.data, start, self.end if end is None else end)

    def primitive(self, tag: int) -> bytes:
        found, start, end = self._head()
        if found != tag or end is None:
            raise _NotReadable
        self.at = end
        return self.data[start:end]

    def skip(self, depth: int = 0) -> None:
        _, start, end = self._head()
        self.at = start if end is None else end
        if end is None:
            if depth > _DEEPEST:
                raise _NotReadable
            while not self._ends():
                self.skip(depth + 1)

    def octets(self, depth: int = 0) -> bytes:
        """An octet string, also one in pieces (8.7.3)."""
        tag, start, end = self._head()
        if tag == _OCTETS and end is not None:
            self.at = end
            return self.data[start:end]
        if tag != _CONSTRUCTED_OCTETS or depth > _DEEPEST:
            raise _NotReadable
        self.at = start
        pieces: list[bytes] = []
        while not self._ends() if end is None else self.at < end:
            pieces.append(self.octets(depth + 1))
        return b"".join(pieces)

    def _ends(self) -> bool:
        """Passes over the end mark of an indefinite length if it is next."""
        if self.data[self.at : self.at + 2] == b"\0\0":
            self.at += 2
            return True
        return False

    def _head(self) -> tuple[int, int, int | None]:
        """Tag, where the content starts, and where it ends; None if its end is marked within."""
        if self.at + 2 > self.end:
            raise _NotReadable
        tag, length = self.data[self.at], self.data[self.at + 1]
        start = self.at + 2
        if length == 0x80:
            return tag, start, None
        if length > 0x80:
            count = length & 0x7F
            length = int.from_bytes(self.data[start : start + count], "big")
            start += count
        if start + length > self.end:
            raise _NotReadable
        return tag, start, start + length
