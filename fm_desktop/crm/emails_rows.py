"""A logged message and its row of `/emails`, both ways. Pure; what is UNKNOWN of the shape lives here (CRM API 4).

The contract of attachments is inferred from that of documents (4.3, 5): a create names them with their sizes and its
answer, as the reading of a single row later, gives each the `locator` where its bytes go, until they have come.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from fm_desktop.crm.fields import Fields, whole_number
from fm_desktop.mailport import LogEntry, Logged
from fm_desktop.model.message import Direction
from fm_desktop.model.times import UTC_NAME, zone

_OUTGOING, _INCOMING = 0, 1
# 4.1: subject and body are required; whether an empty text is one is UNKNOWN, so that none is sent.
NO_SUBJECT = "(no subject)"
NO_TEXT = "(no text)"
_HALVES = re.compile("[\ud800-\udfff]")
_SEPARATOR = re.compile(r"[;,]")
# Seconds since 1970 of the year 5138; more are milliseconds.
_MOST_SECONDS = 10**11

Row = dict[str, Any]


def row_of(entry: LogEntry, sales_rep_id: int) -> Row:
    """The body of the create.

    CONFLICT in 4.1: `emailTo` is a list in the create's table and a text in what is read. The list is sent; its
    limit is taken to be that of the text, which is the caller's to keep, with two characters between addresses.
    """
    row: Row = {
        "subject": _whole(entry.subject.strip()) or NO_SUBJECT,
        "body": _whole(entry.body) if entry.body.strip() else NO_TEXT,
        "emailFrom": _whole(entry.sender),
        "emailTo": [_whole(each) for each in entry.to],
        "type": _OUTGOING if entry.direction is Direction.SENT else _INCOMING,
        "date": entry.moment.astimezone(UTC).isoformat(timespec="seconds"),
        "salesRepId": sales_rep_id,
        "mailFolder": _whole(entry.folder),
        "extId": entry.ext_id,
    }
    if entry.contact_id is not None:
        row["contactId"] = entry.contact_id
    if entry.account_id is not None:
        row["accountId"] = entry.account_id
    if entry.attachments:
        row["attachments"] = [{"name": _whole(each.name), "size": each.size} for each in entry.attachments]
    return row


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which a message in a broken charset leaves and JSON in UTF-8 cannot carry."""
    return _HALVES.sub("\ufffd", text)


def entry_of(row: Mapping[str, Any]) -> LogEntry | None:
    """A row as it was logged, without its attachments. None for one that is deleted or has no date."""
    fields = Fields(row)
    moment = moment_of(fields.value("date")) or fields.moment("dateCreated")
    if moment is None or fields.flag("deleted"):
        return None
    return LogEntry(
        ext_id=fields.text("extId"),
        direction=Direction.SENT if fields.number("type") == _OUTGOING else Direction.RECEIVED,
        moment=moment,
        subject=fields.text("subject"),
        body=fields.text("body"),
        sender=fields.text("emailFrom"),
        to=addresses_of(fields.value("emailTo")),
        folder=fields.text("mailFolder"),
        contact_id=fields.link("contactId"),
        account_id=fields.link("accountId"),
    )


def logged_of(number: int, ext_id: str, row: Mapping[str, Any]) -> Logged:
    """What a create's answer, or a row, says of the attachments. Those without a name cannot be told apart."""
    value = Fields(row).value("attachments")
    items = [Fields(each) for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
    named = [each for each in items if each.text("name")]
    missing = {each.text("name"): each.text("locator") for each in named if each.text("locator")}
    return Logged(str(number), ext_id, tuple(each.text("name") for each in named), missing or None)


def moment_of(value: Any) -> datetime | None:
    """The moment of a message, in UTC, None for what is none.

    4.1: an object of `time`, `timeStamp` and `timeZone` is documented, with differences in spelling and content;
    a text as it is written, and seconds, are read as well.
    """
    if isinstance(value, Mapping):
        fields = Fields(value)
        seconds = _from_seconds(fields.number("timeStamp"))
        return seconds if seconds is not None else _from_text(fields.text("time"), fields.text("timeZone"))
    if isinstance(value, str) and not re.fullmatch(r"\d+", value.strip(), re.ASCII):
        return _from_text(value, UTC_NAME)
    return _from_seconds(whole_number(value))


def _from_seconds(number: int | None) -> datetime | None:
    if number is None or number <= 0:
        return None
    try:
        return datetime.fromtimestamp(number / 1000 if number > _MOST_SECONDS else number, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _from_text(text: str, zone_name: str) -> datetime | None:
    try:
        moment = Fields({"date": text}).moment("date")
        if moment is None or datetime.fromisoformat(text.strip()).tzinfo is not None:
            return moment
        return moment.replace(tzinfo=_zone(zone_name)).astimezone(UTC)
    except OverflowError:  # in UTC it would be before the year 1
        return None


def _zone(name: str) -> tzinfo:
    """UTC for a name that is none."""
    try:
        return zone(name or UTC_NAME)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def addresses_of(value: Any) -> tuple[str, ...]:
    """Recipients. CONFLICT in 4.1: a list or a text; UNKNOWN: what stands between the addresses of a text."""
    given = value if isinstance(value, list) else [value]
    texts = [each for each in given if isinstance(each, str)]
    return tuple(part.strip() for text in texts for part in _SEPARATOR.split(text) if part.strip())
