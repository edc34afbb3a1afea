"""What makes a message the same message, on every computer and in whatever folder it is seen. Pure.

The form carries a version: changing it in place would log everything a second time.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from fm_desktop.mailport import Heading
from fm_desktop.model.message import Headers, Mailbox
from fm_desktop.model.text import normal_title

if TYPE_CHECKING:
    from fm_desktop.sync.mail.match import Addressee

EXT_PREFIX = "fmm1-"
# As lists write it: “[sales] Offer”, “Re: [sales] Offer”.
_LIST = re.compile(r"^((?:\w{1,5}: )*)\[[^\]]{1,80}\] ")


def message_key(heading: Heading) -> str:
    """The service's own key; else the Message-ID, together with what tells two messages under one id apart;
    else what is known of the message (RFC 5322 3.6.4 makes the id a mere "should")."""
    headers = heading.headers
    if heading.key:
        return f"service:{heading.key}"
    written = _written(headers)
    if headers.message_id:
        return f"id:{_digest(headers.message_id, *written)}"
    when = _second(headers.date or heading.received)
    # A message copied to another folder keeps its size to the byte, so that a class of sizes keeps it together.
    return f"print:{_digest(*written, when, *_addresses(headers.to), str(heading.size.bit_length()))}"


def likeness(headers: Headers) -> str:
    """Equal for a sent message and a copy of it that came under another Message-ID, which some services do, or with
    the name of a mailing list in its subject; the two also have nearly the same date. Equal as well for two messages
    that only look alike."""
    people = sorted({each.address for each in (*headers.to, *headers.cc)})
    return _digest(*_addresses(headers.sender), "", *people, "", _LIST.sub(r"\1", normal_title(headers.subject)))


def ext_id_of(user: str, key: str, party: Addressee) -> str:
    """The `extId` of the record of a message for one contact or account: 37 characters."""
    return EXT_PREFIX + _digest(user, key, party.key)


def _written(headers: Headers) -> tuple[str, ...]:
    return (_second(headers.date), *_addresses(headers.sender), normal_title(headers.subject))


def _second(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y%m%d%H%M%S")


def _addresses(mailboxes: Iterable[Mailbox]) -> list[str]:
    return sorted(each.address for each in mailboxes)


def _digest(*parts: str) -> str:
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()[:20]
    return base64.b32encode(digest).decode().lower()
