"""Messages over HTTP: lists, the delta of a folder, single messages, MIME, attachments."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from tests.servers.graph import deltas, mail, mime
from tests.servers.graph.box import item_ids, new_key
from tests.servers.graph.errors import bad_property, bad_query, bad_request, conflict, not_found
from tests.servers.graph.events import Attachment
from tests.servers.graph.eventwrites import read_attachment
from tests.servers.graph.extended import store
from tests.servers.graph.filters import predicate
from tests.servers.graph.mail import Message
from tests.servers.graph.messagewire import FLAGS, MESSAGE, row
from tests.servers.graph.messagewire import attachment as attachment_wire
from tests.servers.graph.odata import Call, Kind, Row, shaped
from tests.servers.graph.search import matcher
from tests.servers.graph.wire import NO_CONTENT, Reply

ATTACHMENT = Kind("graph.attachment", page=100)
_PEOPLE = frozenset({"toRecipients", "ccRecipients", "bccRecipients", "replyTo", "from", "sender"})
_TEXT = frozenset({"subject", "body", "internetMessageId", "internetMessageHeaders"})
_DETAILS = frozenset(
    {
        "importance",
        "categories",
        "flag",
        "inferenceClassification",
        "isDeliveryReceiptRequested",
        "isReadReceiptRequested",
    }
)
_ALWAYS = _DETAILS | {"isRead", "singleValueExtendedProperties"}
_RECEIVED_FILTER = re.compile(r"receivedDateTime\s+(ge|gt)\s+\S+")


def listed(call: Call, folder: str | None = None) -> Reply:
    kept = list(call.box.messages.values())
    if folder is not None:
        key = mail.folder_of(call.box, folder).key
        kept = [message for message in kept if message.folder == key]
    _combination(call.query)
    if "$search" in call.query:
        found = matcher(call.query["$search"])
        kept = [message for message in kept if found(message)]
    shown = call.box.listed(message.key for message in kept)
    kept = sorted((m for m in kept if m.key in shown), key=lambda message: message.received, reverse=True)
    return call.many(MESSAGE, [row(message, call.request.prefer) for message in kept], _context(call))


def _combination(query: dict[str, str]) -> None:
    """`$search` stands without filter, order and count; an ordered filter begins with what it is ordered by ("List messages")."""
    if "$search" in query and query.keys() & {"$filter", "$orderby", "$count", "$skip"}:
        raise bad_query(
            "The query parameters '$search' and '$filter', '$orderby', '$count', '$skip' do not go together."
        )
    if "$filter" in query and "$orderby" in query:
        order = [clause.split()[0] for clause in query["$orderby"].split(",")]
        names = re.findall(r"([A-Za-z][\w/]*)\s+(?:eq|ne|g[te]|l[te])\b", query["$filter"])
        if names[: len(order)] != order:
            raise bad_request("The restriction or sort order is too complex for this operation.", "InefficientFilter")


def delta(call: Call, folder: str) -> Reply:
    """Changes of one folder ("message: delta"): the only filter is on receivedDateTime, the only order its descent."""
    key = mail.folder_of(call.box, folder).key
    _delta_options(call.query)

    def chosen(message: Message, options: dict[str, str]) -> bool:
        test = predicate(options["$filter"], MESSAGE.filterable) if "$filter" in options else None
        return test is None or test(row(message, call.request.prefer).wire)

    def current(options: dict[str, str]) -> list[str]:
        kept = [message for message in call.box.messages.values() if message.folder == key and chosen(message, options)]
        return [message.key for message in sorted(kept, key=lambda message: message.received, reverse=True)]

    def render(known: str, options: dict[str, str]) -> deltas.Unit | None:
        message = call.box.messages.get(known)
        if message is None or message.folder != key:
            return []
        if not chosen(message, options):
            return None
        shape = {name: value for name, value in options.items() if name in ("$select", "$expand")}
        return [shaped(shape, MESSAGE, row(message, call.request.prefer))]

    tracked = deltas.Tracked(("messages", key), MESSAGE, current, render)
    return deltas.answer(call, tracked, "Collection(message)", frozenset())


def _delta_options(query: dict[str, str]) -> None:
    if "$filter" in query and not _RECEIVED_FILTER.fullmatch(query["$filter"].strip()):
        raise bad_query("The only filter here is on receivedDateTime, with ge or gt.")
    if query.get("$orderby", "receivedDateTime desc") != "receivedDateTime desc":
        raise bad_query("The only order here is receivedDateTime desc.")


def one(call: Call, message: str, folder: str | None = None) -> Reply:
    return _one(call, mail.find(call.box, message, folder), 200)


def value(call: Call, message: str, folder: str | None = None) -> Reply:
    raw = mail.find(call.box, message, folder).raw
    return Reply(200, raw=raw, headers={"Content-Type": "text/plain"})


def create(call: Call, folder: str = "drafts") -> Reply:
    """A new draft, or, with the message flags set at once, a message that is none ("Create message")."""
    kept = mail.folder_of(call.box, folder)
    if call.request.headers.get("content-type", "").startswith("text/plain"):
        made = mail.store(call.box, kept, mime.from_base64(call.request.body), read=True, draft=True)
        return _one(call, made, 201)
    given = call.request.entity("graph.message")
    _allowed(given, _PEOPLE | _TEXT | _ALWAYS | {"attachments"})
    me = (call.box.name, call.box.address)
    raw = mime.write(given, me, call.box.now())
    files = [read_attachment(each) for each in given.get("attachments") or ()]
    made = mail.store(call.box, kept, raw, read=bool(given.get("isRead", True)), draft=True)
    made.attachments = {each.key: each for each in files}
    _details(made, given)
    flags = made.extended.pop(FLAGS, None)
    if flags is not None:
        made.draft = bool(int(flags) & 0x8)
        made.read = bool(int(flags) & 0x1) or bool(given.get("isRead"))
    return _one(call, made, 201)


def update(call: Call, message: str, folder: str | None = None) -> Reply:
    kept = mail.find(call.box, message, folder)
    _unchanged(call, kept)
    given = call.request.entity("graph.message")
    if not kept.draft and given.keys() & (_PEOPLE | _TEXT):
        raise bad_request("The item is no draft: this property cannot be changed any more.", "ErrorInvalidPropertySet")
    _allowed(given, _ALWAYS | {"subject"})
    kept.read = bool(given.get("isRead", kept.read))
    kept.parts.subject = given.get("subject", kept.parts.subject)
    _details(kept, given)
    kept.extended.pop(FLAGS, None)  # the unsent flag is settable before the first save only (MS-OXCMSG 2.2.1.6)
    mail.touch(call.box, kept)
    return _one(call, kept, 200)


def delete(call: Call, message: str, folder: str | None = None) -> Reply:
    kept = mail.find(call.box, message, folder)
    _unchanged(call, kept)
    mail.remove(call.box, kept)
    return Reply(NO_CONTENT)


def move(call: Call, message: str, folder: str | None = None) -> Reply:
    kept = mail.find(call.box, message, folder)
    mail.move(call.box, kept, mail.folder_of(call.box, _destination(call)))
    return _one(call, kept, 201)


def copy(call: Call, message: str, folder: str | None = None) -> Reply:
    kept = mail.find(call.box, message, folder)
    target = mail.folder_of(call.box, _destination(call))
    made = dataclasses.replace(kept, key=new_key(), folder=target.key, moved=0, extended=dict(kept.extended))
    call.box.messages[made.key] = made
    mail.touch(call.box, made)
    return _one(call, made, 201)


def _destination(call: Call) -> str:
    given = call.request.parameters({"DestinationId": str})
    if not given.get("DestinationId"):
        raise bad_property("destinationId is required.")
    return str(given["DestinationId"])


def _allowed(given: dict[str, Any], names: frozenset[str]) -> None:
    for name in given:
        if name not in names and "@" not in name:
            raise bad_request(f"The property '{name}' cannot be set here.", "ErrorInvalidPropertySet")


def _details(message: Message, given: dict[str, Any]) -> None:
    message.details.update({name: given[name] for name in given.keys() & _DETAILS})
    store(message.extended, given.get("singleValueExtendedProperties"))


# -- attachments -----------------------------------------------------------------------------------------------------


def attachments(call: Call, message: str, folder: str | None = None) -> Reply:
    kept = mail.find(call.box, message, folder)
    return call.many(
        ATTACHMENT, [Row(each, attachment_wire(each)) for each in kept.attachments.values()], _context(call)
    )


def attach(call: Call, message: str, folder: str | None = None) -> Reply:
    kept = mail.find(call.box, message, folder)
    made = read_attachment(call.request.entity("graph.attachment"))
    kept.attachments[made.key] = made
    mail.touch(call.box, kept)
    return call.one(ATTACHMENT, Row(made, attachment_wire(made)), _context(call), 201)


def attachment(call: Call, message: str, attachment: str, folder: str | None = None) -> Reply:
    kept = _attachment(mail.find(call.box, message, folder), attachment)
    return call.one(ATTACHMENT, Row(kept, attachment_wire(kept)), _context(call))


def attachment_value(call: Call, message: str, attachment: str, folder: str | None = None) -> Reply:
    kept = _attachment(mail.find(call.box, message, folder), attachment)
    return Reply(200, raw=kept.content, headers={"Content-Type": kept.content_type})


def _attachment(message: Message, text: str) -> Attachment:
    for key, kept in message.attachments.items():
        if item_ids(key, 0).plain == text:
            return kept
    raise not_found()


def _one(call: Call, message: Message, status: int) -> Reply:
    return call.one(MESSAGE, row(message, call.request.prefer), _context(call), status)


def _unchanged(call: Call, message: Message) -> None:
    if call.request.headers.get("if-match") not in (None, "*", message.etag):
        raise conflict()


def _context(call: Call) -> str:
    return f"users('{call.box.address.replace('@', '%40')}')/messages"
