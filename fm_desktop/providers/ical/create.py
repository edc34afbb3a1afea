"""A new iCalendar object for an item that was born in the CRM."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Projection
from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.model.times import Span
from fm_desktop.providers.ical import task_events
from fm_desktop.providers.ical.document import Parameters, content_line
from fm_desktop.providers.ical.errors import NotPossible
from fm_desktop.providers.ical.resource import ReadContext
from fm_desktop.providers.ical.text import escape, written
from fm_desktop.providers.ical.times import Form, utc_stamp

PRODID = "-//ForceManager//FM Desktop//EN"

_Entry = tuple[str, str, Parameters]


@dataclass(frozen=True, slots=True)
class WriteContext(ReadContext):
    """As `ReadContext`. `tasks_as_events`: the provider has no tasks, free events stand for them."""

    tasks_as_events: bool = False


def create(value: Projection, uid: str, context: WriteContext, now: datetime) -> bytes:
    """One VCALENDAR with one event or task. `now` is aware. Raises `NotPossible` (an event without a date).

    Times are in UTC: that is understood everywhere and needs no VTIMEZONE, which one provider even
    loses events over. Nobody is invited: without ORGANIZER and ATTENDEE no server sends mail (R27).
    """
    if value.kind is Kind.TASK and not context.tasks_as_events:
        name, entries = "VTODO", _task(value, now)
    elif value.kind is Kind.TASK:
        name, entries = "VEVENT", _task_event(value)
    else:
        name, entries = "VEVENT", _event(value)
    stamp = utc_stamp(now)
    lines: list[_Entry] = [
        ("BEGIN", "VCALENDAR", ()),
        ("VERSION", "2.0", ()),
        ("PRODID", PRODID, ()),
        ("BEGIN", name, ()),
        ("UID", escape(uid), ()),
        ("DTSTAMP", stamp, ()),
        ("CREATED", stamp, ()),
        ("SEQUENCE", "0", ()),
        *entries,
    ]
    if text := normal_text(value.text):
        lines.append(("DESCRIPTION", escape(written(text, is_html=context.html_descriptions)), ()))
    lines += [("END", name, ()), ("END", "VCALENDAR", ())]
    return b"".join(content_line(*line) for line in lines)


def _event(value: Projection) -> list[_Entry]:
    if value.span is None:
        raise NotPossible("An event needs a date.")
    return [("SUMMARY", escape(normal_title(value.title)), ()), *_times(value.span)]


def _times(span: Span) -> list[_Entry]:
    """DTEND is always written: iCloud refuses events without one."""
    return [("DTSTART", *Form().write(span.start)), ("DTEND", *Form().write(span.end))]


def _task(value: Projection, now: datetime) -> list[_Entry]:
    entries: list[_Entry] = [("SUMMARY", escape(normal_title(value.title)), ())]
    if value.span is not None:
        entries.append(("DUE", *Form().write(value.span.start)))
    if value.completed:
        return [
            *entries,
            ("STATUS", "COMPLETED", ()),
            ("COMPLETED", utc_stamp(now), ()),
            ("PERCENT-COMPLETE", "100", ()),
        ]
    return [*entries, ("STATUS", "NEEDS-ACTION", ())]


def _task_event(value: Projection) -> list[_Entry]:
    title = task_events.joined_title(normal_title(value.title), completed=value.completed)
    return [
        ("SUMMARY", escape(title), ()),
        *_times(task_events.event_span_of_task(value.span)),
        ("TRANSP", "TRANSPARENT", ()),
        ("CATEGORIES", task_events.CATEGORY, ()),
        (task_events.MARKER, "1", ()),
    ]
