"""Whom a scheduling server (RFC 6638) would have written to because of what a client did."""

from __future__ import annotations

from dataclasses import dataclass, field

from icalendar import Calendar

from tests.servers.proxy import Exchange, Reply


@dataclass(slots=True)
class Postman:
    """`me` is the user; `sent` are the addresses, in order."""

    me: str
    sent: list[str] = field(default_factory=list)

    def carry(self, exchange: Exchange) -> Reply:
        """Passes a write on and notes whom it concerns."""
        before = exchange.ask("GET", exchange.path)
        reply = exchange.forward()
        if not 200 <= reply.status < 300:
            return reply
        old = _people(before.body) if before.status == 200 else ("", frozenset())
        if exchange.method == "DELETE":
            self._about_deletion(*old)
        elif before.body != exchange.body:
            organiser, people = _people(exchange.body)
            if organiser in ("", self.me):
                self.sent += sorted((people | old[1]) - {self.me})
        return reply

    def _about_deletion(self, organiser: str, people: frozenset[str]) -> None:
        """A cancellation to the guests, or a guest's "no" to the organiser (RFC 6638, 8.1)."""
        self.sent += sorted(people - {self.me}) if organiser in ("", self.me) else [organiser]


def organiser_of(raw: bytes) -> str:
    return _people(raw)[0]


def _people(raw: bytes) -> tuple[str, frozenset[str]]:
    """Organiser and attendees of an object, '' and nobody where there are none."""
    organiser, people = "", set()
    for item in Calendar.from_ical(raw).walk():
        if item.name not in ("VEVENT", "VTODO"):
            continue
        organiser = organiser or _address(item.get("ORGANIZER", ""))
        found = item.get("ATTENDEE", [])
        people |= {_address(each) for each in (found if isinstance(found, list) else [found])}
    return organiser, frozenset(people)


def _address(value: object) -> str:
    return str(value).lower().removeprefix("mailto:")
