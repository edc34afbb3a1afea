"""What the contract suite needs of a server: a provider connected to it, a person's hands at it, its faults, its mail.

A stage also declares what its provider offers. The suite asserts each declaration, and the table in
`docs/providers.md` is made of them: nothing is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from fm_desktop.mailport import MailSource, Role
from fm_desktop.model.items import Answer, Kind
from fm_desktop.model.times import Span, When
from fm_desktop.port import CalendarService

ME = "emma@example.com"
CALENDAR = "Work"


class Tested(StrEnum):
    """What stands behind a stage."""

    REAL = "the real server"
    PERSONALITY = "a real CalDAV server behind a proxy that shows every documented deviation"
    PERSONALITY_AND_DOUBLE = (
        "a real CalDAV server behind a proxy that shows every documented deviation, and a double of the tasks' API"
    )
    DOUBLE = "a double, written from the published schema and documentation"


class Tasks(StrEnum):
    """Where a provider keeps tasks."""

    STORED = "stored"
    EVENTS = "stand-in events"


class PutBack(StrEnum):
    """How a deleted invitation of somebody else is put back."""

    COMPLETE = "as it was"
    ALONE = "without its participants"
    REFUSED = "not"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a provider offers beyond what every one must do. Each is asserted by the suite.

    `tasks`               where tasks are kept; `task_hours` whether the hour they are due at is kept; `undated_tasks`
                          whether a task may be without a date.
    `refuses_doubles`     a second create of one identity is refused; else both are found by it.
    `mails_participants`  the service itself writes to participants when a meeting is changed or deleted.
    `zoned_series`        a series with a time zone can be edited; else that is refused in words.
    `invitations`         how a deleted one of somebody else is put back.
    `takes_floating`      items without a time zone may be in its calendars.
    `finds_strays`        an item is found by identity wherever it is stored; else under our own address only.
    `idle_requests`       requests that a look costs where nothing changed.
    `notes`               what an administrator should know, in plain words.
    """

    tasks: Tasks
    task_hours: bool = True
    undated_tasks: bool = True
    refuses_doubles: bool = True
    mails_participants: bool = False
    zoned_series: bool = True
    invitations: PutBack = PutBack.COMPLETE
    takes_floating: bool = True
    finds_strays: bool = True
    idle_requests: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """An item as a person makes it at the service's own pages.

    `organiser` is somebody else who invited the user, '' for an own item; `answer` what the user answered. `rule` is
    that of a series (RFC 5545 3.3.10). `floating`: without any time zone. `alarm` in minutes before.
    """

    title: str
    span: Span | None
    text: str = ""
    kind: Kind = Kind.EVENT
    completed: bool = False
    place: str = ""
    guests: tuple[str, ...] = ()
    organiser: str = ""
    answer: Answer = Answer.NEEDS_ACTION
    rule: str = ""
    alarm: int | None = None
    floating: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """An item as the service's own pages show it."""

    title: str
    span: Span | None
    text: str
    kind: Kind
    completed: bool
    people: frozenset[str]


class Hand(Protocol):
    """A person at the service, by other means than our client. Items are named by their titles."""

    def add(self, made: Made, calendar: str = CALENDAR) -> str:
        """Makes an item and returns its identity (UID)."""

    def titles(self) -> list[str]:
        """What is in the calendar, tasks included, sorted."""

    def look(self, title: str) -> Look: ...

    def rest(self, title: str) -> Sequence[str]:
        """All that the service keeps of an item but title, text, time and the marks of a change, comparable."""

    def retitle(self, title: str, new: str) -> None: ...

    def reschedule(self, title: str, span: Span) -> None: ...

    def remove(self, title: str) -> None: ...

    def answer(self, title: str, answer: Answer) -> None: ...

    def move_occurrence(self, title: str, original: When, span: Span, new: str) -> None:
        """Moves one date of a series and gives it a title of its own."""

    def remove_occurrence(self, title: str, original: When) -> None: ...

    def remove_calendar(self) -> None: ...


class Faults(Protocol):
    """What can go wrong at the service."""

    def lose_next_answer(self) -> None:
        """The next write is carried out and its answer never comes."""

    def throttle(self, seconds: int) -> None:
        """Everything is put off, until `clear`."""

    def refuse_sign_in(self) -> None:
        """The credentials are no good any more."""

    def forget_cursors(self) -> None:
        """No cursor that was given out is known any more."""

    def spoil(self, uid: str) -> None:
        """An item cannot be understood any more; the rest can."""

    def fail(self) -> None:
        """Every request fails with a fault of the server."""

    def clear(self) -> None: ...


class CalendarStage(Protocol):
    """A server with one new user: an empty calendar `Work`, and one that may only be read, `Holidays`."""

    name: str
    title: str
    tested: Tested
    offer: Offer
    hand: Hand
    faults: Faults

    def connect(self) -> CalendarService:
        """A provider as on a computer that was just set up."""

    def writes(self) -> int:
        """How many requests that change something reached the server."""

    def mails(self) -> list[str]:
        """To whom the service would have written by now, because of what our client did."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class MailOffer:
    """What a mail service offers. `idle_requests` is what a look at a folder costs where nothing is new;
    `notices_at_once` whether it tells of new mail by itself, without being asked again and again."""

    idle_requests: int = 1
    notices_at_once: bool = True
    notes: tuple[str, ...] = ()


class Postbox(Protocol):
    """A mail server and a person at it, by other means than our client. Messages are bytes (RFC 5322)."""

    def deliver(self, raw: bytes, role: Role = Role.INBOX, *, received: datetime | None = None) -> None: ...

    def remove(self, message_id: str) -> None:
        """Takes a message out of the inbox for good."""

    def unread(self) -> int:
        """How many messages of the inbox nobody has read."""


class MailStage(Protocol):
    """A mailbox of a new user, empty: an inbox, and folders for sent mail, drafts, spam and trash."""

    name: str
    title: str
    tested: Tested
    offer: MailOffer
    postbox: Postbox

    def connect(self) -> MailSource: ...

    def crossed(self) -> int:
        """Bytes that came from the service so far."""

    def forget_cursors(self) -> None:
        """The cursors of the inbox are of no use any more; its messages are still there."""

    def waits(self) -> None:
        """Returns when the service holds a wait of our client."""

    def close(self) -> None: ...
