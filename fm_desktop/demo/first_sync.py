"""What must be seen once the first sync is done: everything of each side is on the other one, by the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fm_desktop.demo.forcemanager import Row
from fm_desktop.demo.opening import BUDGET, DENTIST, FAMILY, PRICES, SCHOOL_PLAY, STAND_UP, STAND_UPS, STRANGER, TASKS
from fm_desktop.demo.picture import CALENDAR, CRM, NEW, Change, Picture
from fm_desktop.demo.shown import Shown
from fm_desktop.demo.table import Line
from fm_desktop.show import count


def expected_changes(before: Picture) -> Iterator[Change]:
    """Each item of one side, and each date of a series, is created on the other one; nothing else happens."""
    yield from ((CALENDAR, NEW, each.title) for each in before.crm)
    yield from ((CRM, NEW, each.title) for each in before.calendar)


def lines(before: Picture, after: Picture, contact: Row) -> tuple[Line, ...]:
    own, guest, meeting, series = (_only(after.crm, title) for title in (DENTIST, BUDGET, PRICES, STAND_UP))
    name = f"{contact['firstName']} {contact['lastName']}"
    ours = {each.title for each in before.crm}
    contacts = "/".join(str(each.contact) for each in meeting)
    plain = "as plain address" if any(STRANGER in line for each in meeting for line in each.notes) else "missing"
    return (
        Line(CRM, "The sample data of Emma's agenda", _kinds(before.crm),
             _kinds(each for each in after.calendar if each.title in ours)),
        Line(CALENDAR, f"{DENTIST}, an own event", f"{_times(before.calendar, DENTIST)}, editable",
             " and ".join(f"{each.time}, {_lock(each)}" for each in own)),
        Line(CALENDAR, f"{PRICES}, an own meeting with a known contact and a stranger",
             f"contact {name}; stranger as plain address",
             f"contact {contacts}; stranger {plain}"),
        Line(CALENDAR, f"{BUDGET}, an invitation Emma has not answered", "locked, not answered yet",
             " and ".join(f"{_lock(each)}, {_answer(each)}" for each in guest)),
        Line(CALENDAR, f"{STAND_UP}, a weekly series", f"{STAND_UPS} dates, all locked",
             f"{len(series)} dates, {'all locked' if all(each.locked for each in series) else 'not all locked'}"),
        Line(CALENDAR, f"The task list “{TASKS}”", count(len(before.items[TASKS]), "task"),
             count(sum(each.kind == "task" and each.title not in ours for each in after.crm), "task")),
        Line(CALENDAR, f"The calendar “{FAMILY}”, which does not take part", "nothing of it",
             "nothing of it" if not _only(after.crm, SCHOOL_PLAY) else f"{SCHOOL_PLAY} is there"),
    )  # fmt: skip


def _only(entries: Iterable[Shown], title: str) -> list[Shown]:
    return [each for each in entries if each.title == title]


def _times(entries: Iterable[Shown], title: str) -> str:
    return " and ".join(each.time for each in _only(entries, title))


def _kinds(entries: Iterable[Shown]) -> str:
    tasks = [each.kind == "task" for each in entries]
    return f"{count(len(tasks) - sum(tasks), 'event')}, {count(sum(tasks), 'task')}"


def _lock(entry: Shown) -> str:
    return "locked" if entry.locked else "editable"


def _answer(entry: Shown) -> str:
    label = "Your answer: "
    return next((line.removeprefix(label) for line in entry.notes if line.startswith(label)), "no answer shown")
