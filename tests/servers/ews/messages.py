"""Messages: their properties from their MIME text, and their attachments."""

from __future__ import annotations

import email
import email.policy
import email.utils
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage

from tests.servers.ews import zones
from tests.servers.ews.mailbox import Attachment, Item, new_id
from tests.servers.ews.view import as_document, mailbox
from tests.servers.ews.xml import Element, boolean, t


def fill(item: Item, mime: bytes, read: bool = False, draft: bool = False) -> None:
    """Sets what a message's MIME text says; what the request gave beside it stays."""
    parsed = email.message_from_bytes(mime, policy=email.policy.default)
    item.mime = mime
    made: list[Element | None] = [
        t("Subject", str(parsed["subject"] or "")),
        _body(parsed),
        _people("ToRecipients", parsed, "to"),
        _people("CcRecipients", parsed, "cc"),
        _people("BccRecipients", parsed, "bcc"),
        _people("ReplyTo", parsed, "reply-to"),
        _person("From", parsed, "from"),
        _person("Sender", parsed, "sender") or _person("Sender", parsed, "from"),
        _header("InternetMessageId", parsed, "message-id"),
        _header("InReplyTo", parsed, "in-reply-to"),
        _header("References", parsed, "references"),
        t("IsRead", boolean(read)),
        t("IsDraft", boolean(draft)),
        t("DateTimeSent", zones.write(_date(parsed))),
        t("DateTimeReceived", zones.write(_date(parsed))),
        t("InternetMessageHeaders", *(t("InternetMessageHeader", str(v), HeaderName=k) for k, v in parsed.items())),
    ]
    for each in made:
        if each is not None:
            item.properties.setdefault(each.tag.rpartition("}")[2], each)
    for part in parsed.iter_attachments():
        item.attachments.append(_attachment(part))


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    return Attachment(
        new_id(), part.get_filename() or "attachment", part.get_content_type(),
        content if isinstance(content, bytes) else part.as_bytes(), part["content-id"],
        part.get_content_disposition() == "inline",
    )  # fmt: skip


def _body(parsed: EmailMessage) -> Element | None:
    part = parsed.get_body(("html", "plain"))
    if part is None:
        return None
    content = part.get_content()
    html = part.get_content_subtype() == "html"
    return t("Body", as_document(content) if html else content, BodyType="HTML" if html else "Text")


def _addresses(parsed: EmailMessage, header: str) -> Iterable[tuple[str, str]]:
    return [each for each in email.utils.getaddresses([str(v) for v in parsed.get_all(header, [])]) if each[1]]


def _people(name: str, parsed: EmailMessage, header: str) -> Element | None:
    found = _addresses(parsed, header)
    return t(name, *(mailbox(*each) for each in found)) if found else None


def _person(name: str, parsed: EmailMessage, header: str) -> Element | None:
    found = list(_addresses(parsed, header))
    return t(name, mailbox(*found[0])) if found else None


def _header(name: str, parsed: EmailMessage, header: str) -> Element | None:
    return t(name, str(parsed[header]).strip()) if parsed[header] else None


def _date(parsed: EmailMessage) -> datetime:
    try:
        found = email.utils.parsedate_to_datetime(str(parsed["date"]))
    except ValueError:
        return datetime.now(UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
