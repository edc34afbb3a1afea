"""What people do on both sides once they are in step, and what must be seen on the other side then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx2
import icalendar

from fm_desktop.demo import opening
from fm_desktop.demo.forcemanager import ForceManager
from fm_desktop.demo.opening import BUDGET, CARDS, DENTIST, GYM, PRICES, STAND_UP, STAND_UPS, TASKS, WORK, Days
from fm_desktop.demo.phone import Phone, items_of, new_event
from fm_desktop.demo.picture import CALENDAR, CHANGED, CRM, GONE, NEW, Change, Picture
from fm_desktop.demo.shown import ZONE, Shown
from fm_desktop.demo.stage import Stage

VISIT, COFFEE, TRAINING = "Visit Aceites Sierra Mágina", "Coffee with Nuria", "Product training"
# Of the sample data in ForceManager.
FIGURES, NURSERY, JEWELLER = "Prepare the quarterly figures", "Visit Viveros El Pardo", "Visit Joyería Orellana"

NOT_THERE = "not there"


@dataclass(frozen=True, slots=True)
class Scene:
    """Who acts: Emma in ForceManager, and Emma with her calendar program. `before`: both sides in step.

    `replies` is what ForceManager answered to what it would not do.
    """

    stage: Stage
    crm: ForceManager
    phone: Phone
    days: Days
    before: Picture
    replies: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a person does at `where`, and `expected` is what `seen` must find once both are in step.

    `effect`: the one change that the program must make for it, None for none.
    """

    where: str
    done: str
    expected: str
    do: Callable[[], None]
    seen: Callable[[Picture], str]
    effect: Change | None


def acts(scene: Scene) -> tuple[Act, ...]:
    return (*_in_forcemanager(scene), *_locked_rows(scene), *_in_the_calendar(scene), *_series(scene))


# --- Emma in ForceManager ------------------------------------------------------------------------------


def _in_forcemanager(scene: Scene) -> Iterator[Act]:
    crm, days = scene.crm, scene.days
    kind = scene.crm.named(NURSERY)["typeId"]["id"]
    day, early, late = days.day(2), days.at(1, "10:00"), days.at(1, "10:45")
    yield Act(
        CRM, f"New event: {VISIT}", _span(days.at(2, "12:00"), 60),
        lambda: crm.create(
            subject=VISIT, comment="Ask for the harvest prices.", startDate=f"{day:%y/%m/%d}", startHour="12:00",
            endDate=f"{day:%y/%m/%d}", endHour="13:00", typeId=kind, accountId=8,
        ),
        lambda now: _time(now.calendar, VISIT),
        (CALENDAR, NEW, VISIT),
    )  # fmt: skip
    yield Act(
        CRM, f"{DENTIST} is moved to 10:00", _span(early, 45),
        lambda: crm.change(DENTIST, startHour=f"{early:%H:%M}", endHour=f"{late:%H:%M}"),
        lambda now: _time(now.calendar, DENTIST),
        (CALENDAR, CHANGED, DENTIST),
    )  # fmt: skip
    yield Act(
        CRM, f"{GYM} is deleted", NOT_THERE,
        lambda: crm.delete(GYM), lambda now: _time(now.calendar, GYM), (CALENDAR, GONE, GYM),
    )  # fmt: skip
    yield Act(
        CRM, f"Task done: {FIGURES}", "done",
        lambda: crm.change(FIGURES, completed=True), lambda now: _done(now.calendar, FIGURES),
        (CALENDAR, CHANGED, FIGURES),
    )  # fmt: skip


def _locked_rows(scene: Scene) -> Iterator[Act]:
    """R22: what Emma is only invited to. The second time ForceManager's own lock is out of order."""
    crm, switches = scene.crm, scene.stage.sandbox.switches
    unchanged = _time(scene.before.crm, BUDGET)

    def refused() -> None:
        try:
            crm.change(BUDGET, subject="Budget round: not for me")
        except httpx2.HTTPStatusError as error:
            reply = str(error.response.json()["error"])
            if "read only" not in reply:
                raise
            scene.replies.append(reply)

    def let_through() -> None:
        switches.set({"read_only_enforced": False})
        try:
            crm.change(BUDGET, subject="Budget round: not for me", startHour="08:00")
        finally:
            switches.set({"read_only_enforced": True})

    yield Act(
        CRM, f"{BUDGET}, an invitation, is renamed", "refused by ForceManager",
        refused, lambda _now: "refused by ForceManager" if scene.replies else "not refused", None,
    )  # fmt: skip
    yield Act(
        CRM, f"{BUDGET} is renamed and moved, past the lock", f"put back: {unchanged}",
        let_through, lambda now: f"put back: {_time(now.crm, BUDGET)}", (CRM, CHANGED, BUDGET),
    )  # fmt: skip


def asked_first(scene: Scene) -> Act:
    """R27: moving an own meeting sends mail to the people on it. Done last, and waits for Emma's word."""
    unmoved = _time(scene.before.calendar, PRICES)
    return Act(
        CRM, f"{PRICES}, with 2 other people, is moved to 16:00", f"waits; still {unmoved}",
        lambda: scene.crm.change(PRICES, startHour="16:00", endHour="17:30"),
        lambda now: f"waits; still {_time(now.calendar, PRICES)}", None,
    )  # fmt: skip


def word_given(scene: Scene) -> Act:
    """Emma's yes to it. She gives it in the program itself, so that nothing is done on either side."""
    return Act(
        "Emma", f"Says yes to moving {PRICES}", f"{_span(scene.days.at(3, '16:00'), 90)}, 3 people kept",
        _nothing, lambda now: f"{_time(now.calendar, PRICES)}, {_people(now, PRICES)} people kept",
        (CALENDAR, CHANGED, PRICES),
    )  # fmt: skip


# --- Emma with her calendar program ----------------------------------------------------------------------


def _in_the_calendar(scene: Scene) -> Iterator[Act]:
    phone, days = scene.phone, scene.days
    start = days.at(3, "16:00")
    yield Act(
        CALENDAR, f"New event: {COFFEE}", f"{_span(start, 45)}, editable",
        lambda: phone.add(WORK, new_event("coffee", COFFEE, start, start + timedelta(minutes=45))),
        lambda now: f"{_time(now.crm, COFFEE)}, {_lock(now.crm, COFFEE)}",
        (CRM, NEW, COFFEE),
    )  # fmt: skip
    (nursery,) = _named(scene.before.crm, NURSERY)
    assert nursery.when is not None
    later = replace(nursery.when, first=nursery.when.first + _HOUR, last=nursery.when.last + _HOUR)
    yield Act(
        CALENDAR, f"{NURSERY} is moved by an hour, with a note", f"{later}, “Take the catalogue.”",
        lambda: phone.edit(WORK, NURSERY, _an_hour_later),
        lambda now: f"{_time(now.crm, NURSERY)}, {_text(now.crm, NURSERY)}",
        (CRM, CHANGED, NURSERY),
    )  # fmt: skip
    yield Act(
        CALENDAR, f"{JEWELLER} is deleted", NOT_THERE,
        lambda: phone.delete(WORK, JEWELLER), lambda now: _time(now.crm, JEWELLER), (CRM, GONE, JEWELLER),
    )  # fmt: skip
    yield Act(
        CALENDAR, f"Task done: {CARDS}", "done",
        lambda: phone.edit(TASKS, CARDS, _tick_off), lambda now: _done(now.crm, CARDS), (CRM, CHANGED, CARDS),
    )  # fmt: skip
    invited = days.at(5, "09:00")
    yield Act(
        CALENDAR, f"Invitation arrives: {TRAINING}", f"{_span(invited, 60)}, locked, not answered yet",
        lambda: phone.add(WORK, opening.invitation("training", TRAINING, "academy@vendor.example", invited)),
        lambda now: f"{_time(now.crm, TRAINING)}, {_lock(now.crm, TRAINING)}, {_answer(now.crm, TRAINING)}",
        (CRM, NEW, TRAINING),
    )  # fmt: skip


def _series(scene: Scene) -> Iterator[Act]:
    """R24: of the third date only the time changes, the fourth is taken out."""
    third, fourth = scene.days.at(15, "09:30"), scene.days.at(22, "09:30")
    yield Act(
        CALENDAR, f"{STAND_UP}: one date is moved to 17:00", f"unchanged: {_span(third, 15)}",
        lambda: scene.phone.edit(WORK, STAND_UP, lambda document: _move_date(document, third)),
        lambda now: f"unchanged: {_date(now.crm, STAND_UP, third)}", None,
    )  # fmt: skip
    yield Act(
        CALENDAR, f"{STAND_UP}: the date of {fourth:%d %b} is removed",
        f"{STAND_UPS - 1} dates; {fourth:%d %b} {NOT_THERE}",
        lambda: scene.phone.edit(WORK, STAND_UP, lambda document: items_of(document)[0].add("exdate", fourth)),
        lambda now: f"{len(_named(now.crm, STAND_UP))} dates; {fourth:%d %b} {_date(now.crm, STAND_UP, fourth)}",
        (CRM, GONE, STAND_UP),
    )  # fmt: skip


_HOUR = timedelta(hours=1)


def _nothing() -> None:
    """Nobody does anything on either side."""


def _an_hour_later(document: icalendar.Calendar) -> None:
    event = items_of(document)[0]
    for name in ("DTSTART", "DTEND"):
        moved = event[name].dt + _HOUR
        del event[name]
        event.add(name, moved)
    event.pop("DESCRIPTION", None)
    event.add("description", "Take the catalogue.")


def _tick_off(document: icalendar.Calendar) -> None:
    task = items_of(document)[0]
    task.pop("STATUS", None)
    task.add("status", "COMPLETED")
    task.add("completed", datetime.now(ZONE))


def _move_date(document: icalendar.Calendar, original: datetime) -> None:
    start = original.replace(hour=17, minute=0)
    moved = new_event(str(items_of(document)[0]["UID"]), STAND_UP, start, start + timedelta(minutes=15))
    moved.add("recurrence-id", original)
    document.add_component(moved)


# --- what is seen ------------------------------------------------------------------------------------------


def _named(entries: tuple[Shown, ...], title: str) -> list[Shown]:
    return sorted(
        (each for each in entries if each.title == title), key=lambda each: str(each.when and each.when.first)
    )


def _time(entries: tuple[Shown, ...], title: str) -> str:
    return " and ".join(each.time for each in _named(entries, title)) or NOT_THERE


def _each(entries: tuple[Shown, ...], title: str, words: Callable[[Shown], str]) -> str:
    return " and ".join(words(each) for each in _named(entries, title)) or NOT_THERE


def _done(entries: tuple[Shown, ...], title: str) -> str:
    return _each(entries, title, lambda each: "done" if each.done else "not done")


def _lock(entries: tuple[Shown, ...], title: str) -> str:
    return _each(entries, title, lambda each: "locked" if each.locked else "editable")


def _text(entries: tuple[Shown, ...], title: str) -> str:
    return _each(entries, title, lambda each: f"“{each.text}”")


def _answer(entries: tuple[Shown, ...], title: str) -> str:
    label = "Your answer: "
    return _each(
        entries, title, lambda each: next((n.removeprefix(label) for n in each.notes if label in n), "no answer")
    )


def _date(entries: tuple[Shown, ...], title: str, day: datetime) -> str:
    found = [each for each in _named(entries, title) if each.when and each.when.first.date() == day.date()]
    return " and ".join(each.time for each in found) or NOT_THERE


def _people(now: Picture, title: str) -> int:
    found = items_of(now.item(title))[0].get("ATTENDEE", [])
    return len(found) if isinstance(found, list) else 1


def _span(start: datetime, minutes: int) -> str:
    return f"{start:%a %d %b %H:%M}-{start + timedelta(minutes=minutes):%H:%M}"
