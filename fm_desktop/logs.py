"""The log: one rotating file for its owner only, from which secrets are taken out before they are written."""

from __future__ import annotations

import io
import json
import logging
import os
import re
from collections import deque
from collections.abc import Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import cast
from urllib.parse import quote

from fm_desktop.credentials import Secret

BYTES_A_FILE = 1_000_000
FILES_KEPT = 3
HIDDEN = "[hidden]"

# Libraries that log each request with its address, or headers in their debug lines.
_TALKATIVE = ("httpx2", "httpcore2", "caldav", "urllib3", "requests", "apscheduler", "keyring")

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
    """Takes secrets out of texts. Known ones wherever and however they are spelled, others by their name."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._spellings: list[str] = []
        for each in secrets:
            self.add(each)

    def add(self, secret: Secret) -> None:
        text = secret.reveal()
        if text:
            spelled = {text, quote(text, safe=""), json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
            # Longest first, so that no rest of a longer spelling stays.
            self._spellings = sorted({*self._spellings, *spelled}, key=len, reverse=True)

    def clean(self, text: str) -> str:
        for each in self._spellings:
            text = text.replace(each, HIDDEN)
        for pattern in _BY_NAME:
            text = pattern.sub(rf"\1\2{HIDDEN}", text)
        return _IN_ADDRESS.sub(rf"\1{HIDDEN}@", text)


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
