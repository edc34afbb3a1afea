"""The program's notes to its own user, put straight into their inbox: never sent, so nobody else can get one (R25)."""

from __future__ import annotations

import base64
import email
import email.policy
import time
from collections.abc import Callable
from datetime import UTC
from typing import Final

from fm_desktop.port import Refused
from fm_desktop.providers.exchange import discovery
from fm_desktop.providers.exchange.connection import Connection
from fm_desktop.providers.exchange.errors import unusable
from fm_desktop.providers.exchange.operations import create_message, delete_item, get_items, item_id, path
from fm_desktop.providers.exchange.session import Call
from fm_desktop.providers.exchange.signing import Account
from fm_desktop.providers.exchange.xml import Element, at, attribute, make, text
from fm_desktop.providers.transfer import Purpose

_ABOUT: Final = "the note"
# PidTagMessageFlags (MS-OXCMSG 2.2.1.6), which a client sets before the first save only: neither unsent, which would
# make a draft of it, nor read.
_FLAGS: Final = "0x0E07"
# PidTagMessageDeliveryTime and PidTagClientSubmitTime: a message that was never on its way has none of its own.
_TIMES: Final = ("0x0E06", "0x0039")


def put_notice(
    account: Account,
    address: str,
    raw: bytes,
    *,
    url: str | None = None,
    found: str | None = None,
    discover: Callable[[str, Account], str] = discovery.ews_url,
) -> None:
    """Stores a message (RFC 5322) in the inbox, as received and unread.

    Raises `OutcomeUnknown` if it may be there, `Refused` where the server makes a draft of it, which is taken away
    again, and the other errors of the port if nothing was stored.
    """
    connection = Connection(account, address, url=url, discover=discover, sleep=time.sleep)
    try:
        if found is not None:
            connection.resume(found)
        session = connection.session()
        answer = session.one(Call(create_message("inbox", message_of(raw)), Purpose.CREATE, _ABOUT))
        stored = attribute(at(answer, "m:Items/*/t:ItemId"), "Id")
        if not stored:
            raise unusable(Purpose.CREATE, _ABOUT)
        look = get_items([item_id(stored)], [path("item:IsDraft")])
        if text(session.one(Call(look, Purpose.READ_ITEM, _ABOUT)), "m:Items/*/t:IsDraft") == "true":
            session.one(Call(delete_item(item_id(stored), mails=False), Purpose.WRITE, _ABOUT))
            raise Refused("The Exchange server keeps notes as drafts only.", "Switch the messages in your inbox off.")
    finally:
        connection.close()


def message_of(raw: bytes) -> Element:
    sent = email.message_from_bytes(raw, policy=email.policy.default)["Date"].datetime.astimezone(UTC)
    stamp = sent.strftime("%Y-%m-%dT%H:%M:%SZ")
    properties = [(_FLAGS, "Integer", "0"), *((tag, "SystemTime", stamp) for tag in _TIMES)]
    return make(
        "t:Message",
        make("t:MimeContent", value=base64.b64encode(raw).decode("ascii"), CharacterSet="UTF-8"),
        *(
            make(
                "t:ExtendedProperty",
                make("t:ExtendedFieldURI", PropertyTag=tag, PropertyType=kind),
                make("t:Value", value=value),
            )
            for tag, kind, value in properties
        ),
        make("t:IsRead", value="false"),
    )
