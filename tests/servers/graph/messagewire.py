"""Messages as they are answered."""

from __future__ import annotations

from typing import Any

from tests.servers.graph import bodies, eventwire
from tests.servers.graph.box import container_id, item_ids, stamp
from tests.servers.graph.events import Attachment
from tests.servers.graph.extended import PropertyId, expansion
from tests.servers.graph.mail import Message
from tests.servers.graph.mime import Person
from tests.servers.graph.odata import Kind, Row
from tests.servers.graph.wire import Prefer

MESSAGE = Kind(
    "graph.message",
    filterable=frozenset(
        {
            "id", "subject", "from", "sender", "receivedDateTime", "sentDateTime", "isRead", "isDraft", "importance",
            "hasAttachments", "internetMessageId", "conversationId", "categories", "createdDateTime", "flag",
            "lastModifiedDateTime", "singleValueExtendedProperties", "parentFolderId",
        }
    ),
    sortable=frozenset({"receivedDateTime", "sentDateTime", "subject", "from", "createdDateTime", "importance", "isRead"}),
)  # fmt: skip
FLAGS = PropertyId("Integer 0x0E07")
_READ, _UNSENT, _HAS_ATTACHMENT = 0x1, 0x8, 0x10  # MS-OXCMSG 2.2.1.6, PidTagMessageFlags
_DEFAULTS: dict[str, Any] = {
    "importance": "normal", "categories": [], "inferenceClassification": "focused",
    "flag": {"flagStatus": "notFlagged"}, "isDeliveryReceiptRequested": None, "isReadReceiptRequested": False,
}  # fmt: skip


def row(message: Message, prefer: Prefer) -> Row:
    made = Row(message, wire(message, prefer))
    flags = _READ * message.read | _UNSENT * message.draft | _HAS_ATTACHMENT * bool(message.attachments)
    made.expansions = {
        "singleValueExtendedProperties": expansion({**message.extended, FLAGS: str(flags)}),
        "attachments": lambda options: [attachment(kept) for kept in message.attachments.values()],
    }
    made.on_select = {
        "internetMessageHeaders": [{"name": name, "value": value} for name, value in message.parts.headers],
        "uniqueBody": bodies.written(message.parts.body, prefer.body_type),
    }
    return made


def wire(message: Message, prefer: Prefer) -> dict[str, Any]:
    parts = message.parts
    made = {
        "@odata.etag": message.etag,
        "id": message.ids.pick(prefer.immutable_ids),
        "createdDateTime": stamp(message.created),
        "lastModifiedDateTime": stamp(message.modified),
        "changeKey": message.change_key,
        "receivedDateTime": _whole(message.received),
        "sentDateTime": _whole(parts.sent or message.received),
        "hasAttachments": any(not kept.inline for kept in message.attachments.values()),
        "internetMessageId": parts.message_id,
        "subject": parts.subject,
        "bodyPreview": bodies.preview(parts.body),
        "parentFolderId": container_id(message.folder),
        "conversationId": f"AAQkAD{message.key}=",
        "conversationIndex": "AQHWvA==",
        "isRead": message.read,
        "isDraft": message.draft,
        "webLink": f"https://outlook.office365.com/owa/?ItemID={message.ids.plain}&exvsurl=1&viewmodel=ReadMessageItem",
        **{**_DEFAULTS, **message.details},
        "body": bodies.written(parts.body, prefer.body_type),
        "toRecipients": [_person(person) for person in parts.to],
        "ccRecipients": [_person(person) for person in parts.cc],
        "bccRecipients": [_person(person) for person in parts.bcc],
        "replyTo": [_person(person) for person in parts.reply_to],
    }
    if parts.sender is not None:
        made["sender"] = _person(parts.sender)
    if parts.author is not None:
        made["from"] = _person(parts.author)
    return made


def attachment(kept: Attachment, *, content: bool = True) -> dict[str, Any]:
    if kept.content_type != "message/rfc822":
        return eventwire.attachment(kept, content=content)
    return {
        "@odata.type": "#microsoft.graph.itemAttachment",
        "id": item_ids(kept.key, 0).plain,
        "lastModifiedDateTime": stamp(kept.modified),
        "name": kept.name,
        "contentType": None,
        "size": len(kept.content),
        "isInline": False,
    }


def _whole(moment: Any) -> str:
    """Messages show whole seconds ("message resource type", the example)."""
    return stamp(moment).partition(".")[0] + "Z"


def _person(person: Person) -> dict[str, Any]:
    return {"emailAddress": {"name": person[0], "address": person[1]}}
