"""Microsoft 365 and Outlook.com: calendars, To Do lists and mail by Graph, at its double."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from fm_desktop.model.items import Answer, Kind
from fm_desktop.model.times import Span, Timed, When, instant_of, timed
from fm_desktop.port import CalendarService
from fm_desktop.providers.graph import GraphProvider
from tests.contract.stages.connecting import Connecting
from tests.contract.stages.stage import CALENDAR, ME, Look, Made, Offer, PutBack, Tasks, Tested
from tests.fakes.tokens import GivenTokens
from tests.real.graph.outlook import Outlook, person
from tests.servers.graph import GraphServer, bodies, calendars
from tests.servers.graph.events import Event, touch

ZONE = "Europe/Madrid"
_WRITES = ("POST", "PATCH", "DELETE")
_ALWAYS = 1_000_000
# What the rest of an item is without: the shared values, and what every change brings along.
_SHARED = frozenset(
    (
        "subject", "body", "bodyPreview", "start", "end", "isAllDay", "changeKey", "@odata.etag", "@odata.context",
        "lastModifiedDateTime", "originalStartTimeZone", "originalEndTimeZone", "reminderMinutesBeforeStart", "title",
    )
)  # fmt: skip
_ANSWERS = {Answer.ACCEPTED: "accepted", Answer.TENTATIVE: "tentativelyAccepted", Answer.DECLINED: "declined"}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Json = dict[str, Any]


class _Hand:
    """A person at Outlook, by requests of their own; the mails that this makes are the person's affair."""

    def __init__(self, server: GraphServer) -> None:
        self._server = server
        self._outlook = Outlook(server.url, server.new_token())
        (self._calendar,) = (each["id"] for each in self._outlook.all("me/calendars") if each["name"] == CALENDAR)

    def close(self) -> None:
        self._outlook.close()

    def add(self, made: Made, calendar: str = CALENDAR) -> str:
        with self._unseen():
            if made.organiser:
                return self._invited(made)
            body = {"subject": made.title, **_times(made.span), **_body(made.text)}
            body |= {"attendees": [{**person(each), "type": "required"} for each in made.guests]}
            body |= {"location": {"displayName": made.place}} if made.place else {}
            body |= {"recurrence": _recurrence(made)} if made.rule else {}
            body |= {"reminderMinutesBeforeStart": made.alarm, "isReminderOn": True} if made.alarm is not None else {}
            body |= {"categories": ["Blue category"]}
            return str(self._outlook.ask("POST", f"me/calendars/{_quoted(self._calendar)}/events", body)["iCalUId"])

    def _invited(self, made: Made) -> str:
        assert made.span is not None
        start, end = (_utc(each) for each in (made.span.start, made.span.end))
        event = self._server.invite(made.title, start, end, organizer=made.organiser, others=made.guests)
        with self._server.lock:
            box = self._server.box
            event.calendar = next(each.key for each in box.calendars.values() if each.name == CALENDAR)
            touch(box, event)
        return event.global_uid

    def titles(self) -> list[str]:
        return sorted(
            [*(each["subject"] for each in self._events()), *(each["title"] for each in self._outlook.tasks())]
        )

    def look(self, title: str) -> Look:
        for each in self._outlook.tasks():
            if each["title"] == title:
                return Look(title, None, each["body"]["content"], Kind.TASK, each["status"] == "completed", frozenset())
        event = self._event(title)
        people = (each["emailAddress"]["address"].lower() for each in event["attendees"])
        return Look(title, _span(event), self._text(event), Kind.EVENT, completed=False, people=frozenset(people))

    def _text(self, event: Json) -> str:
        """As the page shows it; with its marks where it is formatted."""
        page: str = event["body"]["content"]
        return page if "<b>" in page else bodies.text_of(page)

    def rest(self, title: str) -> Sequence[str]:
        event = self._event(title)
        return sorted(f"{key}: {each}" for key, each in event.items() if key not in _SHARED)

    def retitle(self, title: str, new: str) -> None:
        with self._unseen():
            for each in self._outlook.tasks():
                if each["title"] == title:
                    self._outlook.ask("PATCH", f"{self._outlook.task_list}/{_quoted(each['id'])}", {"title": new})
                    return
            self._change(self._event(title), subject=new)

    def reschedule(self, title: str, span: Span) -> None:
        with self._unseen():
            self._change(self._event(title), **_times(span))

    def remove(self, title: str) -> None:
        with self._unseen():
            for each in self._outlook.tasks():
                if each["title"] == title:
                    self._outlook.ask("DELETE", f"{self._outlook.task_list}/{_quoted(each['id'])}")
                    return
            self._outlook.ask("DELETE", f"me/events/{_quoted(self._event(title)['id'])}")

    def answer(self, title: str, answer: Answer) -> None:
        """The organiser hears of it; a declined meeting is kept in the calendar, as Outlook offers."""
        with self._server.lock:
            event = self.stored(title)
            event.response = _ANSWERS[answer]
            for each in event.attendees:
                if each["emailAddress"]["address"].lower() == ME:
                    each["status"]["response"] = _ANSWERS[answer]
            touch(self._server.box, event)

    def move_occurrence(self, title: str, original: When, span: Span, new: str) -> None:
        self._change(self._date(title, original), subject=new, **_times(span))

    def remove_occurrence(self, title: str, original: When) -> None:
        self._outlook.ask("DELETE", f"me/events/{_quoted(self._date(title, original)['id'])}")

    def remove_calendar(self) -> None:
        self._outlook.ask("DELETE", f"me/calendars/{_quoted(self._calendar)}")

    def stored(self, title: str) -> Event:
        return next(each for each in self._server.box.events.values() if each.details.get("subject") == title)

    def _events(self) -> list[Json]:
        return self._outlook.all(f"me/calendars/{_quoted(self._calendar)}/events", **{"$top": "100"})

    def _event(self, title: str) -> Json:
        hits = [each for each in self._events() if each["subject"] == title]
        assert len(hits) == 1, f"{len(hits)} events are called {title!r}: {self.titles()}"
        return hits[0]

    def _date(self, title: str, original: When) -> Json:
        moment = instant_of(original)
        begin, end = moment - timedelta(days=1), moment + timedelta(days=1)
        master = _quoted(self._event(title)["id"])
        params = {"startDateTime": begin.isoformat(), "endDateTime": end.isoformat()}
        (found,) = self._outlook.all(f"me/events/{master}/instances", **params)
        return found

    def _change(self, event: Json, **fields: Any) -> None:
        self._outlook.ask("PATCH", f"me/events/{_quoted(event['id'])}", fields)

    @contextmanager
    def _unseen(self) -> Iterator[None]:
        before = len(self._server.sent)
        yield
        del self._server.sent[before:]


def _quoted(identity: str) -> str:
    return quote(identity, safe="")


def _utc(when: When) -> str:
    return instant_of(when).replace(tzinfo=None).isoformat()


def _times(span: Span | None) -> Json:
    assert span is not None
    if not isinstance(span.start, Timed) or not isinstance(span.end, Timed):
        ends = (("start", span.start), ("end", span.end))
        return {
            **{name: {"dateTime": f"{each.isoformat()}T00:00:00", "timeZone": ZONE} for name, each in ends},
            "isAllDay": True,
        }
    ends_timed = (("start", span.start), ("end", span.end))
    return {
        **{name: {"dateTime": each.local.isoformat(), "timeZone": each.zone} for name, each in ends_timed},
        "isAllDay": False,
    }


def _body(words: str) -> Json:
    kind = "html" if words.startswith("<") else "text"
    return {"body": {"contentType": kind, "content": words}} if words else {}


def _recurrence(made: Made) -> Json:
    """The rules that the suite uses: daily or weekly, so many times."""
    parts = dict(each.split("=") for each in made.rule.split(";"))
    assert made.span is not None
    assert isinstance(made.span.start, Timed)
    first = made.span.start.local.date()
    pattern: Json = {"type": parts["FREQ"].lower(), "interval": 1}
    if parts["FREQ"] == "WEEKLY":
        pattern |= {"daysOfWeek": [_DAYS[first.weekday()]], "firstDayOfWeek": "monday"}
    return {
        "pattern": pattern,
        "range": {
            "type": "numbered",
            "startDate": first.isoformat(),
            "numberOfOccurrences": int(parts["COUNT"]),
            "recurrenceTimeZone": made.span.start.zone,
        },
    }


def _span(event: Json) -> Span:
    start, end = (datetime.fromisoformat(event[name]["dateTime"][:19]) for name in ("start", "end"))
    if event["isAllDay"]:
        return Span(start.date(), end.date())
    assert event["start"]["timeZone"] == "UTC"
    return Span(timed(start.replace(tzinfo=UTC)), timed(end.replace(tzinfo=UTC)))


class _Faults:
    def __init__(self, stage: GraphStage) -> None:
        self._stage = stage
        self._server = stage.server

    def lose_next_answer(self) -> None:
        for each in _WRITES:
            self._server.faults.lose_answers(method=each)

    def throttle(self, seconds: int) -> None:
        self._server.faults.refuse(429, times=_ALWAYS, retry_after=seconds)

    def refuse_sign_in(self) -> None:
        self._stage.token = "withdrawn"

    def forget_cursors(self) -> None:
        self._server.expire_deltas()

    def spoil(self, uid: str) -> None:
        """It ends before it starts."""
        with self._server.lock:
            box = self._server.box
            event = next(each for each in box.events.values() if each.global_uid == uid)
            event.start, event.end = event.end, event.start
            touch(box, event)

    def fail(self) -> None:
        self._server.faults.refuse(500, times=_ALWAYS)

    def clear(self) -> None:
        self._stage.token = self._server.token
        self._server.faults.clear()


class GraphStage(Connecting[CalendarService]):
    name = "graph"
    title = "Microsoft 365 and Outlook.com"
    tested = Tested.DOUBLE
    offer = Offer(
        tasks=Tasks.STORED,
        task_hours=False,
        refuses_doubles=False,
        mails_participants=True,
        invitations=PutBack.ALONE,
        takes_floating=False,
        notes=(
            "Tasks are those of Microsoft To Do, which knows days and no hours.",
            "A deleted meeting is put back without its participants, so that nobody is invited a second time.",
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        self.server = GraphServer(ME, "Emma")
        calendars.add(self.server.box, CALENDAR)
        calendars.add(self.server.box, "Holidays", can_edit=False)
        self.token = self.server.token
        self.hand = _Hand(self.server)
        self.faults = _Faults(self)

    def connected(self) -> CalendarService:
        tokens = GivenTokens(lambda: self.token)
        return GraphProvider(tokens, user_zone=ZONE, own_addresses=[ME], base=self.server.url, sleep=lambda _: None)

    def writes(self) -> int:
        """Of our client alone: the person's hands have another token."""
        ours = f"Bearer {self.server.token}"
        seen = self.server.requests
        return sum(each.method in _WRITES and ours in each.headers.values() for each in seen)

    def mails(self) -> list[str]:
        return [address for each in self.server.sent for address in each.to] + self.server.forbidden

    def close(self) -> None:
        super().close()
        self.hand.close()
        self.server.stop()
