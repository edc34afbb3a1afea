"""VTODO: when a task is due, whether it is done (RFC 5545, 3.6.2)."""

from __future__ import annotations

from datetime import date, datetime

from fm_desktop.model.times import Span, Timed, When, day_span, timed
from fm_desktop.providers.ical.document import Component
from fm_desktop.providers.ical.durations import BadDuration, after, parse_duration
from fm_desktop.providers.ical.errors import BrokenCalendar
from fm_desktop.providers.ical.recurrence import is_series
from fm_desktop.providers.ical.spans import instant_key, is_same
from fm_desktop.providers.ical.status import word
from fm_desktop.providers.ical.times import BadTime, Form, form_of, read_when, utc_stamp
from fm_desktop.providers.ical.zones import Zones


def task_span(component: Component, zones: Zones) -> Span | None:
    """The day or the minute a task is due, else when it starts, else None. Raises `BrokenCalendar`.

    A recurring task is where its start is: that is what its rule counts from.
    """
    try:
        due, start = _when(component, "DUE", zones), _when(component, "DTSTART", zones)
        length = component.first("DURATION")
        if due is None and start is not None and length is not None:
            due = after(start, parse_duration(length.value))
    except (BadTime, BadDuration, OverflowError) as error:
        raise BrokenCalendar(f"Its date cannot be read: {error}.") from error
    return span_of_task(start if start is not None and is_series(component) else due or start)


def span_of_task(when: When | None) -> Span | None:
    """A task is a point in time, or one whole day."""
    if when is None:
        return None
    return Span(when, when) if isinstance(when, Timed) else day_span(when)


def is_completed(component: Component) -> bool:
    """STATUS decides where there is one: some clients leave COMPLETED behind when a task is taken up again."""
    status = word(component, "STATUS")
    if status:
        return status == "COMPLETED"
    return bool(component.lines("COMPLETED")) or word(component, "PERCENT-COMPLETE") == "100"


def change_completed(component: Component, now: datetime, *, completed: bool) -> bool:
    if is_completed(component) == completed:
        return False
    if completed:
        component.put("STATUS", "COMPLETED")
        component.put("COMPLETED", utc_stamp(now))
        component.put("PERCENT-COMPLETE", "100")
    else:
        component.put("STATUS", "NEEDS-ACTION")
        component.remove("COMPLETED", "PERCENT-COMPLETE")
    return True


def change_task_span(component: Component, span: Span | None, zones: Zones) -> bool:
    """Moves the due date, and the start with it, each in its own form. False if nothing changes."""
    current = task_span(component, zones)
    if (current and current.normal()) == (span and span.normal()):
        return False
    if span is None:
        component.remove("DUE", "DTSTART", "DURATION")
        return True
    due, start = _when(component, "DUE", zones), _when(component, "DTSTART", zones)
    target = span.start
    if due is not None or start is None:
        component.put("DUE", *_form(component, "DUE", target, zones).write(target))
        if due is not None and start is not None:
            _move_start(component, _shifted(start, due, target), target, zones)
        return True
    length = component.first("DURATION")
    if length is None:
        component.put("DTSTART", *_form(component, "DTSTART", target, zones).write(target))
        return True
    moved = _shifted(start, after(start, parse_duration(length.value)), target)
    form = _form(component, "DTSTART", target, zones)
    if moved is not None and is_same(after(moved, parse_duration(length.value)), target):
        component.put("DTSTART", *form.write(moved))
    else:
        component.remove("DTSTART", "DURATION")
        component.put("DUE", *form.write(target))
    return True


def _when(component: Component, name: str, zones: Zones) -> When | None:
    found = component.first(name)
    return None if found is None else read_when(found, zones)


def _form(component: Component, name: str, target: When, zones: Zones) -> Form:
    """The form of that line, or of the other one; UTC where neither has a time of day."""
    for each in (name, "DTSTART"):
        found = component.first(each)
        if found is not None and isinstance(target, Timed) and isinstance(read_when(found, zones), Timed):
            return form_of(found, zones)
    return Form()


def _shifted(start: When, due: When, target: When) -> When | None:
    """The start as long before `target` as it was before `due`; None where that leaves nothing between them."""
    if isinstance(start, Timed) and isinstance(due, Timed) and isinstance(target, Timed):
        return timed(target.instant - (due.instant - start.instant), target.zone)
    days = _day(due) - _day(start)
    if isinstance(target, Timed):
        return Timed(target.local - days, target.zone) if days else None
    is_as_before = not isinstance(start, Timed) and not isinstance(due, Timed)
    return target - days if days or is_as_before else None


def _day(when: When) -> date:
    return when.local.date() if isinstance(when, Timed) else when


def _move_start(component: Component, start: When | None, target: When, zones: Zones) -> None:
    """DUE has to be later than DTSTART and of its kind (RFC 5545, 3.8.2.3); a start on the due day is let pass."""
    if start is None or instant_key(start) > instant_key(target) or (start == target and isinstance(start, Timed)):
        component.remove("DTSTART")
    else:
        component.put("DTSTART", *_form(component, "DTSTART", start, zones).write(start))
