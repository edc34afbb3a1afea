"""Google's tasks: from the API's JSON to items of the model, and what is sent for new and changed ones. Pure.

The API has no property for programs: ids are the server's, links are read only (Tasks API v1, "REST Resource: tasks").
So the identity of a task that we made is the last line of its notes, in words that a person understands. Without it
neither the answer of a lost create nor a new computer could tell our task from another one with the same title.
A task that was made at Google has Google's id and no such line.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from fm_desktop.model.items import Item, Kind
from fm_desktop.model.projection import UNSET, Patch, Projection
from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.providers.graph.raw import Json, text
from fm_desktop.providers.ical.errors import BrokenCalendar

_MARK: Final = "ForceManager: "
_COMPLETED, _OPEN = "completed", "needsAction"


def read_task(task: Json) -> Item:
    """Raises `BrokenCalendar`."""
    title, uid = title_of(task), identity_of(task)
    if not uid:
        raise BrokenCalendar("It has no identity, so it could not be recognised again.", title)
    return Item(
        Kind.TASK, uid, title, _span(task, title, uid), text=text_of(task), completed=text(task, "status") == _COMPLETED
    )


def title_of(task: Json) -> str:
    return normal_title(text(task, "title"))


def identity_of(task: Json) -> str:
    return _mark(task) or text(task, "id")


def text_of(task: Json) -> str:
    return _parted(task)[0]


def is_away(task: Json) -> bool:
    return task.get("deleted") is True


def _mark(task: Json) -> str:
    return _parted(task)[1]


def _parted(task: Json) -> tuple[str, str]:
    """The notes in normal form without their mark, and the identity that the mark names."""
    notes = normal_text(text(task, "notes"))
    before, _, last = notes.rpartition("\n")
    if not last.startswith(_MARK):
        return notes, ""
    return normal_text(before), last.removeprefix(_MARK).strip()


def _span(task: Json, title: str, uid: str) -> Span | None:
    """The day alone counts: "The due date only records date information"."""
    due = text(task, "due")
    if not due:
        return None
    try:
        return day_span(date.fromisoformat(due[:10]))
    except (ValueError, OverflowError):
        raise BrokenCalendar(f"Its date cannot be read: “{due[:40]}”.", title, uid) from None


# --- what is sent --------------------------------------------------------------------------------


def new_task(value: Projection, uid: str, user_zone: str) -> Json:
    return {
        "title": normal_title(value.title),
        "notes": _notes(value.text, uid),
        "status": _COMPLETED if value.completed else _OPEN,
        **({} if value.span is None else {"due": _due(value.span, user_zone)}),
    }


def change(task: Json, patch: Patch, user_zone: str) -> Json:
    """The properties to be written, none where it says so already."""
    changed: Json = {}
    if patch.title is not UNSET and normal_title(patch.title) != title_of(task):
        changed["title"] = normal_title(patch.title)
    if patch.text is not UNSET and normal_text(patch.text) != text_of(task):
        changed["notes"] = _notes(patch.text, _mark(task))
    if patch.completed is not UNSET and patch.completed != (text(task, "status") == _COMPLETED):
        # A task that is taken up again keeps the day it was done, unless that is taken away with it.
        changed |= {"status": _COMPLETED} if patch.completed else {"status": _OPEN, "completed": None}
    if patch.span is not UNSET:
        due = None if patch.span is None else _due(patch.span, user_zone)
        if (due or "")[:10] != text(task, "due")[:10]:
            changed["due"] = due
    return changed


def restored(task: Json, uid: str) -> Json:
    kept = {name: task[name] for name in ("title", "status", "due", "completed") if task.get(name)}
    return {**kept, "notes": _notes(text_of(task), uid)}


def _notes(words: str, uid: str) -> str:
    """The text, and the line that tells who made the task where it is ours."""
    line = _MARK + uid if uid else ""
    return "\n\n".join(each for each in (normal_text(words), line) if each)


def _due(span: Span, user_zone: str) -> str:
    start = span.start
    day = start.in_zone(user_zone).local.date() if isinstance(start, Timed) else start
    return f"{day.isoformat()}T00:00:00.000Z"
