"""Messages known by their headers, from the properties that Exchange keeps of them. No body is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from fm_desktop.mailport import Broken, Heading, MessageRef
from fm_desktop.port import Gone, Malformed, PortError, Refused
from fm_desktop.providers.exchange.errors import SERVICE, Failure, failure_error
from fm_desktop.providers.exchange.operations import MESSAGE, get_items, item_id
from fm_desktop.providers.exchange.session import Call, EwsSession, failed
from fm_desktop.providers.exchange.xml import Element, all_at, at, attribute, children, local_name, text
from fm_desktop.providers.graph.headings import read_heading
from fm_desktop.providers.graph.raw import Json
from fm_desktop.providers.transfer import Purpose, TransientFailure

_BATCH: Final = 100
_LISTS: Final = {
    "toRecipients": "ToRecipients",
    "ccRecipients": "CcRecipients",
    "bccRecipients": "BccRecipients",
    "replyTo": "ReplyTo",
}


def headings(session: EwsSession, folder: str, ids: Iterable[str]) -> Iterator[Heading | Broken]:
    """Those that are there now. What is no message (a contact in a mail folder) is left out."""
    named = list(ids)
    for begin in range(0, len(named), _BATCH):
        batch = named[begin : begin + _BATCH]
        call = Call(get_items(map(item_id, batch), MESSAGE), Purpose.READ_ITEM, "the message")
        messages = session.messages(call)
        if len(messages) != len(batch):
            raise Malformed(f"{SERVICE} gave no usable answer about messages.")
        for identity, message in zip(batch, messages, strict=True):
            found = _one(message, call, MessageRef(folder, identity))
            if found is not None:
                yield found


def _one(message: Element, call: Call, ref: MessageRef) -> Heading | Broken | None:
    if failed(message):
        error: PortError | TransientFailure = failure_error(Failure.of(message), call.purpose, call.about)
        if isinstance(error, Gone):
            return None
        if isinstance(error, Refused | Malformed):
            return Broken(ref, str(error))
        raise error.final if isinstance(error, TransientFailure) else error
    item = next(children(at(message, "m:Items")), None)
    if item is None:
        return Broken(ref, f"{SERVICE} shows nothing of it.")
    if local_name(item) in ("Contact", "DistributionList", "Task", "CalendarItem"):
        return None
    size = text(item, "t:Size")
    return replace(read_heading(ref, _json(item)), size=int(size) if size.isdecimal() else 0)


def _json(item: Element) -> Json:
    """In Graph's words, which are read in one place."""
    return {
        "id": attribute(at(item, "t:ItemId"), "Id"),
        "internetMessageId": text(item, "t:InternetMessageId"),
        "conversationId": attribute(at(item, "t:ConversationId"), "Id"),
        "subject": text(item, "t:Subject"),
        "from": _mailbox(at(item, "t:From/t:Mailbox")),
        "sender": _mailbox(at(item, "t:Sender/t:Mailbox")),
        "receivedDateTime": text(item, "t:DateTimeReceived"),
        "sentDateTime": text(item, "t:DateTimeSent"),
        "isDraft": text(item, "t:IsDraft") == "true",
        **{name: [_mailbox(each) for each in all_at(item, f"t:{tag}/t:Mailbox")] for name, tag in _LISTS.items()},
    }


def _mailbox(element: Element | None) -> Json:
    return {"emailAddress": {"name": text(element, "t:Name"), "address": text(element, "t:EmailAddress")}}
