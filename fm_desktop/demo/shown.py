"""What each side shows, read back by itself: the terms in which the demo compares both.

Written anew from the rules (docs/rules.md) and the two formats; the engine's own reading of them is not
used, as a mistake in it would then hide itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from fm_desktop.demo.forcemanager import Row
from fm_desktop.demo.phone import Component, items_of
from fm_desktop.show import count

ZONE = ZoneInfo("Europe/Madrid")
"""The clock of the sample user's branch, on which ForceManager shows its rows."""

_BLOCK = "--- From your calendar"
_NO_DATE = "No date in the calendar"
_ANSWERS = {"NEEDS-ACTION": "not answered yet", "ACCEPTED": "accepted", "TENTATIVE": "maybe", "DECLINED": "declined"}
# How far a series is shown ahead; the demo's own ends long before.
_AHEAD = timedelta(days=365)


@dataclass(frozen=True, slots=True, order=True)
class When:
    """On the user's clock. Of an all-day event both are dates at midnight, `last` its last day."""

    first: datetime
    last: datetime
    all_day: bool = False

    def __str__(self) -> str:
        if self.all_day:
            days = [f"{self.first:%a %d %b}"] + ([f"{self.last:%a %d %b}"] if self.last > self.first else [])
            return " to ".join(days)
        return f"{self.first:%a %d %b %H:%M}" + (f"-{self.last:%H:%M}" if self.last > self.first else "")


@dataclass(frozen=True, slots=True)
class Shown:
    """One event, task or date of a series. `contact` is the chip, None where the calendar cannot tell it.

    `notes`: what must stand in the block below ForceManager's comment, or does.
    """

    kind: str
    title: str
    when: When | None
    text: str
    done: bool
    locked: bool
    contact: str | None
    notes: tuple[str, ...]

    @property
    def name(self) -> tuple[str, str]:
        return self.kind, self.title

    @property
    def time(self) -> str:
        return "no date" if self.when is None else str(self.when)


class Book:
    """Whom the user's contacts' addresses belong to."""

    def __init__(self, contacts: Iterable[Row], user: int) -> None:
        self._names = {
            row[name].lower(): f"{row['firstName']} {row['lastName']}"
            for row in contacts
            if row["salesRepId"]["id"] == user and not row["deleted"]
            for name in ("email", "email2", "email3")
            if row[name]
        }

    def name(self, address: str) -> str | None:
        return self._names.get(address)


# --- ForceManager ------------------------------------------------------------------------------------


def in_forcemanager(row: Row) -> Shown:
    """What a row shows."""
    comment, _, block = (row["comment"] or "").partition(_BLOCK)
    notes = tuple(block.splitlines()[1:])
    undated = any(line.startswith(_NO_DATE) for line in notes)
    return Shown(
        kind="task" if row["task"] else "event",
        title=row["subject"],
        when=None if undated else _when_of_row(row),
        text=comment.strip(),
        done=bool(row["completed"]),
        locked=row["readOnly"],
        contact=row["contactId"]["value"] if row["contactId"] else "",
        notes=notes,
    )


def _when_of_row(row: Row) -> When:
    first = _day(row["startDate"])
    last = _day(row["endDate"] or row["startDate"])
    if row["allDay"]:
        return When(first, first if row["task"] else last, True)
    start = _at(first, row["startHour"])
    return When(start, start if row["task"] else _at(last, row["endHour"]))


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%y/%m/%d").replace(tzinfo=ZONE)


def _at(day: datetime, hour: str) -> datetime:
    hours, minutes = hour.split(":")
    return day.replace(hour=int(hours), minute=int(minutes))


# --- the calendar ------------------------------------------------------------------------------------


def by_the_rules(document: icalendar.Calendar, book: Book, own_address: str) -> Iterator[Shown]:
    """What ForceManager must show of one item of the calendar: R20 to R24 and R26."""
    master = items_of(document)[0]
    if "RRULE" not in master:
        yield _shown(master, book, own_address, repeats=False)
        return
    # R24: the dates of the master alone; what was done to a single date does not count, but that it is removed.
    alone = icalendar.Calendar()
    for each in document.subcomponents:
        if each.name == "VTIMEZONE" or each is master:
            alone.add_component(each)
    start = master["DTSTART"].dt
    for each in recurring_ical_events.of(alone).between(start, start + _AHEAD):
        yield _shown(each, book, own_address, repeats=True)


def _shown(component: Component, book: Book, own_address: str, *, repeats: bool) -> Shown:
    organiser = _address(component.get("ORGANIZER"))
    people = [each for each in _listed(component.get("ATTENDEE")) if _address(each) != own_address]
    others = [_address(each) for each in people]
    guest = organiser not in ("", own_address)
    known = [name for name in map(book.name, ([organiser] if guest else []) + others) if name]
    notes = [f"Place: {component['LOCATION']}"] if "LOCATION" in component else []
    notes += [f"Your answer: {_ANSWERS[each]}" for each in _own_answer(component, own_address) if guest]
    notes += [each for each in others if not book.name(each)]
    return Shown(
        kind="task" if component.name == "VTODO" else "event",
        title=str(component.get("SUMMARY", "")),
        when=_when_of(component),
        text=str(component.get("DESCRIPTION", "")).strip(),
        done=component.get("STATUS") == "COMPLETED",
        locked=guest or repeats,
        contact=(known[0] if known else "") if guest or others else None,
        notes=tuple(notes),
    )


def _own_answer(component: Component, own_address: str) -> list[str]:
    own = [each for each in _listed(component.get("ATTENDEE")) if _address(each) == own_address]
    return [str(each.params.get("PARTSTAT", "NEEDS-ACTION")) for each in own]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _address(value: Any) -> str:
    return "" if value is None else str(value).lower().removeprefix("mailto:")


def _when_of(component: Component) -> When | None:
    if component.name == "VTODO":
        due = component.get("DUE")
        return None if due is None else _span(due.dt, due.dt)
    return _span(component["DTSTART"].dt, component["DTEND"].dt)


def _span(start: date | datetime, end: date | datetime) -> When:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return When(_on_the_clock(start), _on_the_clock(end))
    first, after = (datetime(each.year, each.month, each.day, tzinfo=ZONE) for each in (start, end))
    return When(first, max(first, after - timedelta(days=1)), True)


def _on_the_clock(moment: datetime) -> datetime:
    return moment.astimezone(ZONE)


# --- both ----------------------------------------------------------------------------------------------


def differences(calendar: Iterable[Shown], crm: Iterable[Shown]) -> list[str]:
    """Where ForceManager does not show what the rules say, in one line each; doubled items too."""
    must, does = _by_name(calendar), _by_name(crm)
    lines: list[str] = []
    for name in sorted({*must, *does}):
        wanted, found = must.get(name, []), does.get(name, [])
        label = f"{name[0]} “{name[1]}”"
        if len(wanted) != len(found):
            lines.append(
                f"{label}: {count(len(wanted), 'time')} by the calendar ({_times(wanted)}), "
                f"{count(len(found), 'time')} in ForceManager ({_times(found)})"
            )
            continue
        for one, other in zip(wanted, found, strict=True):
            lines += [f"{label}, {one.time}: {each}" for each in _between(one, other)]
    return lines


def _by_name(entries: Iterable[Shown]) -> Mapping[tuple[str, str], list[Shown]]:
    found: dict[tuple[str, str], list[Shown]] = {}
    for each in entries:
        found.setdefault(each.name, []).append(each)
    for same in found.values():
        same.sort(key=lambda each: "" if each.when is None else each.when.first.isoformat())
    return found


def _times(entries: list[Shown]) -> str:
    return ", ".join(each.time for each in entries) or "none"


def _between(must: Shown, does: Shown) -> Iterator[str]:
    for field in fields(Shown):
        wanted, found = getattr(must, field.name), getattr(does, field.name)
        if field.name == "notes":
            missing = [note for note in wanted if not any(note in line for line in found)]
            yield from (f"ForceManager does not say “{note}”" for note in missing)
        elif wanted is not None and wanted != found:
            words = "in ForceManager it is" if field.name != "contact" else "as contact ForceManager shows"
            yield f"{field.name} must be “{wanted}”, {words} “{found}”"
        elif field.name == "when" and wanted != found:
            yield f"it has no date in the calendar, but {does.time} in ForceManager"
