"""Calendar rows of the CRM as items of the model, and back. Pure.

A row has a wall clock and no zone: it is read on the clock of the zone given (CRM API 3.2, UNKNOWN: the
user's branch's zone is taken, or the setting). Of two equal readings in a DST night the first is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from fm_desktop.crm.comment import join, split
from fm_desktop.crm.fields import Fields, Unclear, written_date, written_hour
from fm_desktop.model.items import Item, Kind, Party
from fm_desktop.model.projection import UNSET, Patch, Projection
from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.model.times import Span, Timed, day_span

Row = dict[str, Any]

_TITLE_LIMIT = 250  # UNKNOWN in 3.1
_NO_TITLE = "(no title)"
_NO_REMINDER = -2

_UNDATED = "No date in the calendar; shown on {:%d.%m.%Y} here."
_UNDATED_LINE = re.compile(r"No date in the calendar; shown on (\d{2})\.(\d{2})\.(\d{4}) here\.")

_LINKS = ("accountId", "contactId", "opportunityId", "branchId", "salesRepId", "typeId")
# Set by the server alone (2.2), or what a new record cannot have.
_SERVERS_OWN = frozenset(
    name.lower()
    for name in (
        "id",
        "deleted",
        "dateCreated",
        "dateUpdated",
        "dateDeleted",
        "salesRepIdCreated",
        "salesRepIdUpdated",
        "salesRepIdDeleted",
    )
)


@dataclass(frozen=True, slots=True)
class Context:
    """Whose rows these are, and what a new one needs besides its content.

    `zone` is the IANA name of the zone the CRM's wall clock runs in. Ids are the CRM's; None is left out.
    """

    sales_rep_id: int
    zone: str
    branch_id: int | None = None
    event_type_id: int | None = None
    task_type_id: int | None = None
    permission_level: int | None = None


# --- reading -------------------------------------------------------------------------------------


def item_of(row: Mapping[str, Any], zone: str) -> Item:
    """The item a row shows, its texts in normal form. Raises `Unclear`."""
    fields = Fields(row)
    kind = Kind.TASK if fields.flag("task") else Kind.EVENT
    comment = split(fields.text("comment"))
    placeholder, details = _without_placeholder(comment.details)
    try:
        span = _span(fields, kind, zone)
    except OverflowError as error:
        raise Unclear("its year is too far away") from error
    if kind is Kind.TASK and span is not None and placeholder == span.start:
        span = None
    title = normal_title(fields.text("subject"))
    return Item(
        kind=kind,
        uid=fields.text("extId"),
        title="" if title == _NO_TITLE else title,
        span=span,
        text=normal_text(comment.text),
        completed=fields.flag("completed"),
        details=normal_text(details),
        shortened=comment.shortened,
        locked=fields.flag("readOnly"),
        party=Party(fields.link("contactId"), fields.link("accountId")),
    )


def _span(fields: Fields, kind: Kind, zone: str) -> Span | None:
    """Rows are tolerated whose end is missing (completed tasks, 3.2) or before the start: then it is the start."""
    first = fields.day("startDate")
    if first is None:
        if kind is Kind.TASK:
            return None
        raise Unclear("it has no start date")
    last = fields.day("endDate") or first
    # Hours of an all-day row mean nothing (3.2); a row without an hour is planned for the whole day.
    start_hour = None if fields.flag("allDay") else fields.hour("startHour", "startDate")
    if start_hour is None:
        return day_span(first) if kind is Kind.TASK else _inclusive_days(first, last)
    start = Timed(datetime.combine(first, start_hour), zone)
    if kind is Kind.TASK:
        return Span(start, start)
    end = Timed(datetime.combine(last, fields.hour("endHour", "endDate") or start_hour), zone)
    return Span(start, end if end.instant >= start.instant else start)


def _inclusive_days(first: date, last: date) -> Span:
    """UNKNOWN in 3.2: the end of an all-day row; its sample, same day for both, makes it the last day."""
    return day_span(first, max(first, last))


def _without_placeholder(details: str) -> tuple[date | None, str]:
    """The date an undated task was shown on, None without such a line; and the details without that line."""
    kept, shown_on = [], None
    for line in details.split("\n"):
        found = _UNDATED_LINE.fullmatch(line.strip())
        if found is None:
            kept.append(line)
            continue
        try:
            shown_on = date(int(found[3]), int(found[2]), int(found[1]))
        except ValueError:  # edited to a date that is none: then the row's own date counts
            shown_on = None
    return shown_on, "\n".join(kept)


def _has_placeholder(row: Mapping[str, Any]) -> bool:
    return _without_placeholder(split(Fields(row).text("comment")).details)[0] is not None


# --- writing -------------------------------------------------------------------------------------


def payload_for_create(value: Projection, uid: str, context: Context, today: date) -> Row:
    """The body of a create. `today` is where a task without a date is shown. Raises `Unclear`.

    The fields are the minimum that a working client sends (3.1), and those of ours that are not empty.
    """
    type_id = context.task_type_id if value.kind is Kind.TASK else context.event_type_id
    links = {
        "accountId": value.party.account_id,
        "contactId": value.party.contact_id,
        "branchId": context.branch_id,
        "salesRepId": context.sales_rep_id,
        "typeId": type_id,
        "permissionLevel": context.permission_level,
    }
    return {
        "subject": _subject(value.title),
        "comment": join(value.text, _block(value.details, value.span, today)),
        "task": value.kind is Kind.TASK,
        "completed": value.completed,
        **_times(value.kind, value.span, context.zone, today),
        **{name: number for name, number in links.items() if number is not None},
        "readOnly": value.locked,
        "reminder": _NO_REMINDER,
        "sendNotification": False,  # R27; whom it would notify is UNKNOWN (3.1)
        "extId": uid,
    }


def payload_for_patch(patch: Patch, row: Mapping[str, Any], zone: str, today: date) -> Row:
    """The body of a partial update of `row`: only what the patch names. Raises `Unclear`."""
    item = item_of(row, zone)
    payload: Row = {}
    if patch.title is not UNSET:
        payload["subject"] = _subject(patch.title)
    if patch.span is not UNSET:
        payload |= _times(item.kind, patch.span, zone, today)
    if patch.completed is not UNSET:
        payload["completed"] = patch.completed
    if patch.party is not UNSET:
        payload |= {"contactId": patch.party.contact_id, "accountId": patch.party.account_id}
    undated = patch.span is not UNSET and (patch.span is None or _has_placeholder(row))
    if patch.text is not UNSET or patch.details is not UNSET or undated:
        payload["comment"] = _comment(patch, row, item, today)
    if patch.locked is not UNSET:
        payload["readOnly"] = patch.locked
    return naming_read_only({**payload, "sendNotification": False}, row) if payload else payload


def naming_read_only(payload: Row, row: Mapping[str, Any]) -> Row:
    """UNKNOWN in 3.3: how a read-only row is changed. A change that itself names `readOnly` is expected to pass."""
    if Fields(row).flag("readOnly"):
        return {"readOnly": True, **payload}
    return payload


def payload_for_restore(row: Mapping[str, Any], uid: str) -> Row:
    """The body that creates a deleted row again, tenant's own fields included; deletes cannot be undone (2.9)."""
    kept = {name: _written(value) for name, value in row.items() if name.lower() not in {*_SERVERS_OWN, "extid"}}
    return {name: value for name, value in kept.items() if value is not None} | {
        "extId": uid,
        "sendNotification": False,
    }


def payload_for_mark(row: Mapping[str, Any], ext_id: str) -> Row:
    """The body that gives a row another `extId`."""
    return naming_read_only({"extId": ext_id, "sendNotification": False}, row)


def _written(value: Any) -> Any:
    """Linked records are read as objects and written as ids, multi-selects as lists of these (2.2)."""
    if isinstance(value, Mapping):
        return Fields({"link": value}).link("link")
    if isinstance(value, list):
        return [_written(each) for each in value]
    return value


def _subject(title: str) -> str:
    title = normal_title(title)
    if len(title) > _TITLE_LIMIT:
        title = title[: _TITLE_LIMIT - 1].rstrip() + "…"
    return title or _NO_TITLE


def _block(details: str, span: Span | None, today: date) -> str:
    lines = ([_UNDATED.format(today)] if span is None else []) + ([details] if details else [])
    return "\n".join(lines)


def _comment(patch: Patch, row: Mapping[str, Any], item: Item, today: date) -> str:
    """The comment after a patch: a text that is not patched stays as it is, and stays marked as shortened."""
    before = split(Fields(row).text("comment"))
    span = item.span if patch.span is UNSET else patch.span
    shown_on = Fields(row).day("startDate") if patch.span is UNSET else None
    block = _block(item.details if patch.details is UNSET else patch.details, span, shown_on or today)
    if patch.text is UNSET:
        return join(before.text, block, whole=before.whole)
    return join(patch.text, block)


def _times(kind: Kind, span: Span | None, zone: str, today: date) -> Row:
    """The five fields of a span, always together. A task has one point in time, or one day."""
    if span is None:
        span = day_span(today)
    if isinstance(span.start, Timed) and isinstance(span.end, Timed):
        start = span.start.in_zone(zone).to_minute().local
        # On the night clocks go back the end can read earlier than the start: a row must not.
        end = start if kind is Kind.TASK else max(start, span.end.in_zone(zone).to_minute().local)
        return _written_times(False, start, end)
    assert not isinstance(span.start, Timed)
    assert not isinstance(span.end, Timed)
    last = span.start if kind is Kind.TASK else max(span.start, span.end - timedelta(days=1))
    return _written_times(True, datetime.combine(span.start, time()), datetime.combine(last, time(23, 59)))


def _written_times(all_day: bool, start: datetime, end: datetime) -> Row:
    return {
        "allDay": all_day,
        "startDate": written_date(start.date()),
        "startHour": written_hour(start.time()),
        "endDate": written_date(end.date()),
        "endHour": written_hour(end.time()),
    }


# --- what will be read back ----------------------------------------------------------------------


def row_after(row: Mapping[str, Any], payload: Mapping[str, Any]) -> Row:
    """A row as it reads once a payload has been stored, as far as that is known without reading it."""
    names = {name.lower(): name for name in row}
    after = dict(row)
    for name, value in payload.items():
        is_link = name in _LINKS and value is not None
        after[names.get(name.lower(), name)] = {"id": value, "value": ""} if is_link else value
    return after


def canonical(row: Mapping[str, Any]) -> bytes:
    """The same bytes for the same content, in whatever order the server sent it."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def from_raw(raw: bytes) -> Row:
    """The row of its canonical bytes."""
    row: Row = json.loads(raw.decode("utf-8", "surrogatepass"))
    return row
