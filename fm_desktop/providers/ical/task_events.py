"""Tasks at a provider that has no tasks: free events on the due date in category "Task".

Done is a leading check mark in the title. An event of ours is recognised by an own property, and
also by category and transparency alone: some servers drop properties they do not know, and the user
can make such a task in any calendar.
"""

from __future__ import annotations

import re
from datetime import timedelta

from fm_desktop.model.times import Span, Timed, day_span, timed
from fm_desktop.providers.ical.document import Component
from fm_desktop.providers.ical.errors import NotPossible
from fm_desktop.providers.ical.spans import change_span, event_span
from fm_desktop.providers.ical.status import word
from fm_desktop.providers.ical.text import unescape
from fm_desktop.providers.ical.zones import Zones

MARKER = "X-FM-DESKTOP-TASK"
CATEGORY = "Task"
CHECK_MARK = "✓ "
# How long a timed task is shown: an event's end has to be after its start (RFC 5545, 3.8.2.2).
_LENGTH = timedelta(minutes=15)
_CHECKED = re.compile("[✓✔✅☑]\ufe0f?\\s*")


def is_task_event(component: Component) -> bool:
    if component.name != "VEVENT" or component.lines("ATTENDEE"):
        return False
    if component.lines(MARKER):
        return True
    names = (unescape(each).strip() for found in component.properties("CATEGORIES") for each in found.value.split(","))
    return word(component, "TRANSP") == "TRANSPARENT" and any(name.lower() == CATEGORY.lower() for name in names)


def split_title(title: str) -> tuple[str, bool]:
    """The title without its check mark, and whether there was one."""
    found = _CHECKED.match(title)
    return (title[found.end() :], True) if found else (title, False)


def joined_title(title: str, *, completed: bool) -> str:
    return CHECK_MARK + title if completed else title


def event_span_of_task(span: Span | None, length: timedelta | None = None) -> Span:
    """The event that shows a task. Raises `NotPossible` for a task without a date."""
    if span is None:
        raise NotPossible("This calendar has no tasks, and an event needs a date. Give the task a date.")
    if not isinstance(span.start, Timed):
        return day_span(span.start)
    length = length or _LENGTH
    return Span(span.start, timed(span.start.instant + length, span.start.zone))


def change_task_event_span(component: Component, span: Span | None, zones: Zones) -> bool:
    """Moves the event; a length that the user gave it is kept."""
    current = event_span(component, zones)
    length = None if current.all_day else current.end_instant() - current.start_instant()
    return change_span(component, event_span_of_task(span, length), zones)
