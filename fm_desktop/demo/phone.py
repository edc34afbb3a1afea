"""A person's calendar program, made of the caldav library: none of our own code speaks to the server here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
from caldav.calendarobjectresource import Event, Todo
from caldav.davclient import DAVClient

Component = Any
"""An event or a task of the icalendar library, which types each property as any of thirty kinds of value."""

_PRODID = "-//FM Desktop demo//A calendar program//EN"


class Phone:
    """Signed in at the calendar server. Items are found by their title."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._client = DAVClient(url=url, username=user, password=password, require_tls=False, features="radicale")
        self._client.session.trust_env = False  # a proxy of the environment has no business on this computer
        self._principal: Any = self._client.principal()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        self._client.close()

    def make_calendar(self, name: str, kind: str) -> None:
        """`kind`: VEVENT or VTODO."""
        self._principal.make_calendar(name=name, cal_id=name.lower(), supported_calendar_component_set=[kind])

    def all(self) -> dict[str, dict[str, bytes]]:
        """Per calendar, every item by its address, as the server has it."""
        return {
            calendar.get_display_name(): {str(each.url): each.data.encode() for each in _items(calendar)}
            for calendar in self._principal.calendars()
        }

    def add(self, calendar: str, component: Component) -> None:
        document = document_of(component)
        self._calendar(calendar).save_object(_class_of(component), document.to_ical().decode())

    def edit(self, calendar: str, title: str, change: Callable[[icalendar.Calendar], None]) -> None:
        """Changes an item as a calendar program does: load, edit, save."""
        item = self._named(calendar, title)
        with item.edit_icalendar_instance() as document:
            change(document)
        item.save(only_this_recurrence=False)

    def delete(self, calendar: str, title: str) -> None:
        self._named(calendar, title).delete()

    def _calendar(self, name: str) -> Any:
        (found,) = (each for each in self._principal.calendars() if each.get_display_name() == name)
        return found

    def _named(self, calendar: str, title: str) -> Any:
        (found,) = (each for each in _items(self._calendar(calendar)) if title_of(each.icalendar_instance) == title)
        return found


def _items(calendar: Any) -> list[Any]:
    return [*calendar.get_events(), *calendar.get_todos(include_completed=True)]


def _class_of(component: Component) -> Any:
    return Todo if component.name == "VTODO" else Event


# --- iCalendar -------------------------------------------------------------------------------------


def document_of(*components: Component) -> icalendar.Calendar:
    document = icalendar.Calendar()
    document.add("prodid", _PRODID)
    document.add("version", "2.0")
    for each in components:
        document.add_component(each)
    document.add_missing_timezones()
    return document


def items_of(document: icalendar.Calendar) -> list[Component]:
    """The master, or single item, first; then edited occurrences."""
    found = [each for each in document.subcomponents if each.name in ("VEVENT", "VTODO")]
    return sorted(found, key=lambda each: "RECURRENCE-ID" in each)


def title_of(document: icalendar.Calendar) -> str:
    return str(items_of(document)[0].get("SUMMARY", ""))


def new_event(uid: str, title: str, start: date | datetime, end: date | datetime, **fields: Any) -> Component:
    return _filled(icalendar.Event(), uid, summary=title, dtstart=start, dtend=end, **fields)


def new_task(uid: str, title: str, due: date | None, **fields: Any) -> Component:
    when = {} if due is None else {"due": due}
    return _filled(icalendar.Todo(), uid, summary=title, status="NEEDS-ACTION", **when, **fields)


def person(address: str, name: str, answer: str = "") -> icalendar.vCalAddress:
    """An organiser, or with an `answer` (PARTSTAT) a participant."""
    found = icalendar.vCalAddress(f"mailto:{address}")
    found.params["CN"] = name
    if answer:
        found.params["PARTSTAT"] = answer
    return found


def reminder(before: timedelta) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Reminder")
    alarm.add("trigger", -before)
    return alarm


def _filled(component: Any, uid: str, **fields: Any) -> Any:
    component.add("uid", uid)
    component.add("dtstamp", datetime.now(UTC))
    for name, value in fields.items():
        component.add(name, value)
    return component
