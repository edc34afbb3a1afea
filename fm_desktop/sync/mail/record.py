"""A message as ForceManager can hold it: within its limits, with a word about everything that did not fit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath

from fm_desktop.mailport import LogEntry
from fm_desktop.model.message import Attachment, Content, Direction, Headers, Mailbox
from fm_desktop.model.text import normal_title
from fm_desktop.sync.mail.match import Addressee
from fm_desktop.sync.mail.policy import MEGABYTE, MailOptions

BODY, ADDRESSES, SUBJECT, FOLDER, FILE_NAME = 4_000, 180, 255, 180, 200
MOST_FILES = 50
FULL_TEXT = "Full text.txt"
NO_SUBJECT, NO_TEXT = "(no subject)", "(no text)"
_CUT = "[The text was cut here. It is complete in the attached file “{name}”.]"
_FOOT = "\n\n---\n"
_LONGEST_FOOT = 1_500
_BETWEEN = len("; ")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be logged of which message for whom; `folder` is the name of the one it was seen in."""

    headers: Headers
    direction: Direction
    moment: datetime
    folder: str
    party: Addressee
    ext_id: str


def entry_of(what: Subject, content: Content, options: MailOptions) -> LogEntry:
    """The record. Names of its files do not depend on the settings, so that an upload can be resumed under others."""
    headers, party = what.headers, what.party
    named = _uniquely_named(content.attachments)
    full_text = _free_name(FULL_TEXT, {each.name.casefold() for each in named})
    kept, left_out = _within_limits(named, options.attachment_limit)
    to, not_shown = _fitting(_recipients(what, options))
    subject = normal_title(headers.subject) or NO_SUBJECT
    foot = [
        *_line("Subject", [subject] if width(subject) > SUBJECT else []),
        *_line("Also to", not_shown),
        *_line("Cc", [_shown(each) for each in headers.cc]),
        *left_out,
        *content.notes,
    ]
    body, whole = _body(content.text, "\n".join(foot), full_text)
    return LogEntry(
        ext_id=what.ext_id,
        direction=what.direction,
        moment=what.moment,
        subject=cut(subject, SUBJECT),
        body=body or NO_TEXT,
        sender=cut(_sender(what, options), ADDRESSES),
        to=tuple(to),
        folder=cut(normal_title(what.folder), FOLDER),
        contact_id=party.contact_id,
        account_id=party.account_id,
        attachments=kept if whole is None else (*kept, _text_file(full_text, whole)),
    )


# --- texts -----------------------------------------------------------------------------------------


def width(text: str) -> int:
    """Its length as ForceManager's columns may count it: in UTF-16 units, of which an emoji takes two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """At most `limit` wide, with an ellipsis where something was cut off, at a blank if one is near."""
    if width(text) <= limit:
        return text
    head = text.encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    blank = max(head.rfind(" "), head.rfind("\n"))
    return (head[:blank] if blank > len(head) - 60 else head).rstrip() + "…"


def _body(text: str, foot: str, full_text: str) -> tuple[str, str | None]:
    """(what fits, the whole text where it does not)."""
    whole = f"{text}{_FOOT if text else ''}{foot}" if foot else text
    if width(whole) <= BODY:
        return whole, None
    tail = f"\n\n{_CUT.format(name=full_text)}"
    if foot:
        tail += _FOOT + cut(foot, _LONGEST_FOOT)
    return cut(text, BODY - width(tail)) + tail, whole


def _line(name: str, values: Sequence[str]) -> Iterator[str]:
    if values:
        yield f"{name}: {', '.join(values)}"


# --- people ----------------------------------------------------------------------------------------


def _sender(what: Subject, options: MailOptions) -> str:
    if what.direction is Direction.RECEIVED:
        return what.party.address
    return next((each.address for each in what.headers.sender if each.address in options.own), options.address)


def _recipients(what: Subject, options: MailOptions) -> list[str]:
    """Of a sent message the one it is logged for comes first; of a received one the field must not be empty."""
    to = [each.address for each in what.headers.to]
    if what.direction is Direction.SENT:
        to.insert(0, what.party.address)
    return list(dict.fromkeys(to)) or [options.address]


def _fitting(addresses: Sequence[str]) -> tuple[list[str], list[str]]:
    """(as many as fit into the field, the others). The first one is always there."""
    fitting, others, room = [], [], ADDRESSES
    for number, each in enumerate(addresses):
        address = each if number else cut(each, ADDRESSES)
        if width(address) <= room:
            fitting.append(address)
            room -= width(address) + _BETWEEN
        else:
            others.append(each)
        if address != each:
            others.append(each)
    return fitting, others


def _shown(mailbox: Mailbox) -> str:
    return f"{mailbox.name} <{mailbox.address}>" if mailbox.name else mailbox.address


# --- files -----------------------------------------------------------------------------------------


def _uniquely_named(attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
    taken: set[str] = set()
    named = []
    for each in attachments:
        name = _free_name(each.name, taken)
        taken.add(name.casefold())
        named.append(each if name == each.name else replace(each, name=name))
    return tuple(named)


def _free_name(name: str, taken: set[str]) -> str:
    """The name, shortened or with a number in it if need be; upper and lower case count as the same."""
    path = PurePath(name)
    ending = path.suffix if len(path.suffix) <= 20 else ""
    stem = name.removesuffix(ending)[: FILE_NAME - len(ending)]
    free, number = stem + ending, 1
    while free.casefold() in taken:
        number += 1
        free = f"{stem} ({number}){ending}"
    return free


def _within_limits(attachments: Sequence[Attachment], limit: int) -> tuple[tuple[Attachment, ...], list[str]]:
    """(what is logged, a sentence on everything else)."""
    small = [each for each in attachments if each.size <= limit]
    notes = [
        f"“{each.name}” ({_megabytes(each.size)}) was left out: it is larger than {_megabytes(limit)}."
        for each in attachments
        if each.size > limit
    ]
    if len(small) > MOST_FILES:
        notes.append(f"{len(small) - MOST_FILES} more attached files were left out: {MOST_FILES} are logged at most.")
    return tuple(small[:MOST_FILES]), notes


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"


def _text_file(name: str, text: str) -> Attachment:
    data = text.encode("utf-8", "replace")
    return Attachment(name, "text/plain; charset=utf-8", len(data), lambda: iter((data,)))
