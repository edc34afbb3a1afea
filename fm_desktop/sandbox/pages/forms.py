"""The form of an event or a task: its fields from a record, and a record's fields from what was typed. Pure.

What a person may type wrong is answered here, in words and beside the field. What the store itself
refuses is its own rule and is not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from fm_desktop.sandbox.pages.entries import entry_of
from fm_desktop.sandbox.pages.notes import note_of, with_text
from fm_desktop.sandbox.resources import CALENDAR

_T = TypeVar("_T")

SUBJECT_LIMIT = CALENDAR.by_name["subject"].max_length or 0
COMMENT_LIMIT = CALENDAR.by_name["comment"].max_length or 0
FIELDS = (
    *("subject", "typeId", "startDate", "startHour", "endDate", "endHour", "allDay"),
    *("contactId", "accountId", "comment", "completed"),
)
_TASK_TIMES = ("startDate", "startHour", "allDay")
_TIMES = (*_TASK_TIMES, "endDate", "endHour")
_LINKS = ("contactId", "accountId")
_FIRST_YEAR, _LAST_YEAR = 1969, 2068  # the years that a date of two digits can mean
_DAY = "%y/%m/%d"
# Tab and line feed are text; other control characters are nothing a person typed.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Choices:
    """What can be chosen from: activity types by id, accounts by id, and the account of each contact."""

    types: Mapping[int, str]
    accounts: Mapping[int, str]
    contacts: Mapping[int, int | None]


@dataclass(frozen=True)
class Form:
    """What stands in the fields, as text, and what is wrong with it. `errors['']` is about the whole."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


def new_values(is_task: bool, day: date, at: time, types: Mapping[int, str]) -> dict[str, str]:
    """The fields of a new item: an hour of the given day."""
    start = datetime.combine(day, at)
    end = start + timedelta(hours=0 if is_task else 1)
    return {
        **dict.fromkeys(FIELDS, ""),
        "typeId": str(next(iter(types), "")),
        "startDate": start.date().isoformat(),
        "startHour": f"{start:%H:%M}",
        "endDate": end.date().isoformat(),
        "endHour": f"{end:%H:%M}",
    }


def values_of(row: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a record. An all-day item gets hours too, for when the tick is taken away."""
    entry = entry_of(row)
    start, end = entry.start, entry.end
    if entry.all_day:
        start, end = start.replace(hour=9), datetime.combine(entry.last_day, time(10))
    return {
        "subject": row["subject"],
        "typeId": _id(row["typeId"]),
        "startDate": start.date().isoformat(),
        "startHour": f"{start:%H:%M}",
        "endDate": end.date().isoformat(),
        "endHour": f"{end:%H:%M}",
        "allDay": "on" if entry.all_day else "",
        "contactId": _id(row["contactId"]),
        "accountId": _id(row["accountId"]),
        "comment": entry.note.text,
        "completed": "on" if entry.is_done else "",
    }


def typed(given: Mapping[str, str]) -> dict[str, str]:
    """The fields as they came from a browser."""
    values = {name: _CONTROLS.sub("", given.get(name, "").replace("\r\n", "\n")) for name in FIELDS}
    return {name: value.rstrip() if name == "comment" else value.strip() for name, value in values.items()}


def body_of(
    values: Mapping[str, str], is_task: bool, choices: Choices, before: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """What to store, and what is wrong by field; only where nothing is wrong may the first be used.

    With `before`, the record that is edited, only what differs from it: a change made meanwhile to
    another field is left alone, and the lock is never spoken of.
    """
    reading = _Reading(values)
    shown = values_of(before) if before else {}
    body: dict[str, Any] = {"subject": reading.subject(), "task": is_task}
    if is_task:
        body["completed"] = bool(values["completed"])
    body["typeId"] = reading.choice("typeId", choices.types, "Choose a type from the list.", required=True)
    body["comment"] = reading.comment(before["comment"] if before else None)
    if not _untouched(values, shown, _TASK_TIMES if is_task else _TIMES):
        body |= reading.times(is_task)  # else a record without an end would get one by being looked at
    if not _untouched(values, shown, _LINKS):
        body |= reading.links(choices)
    if before is None:
        return body, reading.errors
    return {name: value for name, value in body.items() if not _is_same(before, name, value)}, reading.errors


class _Reading:
    """Reads typed fields one by one, keeping what is wrong."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.errors: dict[str, str] = {}

    def subject(self) -> str:
        subject = self._values["subject"]
        if not subject:
            self.errors["subject"] = "Give it a subject."
        elif len(subject) > SUBJECT_LIMIT:
            self.errors["subject"] = f"Shorten the subject to {SUBJECT_LIMIT} characters; it has {len(subject):,}."
        return subject

    def comment(self, before: str | None) -> str | None:
        text = self._values["comment"]
        # Untouched text stays as it is stored, to the last blank.
        whole = before if note_of(before).text.rstrip() == text else with_text(before, text)
        if whole and len(whole) > COMMENT_LIMIT:
            over = len(whole) - COMMENT_LIMIT
            self.errors["comment"] = f"Shorten the comment by {over:,} characters; {COMMENT_LIMIT:,} are possible."
        return whole or None

    def times(self, is_task: bool) -> dict[str, Any]:
        all_day = bool(self._values["allDay"])
        start_day = self._day("startDate", "Give the day, for example 2026-11-25.")
        end_day = start_day
        if not is_task and self._values["endDate"]:
            end_day = self._day("endDate", "Give the last day, for example 2026-11-25.")
        start, end = time(), time(23, 59)
        if not all_day:
            start = self._hour("startHour", "Give the time it starts, for example 09:30, or choose all day.")
            end = start if is_task else self._hour("endHour", "Give the time it ends, for example 10:30.")
        if not {"startDate", "endDate", "startHour", "endHour"} & self.errors.keys():
            self._in_order(datetime.combine(start_day, start), datetime.combine(end_day, end))
        return {
            "allDay": all_day,
            "startDate": start_day.strftime(_DAY),
            "startHour": f"{start:%H:%M}",
            "endDate": end_day.strftime(_DAY),
            "endHour": f"{end:%H:%M}",
        }

    def links(self, choices: Choices) -> dict[str, int | None]:
        contact = self.choice("contactId", choices.contacts, "Choose a contact from the list.")
        account = self.choice("accountId", choices.accounts, "Choose an account from the list.")
        works_at = None if contact is None else choices.contacts[contact]
        if account is None:
            account = works_at
        elif works_at is not None and works_at != account:
            name = choices.accounts.get(works_at, "another account")
            self.errors["contactId"] = f"This contact belongs to {name}. Choose that account, or another contact."
        return {"contactId": contact, "accountId": account}

    def choice(self, name: str, known: Mapping[int, Any], wrong: str, *, required: bool = False) -> int | None:
        text = self._values[name]
        if not text and not required:
            return None
        if not re.fullmatch(r"[0-9]{1,15}", text) or int(text) not in known:
            self.errors[name] = wrong
            return None
        return int(text)

    def _in_order(self, start: datetime, end: datetime) -> None:
        if end.date() < start.date():
            self.errors["endDate"] = "It ends before it starts. Give a later last day."
        elif end < start:
            self.errors["endHour"] = "It ends before it starts. Give a later time, or a later day."

    def _day(self, name: str, wrong: str) -> date:
        day = self._read(name, date.fromisoformat, date(2000, 1, 1), wrong)
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            self.errors[name] = f"Choose a year from {_FIRST_YEAR} to {_LAST_YEAR}."
            return date(2000, 1, 1)
        return day

    def _hour(self, name: str, wrong: str) -> time:
        return self._read(name, time.fromisoformat, time(), wrong).replace(second=0, microsecond=0, tzinfo=None)

    def _read(self, name: str, read: Callable[[str], _T], instead: _T, wrong: str) -> _T:
        try:
            return read(self._values[name])
        except ValueError:
            self.errors[name] = wrong
            return instead


def _untouched(values: Mapping[str, str], shown: Mapping[str, str], names: tuple[str, ...]) -> bool:
    return all(values[name] == shown.get(name) for name in names)


def _id(link: Mapping[str, Any] | None) -> str:
    return "" if link is None else str(link["id"])


def _is_same(before: Mapping[str, Any], name: str, value: Any) -> bool:
    stored = before[name]
    if isinstance(stored, Mapping):
        stored = stored["id"]
    return bool(stored == value or (not stored and not value))  # no value, no text and False are all "nothing"
