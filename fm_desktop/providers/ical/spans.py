"""From when to when an event is: DTSTART with DTEND, DURATION or neither (RFC 5545, 3.6.1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from fm_desktop.model.times import UTC_NAME, Span, Timed, When
from fm_desktop.providers.ical.document import Component
from fm_desktop.providers.ical.durations import BadDuration, after, format_duration, parse_duration
from fm_desktop.providers.ical.errors import BrokenCalendar
from fm_desktop.providers.ical.times import BadTime, Form, form_of, read_when
from fm_desktop.providers.ical.zones import Zones

# Outlook and its like keep the all-day mark a second time and believe this one.
_ALL_DAY_MARKS = ("X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT", "X-FUNAMBOL-ALLDAY")


def event_span(component: Component, zones: Zones) -> Span:
    """Raises `BrokenCalendar`.

    An end before the start is broken rather than mended: one of the two dates is wrong and nobody
    here can know which, so no guess is copied to the CRM. An all-day end on the day of the start, or
    a length of nothing, is common and means one day.
    """
    begin = component.first("DTSTART")
    if begin is None:
        raise BrokenCalendar("It has no start (DTSTART).")
    try:
        start = read_when(begin, zones)
        end = _end(component, start, zones)
        is_backwards = instant_key(end) < instant_key(start)
    except (BadTime, BadDuration) as error:
        raise BrokenCalendar(f"Its date cannot be read: {error}.") from error
    except OverflowError as error:
        raise BrokenCalendar("It lasts longer than any calendar.") from error
    if is_backwards:
        raise BrokenCalendar("It ends before it starts.")
    return Span(start, end)


def instant_key(when: When) -> str:
    """Text that sorts as the times of one kind do."""
    return (when.instant if isinstance(when, Timed) else when).isoformat()


def _end(component: Component, start: When, zones: Zones) -> When:
    found = component.first("DTEND")
    if found is not None:
        end = _of_kind(read_when(found, zones, start.zone if isinstance(start, Timed) else ""), start)
        return _implied_end(start) if end == start else end
    duration = component.first("DURATION")
    if duration is not None:
        end = after(start, parse_duration(duration.value))
        return _implied_end(start) if end == start else end
    return _implied_end(start)


def _implied_end(start: When) -> When:
    return start if isinstance(start, Timed) else after(start, timedelta(days=1))


def _of_kind(end: When, start: When) -> When:
    """An end of the start's kind, where a file mixes dates and times against the RFC."""
    if isinstance(start, Timed) and not isinstance(end, Timed):
        return Timed(datetime(end.year, end.month, end.day), start.zone)
    if isinstance(end, Timed) and not isinstance(start, Timed):
        is_midnight = end.local.time() == datetime.min.time()
        return end.local.date() if is_midnight else after(end.local.date(), timedelta(days=1))
    return end


def change_span(component: Component, span: Span, zones: Zones) -> bool:
    """Writes a new span in the event's own form, and touches only the lines that differ. False if none does.

    An event that turns from all day into timed gets UTC times: it has no zone of its own.
    """
    current = event_span(component, zones)
    if current.normal() == span.normal():
        return False
    switched = current.all_day != span.all_day
    begin, finish = component.first("DTSTART"), component.first("DTEND")
    assert begin is not None
    form = Form() if switched else form_of(begin, zones)
    if switched or not is_same(current.start, span.start):
        component.put("DTSTART", *form.write(span.start))
    else:
        # The unchanged start may carry seconds, which the new span does not know.
        span = Span(current.start, max(span.end, current.start, key=instant_key))
    if finish is not None:
        if switched or not is_same(current.end, span.end):
            component.put("DTEND", *(form if switched else form_of(finish, zones)).write(span.end))
            component.remove("DURATION")
    elif not _write_duration(component, span, form) and not is_same(_implied_end(span.start), span.end):
        component.put("DTEND", *form.write(span.end))
    if switched:
        _mark_all_day(component, all_day=span.all_day)
    return True


def is_same(one: When, other: When) -> bool:
    """The same date, or the same minute."""
    if isinstance(one, Timed) and isinstance(other, Timed):
        return one.in_zone(UTC_NAME).to_minute() == other.in_zone(UTC_NAME).to_minute()
    return one == other


def _write_duration(component: Component, span: Span, form: Form) -> bool:
    """Keeps an event that has a DURATION in that form. False, and no DURATION any more, where that is not exact."""
    found = component.first("DURATION")
    if found is None:
        return False
    start = span.start.in_zone(form.zone or UTC_NAME) if isinstance(span.start, Timed) else span.start
    if is_same(after(start, parse_duration(found.value)), span.end):
        return True
    length = span.end_instant() - span.start_instant()
    if length and is_same(after(start, length), span.end):
        component.put("DURATION", format_duration(length))
        return True
    component.remove("DURATION")
    return False


def _mark_all_day(component: Component, *, all_day: bool) -> None:
    for name in _ALL_DAY_MARKS:
        found = component.first(name)
        if found is not None:
            words = ("1", "0") if found.value.strip() in ("0", "1") else ("TRUE", "FALSE")
            component.put(name, words[0] if all_day else words[1])
