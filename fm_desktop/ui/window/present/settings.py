"""The choices of the settings page, and what a filled-in form changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Final

from fm_desktop.settings import Settings
from fm_desktop.sync.policy import Conflicts, Direction, PrivateEvents
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.texts import LANGUAGES, tr, trn

_INTERVALS: Final = (60, 120, 300, 900, 1800, 3600)
QUIET_FROM, QUIET_UNTIL = time(20), time(8)


@dataclass(frozen=True, slots=True)
class Option:
    value: object
    text: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What the page shows, and gives back filled in. Times are None where there are no quiet hours."""

    type: Direction
    conflicts: Conflicts
    private_events: PrivateEvents
    ask_before_notifying: bool
    follow_edited_occurrences: bool
    calendar_history_days: int
    email_history_days: int
    interval_seconds: int
    never_log: tuple[str, ...]
    log_internal: bool
    note_new_events: bool
    tell_new_events: bool
    tell_put_back: bool
    tell_first_import: bool
    quiet_from: time | None
    quiet_until: time | None
    language: str


_OF_SYNC: Final = (
    "type",
    "conflicts",
    "private_events",
    "ask_before_notifying",
    "follow_edited_occurrences",
    "calendar_history_days",
    "email_history_days",
    "interval_seconds",
)
_OF_EMAIL: Final = ("never_log", "log_internal", "note_new_events")
_OF_DESKTOP: Final = (
    "tell_new_events",
    "tell_put_back",
    "tell_first_import",
    "quiet_from",
    "quiet_until",
    "language",
)


def form(settings: Settings, preferences: Preferences) -> Form:
    return Form(
        **{name: getattr(settings.sync, name) for name in _OF_SYNC},
        **{name: getattr(settings.email, name) for name in _OF_EMAIL},
        **{name: getattr(preferences, name) for name in _OF_DESKTOP},
    )


def sync_changes(before: Form, after: Form) -> Mapping[str, Mapping[str, object]]:
    """By table and key, for `Profile.change_settings`; empty if syncing goes on as it does."""
    tables = {"sync": _OF_SYNC, "email": _OF_EMAIL}
    changed = {
        table: {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
        for table, names in tables.items()
    }
    return {table: values for table, values in changed.items() if values}


def addresses(text: str) -> tuple[str, ...]:
    """What somebody typed as a list: separated by commas, semicolons or blanks."""
    return tuple(dict.fromkeys(re.split(r"[\s,;]+", text.strip()))) if text.strip() else ()


def preferences_of(after: Form, before: Preferences) -> Preferences:
    return before.model_copy(update={name: getattr(after, name) for name in _OF_DESKTOP})


def directions() -> tuple[Option, ...]:
    return (
        Option(
            Direction.BOTH,
            tr("&Both ways"),
            tr("Visits planned in ForceManager appear in your calendar, your meetings appear in ForceManager."),
        ),
        Option(
            Direction.TO_CRM,
            tr("Only from the calendar to &ForceManager"),
            tr("Your calendar is never written to. Edits made in ForceManager are put back."),
        ),
        Option(
            Direction.TO_PROVIDER,
            tr("Only from ForceManager to the &calendar"),
            tr("ForceManager is never written to. Edits of copies made in the calendar are put back."),
        ),
    )


def conflicts() -> tuple[Option, ...]:
    return (
        Option(Conflicts.DEFAULT, tr("By field: time and title from the calendar, notes from ForceManager")),
        Option(Conflicts.CALENDAR, tr("The calendar wins")),
        Option(Conflicts.CRM, tr("ForceManager wins")),
    )


def private_events() -> tuple[Option, ...]:
    return (
        Option(PrivateEvents.BUSY, tr("As busy time, without title and details")),
        Option(PrivateEvents.FULL, tr("With everything")),
        Option(PrivateEvents.SKIP, tr("Not at all")),
    )


def intervals(current: int) -> tuple[Option, ...]:
    """The usual ones, and the one that is set."""
    seconds = sorted({*_INTERVALS, current})
    return tuple(Option(each, _interval(each)) for each in seconds)


def _interval(seconds: int) -> str:
    if seconds % 3600 == 0:
        return trn("every hour", "every {n} hours", seconds // 3600)
    if seconds % 60 == 0:
        return trn("every minute", "every {n} minutes", seconds // 60)
    return trn("every second", "every {n} seconds", seconds)


def languages() -> tuple[Option, ...]:
    return (Option("", tr("As the system")), *(Option(code, name) for code, name in LANGUAGES.items()))
