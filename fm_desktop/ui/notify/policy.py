"""Which notices become a notification, and when (R25). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from fm_desktop.sync.store import read_utc
from fm_desktop.ui.notify.note import Note
from fm_desktop.ui.texts import tr, trn
from fm_desktop.ui.told import heading, told

if TYPE_CHECKING:
    from fm_desktop.sync.chronicle import Notice
    from fm_desktop.ui.preferences import Preferences

# More at once become one.
AT_ONCE: Final = 3
# What was told by nobody for a day, because nothing ran that could, is no news any more.
STALE: Final = timedelta(days=1)
TITLES_IN_A_SUMMARY: Final = 3

NEW, PUT_BACK, FIRST_IMPORT = "new", "put-back", "first-import"


@dataclass(frozen=True, slots=True)
class Decision:
    """`notes` to show now; `settled` are the notices that need no showing any more. Others wait."""

    notes: tuple[Note, ...] = ()
    settled: tuple[int, ...] = ()


def decide(notices: Sequence[Notice], preferences: Preferences, now: datetime) -> Decision:
    """`notices` were not shown yet, the oldest first; `now` is aware. In quiet hours those wait that are wanted."""
    wanted = [each for each in notices if _is_wanted(each, preferences) and now - read_utc(each.at) < STALE]
    unwanted = tuple(each.id for each in notices if each not in wanted)
    if preferences.is_quiet(now.astimezone().time()):
        return Decision(settled=unwanted)
    return Decision(_notes(wanted), unwanted + tuple(each.id for each in wanted))


def _is_wanted(notice: Notice, preferences: Preferences) -> bool:
    return {
        NEW: preferences.tell_new_events,
        PUT_BACK: preferences.tell_put_back,
        FIRST_IMPORT: preferences.tell_first_import,
    }.get(notice.kind, False)


def _notes(wanted: Sequence[Notice]) -> tuple[Note, ...]:
    new = [replace(each, text=heading(each.text)) for each in wanted if each.kind == NEW]
    put_back = [replace(each, text=told(each.text)) for each in wanted if each.kind == PUT_BACK]
    first = [each for each in wanted if each.kind == FIRST_IMPORT]
    several = tr("Changes in ForceManager were put back")
    return (
        *(Note(tr("First sync done"), told(each.text), f"notice:{each.id}") for each in first),
        *_told(new, tr("New in ForceManager"), trn("{n} new event", "{n} new events", len(new)), NEW),
        *_told(put_back, tr("Put back"), several, PUT_BACK),
    )


def _told(notices: Sequence[Notice], title: str, title_of_several: str, topic: str) -> tuple[Note, ...]:
    if len(notices) <= AT_ONCE:
        return tuple(Note(title, each.text, f"notice:{each.id}", each.link) for each in notices)
    lines = [each.text for each in notices[:TITLES_IN_A_SUMMARY]]
    rest = len(notices) - len(lines)
    return (Note(title_of_several, "\n".join([*lines, trn("and {n} more", "and {n} more", rest)]), topic),)
