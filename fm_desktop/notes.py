"""The messages that tell the user of new events in their own inbox (R25). Pure; nobody sends them: see `inbox`."""

from __future__ import annotations

import email.policy
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
_WHENCE = (
    "FM Desktop put this message into your own inbox; it was not sent to anybody. You can switch such messages off in"
    " its settings."
)


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


def composed(news: Sequence[News], address: str, zone: str, at: datetime) -> bytes:
    """One message (RFC 5322) from and to the user's `address`; times are told on the clock of `zone` (an IANA name).

    Its Message-ID follows from the events. It is marked as made by a program (RFC 3834, 5), so that no vacation
    responder answers it, and as a notice of ours, so that it is never logged.
    """
    user, _, domain = address.rpartition("@")
    message = EmailMessage(email.policy.SMTP.clone(utf8=not address.isascii()))
    message["From"] = Address("FM Desktop", user, domain)
    message["To"] = Address("", user, domain)
    message["Subject"] = _subject(news)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{uuid.uuid5(_NAMESPACE, ' '.join(each.key for each in news))}@fm-desktop.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message[NOTICE_FIELD] = "new"
    message.set_content(_body(news, zone))
    return message.as_bytes()


def _subject(news: Sequence[News]) -> str:
    if len(news) == 1:
        return f"New in your calendar: {_title(news[0])}"
    return f"{len(news)} new events in your calendar"


def _body(news: Sequence[News], zone: str) -> str:
    if len(news) == 1:
        (one,) = news
        lines = [_title(one), _when(one.span, zone), *_encodable(normal_text(one.details)).split("\n")]
        told = "\n".join(filter(None, lines))
    else:
        shown = [f"- {_title(each)}{_after_comma(_when(each.span, zone))}" for each in news[:_LISTED]]
        rest = len(news) - len(shown)
        told = "\n".join([*shown, f"and {rest} more"] if rest else shown)
    return f"{told}\n\n{_WHENCE}\n"


def _title(news: News) -> str:
    title = _encodable(normal_title(news.title)) or "(no title)"
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"


def _when(span: Span | None, zone: str) -> str:
    if span is None:
        return ""
    start, end = span.start, span.end
    if not isinstance(start, Timed) or not isinstance(end, Timed):
        return f"{start}, all day"
    begins, ends = start.in_zone(zone).local, end.in_zone(zone).local
    until = f"{ends:%H:%M}" if begins.date() == ends.date() else f"{ends:%Y-%m-%d %H:%M}"
    return f"{begins:%Y-%m-%d %H:%M}" + (f" to {until}" if ends != begins else "") + f" ({zone})"


def _after_comma(text: str) -> str:
    return f", {text}" if text else ""


def _encodable(text: str) -> str:
    """Halves of characters, which a server may have let through, would be refused when the message is written."""
    return text.encode("utf-8", "replace").decode("utf-8")
