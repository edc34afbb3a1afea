"""A person's items as iCalendar objects, made and read by the icalendar library: independent of what is tested."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Event, Todo, vCalAddress, vRecur, vText

from fm_desktop.model.items import Answer, Kind
from fm_desktop.model.times import Span, Timed, When, timed
from tests.contract.stages.stage import ME, Look, Made

_MADE_AT = datetime(2026, 11, 1, tzinfo=UTC)
# What the rest of an item is without: the values that both sides share, and what every change brings along.
_SHARED = frozenset(
    ("SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "DUE", "DURATION", "DTSTAMP", "LAST-MODIFIED", "CREATED")
)
_MARKS = ("SEQUENCE", "PRODID", "STATUS", "COMPLETED", "PERCENT-COMPLETE", "X-RADICALE")


def made_object(made: Made, uid: str) -> bytes:
    item: Component = Todo() if made.kind is Kind.TASK else Event()
    item.add("UID", uid)
    item.add("DTSTAMP", _MADE_AT)
    item.add("SUMMARY", made.title)
    _put_span(item, made.span, floating=made.floating)
    if made.text:
        item.add("DESCRIPTION", made.text)
    if made.place:
        item.add("LOCATION", made.place)
    if made.completed:
        item.add("STATUS", "COMPLETED")
    if made.rule:
        item.add("RRULE", vRecur.from_ical(made.rule))
    _invite(item, made)
    if made.alarm is not None:
        _remind(item, made.alarm)
    item.add("X-COLLEAGUES-NOTE", "kept by another program", parameters={"X-WHO": "somebody"})
    item.add("CLASS", "PUBLIC")
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//a person//EN")
    calendar.add_component(item)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _put_span(item: Component, span: Span | None, *, floating: bool = False) -> None:
    for name in ("DTSTART", "DTEND", "DUE", "DURATION"):
        item.pop(name, None)
    if span is None:
        return
    if item.name == "VTODO":
        item.add("DUE", _value(span.start, floating=floating))
        return
    item.add("DTSTART", _value(span.start, floating=floating))
    item.add("DTEND", _value(span.end, floating=floating))


def _value(when: When, *, floating: bool) -> datetime | date:
    if not isinstance(when, Timed):
        return when
    if floating:
        return when.local
    return when.local.replace(tzinfo=UTC if when.zone == "UTC" else ZoneInfo(when.zone))


def _invite(item: Component, made: Made) -> None:
    if not (made.guests or made.organiser):
        return
    item.add("ORGANIZER", vCalAddress(f"mailto:{made.organiser or ME}"))
    people = {each: Answer.NEEDS_ACTION for each in made.guests}
    if made.organiser:
        people[ME] = made.answer
    for address, answer in people.items():
        person = vCalAddress(f"mailto:{address}")
        person.params["PARTSTAT"] = vText(answer.value.upper())
        person.params["CN"] = vText(address.partition("@")[0].title())
        person.params["RSVP"] = vText("TRUE")
        item.add("ATTENDEE", person, encode=0)


def _remind(item: Component, minutes: int) -> None:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", "Reminder")
    alarm.add("TRIGGER", timedelta(minutes=-minutes))
    item.add_component(alarm)


# --- reading and changing ------------------------------------------------------------------------------


def items_of(calendar: Calendar) -> list[Component]:
    """The master or single item first."""
    found = [each for each in calendar.subcomponents if each.name in ("VEVENT", "VTODO")]
    return sorted(found, key=lambda each: "RECURRENCE-ID" in each)


def look_at(item: Component) -> Look:
    people = item.get("ATTENDEE", [])
    people = people if isinstance(people, list) else [people]
    return Look(
        title=str(item.get("SUMMARY", "")),
        span=_span_of(item),
        text=str(item.get("DESCRIPTION", "")),
        kind=Kind.TASK if item.name == "VTODO" else Kind.EVENT,
        completed=str(item.get("STATUS", "")) == "COMPLETED",
        people=frozenset(str(each).lower().removeprefix("mailto:") for each in people),
    )


def _span_of(item: Component) -> Span | None:
    begin = item.get("DUE") or item.get("DTSTART")
    if begin is None:
        return None
    start = _when(begin.dt)
    if item.name == "VTODO":
        return Span(start, start if isinstance(start, Timed) else start + timedelta(days=1))
    end = item.get("DTEND")
    if end is not None:
        return Span(start, _when(end.dt))
    length = item["DURATION"].dt
    return Span(start, timed(start.instant + length) if isinstance(start, Timed) else start + length)


def _when(value: datetime | date) -> When:
    if not isinstance(value, datetime):
        return value
    return timed(value.astimezone(UTC)) if value.tzinfo else Timed(value)


def rest_of(item: Component) -> list[str]:
    """Every line but those of the shared values, parts inside (alarms) included."""
    return sorted(_lines(item))


def _lines(item: Component, inside: str = "") -> Iterator[str]:
    for name, value in item.property_items(recursive=False):
        if inside or (name not in _SHARED and not name.startswith(_MARKS)):
            params = sorted((key, str(each)) for key, each in getattr(value, "params", {}).items())
            text = value.to_ical() if hasattr(value, "to_ical") else value
            yield f"{inside}{name} {params} {text!r}"
    for part in item.subcomponents:
        yield from _lines(part, f"{inside}{part.name}/")


def reschedule(item: Component, span: Span) -> None:
    _put_span(item, span)


def retitle(item: Component, title: str) -> None:
    item["SUMMARY"] = vText(title)


def answered(item: Component, answer: Answer) -> None:
    people = item.get("ATTENDEE", [])
    for person in people if isinstance(people, list) else [people]:
        if str(person).lower() == f"mailto:{ME}":
            person.params["PARTSTAT"] = vText(answer.value.upper())


def occurrence(calendar: Calendar, original: When, span: Span, title: str) -> None:
    """Adds one date of the series as an item of its own."""
    master = items_of(calendar)[0]
    changed = Event()
    for name in ("UID", "DTSTAMP"):
        changed[name] = master[name]
    changed.add("RECURRENCE-ID", _like(master, original))
    changed.add("SUMMARY", title)
    _put_span(changed, span)
    calendar.add_component(changed)


def without_occurrence(calendar: Calendar, original: When) -> None:
    master = items_of(calendar)[0]
    master.add("EXDATE", _like(master, original))
    calendar.subcomponents = [
        each
        for each in calendar.subcomponents
        if "RECURRENCE-ID" not in each or each["RECURRENCE-ID"].dt != _like(master, original)
    ]


def _like(master: Component, when: When) -> datetime | date:
    """A moment in the form of the master's start."""
    start = master["DTSTART"].dt
    if not isinstance(when, Timed) or not isinstance(start, datetime) or start.tzinfo is None:
        return _value(when, floating=False)
    return when.instant.astimezone(start.tzinfo)
