"""Headers as JSON text, for the state file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from fm_desktop.model.message import Headers, Mailbox
from fm_desktop.sync.store import read_utc, utc_text


def headers_to_text(headers: Headers) -> str:
    value = {
        "message_id": headers.message_id,
        "date": None if headers.date is None else utc_text(headers.date),
        "subject": headers.subject,
        "sender": _pairs(headers.sender),
        "to": _pairs(headers.to),
        "cc": _pairs(headers.cc),
        "bcc": _pairs(headers.bcc),
        "reply_to": _pairs(headers.reply_to),
        "thread": headers.thread,
    }
    # Escaped, since a text from a broken header may hold what is no Unicode.
    return json.dumps(value, separators=(",", ":"))


def headers_from_text(text: str) -> Headers:
    value = json.loads(text)
    date: datetime | None = None if value["date"] is None else read_utc(value["date"])
    return Headers(
        message_id=value["message_id"],
        date=date,
        subject=value["subject"],
        sender=_mailboxes(value["sender"]),
        to=_mailboxes(value["to"]),
        cc=_mailboxes(value["cc"]),
        bcc=_mailboxes(value["bcc"]),
        reply_to=_mailboxes(value["reply_to"]),
        thread=tuple(value["thread"]),
    )


def _pairs(mailboxes: Iterable[Mailbox]) -> list[tuple[str, str]]:
    return [(each.address, each.name) for each in mailboxes]


def _mailboxes(pairs: Iterable[tuple[str, str]]) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(address, name) for address, name in pairs)
