"""Rules that concern more than one field of a record."""

from __future__ import annotations

from typing import Any

from fm_desktop.sandbox.errors import invalid
from fm_desktop.sandbox.resources import CALENDAR, EMAILS, Resource


def check(resource: Resource, row: dict[str, Any]) -> None:
    """Raises `ApiError` 400 if the stored form `row` contradicts itself."""
    if resource is CALENDAR:
        _check_times(row)
    if resource is EMAILS and row.get("type") not in (0, 1):
        raise invalid("type: 0 is outgoing and 1 is incoming, there is no other")


def _check_times(row: dict[str, Any]) -> None:
    """An all-day item has dates only, its end being its last day; any other needs hours with its dates."""
    start, end = row.get("startDate"), row.get("endDate")
    if row.get("allDay"):
        if end is not None and end < start:
            raise invalid("endDate is before startDate")
        return
    if row.get("startHour") is None:
        raise invalid("startHour: required unless allDay is true")
    if (end is None) != (row.get("endHour") is None):
        raise invalid("endDate and endHour: both or none, unless allDay is true")
    if end is not None and (end, row["endHour"]) < (start, row["startHour"]):
        raise invalid("endDate and endHour are before startDate and startHour")
