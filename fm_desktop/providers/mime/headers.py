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
_PEOPLE = frozenset({"from", "sender", "to", "cc", "bcc", "reply-to"})
_WANTED = _PEOPLE | {"message-id", "date", "subject", "references", "in-reply-to", NOTICE_FIELD}
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
    texts = fields.texts(_WANTED)
    return Headers(
        message_id=next(_ids(texts.get("message-id", ())), ""),
        date=next((found for found in map(moment, texts.get("date", ())) if found), None),
        subject=_subject(next(iter(texts.get("subject", ())), "")),
        sender=mailboxes(texts.get("from", ())) or mailboxes(texts.get("sender", ())),
        to=mailboxes(texts.get("to", ())),
        cc=mailboxes(texts.get("cc", ())),
        bcc=mailboxes(texts.get("bcc", ())),
        reply_to=mailboxes(texts.get("reply-to", ())),
        thread=_thread((*texts.get("references", ()), *texts.get("in-reply-to", ()))),
        notice=NOTICE_FIELD in texts,
    )


def subject_of(fields: Fields) -> str:
    return _subject(fields.first("subject"))


def _subject(value: str) -> str:
    return normal_title(decoded(value))[:_LONGEST_SUBJECT].rstrip()


def _thread(values: Iterable[str]) -> tuple[str, ...]:
    """Oldest first, each once; of a very long conversation its first message and the newest ones."""
    found = list(dict.fromkeys(each for each in _ids(values) if "@" in each))
    return tuple(found if len(found) <= _LONGEST_THREAD else (found[0], *found[1 - _LONGEST_THREAD :]))


def _ids(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        text = decoded(value)
        for each in _ID.findall(text) or text.split():
            message_id = "".join(normal_title(each).split())
            bare = message_id.strip("<>")
            if bare and len(message_id) <= _LONGEST_ID:
                yield bare
