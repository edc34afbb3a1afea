"""The program's notes to its own user, put straight into their inbox: never sent, so nobody else can get one (R25)."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Final

import httpx2

from fm_desktop.port import Refused
from fm_desktop.providers.graph.errors import unusable
from fm_desktop.providers.graph.raw import Json, text
from fm_desktop.providers.graph.session import BASE, Call, GraphSession, segment
from fm_desktop.providers.tokens import AccessTokens
from fm_desktop.providers.transfer import Purpose

_ABOUT: Final = "the note"
# PidTagMessageFlags (MS-OXCMSG 2.2.1.6), which a client sets before the first save only: neither unsent, which would
# make a draft of it, nor read.
_RECEIVED: Final = {"id": "Integer 0x0E07", "value": "4"}
# PidTagMessageDeliveryTime and PidTagClientSubmitTime: a message that was never on its way has none of its own.
_TIMES: Final = ("SystemTime 0x0E06", "SystemTime 0x0039")


def put_notice(tokens: AccessTokens, raw: bytes, *, base: str = BASE, client: httpx2.Client | None = None) -> None:
    """Stores a message (RFC 5322) in the inbox, as received and unread.

    Raises `OutcomeUnknown` if it may be there, `Refused` where the service makes a draft of it, which is taken away
    again, and the other errors of the port if nothing was stored.
    """
    session = GraphSession(tokens, base=base, client=client)
    try:
        call = Call("POST", "me/mailFolders/inbox/messages", Purpose.CREATE, _ABOUT, body=message_of(raw))
        stored = session.entity(call)
        if not text(stored, "id"):
            raise unusable(call.purpose, _ABOUT)
        if stored.get("isDraft") is True:
            session.entity(Call("DELETE", f"me/messages/{segment(text(stored, 'id'))}", Purpose.WRITE, _ABOUT))
            raise Refused("Microsoft 365 keeps notes as drafts only.", "Switch the messages in your inbox off.")
    finally:
        session.close()


def message_of(raw: bytes) -> Json:
    """A note in Graph's words. It is plain text, from and to the user."""
    note = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(note, EmailMessage)
    date = note["Date"]
    moment: datetime = date.datetime.astimezone(UTC)
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    body = note.get_body(("plain",))
    headers = [{"name": name, "value": str(value)} for name, value in note.items() if name.lower().startswith("x-")]
    return {
        "subject": str(note["Subject"]),
        "body": {"contentType": "text", "content": "" if body is None else body.get_content()},
        "from": _mailboxes(note, "From")[0],
        "sender": _mailboxes(note, "From")[0],
        "toRecipients": _mailboxes(note, "To"),
        "isRead": False,
        "internetMessageId": str(note["Message-ID"]),
        **({"internetMessageHeaders": headers} if headers else {}),
        "singleValueExtendedProperties": [_RECEIVED, *({"id": each, "value": stamp} for each in _TIMES)],
    }


def _mailboxes(note: EmailMessage, name: str) -> list[Json]:
    return [{"emailAddress": {"name": each.display_name, "address": each.addr_spec}} for each in note[name].addresses]
