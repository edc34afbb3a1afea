"""From the raw bytes of one resource to model items. Pure; a wrong part is told, never guessed in silence."""

from __future__ import annotations

from dataclasses import dataclass

from fm_desktop.model.items import Item, Kind
from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.providers.ical.document import Component, parse, unclosed
from fm_desktop.providers.ical.errors import BrokenCalendar
from fm_desktop.providers.ical.participants import people_of
from fm_desktop.providers.ical.recurrence import recurrence_id_of, recurrence_of
from fm_desktop.providers.ical.spans import event_span
from fm_desktop.providers.ical.status import is_cancelled, privacy
from fm_desktop.providers.ical.task_events import is_task_event, split_title
from fm_desktop.providers.ical.tasks import is_completed, span_of_task, task_span
from fm_desktop.providers.ical.text import description_of, text_of
from fm_desktop.providers.ical.times import BadTime
from fm_desktop.providers.ical.zones import Zones

_OURS = ("VEVENT", "VTODO")


@dataclass(frozen=True, slots=True)
class ReadContext:
    """How to read one provider's objects for one user.

    `user_zone` is the IANA zone of times without a zone. `own_addresses` are the user's, lower case.
    `html_descriptions`: the provider takes every DESCRIPTION for HTML (Google).
    """

    user_zone: str
    own_addresses: frozenset[str] = frozenset()
    html_descriptions: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The items, and what had to be guessed to read them, in plain sentences."""

    items: tuple[Item, ...]
    notes: tuple[str, ...]


def read(raw: bytes, context: ReadContext) -> tuple[Item, ...]:
    """The items of one resource: the master or single item first, then the edited occurrences.

    Raises `BrokenCalendar`.
    """
    return inspect(raw, context).items


def inspect(raw: bytes, context: ReadContext) -> Reading:
    """As `read`, with notes. Raises `BrokenCalendar`."""
    root = parse(raw)
    parts = parts_of(root)
    zones = Zones(root, context.user_zone)
    uid = uid_in(parts[0])
    items = tuple(_item(part, uid, zones, context) for part in parts)
    singles = sum(item.recurrence_id is None for item in items)
    if singles > 1:
        zones.note("It is stored several times in one place; the first one counts.")
        items = (items[0], *(item for item in items[1:] if item.recurrence_id is not None))
    return Reading(items, tuple(zones.notes))


def parts_of(root: Component) -> list[Component]:
    """The events or tasks of one resource, masters before overrides. Raises `BrokenCalendar`."""
    calendars = root.components("VCALENDAR") or [root]
    parts = [part for calendar in calendars for part in calendar.components(*_OURS)]
    if not parts:
        raise _nothing(calendars)
    title = title_of(parts[0])
    identities = {uid_in(part) for part in parts}
    uid = min(identities)
    if cut := unclosed(root):
        raise BrokenCalendar(f"It is cut short: its {cut} has no end.", title, uid)
    if not uid:
        raise BrokenCalendar("It has no UID, so it could not be recognised again.", title)
    if len(identities) > 1:
        raise BrokenCalendar(f"{len(identities)} different events are stored as one.", title, uid)
    same = [part for part in parts if part.name == parts[0].name]
    return sorted(same, key=lambda part: bool(part.lines("RECURRENCE-ID")))


def uid_of(raw: bytes) -> str:
    """The UID of the first event or task, '' if there is none; for any bytes."""
    root = parse(raw)
    calendars = root.components("VCALENDAR") or [root]
    return next((uid_in(part) for calendar in calendars for part in calendar.components(*_OURS)), "")


def uid_in(component: Component) -> str:
    return text_of(component.first("UID")).replace("\x00", "").strip()


def title_of(component: Component) -> str:
    return normal_title(text_of(component.first("SUMMARY")))


def _nothing(calendars: list[Component]) -> BrokenCalendar:
    others = [part for calendar in calendars for part in calendar.components() if part.name != "VTIMEZONE"]
    if not others:
        return BrokenCalendar("It is no calendar entry.")
    names = ", ".join(sorted({part.name for part in others})[:3])
    return BrokenCalendar(f"It holds no event and no task, only {names[:60]}.", title_of(others[0]), uid_in(others[0]))


def _item(component: Component, uid: str, zones: Zones, context: ReadContext) -> Item:
    title = title_of(component)
    try:
        original = recurrence_id_of(component, zones)
        span = task_span(component, zones) if component.name == "VTODO" else event_span(component, zones)
    except BadTime as error:
        raise BrokenCalendar(f"Its date cannot be read: {error}.", title, uid) from error
    except BrokenCalendar as error:
        raise BrokenCalendar(error.reason, title, uid) from error
    start = None if span is None else span.start
    kind, completed = Kind.EVENT, False
    if component.name == "VTODO":
        kind, completed = Kind.TASK, is_completed(component)
    elif is_task_event(component):
        kind, span = Kind.TASK, span_of_task(start)
        title, completed = split_title(title)
    people = people_of(component, context.own_addresses)
    return Item(
        kind=kind,
        uid=uid,
        title=title,
        span=span,
        text=description_of(component, is_html=context.html_descriptions),
        completed=completed,
        cancelled=is_cancelled(component),
        place=normal_text(text_of(component.first("LOCATION"))),
        privacy=privacy(component),
        organiser=people.organiser,
        participants=people.participants,
        answer=people.answer,
        recurrence=recurrence_of(component, start, zones) if original is None else None,
        recurrence_id=original,
    )
