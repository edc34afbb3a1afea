"""Google's calendars by CalDAV together with its tasks by the Tasks API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fm_desktop.model.items import Answer, Kind
from fm_desktop.model.times import Span, When, day_span
from fm_desktop.port import CalendarService
from fm_desktop.providers.google import google_calendars
from tests.contract.stages.dav import ZONE, DavFaults, DavHand
from tests.contract.stages.google import GoogleStage
from tests.contract.stages.stage import CALENDAR, ME, Look, Made, Offer, PutBack, Tasks, Tested
from tests.fakes.tokens import GivenTokens
from tests.servers.account import DavAccount
from tests.servers.google_tasks import GoogleTasks
from tests.servers.personalities.google import limit_reached

_SHARED = frozenset(("title", "notes", "due", "updated", "etag"))


class _Hand:
    """A person in Google Calendar and in Google Tasks."""

    def __init__(self, calendar: DavHand, tasks: GoogleTasks) -> None:
        self._calendar, self._tasks = calendar, tasks

    def add(self, made: Made, calendar: str = CALENDAR) -> str:
        if made.kind is Kind.EVENT:
            return self._calendar.add(made, calendar)
        return self._tasks.add(made.title, status="completed" if made.completed else "needsAction")

    def titles(self) -> list[str]:
        tasks = [each["title"] for each in self._tasks.tasks.values() if not each.get("deleted")]
        return sorted([*self._calendar.titles(), *tasks])

    def look(self, title: str) -> Look:
        found = self._task(title)
        if found is None:
            return self._calendar.look(title)
        task = self._tasks.tasks[found]
        span = day_span(date.fromisoformat(task["due"][:10])) if "due" in task else None
        return Look(title, span, task.get("notes", ""), Kind.TASK, task["status"] == "completed", frozenset())

    def rest(self, title: str) -> Sequence[str]:
        found = self._task(title)
        if found is None:
            return self._calendar.rest(title)
        return sorted(f"{key}: {each}" for key, each in self._tasks.tasks[found].items() if key not in _SHARED)

    def retitle(self, title: str, new: str) -> None:
        found = self._task(title)
        self._calendar.retitle(title, new) if found is None else self._tasks.change(found, title=new)

    def remove(self, title: str) -> None:
        found = self._task(title)
        self._calendar.remove(title) if found is None else self._tasks.change(found, deleted=True)

    def reschedule(self, title: str, span: Span) -> None:
        self._calendar.reschedule(title, span)

    def answer(self, title: str, answer: Answer) -> None:
        self._calendar.answer(title, answer)

    def move_occurrence(self, title: str, original: When, span: Span, new: str) -> None:
        self._calendar.move_occurrence(title, original, span, new)

    def remove_occurrence(self, title: str, original: When) -> None:
        self._calendar.remove_occurrence(title, original)

    def remove_calendar(self) -> None:
        self._calendar.remove_calendar()

    def _task(self, title: str) -> str | None:
        there = self._tasks.tasks.items()
        return next((key for key, each in there if each["title"] == title and not each.get("deleted")), None)


class _Faults:
    """The calendars' faults, and those that are the whole account's at the tasks as well."""

    def __init__(self, calendars: DavFaults, tasks: GoogleTasks) -> None:
        self._calendars, self._tasks = calendars, tasks.front
        self.lose_next_answer = self._calendars.lose_next_answer
        self.forget_cursors = self._calendars.forget_cursors
        self.spoil = self._calendars.spoil
        self.refuse_sign_in = self._calendars.refuse_sign_in
        self.fail = self._calendars.fail

    def throttle(self, seconds: int) -> None:
        self._calendars.throttle(seconds)
        self._tasks.on().then(limit_reached("rateLimitExceeded"))

    def clear(self) -> None:
        self._calendars.clear()
        self._tasks.clear()


class GoogleTasksStage(GoogleStage):
    name = "google-tasks"
    title = "Google Calendar and Google Tasks"
    tested = Tested.PERSONALITY_AND_DOUBLE
    offer = Offer(
        tasks=Tasks.STORED,
        task_hours=False,
        mails_participants=True,
        invitations=PutBack.REFUSED,
        notes=(
            "A task that comes from ForceManager carries a last line in its notes that says so; it is how it is known again.",
            "Google's tasks know days and no hours, and repeating ones are told to no other program as such.",
            "An invitation of somebody else that was deleted cannot be put back: ask the organiser for it.",
        ),
    )

    def __init__(self, account: DavAccount) -> None:
        self.tasks = GoogleTasks()
        super().__init__(account)
        self.hand = _Hand(self.hand, self.tasks)

    def make_faults(self) -> _Faults:
        return _Faults(super().make_faults(), self.tasks)

    def connected(self) -> CalendarService:
        return google_calendars(
            f"{self.at.url}caldav/v2/{ME}/user",
            ME,
            GivenTokens(lambda: "a good token"),
            user_zone=ZONE,
            own_addresses=[ME],
            tasks_url=self.tasks.url,
        )

    def writes(self) -> int:
        return super().writes() + sum(self.tasks.front.count(each) for each in ("POST", "PATCH", "DELETE"))

    def close(self) -> None:
        self.tasks.stop()
        super().close()
