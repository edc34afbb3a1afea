"""Messages known by their headers, from the properties that Graph keeps of them. No body is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fm_desktop.mailport import Broken, Heading, MessageRef, Role
from fm_desktop.model.message import Headers, Mailbox
from fm_desktop.model.text import normal_title
from fm_desktop.port import Gone, Malformed, Refused
from fm_desktop.providers.graph.raw import Json, part, parts, text
from fm_desktop.providers.graph.session import Call, GraphSession, segment
from fm_desktop.providers.graph.times import offset_moment
from fm_desktop.providers.mime.addresses import bare_address
from fm_desktop.providers.transfer import Purpose

FIELDS: Final = (
    "id,internetMessageId,conversationId,subject,from,sender,toRecipients,ccRecipients,bccRecipients,replyTo,"
    "receivedDateTime,sentDateTime,isDraft"
)
_LONGEST_SUBJECT: Final = 10_000
# Our own notices have Message-IDs of this domain.
_OF_NOTICES: Final = "@fm-desktop.invalid"


def heading_of(session: GraphSession, folder: str, entry: Json) -> Heading | Broken | None:
    """None for a message that went in the meantime. A delta may name of a changed one what changed alone: then it is
    read by itself."""
    ref = MessageRef(folder, text(entry, "id"))
    if "receivedDateTime" in entry and "toRecipients" in entry:
        return read_heading(ref, entry)
    call = Call("GET", f"me/messages/{segment(ref.id)}", Purpose.READ_ITEM, "the message", {"$select": FIELDS})
    try:
        return read_heading(ref, session.entity(call))
    except Gone:
        return None
    except (Refused, Malformed) as error:
        return Broken(ref, str(error))


def read_heading(ref: MessageRef, message: Json) -> Heading:
    """Graph tells no size. The key is left empty: the Message-ID knows a message over every protocol, so that nothing
    is logged twice when a mailbox is read in another way than before."""
    return Heading(
        ref,
        _headers(message),
        received_of(message),
        size=0,
        roles=frozenset({Role.DRAFTS}) if message.get("isDraft") is True else frozenset(),
    )


def received_of(message: Json) -> datetime | None:
    return _moment(message, "receivedDateTime")


def _headers(message: Json) -> Headers:
    message_id = "".join(normal_title(text(message, "internetMessageId")).split()).strip("<>")
    conversation = text(message, "conversationId")
    return Headers(
        message_id=message_id,
        date=_moment(message, "sentDateTime"),
        subject=normal_title(text(message, "subject"))[:_LONGEST_SUBJECT].rstrip(),
        sender=_mailboxes([part(message, "from")]) or _mailboxes([part(message, "sender")]),
        to=_mailboxes(parts(message, "toRecipients")),
        cc=_mailboxes(parts(message, "ccRecipients")),
        bcc=_mailboxes(parts(message, "bccRecipients")),
        reply_to=_mailboxes(parts(message, "replyTo")),
        # The service's own threading, which knows sent messages too: their References are not shown.
        thread=(f"{conversation}@conversation.outlook",) if conversation else (),
        notice=message_id.endswith(_OF_NOTICES),
    )


def _mailboxes(recipients: list[Json]) -> tuple[Mailbox, ...]:
    """Each address once, in order; what has no e-mail address is left out."""
    found: dict[str, Mailbox] = {}
    for each in recipients:
        mailbox = part(each, "emailAddress")
        address = bare_address(text(mailbox, "address"))
        if address:
            found.setdefault(address, Mailbox(address, normal_title(text(mailbox, "name").strip("'\""))))
    return tuple(found.values())


def _moment(message: Json, name: str) -> datetime | None:
    found = offset_moment(text(message, name))
    return None if found is None else found.instant
