"""How an answer begins and ends in a protocol: what a line that spoils answers has to know of what it carries."""

from __future__ import annotations

import re
from typing import Final, Protocol

_LENGTH: Final = re.compile(rb"(?im)^content-length: *(\d+)\r?$")
_TAGGED: Final = re.compile(rb"(?m)^[A-Z]+\d+ (OK|NO|BAD)[^\n]*\n")
_PAGE: Final = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body><form>Sign in to use this network</form></body></html>"


class Speech(Protocol):
    """`greets`: the server speaks first. `page` and `away` are what the sign-in page of a network says instead of it."""

    greets: bool
    page: bytes
    away: bytes

    def goes_on(self, data: bytes) -> bool:
        """Is this no answer yet, but the word that the client may go on?"""

    def is_complete(self, answer: bytes) -> bool: ...

    def half(self, answer: bytes) -> bytes:
        """The beginning of a complete answer, up to the middle of what it says."""

    def half_without_length(self, answer: bytes) -> bytes:
        """The same, with nothing in it that tells how much there is."""


def _http(status: str, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(_PAGE)}", *headers]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode() + _PAGE


class Http:
    greets = False
    page = _http("200 OK")
    away = _http("302 Found", "Location: https://login.hotspot.example/")

    def goes_on(self, data: bytes) -> bool:
        return data.startswith((b"HTTP/1.1 100 ", b"HTTP/1.1 401 "))  # NTLM signs in by refusals

    def is_complete(self, answer: bytes) -> bool:
        head, end, body = answer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or length is None:
            return bool(end) and (b"chunked" not in head.lower() or body.endswith(b"0\r\n\r\n"))
        return len(body) >= int(length.group(1))

    def half(self, answer: bytes) -> bytes:
        head, end, body = answer.partition(b"\r\n\r\n")
        return head + end + body[: len(body) // 2] if body else head[: len(head) // 2]

    def half_without_length(self, answer: bytes) -> bytes:
        head, end, body = answer.partition(b"\r\n\r\n")
        if not body:
            return self.half(answer)
        lines = [
            each for each in head.split(b"\r\n") if not each.lower().startswith((b"content-length", b"connection"))
        ]
        return b"\r\n".join([*lines, b"Connection: close"]) + end + body[: len(body) // 2]


class Imap:
    greets = True
    page = Http.page
    away = Http.away

    def goes_on(self, data: bytes) -> bool:
        return data.startswith(b"+")

    def is_complete(self, answer: bytes) -> bool:
        return _TAGGED.search(answer) is not None

    def half(self, answer: bytes) -> bytes:
        return answer[: len(answer) // 2]

    half_without_length = half
