"""MIME messages in and out."""

from __future__ import annotations

import base64
import email.policy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, getaddresses, make_msgid, parsedate_to_datetime
from typing import Any, cast

from tests.servers.graph import bodies
from tests.servers.graph.errors import bad_request

Person = tuple[str, str]


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content_type: str
    content: bytes
    inline: bool
    content_id: str | None


@dataclass(slots=True)
class Parts:
    subject: str
    message_id: str
    sent: datetime | None
    body: str
    sender: Person | None
    author: Person | None
    to: list[Person] = field(default_factory=list)
    cc: list[Person] = field(default_factory=list)
    bcc: list[Person] = field(default_factory=list)
    reply_to: list[Person] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)


def from_base64(body: bytes) -> bytes:
    try:
        return base64.b64decode(body.strip(), validate=True)
    except ValueError as error:
        raise bad_request("Invalid base64 string for MIME content.", "ErrorMimeContentInvalidBase64String") from error


def read(raw: bytes) -> Parts:
    message = cast(EmailMessage, BytesParser(policy=email.policy.default).parsebytes(raw))
    authors = _people(message, "From")
    senders = _people(message, "Sender")
    return Parts(
        subject=str(message.get("Subject", "")),
        message_id=str(message.get("Message-ID") or make_msgid(domain="graph.example")),
        sent=_date(message),
        body=_body(message),
        sender=(senders or authors or [None])[0],
        author=(authors or senders or [None])[0],
        to=_people(message, "To"),
        cc=_people(message, "Cc"),
        bcc=_people(message, "Bcc"),
        reply_to=_people(message, "Reply-To"),
        headers=[(name, str(value)) for name, value in message.items()],
        files=[_file(part) for part in message.iter_attachments()],
    )


def _people(message: EmailMessage, name: str) -> list[Person]:
    values = [str(value) for value in message.get_all(name, [])]
    return [(shown or address, address) for shown, address in getaddresses(values) if address]


def _date(message: EmailMessage) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message["Date"])) if message["Date"] else None
    except ValueError:
        return None
    return None if moment is None else (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _body(message: EmailMessage) -> str:
    part = message.get_body(("html", "plain"))
    if part is None:
        return ""
    kind = "html" if part.get_content_subtype() == "html" else "text"
    return bodies.stored({"contentType": kind, "content": part.get_content()})


def _file(part: Any) -> File:
    content_id = str(part.get("Content-ID", "")).strip("<>") or None
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        return File(part.get_filename() or str(inner["Subject"] or ""), "message/rfc822", inner.as_bytes(), False, None)
    content = part.get_payload(decode=True) or b""
    inline = part.get_content_disposition() == "inline"
    return File(part.get_filename() or "attachment", part.get_content_type(), content, inline, content_id)


def write(given: dict[str, Any], me: Person, now: datetime) -> bytes:
    """The MIME form of a message that was posted as JSON."""
    message = EmailMessage()
    author = given.get("from") or given.get("sender")
    message["From"] = _address(author) if author else Address(me[0], addr_spec=me[1])
    if given.get("sender"):
        message["Sender"] = _address(given["sender"])
    for name, key in (
        ("To", "toRecipients"),
        ("Cc", "ccRecipients"),
        ("Bcc", "bccRecipients"),
        ("Reply-To", "replyTo"),
    ):
        if given.get(key):
            message[name] = [_address(person) for person in given[key]]
    message["Subject"] = given.get("subject") or ""
    message["Date"] = format_datetime(now)
    message["Message-ID"] = given.get("internetMessageId") or make_msgid(domain="graph.example")
    for header in given.get("internetMessageHeaders") or ():
        if not header["name"].lower().startswith("x-"):
            raise bad_request(
                "The internet message header name should start with 'x-'.", "InvalidInternetMessageHeader"
            )
        message[header["name"]] = header["value"]
    message.set_content(bodies.stored(given.get("body")), subtype="html")
    return message.as_bytes()


def _address(person: dict[str, Any]) -> Address:
    known = person.get("emailAddress") or {}
    if not known.get("address"):
        raise bad_request("A recipient has an address.", "ErrorInvalidRecipients")
    return Address(known.get("name") or "", addr_spec=known["address"])
