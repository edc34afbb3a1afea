"""Stages that are CalDAV servers: a proxy stands before each, the person's hands go round it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Self

import pytest
from icalendar import Calendar, Component

from fm_desktop.model.items import Answer
from fm_desktop.model.times import Span, When
from fm_desktop.port import CalendarService
from fm_desktop.providers.caldav.provider import CalDavProvider
from tests.contract.stages import dav_objects
from tests.contract.stages.connecting import Connecting
from tests.contract.stages.stage import CALENDAR, ME, Look, Made, Offer, Tasks, Tested
from tests.servers import personality as habits
from tests.servers.account import DavAccount
from tests.servers.personalities.service import Personality
from tests.servers.proxy import CUT, DavProxy, Exchange, Reply

ZONE = "Europe/Madrid"
READ_ONLY = "Holidays"
_WRITES = ("PUT", "DELETE", "POST", "PROPPATCH", "MKCALENDAR", "MOVE")


class DavHand:
    """Plain HTTP at the account, objects by the icalendar library. `shown` makes text of a stored description."""

    def __init__(self, account: DavAccount, calendars: dict[str, str], shown: Callable[[str], str] = str) -> None:
        self._account = account
        self._calendars = calendars
        self._shown = shown
        self._numbers = itertools.count(1)

    def add(self, made: Made, calendar: str = CALENDAR) -> str:
        uid = f"made-by-hand-{next(self._numbers)}@{self._account.user}"
        self._account.put(self._calendars[calendar], f"hand {uid}.ics", dav_objects.made_object(made, uid))
        return uid

    def titles(self) -> list[str]:
        return sorted(str(dav_objects.items_of(each)[0].get("SUMMARY", "")) for _, each in self._all())

    def look(self, title: str) -> Look:
        found = dav_objects.look_at(self._item(title))
        return Look(found.title, found.span, self._shown(found.text), found.kind, found.completed, found.people)

    def rest(self, title: str) -> Sequence[str]:
        return dav_objects.rest_of(self._item(title))

    def retitle(self, title: str, new: str) -> None:
        self._change(title, lambda calendar: dav_objects.retitle(dav_objects.items_of(calendar)[0], new))

    def reschedule(self, title: str, span: Span) -> None:
        self._change(title, lambda calendar: dav_objects.reschedule(dav_objects.items_of(calendar)[0], span))

    def remove(self, title: str) -> None:
        name, _ = self._named(title)
        self._account.delete(self._calendars[CALENDAR], name)

    def answer(self, title: str, answer: Answer) -> None:
        self._change(title, lambda calendar: dav_objects.answered(dav_objects.items_of(calendar)[0], answer))

    def move_occurrence(self, title: str, original: When, span: Span, new: str) -> None:
        self._change(title, lambda calendar: dav_objects.occurrence(calendar, original, span, new))

    def remove_occurrence(self, title: str, original: When) -> None:
        self._change(title, lambda calendar: dav_objects.without_occurrence(calendar, original))

    def remove_calendar(self) -> None:
        self._account.delete_calendar(self._calendars[CALENDAR])

    def _all(self) -> list[tuple[str, Calendar]]:
        found = self._account.all(self._calendars[CALENDAR])
        return [(name, Calendar.from_ical(data)) for name, data in found.items()]

    def _named(self, title: str) -> tuple[str, Calendar]:
        hits = [(n, each) for n, each in self._all() if str(dav_objects.items_of(each)[0].get("SUMMARY", "")) == title]
        assert len(hits) == 1, f"{len(hits)} items are called {title!r}"
        return hits[0]

    def _item(self, title: str) -> Component:
        return dav_objects.items_of(self._named(title)[1])[0]

    def _change(self, title: str, change: Callable[[Calendar], None]) -> None:
        name, calendar = self._named(title)
        change(calendar)
        self._account.put(self._calendars[CALENDAR], name, calendar.to_ical())


class DavFaults:
    """Faults as rules of the proxy that the provider talks to."""

    def __init__(self, proxy: DavProxy) -> None:
        self._proxy = proxy

    def lose_next_answer(self) -> None:
        for method in ("PUT", "DELETE"):
            self._proxy.on(method).then(self._lost)

    def _lost(self, exchange: Exchange) -> Reply:
        self._proxy.clear()
        self._proxy.without_rules(exchange)
        return CUT

    def throttle(self, seconds: int) -> None:
        self._proxy.on().then(habits.status(429, Retry_After=str(seconds)))

    def refuse_sign_in(self) -> None:
        self._proxy.on().then(habits.status(401))

    def forget_cursors(self) -> None:
        self._proxy.on("REPORT", body_contains=habits.SYNC).then(habits.precondition(403, "D:valid-sync-token"))

    def spoil(self, uid: str) -> None:
        start = f"UID:{uid}".encode()

        def spoiled(exchange: Exchange) -> Reply:
            reply = self._proxy.without_rules(exchange)
            # Its start is unreadable in the object that carries this UID, and in no other.
            objects = reply.body.split(b"BEGIN:VCALENDAR")
            body = b"BEGIN:VCALENDAR".join(
                each.replace(b"DTSTART", b"X-NO-START") if start in each else each for each in objects
            )
            return Reply(reply.status, reply.headers, body, reply.cut)

        for method in ("GET", "REPORT"):
            self._proxy.on(method).then(spoiled)

    def fail(self) -> None:
        self._proxy.on().then(habits.status(503))

    def clear(self) -> None:
        self._proxy.clear()


class DavStage(Connecting[CalendarService]):
    """A CalDAV server that keeps to the RFCs. `account` has no calendar `Work` yet."""

    name = "radicale"
    title = "CalDAV (Radicale)"
    tested = Tested.REAL
    offer = Offer(tasks=Tasks.STORED)

    def __init__(self, account: DavAccount) -> None:
        super().__init__()
        self.account = account
        self.calendars = {each: account.make_calendar(each.lower(), label=each) for each in (CALENDAR, READ_ONLY)}
        self.proxy = DavProxy(account.url)
        self.proxy.always(self._read_only)
        self.hand = DavHand(account, self.calendars)
        self.faults = DavFaults(self.proxy)

    @classmethod
    def begin(cls, request: pytest.FixtureRequest) -> Self:
        """With a new user of the server that `conftest` starts once for all."""
        return cls(request.getfixturevalue(f"{cls.name}_account"))

    def connected(self) -> CalendarService:
        return CalDavProvider(
            self.proxy.url, self.account.user, self.account.password, user_zone=ZONE, own_addresses=[ME]
        )

    def writes(self) -> int:
        return sum(self.proxy.count(each) for each in _WRITES)

    def mails(self) -> list[str]:
        return []

    def close(self) -> None:
        super().close()
        self.proxy.stop()

    def _read_only(self, exchange: Exchange) -> Reply:
        """A calendar that is shared with the user for reading (RFC 3744): these servers have none of their own."""
        if self.calendars[READ_ONLY] in exchange.path and exchange.method in _WRITES:
            return habits.precondition(403, "D:need-privileges")(exchange)
        if exchange.method == "PROPFIND":
            return habits.edited(habits.reading_only(self.calendars[READ_ONLY]))(exchange)
        return exchange.forward()


class PersonalityStage(Connecting[CalendarService]):
    """A personality: the person's hands go straight into its store, as that service's own pages would."""

    name: str
    title: str
    tested = Tested.PERSONALITY
    offer: Offer
    service: type[Personality]
    # What the service calls the calendar that is shared with the user for reading.
    shared = READ_ONLY.lower()

    def __init__(self, account: DavAccount) -> None:
        super().__init__()
        names = {CALENDAR: CALENDAR.lower(), READ_ONLY: self.shared}
        calendars = {label: account.make_calendar(name, label=label) for label, name in names.items()}
        self.at = self.service(account, ME)
        self.at.read_only.add(self.shared)
        self.hand = DavHand(account, calendars, self.shown)
        self.faults = self.make_faults()

    @classmethod
    def begin(cls, request: pytest.FixtureRequest) -> Self:
        return cls(request.getfixturevalue("radicale_account"))

    @property
    def proxy(self) -> DavProxy:
        """Where items are asked for."""
        return self.at.front

    def make_faults(self) -> DavFaults:
        return DavFaults(self.proxy)

    def shown(self, description: str) -> str:
        return description

    def connected(self) -> CalendarService:
        account = self.at.account
        return CalDavProvider(
            self.at.url, account.user, account.password, user_zone=ZONE, quirks=self.name, own_addresses=[ME]
        )

    def writes(self) -> int:
        return sum(self.proxy.count(each) for each in _WRITES)

    def mails(self) -> list[str]:
        return list(self.at.postman.sent)

    def close(self) -> None:
        super().close()
        self.at.stop()
