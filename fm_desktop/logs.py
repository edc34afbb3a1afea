"""The log: one rotating file for its owner only, from which secrets are taken out before they are written."""

from __future__ import annotations

import base64
import html
import io
import json
import logging
import os
import re
import threading
import weakref
from collections import deque
from collections.abc import Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final, cast
from urllib.parse import quote, quote_plus

from fm_desktop.credentials import Secret

BYTES_A_FILE = 1_000_000
FILES_KEPT = 3
HIDDEN = "[hidden]"

# Tokens come every hour while the program runs for months. One that long ago is good for nothing any more.
_PASSING_KEPT: Final = 16
# A shorter piece of base64 stands for three letters: hiding them everywhere would make a log unreadable.
_SHORTEST_PIECE: Final = 8
_PERCENT: Final = re.compile("%[0-9A-F]{2}")

# Libraries that log each request with its address, or headers in their debug lines.
_TALKATIVE = ("httpx2", "httpcore2", "caldav", "urllib3", "requests", "imapclient", "apscheduler", "keyring")

# Values that are secret by their name, known to us or not: headers, login bodies, user:password@ in an address.
_BY_NAME = (
    re.compile(
        r"""((?:proxy-)?authorization|x-session-key|(?:set-)?cookie)(["']?\s*[:=,]\s*b?)("[^"]*"|'[^']*'|[^\r\n,}\])]+)""",
        re.I,
    ),
    re.compile(
        r"""(password|private_?key|access_token|refresh_token|token)(["']\s*:\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""",
        re.I,
    ),
)
_IN_ADDRESS = re.compile(r"(\w://)[^/\s@]+@")


class Redactor:
    """Takes secrets out of texts. Known ones wherever and however they are spelled, others by their name.

    May be used from several threads.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, frozenset[str]] = {}
        self._passing: deque[str] = deque()
        self._spellings: tuple[str, ...] = ()
        for each in secrets:
            self.add(each)
        _redactors.add(self)

    def add(self, secret: Secret, *, passing: bool = False) -> None:
        """`passing`: it is replaced by another one before long, so that only the newest of such are remembered."""
        text = secret.reveal()
        with self._lock:
            if not text or text in self._known:
                if text in self._passing:
                    self._passing.remove(text)
                    if passing:  # in use still
                        self._passing.append(text)
                return
            self._known[text] = _spellings_of(text)
            if passing:
                self._passing.append(text)
                if len(self._passing) > _PASSING_KEPT:
                    del self._known[self._passing.popleft()]
            # Longest first, so that no rest of a longer spelling stays.
            self._spellings = tuple(sorted(frozenset().union(*self._known.values()), key=len, reverse=True))

    def clean(self, text: str) -> str:
        for each in self._spellings:
            text = text.replace(each, HIDDEN)
        for pattern in _BY_NAME:
            text = pattern.sub(rf"\1\2{HIDDEN}", text)
        return _IN_ADDRESS.sub(rf"\1{HIDDEN}@", text)


_redactors: weakref.WeakSet[Redactor] = weakref.WeakSet()


def cleaned(text: str) -> str:
    """A text without any secret that is known anywhere in the program: for what does not go through the log."""
    for each in tuple(_redactors) or (Redactor(),):
        text = each.clean(text)
    return text


def _spellings_of(text: str) -> frozenset[str]:
    """A secret as it is, in an address or a form, in JSON, in a page, in what Python shows of it, in hexadecimal and
    base64."""
    data = text.encode("utf-8", "surrogatepass")
    percent = (quote(data, safe=""), quote_plus(data))
    in_address = {*percent, *(_PERCENT.sub(lambda each: each[0].lower(), each) for each in percent)}
    in_json = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    twice = {*(quote(each, safe="") for each in percent), *(json.dumps(each)[1:-1] for each in in_json)}
    in_page = {html.escape(text), html.escape(text, quote=False)}
    shown = {repr(text)[1:-1], repr(data)[2:-1], data.hex()}
    pieces = {each for each in _base64_pieces(data) if len(each) >= _SHORTEST_PIECE}
    return frozenset({text} | in_address | in_json | twice | in_page | shown | pieces)


def _base64_pieces(data: bytes) -> Iterable[str]:
    """What of some bytes is the same in base64 (RFC 4648), whatever stands before and after them: `user:password` of
    an HTTP header, the names around the secret of a SASL answer."""
    for before in range(3):
        bits_before, bits = 8 * before, 8 * (before + len(data))
        encoded = base64.b64encode(bytes(before) + data).decode("ascii")[-(-bits_before // 6) : bits // 6]
        yield encoded
        yield encoded.replace("+", "-").replace("/", "_")


class _CleanFormatter(logging.Formatter):
    """Cleans the finished line, so that arguments and tracebacks are covered as well."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.clean(super().format(record))


class _PrivateFileHandler(RotatingFileHandler):
    """Makes its files with mode 0600 from the start."""

    def _open(self) -> io.TextIOWrapper:
        opened = open(  # noqa: SIM115 - the handler closes it
            self.baseFilename, self.mode, encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)
        )
        return cast(io.TextIOWrapper, opened)


def start(path: Path, redactor: Redactor, level: int = logging.INFO) -> logging.Handler:
    """Logs to `path` from now on; returns the handler, for `stop`. Raises `OSError`."""
    handler = _PrivateFileHandler(path, maxBytes=BYTES_A_FILE, backupCount=FILES_KEPT, delay=False)
    handler.setFormatter(_CleanFormatter(redactor))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler


def stop(handler: logging.Handler) -> None:
    logging.getLogger().removeHandler(handler)
    handler.close()


def last_lines(path: Path, count: int = 500) -> list[str]:
    """The end of the log; none if nothing was logged yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", errors="replace") as file:
        return [line.rstrip("\n") for line in deque(file, maxlen=count)]
