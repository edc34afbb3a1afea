"""The messages that tell the user of new events in their own inbox (R25). Pure; nobody sends them: see `inbox`."""

from __future__ import annotations

import email.policy
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.model.times import Span, Timed
from fm_desktop.providers.mime.headers import NOTICE_FIELD

AT_ONCE = 3
"""More new events than this become one message."""

_LISTED = 50
_LONGEST_TITLE = 200
_NAMESPACE = uuid.UUID("6f0c9c6e-2b1f-5d0f-9a43-0a4a6f5d6d25")


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around the events, in the user's language; values in braces are filled in."""

    one: str = "New in your calendar: {title}"
    many: str = "{number} new events in your calendar"
    all_day: str = "{day}, all day"
    from_to: str = "{start} to {end}"
    more: str = "and {number} more"
    nameless: str = "(no title)"
    whence: str = (
        "FM Desktop put this message into your own inbox; it was not sent to anybody. You can switch such messages off "
        "in its settings."
    )


ENGLISH = Words()


@dataclass(frozen=True, slots=True)
class News:
    """A new event or task. `key` is the same for it on every computer; `details` are lines on place and people."""

    key: str
    title: str
    span: Span | None = None
    details: str = ""


def grouped(news: Sequence[News]) -> tuple[tuple[News, ...], ...]:
    """What goes into one message each."""
    if len(news) > AT_ONCE:
        return (tuple(news),)
    return tuple((each,) for each in news)


def composed(news: Sequence[News], address: str, zone: str, at: datetime, words: Words = ENGLISH) -> bytes:
    """One message (RFC 5322) from and to the user's `address`; times are told on the clock of `zone` (an IANA name).

    Its Message-ID follows from the events. It is marked as made by a program (RFC 3834, 5), so that no vacation
    responder answers it, and as a notice of ours, so that it is never logged.
    """
    user, _, domain = address.rpartition("@")
    message = EmailMessage(email.policy.SMTP.clone(utf8=not address.isascii()))
    message["From"] = Address("FM Desktop", user, domain)
    message["To"] = Address("", user, domain)
    message["Subject"] = _subject(news, words)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{uuid.uuid5(_NAMESPACE, ' '.join(each.key for each in news))}@fm-desktop.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message[NOTICE_FIELD] = "new"
    message.set_content(_body(news, zone, words))
    return message.as_bytes()


def _subject(news: Sequence[News], words: Words) -> str:
    if len(news) == 1:
        return words.one.format(title=_title(news[0], words))
    return words.many.format(number=len(news))


def _body(news: Sequence[News], zone: str, words: Words) -> str:
    if len(news) == 1:
        (one,) = news
        lines = [_title(one, words), _when(one.span, zone, words), *_encodable(normal_text(one.details)).split("\n")]
        told = "\n".join(filter(None, lines))
    else:
        shown = [f"- {_title(each, words)}{_after_comma(_when(each.span, zone, words))}" for each in news[:_LISTED]]
        rest = len(news) - len(shown)
        told = "\n".join([*shown, words.more.format(number=rest)] if rest else shown)
    return f"{told}\n\n{words.whence}\n"


def _title(news: News, words: Words) -> str:
    title = _encodable(normal_title(news.title)) or words.nameless
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"


def _when(span: Span | None, zone: str, words: Words) -> str:
    if span is None:
        return ""
    start, end = span.start, span.end
    if not isinstance(start, Timed) or not isinstance(end, Timed):
        assert not isinstance(start, Timed)
        assert not isinstance(end, Timed)
        last = end - timedelta(days=1)  # RFC 5545 3.6.1: the end is the day after
        return words.all_day.format(day=start if last <= start else f"{start} – {last}")
    begins, ends = start.in_zone(zone).local, end.in_zone(zone).local
    told = f"{begins:%Y-%m-%d %H:%M}"
    if ends != begins:
        until = f"{ends:%H:%M}" if begins.date() == ends.date() else f"{ends:%Y-%m-%d %H:%M}"
        told = words.from_to.format(start=told, end=until)
    return f"{told} ({zone})"


def _after_comma(text: str) -> str:
    return f", {text}" if text else ""


def _encodable(text: str) -> str:
    """Halves of characters, which a server may have let through, would be refused when the message is written."""
    return text.encode("utf-8", "replace").decode("utf-8")
