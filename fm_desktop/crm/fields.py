"""Reading the fields of a row, whatever way the API spells them. Pure; each open point of it in one place.

Marks and numbers in comments are those of the project's notes on the API: CONFLICT means that sources
disagree (both are read, the first is written), UNKNOWN that none tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from fm_desktop.untrusted import whole_text

_TWO_DIGIT_DATE = re.compile(r"(\d{2})/(\d{1,2})/(\d{1,2})$")
_FULL_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}:\d{2}).*)?$")
_HOUR = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?$")

# 2.2: dates of old rows that stand for none.
_FILLERS = frozenset({date(1900, 1, 1), date(1899, 12, 30), date(1, 1, 1)})

_PIVOT = 69
"""Two-digit years from here on are of the 1900s, as POSIX has it: 69-99 are 1969-1999, 00-68 are 2000-2068."""

FIRST_DAY = date(1900 + _PIVOT, 1, 1)
LAST_DAY = date(2000 + _PIVOT - 1, 12, 31)


class Unclear(ValueError):
    """A field that cannot be understood; the text says which and why, for a person."""


class Fields:
    """A row's fields by name. Names match in any case: the API has slips such as `Completed` (2.2)."""

    __slots__ = ("_by_name",)

    def __init__(self, row: Mapping[str, Any]) -> None:
        by_name: dict[str, Any] = {}
        for name, value in row.items():
            if by_name.get(name.lower()) is None:
                by_name[name.lower()] = value
        self._by_name = by_name

    def value(self, name: str) -> Any:
        return self._by_name.get(name.lower())

    def text(self, name: str) -> str:
        """'' for null and for what is no text. Without halves of surrogate pairs, which JSON may hold escaped and no
        file can."""
        value = self.value(name)
        return whole_text(value) if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        """Null is false; texts and numbers are read as well (legacy samples hold `"True"`, 0)."""
        value = self.value(name)
        if isinstance(value, str):
            return value.strip().lower() in {"true", "1"}
        return bool(value)

    def number(self, name: str) -> int | None:
        """CONFLICT in 2.2: `permissionLevel` is a number in samples and a string in tables."""
        return whole_number(self.value(name))

    def link(self, name: str) -> int | None:
        """The id of a linked record: `{id, value}`, `{id, description}` or a bare id; -1, 0 and null are none (2.2)."""
        value = self.value(name)
        if isinstance(value, Mapping):
            value = Fields(value).value("id")
        number = whole_number(value)
        return None if number is None or number <= 0 else number

    def links(self, name: str) -> tuple[int, ...]:
        """The ids of a list of linked records, or of a single one (`branches` of a user is either, 6.3)."""
        value = self.value(name)
        each = value if isinstance(value, list) else [value]
        found = (Fields({"id": one}).link("id") for one in each)
        return tuple(number for number in found if number is not None)

    def day(self, name: str) -> date | None:
        """A calendar date. Raises `Unclear`."""
        return self._day_and_hour(name)[0]

    def hour(self, name: str, date_name: str) -> time | None:
        """A time of day, from its own field or else from an ISO date-time in the date's field. Raises `Unclear`."""
        value = self.value(name)
        if value is None or value == "":
            return self._day_and_hour(date_name)[1]
        return _time(name, value)

    def moment(self, name: str) -> datetime | None:
        """An audit time stamp, UTC (2.2), None for null, fillers and what is no time stamp."""
        text = self.text(name).strip()
        try:
            found = datetime.fromisoformat(text) if text else None
        except ValueError:
            found = None
        if found is None or found.date() in _FILLERS:
            return None
        try:
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except OverflowError:  # in UTC it would be before the first year, or after the last
            return None

    def _day_and_hour(self, name: str) -> tuple[date | None, time | None]:
        """CONFLICT in 3.2: samples and writers use `YY/MM/DD`; ISO, with or without a time, is read as well."""
        value = self.value(name)
        if value is None or value == "":
            return None, None
        text = value.strip() if isinstance(value, str) else ""
        if found := _TWO_DIGIT_DATE.match(text):
            year = int(found[1])
            return _date(name, value, year + (1900 if year >= _PIVOT else 2000), found), None
        if not (found := _FULL_DATE.match(text)):
            raise Unclear(f"“{value}” in {name} is no date")
        day = _date(name, value, int(found[1]), found)
        if day in _FILLERS:
            return None, None
        return day, _time(name, found[4]) if found[4] else None


def whole_number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**18 else None
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value.strip(), re.ASCII):
        return int(value)
    return None


def _date(name: str, value: str, year: int, found: re.Match[str]) -> date:
    try:
        return date(year, int(found[2]), int(found[3]))
    except ValueError as error:
        raise Unclear(f"“{value}” in {name} is no date of the calendar") from error


def _time(name: str, value: Any) -> time:
    found = _HOUR.match(value.strip()) if isinstance(value, str) else None
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise Unclear(f"“{value}” in {name} is no time of day")
    return time(int(found[1]), int(found[2]))


def written_date(day: date) -> str:
    """`YY/MM/DD` (3.2). Raises `Unclear` for a year that two digits cannot tell."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Unclear(f"the year {day.year} cannot be stored, only {FIRST_DAY.year} to {LAST_DAY.year}")
    return f"{day.year % 100:02d}/{day.month:02d}/{day.day:02d}"


def written_hour(hour: time) -> str:
    return f"{hour.hour:02d}:{hour.minute:02d}"


def new_id(answer: Mapping[str, Any]) -> int | None:
    """The id in the answer to a create (2.6); the text beside it, `Message` or `message`, is not needed."""
    return Fields(answer).link("id")
