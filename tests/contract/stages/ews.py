"""Exchange on an own server: calendars and task folders by EWS, at its double."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lxml import etree
from tzlocal.windows_tz import win_tz

from fm_desktop.model.items import Answer, Kind
from fm_desktop.model.times import Span, Timed, When, instant_of, timed
from fm_desktop.port import CalendarService
from fm_desktop.providers.exchange import Account, ExchangeProvider
from tests.contract.stages.connecting import Connecting
from tests.contract.stages.stage import CALENDAR, ME, Look, Made, Offer, PutBack, Tasks, Tested
from tests.real.exchange.outlook import (
    EVERYBODY,
    NOBODY,
    Outlook,
    bare,
    between,
    body,
    days,
    distinguished,
    event,
    guests,
    people_of,
    recurring,
)
from tests.servers.ews import EwsServer, Item
from tests.servers.ews.view import plain
from tests.servers.ews.xml import Element, copy, find, local, t, text, truth

ZONE = "Europe/Madrid"
_WRITES = frozenset(("CreateItem", "UpdateItem", "DeleteItem", "MoveItem", "CreateFolder", "DeleteFolder"))
_ALWAYS = 1_000_000
# What the rest of an item is without: the shared values, and what every change brings along.
_SHARED = frozenset(
    (
        "ItemId", "Subject", "Body", "Start", "End", "IsAllDayEvent", "Duration", "StartTimeZone", "EndTimeZone",
        "StartTimeZoneId", "EndTimeZoneId", "StartWallClock", "EndWallClock", "LastModifiedTime",
        "AppointmentSequenceNumber",
    )
)  # fmt: skip
_ANSWERS = {Answer.ACCEPTED: "Accept", Answer.TENTATIVE: "Tentative", Answer.DECLINED: "Decline"}


class _Hand:
    """A person at Outlook, by requests of their own; the mails that this makes are the person's affair."""

    def __init__(self, server: EwsServer) -> None:
        self._server = server
        self._outlook = Outlook(server)
        self._tasks = distinguished("tasks")
        with self._unseen():
            self._calendar = self._outlook.calendar(CALENDAR)

    def close(self) -> None:
        self._outlook.close()

    def add(self, made: Made, calendar: str = CALENDAR) -> str:
        if made.organiser:
            return self._invited(made)
        assert made.span is not None
        parts = [t("Categories", t("String", "Blue category"))]
        parts += [body(made.text)] if made.text else []
        parts += [t("Location", made.place)] if made.place else []
        parts += [guests(*made.guests)] if made.guests else []
        parts += [t("ReminderMinutesBeforeStart", str(made.alarm))] if made.alarm is not None else []
        parts += [_recurrence(made)] if made.rule else []
        with self._unseen():
            self._outlook.add(event(made.title, *parts, times=_times(made.span)), self._folder(), EVERYBODY)
        return self.stored(made.title).uid

    def _invited(self, made: Made) -> str:
        assert made.span is not None
        start, end = (instant_of(each) for each in (made.span.start, made.span.end))
        home = self._server.box.folder(self._calendar.get("Id", ""))
        item = self._server.invite(made.title, start, end, (made.organiser, made.organiser), made.guests, folder=home)
        return item.uid

    def titles(self) -> list[str]:
        return sorted(text(each, "t:Subject") for each in self._all())

    def look(self, title: str) -> Look:
        item = self._item(title)
        if local(item) == "Task":
            words = self._text(item)
            return Look(title, None, words, Kind.TASK, truth(text(item, "t:IsComplete")), frozenset())
        return Look(title, _span(item), self._text(item), Kind.EVENT, completed=False, people=people_of(item))

    def _text(self, item: Element) -> str:
        """As the page shows it; with its marks where it is formatted."""
        page, found = text(item, "t:Body"), find(item, "t:Body")
        formatted = found is not None and found.get("BodyType") == "HTML" and "<b>" not in page
        return plain(page) if formatted else page

    def rest(self, title: str) -> Sequence[str]:
        return sorted(etree.tostring(each).decode() for each in self._item(title) if local(each) not in _SHARED)

    def retitle(self, title: str, new: str) -> None:
        with self._unseen():
            self._outlook.change(self._item(title), t("Subject", new), mails=EVERYBODY)

    def reschedule(self, title: str, span: Span) -> None:
        with self._unseen():
            self._outlook.change(self._item(title), *_times(span), mails=EVERYBODY)

    def remove(self, title: str) -> None:
        with self._unseen():
            self._outlook.remove(self._item(title), EVERYBODY)

    def answer(self, title: str, answer: Answer) -> None:
        """The organiser hears of it; a declined meeting is kept in the calendar, as Outlook offers."""
        with self._server.box.changed:
            item = self.stored(title)
            item.my_response = item.responses[ME] = _ANSWERS[answer]
            self._server.box.touch(item)

    def move_occurrence(self, title: str, original: When, span: Span, new: str) -> None:
        with self._unseen():
            found = self._outlook.date_of(title, instant_of(original), self._folder())
            self._outlook.change(found, t("Subject", new), *_times(span))

    def remove_occurrence(self, title: str, original: When) -> None:
        with self._unseen():
            self._outlook.remove(self._outlook.date_of(title, instant_of(original), self._folder()), NOBODY)

    def remove_calendar(self) -> None:
        with self._unseen():
            self._outlook.remove_folder(self._folder())

    def stored(self, title: str) -> Item:
        (found,) = (
            each for each in self._server.box.items.values()
            if text(each.properties.get("Subject")) == title and each.folder.id == self._calendar.get("Id")
        )  # fmt: skip
        return found

    def _folder(self) -> Element:
        """A new element each time: one that is put into a request is moved there."""
        return bare(self._calendar)

    def _all(self) -> list[Element]:
        with self._unseen():
            return [each for home in (self._calendar, self._tasks) for each in self._outlook.items(home)]

    def _item(self, title: str) -> Element:
        hits = [each for each in self._all() if text(each, "t:Subject") == title]
        assert len(hits) == 1, f"{len(hits)} items are called {title!r}: {self.titles()}"
        return copy(hits[0])

    @contextmanager
    def _unseen(self) -> Iterator[None]:
        mails, requests = len(self._server.sent), len(self._server.requests)
        yield
        del self._server.sent[mails:], self._server.requests[requests:]


def _times(span: Span) -> list[Element]:
    if isinstance(span.start, Timed):
        return between(span.start_instant(), instant_of(span.end), span.start.zone)
    assert not isinstance(span.end, Timed)
    return days(span.start, span.end)


def _recurrence(made: Made) -> Element:
    """The rules that the suite uses: daily or weekly, so many times."""
    parts = dict(each.split("=") for each in made.rule.split(";"))
    assert made.span is not None
    assert isinstance(made.span.start, Timed)
    return recurring(parts["FREQ"], made.span.start.local.date(), int(parts["COUNT"]))


def _span(item: Element) -> Span:
    start, end = (datetime.fromisoformat(text(item, f"t:{name}")).astimezone(UTC) for name in ("Start", "End"))
    if not truth(text(item, "t:IsAllDayEvent")):
        return Span(timed(start), timed(end))
    zone = find(item, "t:StartTimeZone")
    assert zone is not None
    where = ZoneInfo(win_tz[zone.get("Id", "")])
    return Span(start.astimezone(where).date(), end.astimezone(where).date())


class _Faults:
    def __init__(self, server: EwsServer) -> None:
        self._server = server
        self._password = server.password

    def lose_next_answer(self) -> None:
        for each in ("CreateItem", "UpdateItem", "DeleteItem"):
            self._server.faults.lose_answer(each)

    def throttle(self, seconds: int) -> None:
        self._server.faults.busy(_ALWAYS, seconds * 1000)

    def refuse_sign_in(self) -> None:
        self._server.change_password("another one")

    def forget_cursors(self) -> None:
        self._server.expire_sync_states()

    def spoil(self, uid: str) -> None:
        """It ends before it starts."""
        with self._server.box.changed:
            item = next(each for each in self._server.box.items.values() if each.uid == uid)
            later = instant_of(timed(datetime.fromisoformat(text(item.properties["Start"])))) - timedelta(hours=1)
            item.properties["End"] = t("End", later.strftime("%Y-%m-%dT%H:%M:%SZ"))
            self._server.box.touch(item)

    def fail(self) -> None:
        self._server.faults.refuse(500, times=_ALWAYS)

    def clear(self) -> None:
        self._server.change_password(self._password)
        self._server.faults.clear()


class EwsStage(Connecting[CalendarService]):
    name = "ews"
    title = "Exchange on an own server"
    tested = Tested.DOUBLE
    offer = Offer(
        tasks=Tasks.STORED,
        task_hours=False,
        mails_participants=True,
        invitations=PutBack.ALONE,
        takes_floating=False,
        notes=(
            "Exchange 2013 and later. Tasks are those of Outlook, which know days and no hours.",
            "A deleted meeting is put back without its participants, so that nobody is invited a second time.",
            "Exchange itself stores an identity twice if it is told to: it is asked before anything is created.",
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        self.server = EwsServer(address=ME, name="Emma")
        self.server.start()
        self.server.box.add_folder(self.server.folder("msgfolderroot"), "Holidays", "IPF.Appointment").writable = False
        self.hand = _Hand(self.server)
        self.faults = _Faults(self.server)

    def connected(self) -> CalendarService:
        account = Account(self.server.user, self.server.password)
        return ExchangeProvider(account, ME, user_zone=ZONE, url=self.server.url, sleep=lambda _: None)

    def writes(self) -> int:
        """Of our client alone: the person's requests are taken off the list."""
        return sum(each in _WRITES for each in self.server.requests)

    def mails(self) -> list[str]:
        return [address for each in self.server.sent for address in each.to]

    def close(self) -> None:
        super().close()
        self.hand.close()
        self.server.close()
