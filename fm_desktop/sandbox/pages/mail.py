"""A logged message as the page shows it, made from its record. Pure.

Whoever writes to the user writes what stands here: names of files are made safe, and texts stay texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import PurePath
from typing import Any

from fm_desktop.sandbox.pages.entries import Linked, day_text, moment_of

PAGE = 50
_LONGEST_NAME = 150
# What a path, a header or a shell could mean something by, and what turns the direction of writing around.
_UNSAFE = re.compile('[\\x00-\\x1f\\x7f-\\x9f"*/:<>?\\\\|\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]')
# Names of devices on Windows, with any extension.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
_UNITS = ("bytes", "kB", "MB", "GB")


@dataclass(frozen=True, slots=True)
class File:
    """An attachment. `name` is safe to be a file's name; `is_here` is false while its bytes have not come."""

    id: int
    name: str
    size: int
    is_here: bool

    @property
    def size_text(self) -> str:
        return size_text(self.size)


@dataclass(frozen=True, slots=True)
class Message:
    """`at` is on the clock of the user who looks. `files` counts the attachments."""

    id: int
    subject: str
    is_sent: bool
    at: datetime
    sender: str
    recipients: str
    folder: str
    text: str
    files: int
    contact: Linked | None
    account: Linked | None

    @property
    def direction(self) -> str:
        return "Sent" if self.is_sent else "Received"

    @property
    def when(self) -> str:
        return f"{day_text(self.at.date())}, {self.at:%H:%M}"


def message_of(
    row: Mapping[str, Any], zone: tzinfo | None, contacts: Mapping[int, Linked], accounts: Mapping[int, Linked]
) -> Message:
    """`contacts` and `accounts` are those that the message may belong to, by id."""
    moment = moment_of(row["date"]["time"] if row["date"] else row["dateCreated"])
    with suppress(OverflowError):  # a date at the very end of the calendar stays in UTC
        moment = moment.astimezone(zone)
    return Message(
        id=row["id"],
        subject=row["subject"].strip() or "(no subject)",
        is_sent=row["type"] == 0,
        at=moment,
        sender=row["emailFrom"] or "",
        recipients=row["emailTo"] or "",
        folder=row["mailFolder"] or "",
        text=row["body"] or "",
        files=len(row["attachments"]),
        contact=contacts.get(row["contactId"]),
        account=accounts.get(row["accountId"]),
    )


def files_of(rows: Iterable[Mapping[str, Any]], is_here: Callable[[int], bool]) -> tuple[File, ...]:
    return tuple(
        File(each["id"], safe_name(each["name"], each["id"]), each["size"], is_here(each["id"])) for each in rows
    )


def safe_name(name: str, number: int) -> str:
    """A name under which any computer may store a file, as like to the given one as possible."""
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    if len(name) > _LONGEST_NAME:
        suffix = PurePath(name).suffix[-20:]
        name = name[: _LONGEST_NAME - len(suffix)].rstrip(" .") + suffix
    if _DEVICE.match(name):
        name = f"_{name}"
    return name if name.strip("_ .") else f"attachment-{number}"


def size_text(size: float) -> str:
    """A size in words: `1 byte`, `12.3 kB`, `100 MB`."""
    if size == 1:
        return "1 byte"
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.3g} {_UNITS[unit]}" if unit else f"{size} {_UNITS[0]}"
