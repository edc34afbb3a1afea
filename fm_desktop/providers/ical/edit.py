"""Edits of a raw iCalendar object: the lines a patch names change, every other byte stays."""

from __future__ import annotations

from datetime import datetime

from fm_desktop.model.projection import UNSET, Patch
from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.model.times import When, when_to_text
from fm_desktop.providers.ical import task_events
from fm_desktop.providers.ical.create import WriteContext
from fm_desktop.providers.ical.document import Component, Parameters, parse, serialise
from fm_desktop.providers.ical.errors import BrokenCalendar, NotPossible
from fm_desktop.providers.ical.participants import organises
from fm_desktop.providers.ical.recurrence import is_series, recurrence_id_of
from fm_desktop.providers.ical.resource import parts_of, title_of
from fm_desktop.providers.ical.spans import change_span
from fm_desktop.providers.ical.tasks import change_completed, change_task_span
from fm_desktop.providers.ical.text import description_of, escape, written
from fm_desktop.providers.ical.times import BadTime, utc_stamp
from fm_desktop.providers.ical.zones import Zones

# Parameters that describe the old text: where else it is to be found, how it was encoded.
_OF_OLD_TEXT = ("ALTREP", "ENCODING", "CHARSET", "FMTTYPE", "VALUE", "DERIVED")
# Other forms of the description, which would contradict a new one (RFC 9073, 6.5, and Outlook).
_OTHER_DESCRIPTIONS = ("X-ALT-DESC", "STYLED-DESCRIPTION")


def edit(raw: bytes, patch: Patch, recurrence_id: When | None, context: WriteContext, now: datetime) -> bytes:
    """The object with the patch applied to the item named by `recurrence_id` (None: the master or single one).

    `details`, `locked` and `party` are the CRM's and are passed over, as is `completed` for an event.
    A value that is there already changes nothing, and where nothing changes the bytes come back as they
    were. `now` is aware.

    Raises `BrokenCalendar`; `NotPossible` for a date of a series that has no component of its own, for
    moving or completing a whole series, for an event without a date, and for a date beyond the calendar.
    """
    root = parse(raw)
    zones = Zones(root, context.user_zone)
    component = _target(parts_of(root), recurrence_id, zones)
    try:
        changed, moved = _apply(component, patch, zones, context, now)
    except OverflowError as error:
        raise NotPossible("It would begin or end beyond the first or the last year of any calendar.") from error
    if not (changed or moved):
        return raw
    _stamp(component, context, now, moved=moved)
    return serialise(root)


def _target(parts: list[Component], recurrence_id: When | None, zones: Zones) -> Component:
    if recurrence_id is None:
        return parts[0]
    for part in parts:
        try:
            original = recurrence_id_of(part, zones)
        except BadTime as error:
            raise BrokenCalendar(f"Its date cannot be read: {error}.", title_of(part)) from error
        if when_to_text(original) == when_to_text(recurrence_id):
            return part
    raise NotPossible("This date of the series is not kept by itself, so it cannot be changed alone.")


def _apply(component: Component, patch: Patch, zones: Zones, context: WriteContext, now: datetime) -> tuple[bool, bool]:
    """Whether something else, and whether the time changed."""
    is_task = component.name == "VTODO" or task_events.is_task_event(component)
    if is_series(component) and (patch.span is not UNSET or (is_task and patch.completed is not UNSET)):
        # Its edited and removed dates are found by their original starts: they would all be orphaned.
        raise NotPossible("It is a recurring series: its dates are changed in the calendar itself.")
    if component.name == "VTODO":
        return _apply_to_task(component, patch, zones, context, now)
    if is_task:
        return _apply_to_task_event(component, patch, zones, context)
    changed = patch.title is not UNSET and _change_title(component, patch.title)
    changed |= patch.text is not UNSET and _change_text(component, patch.text, context)
    if patch.span is UNSET:
        return changed, False
    if patch.span is None:
        raise NotPossible("An event needs a date.")
    return changed, change_span(component, patch.span, zones)


def _apply_to_task(
    component: Component, patch: Patch, zones: Zones, context: WriteContext, now: datetime
) -> tuple[bool, bool]:
    changed = patch.title is not UNSET and _change_title(component, patch.title)
    changed |= patch.text is not UNSET and _change_text(component, patch.text, context)
    changed |= patch.completed is not UNSET and change_completed(component, now, completed=patch.completed)
    return changed, patch.span is not UNSET and change_task_span(component, patch.span, zones)


def _apply_to_task_event(component: Component, patch: Patch, zones: Zones, context: WriteContext) -> tuple[bool, bool]:
    title, completed = task_events.split_title(title_of(component))
    new_title = title if patch.title is UNSET else patch.title
    new_completed = completed if patch.completed is UNSET else patch.completed
    changed = (normal_title(new_title), new_completed) != (title, completed)
    if changed:
        _change_title(component, task_events.joined_title(new_title, completed=new_completed))
    changed |= patch.text is not UNSET and _change_text(component, patch.text, context)
    return changed, patch.span is not UNSET and task_events.change_task_event_span(component, patch.span, zones)


def _change_title(component: Component, title: str) -> bool:
    title = normal_title(title)
    if title == title_of(component):
        return False
    component.put("SUMMARY", escape(title), _kept_parameters(component, "SUMMARY"))
    return True


def _change_text(component: Component, text: str, context: WriteContext) -> bool:
    is_html, text = context.html_descriptions, normal_text(text)
    if text == description_of(component, is_html=is_html):
        return False
    component.remove(*_OTHER_DESCRIPTIONS)
    if text:
        parameters = _kept_parameters(component, "DESCRIPTION")
        component.put("DESCRIPTION", escape(written(text, is_html=is_html)), parameters)
    else:
        component.remove("DESCRIPTION")
    return True


def _kept_parameters(component: Component, name: str) -> Parameters:
    found = component.first(name)
    if found is None:
        return ()
    return tuple((key, values) for key, values in found.parameters if key not in _OF_OLD_TEXT)


def _stamp(component: Component, context: WriteContext, now: datetime, *, moved: bool) -> None:
    """DTSTAMP and LAST-MODIFIED always; SEQUENCE where others follow it (RFC 5546, 2.1.4)."""
    stamp = utc_stamp(now)
    component.put("DTSTAMP", stamp)
    component.put("LAST-MODIFIED", stamp)
    sequence = component.first("SEQUENCE")
    text = sequence.value.strip() if sequence else ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if organises(component, context.own_addresses) or (number and moved):
        component.put("SEQUENCE", str(number + 1))
