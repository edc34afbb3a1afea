"""E-mail messages as every mail service can describe them (RFC 5322): what is matched, and what is logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Direction(StrEnum):
    RECEIVED = "received"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person's address in a header. `address` is bare and in lower case, with its domain in Unicode form."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Headers:
    """What is known of a message from its headers alone.

    `message_id`  without angle brackets and blanks, '' where there is none.
    `date`        the moment of the Date field in UTC, None where it is missing or cannot be read.
    `sender`      the mailboxes of From, or of Sender where From has none.
    `thread`      message ids of References and In-Reply-To, oldest first.
    `notice`      one of this program's own notifications.
    """

    message_id: str
    date: datetime | None
    subject: str
    sender: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    thread: tuple[str, ...] = ()
    notice: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message. `name` is safe to be a file's name and never empty; `size` in decoded bytes.

    `chunks()` gives the decoded bytes, anew with each call, without holding them all in memory.
    """

    name: str
    media_type: str
    size: int
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says. `text` is plain and in normal form, in full length; `notes` are sentences about what
    could not be read or was left out, for the record to carry."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()
