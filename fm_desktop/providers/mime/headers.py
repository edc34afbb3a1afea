"""A message's headers as the model has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fm_desktop.model.message import Headers
from fm_desktop.model.text import normal_title
from fm_desktop.providers.mime.addresses import mailboxes
from fm_desktop.providers.mime.dates import moment
from fm_desktop.providers.mime.fields import Fields, fields_of
from fm_desktop.providers.mime.words import decoded

# Ten thousand recipients with long names are about 1 MB; what is longer is read as far as this.
LARGEST_BLOCK = 4 * 1024 * 1024
NOTICE_FIELD = "x-fm-desktop-notice"
_LONGEST_SUBJECT = 10_000
# RFC 5322, 2.1.1: no line is longer. A cut id could be the same as another one's, so a longer one is none.
_LONGEST_ID = 998
_LONGEST_THREAD = 100
_ID = re.compile(r"<([^<>]*)>")


def read_headers(raw: bytes) -> Headers:
    """The headers of a message, or of its header block alone. Never raises, whatever the bytes are: what cannot be
    read is left empty. Every value is a single line without control characters."""
    return headers_of(fields_of(raw[:LARGEST_BLOCK]))


def headers_of(fields: Fields) -> Headers:
    return Headers(
        message_id=next(_ids(fields.all("message-id")), ""),
        date=next((found for found in map(moment, fields.all("date")) if found), None),
        subject=subject_of(fields),
        sender=mailboxes(fields.all("from")) or mailboxes(fields.all("sender")),
        to=mailboxes(fields.all("to")),
        cc=mailboxes(fields.all("cc")),
        bcc=mailboxes(fields.all("bcc")),
        reply_to=mailboxes(fields.all("reply-to")),
        thread=_thread(fields),
        notice=NOTICE_FIELD in fields,
    )


def subject_of(fields: Fields) -> str:
    return normal_title(decoded(fields.first("subject")))[:_LONGEST_SUBJECT].rstrip()


def _thread(fields: Fields) -> tuple[str, ...]:
    """Oldest first, each once; of a very long conversation its first message and the newest ones."""
    ids = _ids((*fields.all("references"), *fields.all("in-reply-to")))
    found = list(dict.fromkeys(each for each in ids if "@" in each))
    return tuple(found if len(found) <= _LONGEST_THREAD else (found[0], *found[1 - _LONGEST_THREAD :]))


def _ids(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        text = decoded(value)
        for each in _ID.findall(text) or text.split():
            message_id = "".join(normal_title(each).split())
            if message_id.strip("<>") and len(message_id) <= _LONGEST_ID:
                yield message_id.strip("<>")
