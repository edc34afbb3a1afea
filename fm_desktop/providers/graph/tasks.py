"""To Do tasks: from Graph's JSON to items of the model, and what is sent for a new, a changed or a restored one. Pure.

A task has no place for an extended property. Its identity is the `externalId` of a linked resource, which is stored
with the task in one request, and which To Do shows as where the task comes from.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fm_desktop.model.items import Item, Kind
from fm_desktop.model.projection import UNSET, Patch, Projection
from fm_desktop.model.text import normal_title
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.graph.raw import Json, part, parts, text
from fm_desktop.providers.graph.text import changed_body, new_body, text_of
from fm_desktop.providers.graph.times import day_of, moment
from fm_desktop.providers.ical.errors import BrokenCalendar, NotPossible
from fm_desktop.providers.outlook.identity import uid_of

_APPLICATION: Final = "ForceManager"
_COMPLETED, _OPEN = "completed", "notStarted"
_RESTORED: Final = (
    "title", "body", "dueDateTime", "startDateTime", "reminderDateTime", "isReminderOn", "importance", "status",
    "completedDateTime", "categories", "recurrence",
)  # fmt: skip


def read_task(task: Json, context: Context) -> tuple[Item, ...]:
    """The task. A repeating one is the one date it is at: To Do makes the next when it is done. Raises
    `BrokenCalendar`."""
    title, uid = title_of(task), identity_of(task)
    if not uid:
        raise BrokenCalendar("It has no identity, so it could not be recognised again.", title)
    try:
        span = _span(task, context)
    except BrokenCalendar as error:
        raise BrokenCalendar(error.reason, title, uid) from error
    return (Item(Kind.TASK, uid, title, span, text=text_of(task), completed=_is_completed(task)),)


def identity_of(task: Json) -> str:
    own = next(
        (
            text(each, "externalId").strip()
            for each in parts(task, "linkedResources")
            if text(each, "applicationName") == _APPLICATION
        ),
        "",
    )
    return uid_of(own, text(task, "id"))


def title_of(task: Json) -> str:
    return normal_title(text(task, "title"))


def _span(task: Json, context: Context) -> Span | None:
    """To Do knows days only. What it keeps is a midnight, often that of the user's zone told in UTC."""
    due = moment(part(task, "dueDateTime"), context.user_zone)
    try:
        return None if due is None else day_span(day_of(due, context.user_zone))
    except OverflowError:
        raise BrokenCalendar("It lies beyond the last day there is.") from None


def _is_completed(task: Json) -> bool:
    return text(task, "status").lower() == _COMPLETED


# --- what is sent --------------------------------------------------------------------------------


def new_task(value: Projection, uid: str, context: Context) -> Json:
    return {
        "title": normal_title(value.title),
        "body": new_body(value.text),
        "status": _COMPLETED if value.completed else _OPEN,
        **({"dueDateTime": _due(value.span, context)} if value.span is not None else {}),
        "linkedResources": [_identity(uid)],
    }


def change(task: Json, patch: Patch, context: Context) -> Json:
    """The properties to be written, none where it says so already."""
    changed: Json = {}
    if patch.title is not UNSET and normal_title(patch.title) != title_of(task):
        changed["title"] = normal_title(patch.title)
    if patch.text is not UNSET and (body := changed_body(task, patch.text)) is not None:
        changed["body"] = body
    if patch.completed is not UNSET and patch.completed != _is_completed(task):
        changed["status"] = _COMPLETED if patch.completed else _OPEN
    if patch.span is not UNSET and _days(patch.span, context) != _span(task, context):
        changed["dueDateTime"] = None if patch.span is None else _due(patch.span, context)
    return changed


def restored(task: Json, uid: str) -> Json:
    kept = {name: task[name] for name in _RESTORED if task.get(name) not in (None, "", [])}
    return {**kept, "linkedResources": [_identity(uid)]}


def _days(span: Span | None, context: Context) -> Span | None:
    """The day that To Do can keep of a date. Raises `NotPossible`."""
    if span is None:
        return None
    start = span.start
    try:
        return day_span(start.in_zone(context.user_zone).local.date() if isinstance(start, Timed) else start)
    except OverflowError as error:
        raise NotPossible("It would begin or end beyond the first or the last year of any calendar.") from error


def _due(span: Span, context: Context) -> Json:
    day = _days(span, context)
    assert day is not None
    start = day.start
    assert not isinstance(start, Timed)
    return {"dateTime": datetime(start.year, start.month, start.day).isoformat(), "timeZone": context.clock.name}


def _identity(uid: str) -> Json:
    return {"applicationName": _APPLICATION, "displayName": _APPLICATION, "externalId": uid}
