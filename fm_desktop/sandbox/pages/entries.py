"""An agenda item as the page shows it, made from its record. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from fm_desktop.sandbox.pages.notes import Note, note_of

_DAY = "%y/%m/%d"
_JUST_NOW = timedelta(seconds=60)
_ANSWERS = {
    "not answered yet": "Not answered yet",
    "accepted": "Accepted",
    "declined": "Declined",
    "maybe": "Maybe",
    "delegated": "Delegated",
}


@dataclass(frozen=True, slots=True)
class Linked:
    """A record that another one points to."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An event or a task. Times are the CRM's wall clock, `end` being the first moment after it.

    An all-day item goes from midnight to midnight. `seen` names the state of the record, for the
    form to notice a change made meanwhile; `is_fresh` is a change of the last minute.
    """

    id: int
    subject: str
    is_task: bool
    is_done: bool
    all_day: bool
    start: datetime
    end: datetime
    is_locked: bool
    note: Note
    type: str
    contact: Linked | None
    account: Linked | None
    seen: str
    is_fresh: bool = False

    @property
    def kind(self) -> str:
        return "task" if self.is_task else "event"

    @property
    def last_day(self) -> date:
        """The last day it touches."""
        last = self.end - timedelta(minutes=1) if self.end > self.start else self.start
        return last.date()

    @property
    def answer(self) -> str:
        said = self.note.answer
        return _ANSWERS.get(said, said[:40])

    @property
    def lock_reason(self) -> str:
        """Why it cannot be changed here, '' where it can."""
        if not self.is_locked:
            return ""
        if self.note.repeats:
            return "It is one date of a recurring series. A series is changed in the calendar it comes from."
        if self.note.organiser or self.note.answer:
            return "It is somebody else's meeting, and you take part in it. Only its organiser can change it."
        return "It is kept up to date by another system, and can be changed only there."

    @property
    def hours(self) -> str:
        """The times of day, or 'All day'."""
        if self.all_day:
            return "All day"
        if self.end <= self.start:
            return f"{self.start:%H:%M}"
        if self.end.date() != self.start.date():
            return f"{self.start:%H:%M} – {self.end:%a %H:%M}"
        return f"{self.start:%H:%M} – {self.end:%H:%M}"

    @property
    def when(self) -> str:
        """Day and times in words."""
        first = day_text(self.start.date())
        if self.all_day:
            return first if self.last_day == self.start.date() else f"{first} – {day_text(self.last_day)}, all day"
        if self.end <= self.start or self.end.date() == self.start.date():
            return f"{first}, {self.hours}"
        return f"{first}, {self.start:%H:%M} – {day_text(self.end.date())}, {self.end:%H:%M}"


def entry_of(row: Mapping[str, Any], now: datetime | None = None) -> Entry:
    """The entry of a calendar record in its read shape; `now` is the server's time."""
    start, end = _times(row)
    stamp = row["dateUpdated"] or row["dateCreated"]
    entry = Entry(
        id=row["id"],
        subject=row["subject"].strip() or "(no subject)",
        is_task=bool(row["task"]),
        is_done=bool(row["completed"]),
        all_day=bool(row["allDay"]),
        start=start,
        end=end,
        is_locked=bool(row["readOnly"]),
        note=note_of(row["comment"]),
        type=(row["typeId"] or {}).get("value") or "",
        contact=linked(row["contactId"]),
        account=linked(row["accountId"]),
        seen=stamp,
    )
    if now is not None:
        return replace(entry, is_fresh=timedelta(0) <= now - moment_of(stamp) < _JUST_NOW)
    return entry


def linked(value: Mapping[str, Any] | None) -> Linked | None:
    return None if value is None else Linked(value["id"], value.get("value") or value.get("description") or "")


def moment_of(stamp: str) -> datetime:
    """The instant of an audit date."""
    return datetime.fromisoformat(stamp)


def day_of(text: str) -> date:
    """The day of a `YY/MM/DD`."""
    return datetime.strptime(text, _DAY).replace(tzinfo=UTC).date()


def day_text(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _times(row: Mapping[str, Any]) -> tuple[datetime, datetime]:
    first = day_of(row["startDate"])
    last = day_of(row["endDate"]) if row["endDate"] else first
    if row["allDay"]:
        return datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time())
    start = datetime.combine(first, time.fromisoformat(row["startHour"]))
    end = datetime.combine(last, time.fromisoformat(row["endHour"])) if row["endHour"] else start
    return start, end
