"""DURATION values (RFC 5545, 3.3.6): days and weeks are nominal, hours and below exact."""

from __future__ import annotations

import re
from datetime import timedelta

from fm_desktop.model.times import Timed, When, timed

_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.IGNORECASE,
)


class BadDuration(ValueError):
    """A text that is no duration, or one beyond any calendar."""


def parse_duration(text: str) -> timedelta:
    """Raises `BadDuration`. Negative ones are values too: what they mean is the caller's matter."""
    found = _DURATION.fullmatch(text.strip())
    parts = {name: value for name, value in found.groupdict().items() if value and name != "sign"} if found else {}
    if found is None or not parts:
        raise BadDuration(f"“{text[:40]}” is not a duration")
    try:
        length = timedelta(**{name: int(value) for name, value in parts.items()})
    except (OverflowError, ValueError):  # `int` takes no more than some thousand digits
        raise BadDuration(f"“{text[:40]}” is too long") from None
    return -length if found["sign"] == "-" else length


def format_duration(length: timedelta) -> str:
    """A duration that is not negative, in whole seconds: `P2D`, `PT1H30M`, `PT0S`."""
    days, rest = length.days, length.seconds
    hours, minutes, seconds = rest // 3600, rest // 60 % 60, rest % 60
    clock = "".join(f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if value)
    if not days and not clock:
        return "PT0S"
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


def after(start: When, length: timedelta) -> When:
    """`start` plus a duration. An all-day start takes whole days; a rest of a day counts as a day.

    Raises `OverflowError`.
    """
    if not isinstance(start, Timed):
        return start + timedelta(days=length.days + (1 if length.seconds else 0))
    shifted = Timed(start.local + timedelta(days=length.days), start.zone)
    if not length.seconds:
        return shifted
    return timed(shifted.instant + timedelta(seconds=length.seconds), start.zone)
