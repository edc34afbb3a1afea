"""The participant's side: what somebody else's calendar puts into this mailbox."""

from __future__ import annotations

from typing import Any

from tests.servers.graph import bodies, recurrence
from tests.servers.graph.box import Mailbox, new_key, stamp
from tests.servers.graph.events import NEVER, Event, touch
from tests.servers.graph.eventwire import NO_PLACE
from tests.servers.graph.zones import Moment


def invite(
    box: Mailbox, subject: str, start: str, end: str, *,
    organizer: str = "olga@fabrikam.example", organizer_name: str = "Olga Fabrikam", time_zone: str = "UTC",
    uid: str | None = None, others: tuple[str, ...] = (), text: str = "", place: str = "", all_day: bool = False,
    pattern: dict[str, Any] | None = None, response_requested: bool = True,
) -> Event:  # fmt: skip
    """An invitation arrives and is put, tentative and unanswered, into the default calendar."""
    first, last = (
        Moment.read({"dateTime": start, "timeZone": time_zone}),
        Moment.read({"dateTime": end, "timeZone": time_zone}),
    )
    location = {**NO_PLACE, "displayName": place}
    now = box.now()
    event = Event(
        new_key(), box.default_calendar().key, first, last,
        {"emailAddress": {"name": organizer_name, "address": organizer}}, uid or f"{new_key()}@fabrikam.example",
        now, now, box.next_number(), mine=False, response="notResponded", all_day=all_day,
        body=bodies.stored({"contentType": "text", "content": text}),
    )  # fmt: skip
    event.details = {
        "subject": subject, "showAs": "tentative", "responseRequested": response_requested, "location": location,
        "locations": [location] if place else [],
    }  # fmt: skip
    event.attendees = [_attendee(box.address, box.name), *(_attendee(address, address) for address in others)]
    event.recurrence = recurrence.read(pattern, first.local.date(), time_zone) if pattern else None
    box.events[event.key] = event
    touch(box, event)
    return event


def _attendee(address: str, name: str) -> dict[str, Any]:
    status = {"response": "none", "time": NEVER}
    return {"type": "required", "status": status, "emailAddress": {"name": name, "address": address}}


def answered(box: Mailbox, event: Event, address: str, response: str) -> None:
    """An attendee of an own meeting answers."""
    status = {"response": response, "time": stamp(box.now())}
    event.attendees = [
        {**attendee, "status": status} if attendee["emailAddress"]["address"] == address else attendee
        for attendee in event.attendees
    ]
    touch(box, event)


def cancelled(box: Mailbox, event: Event) -> None:
    """The organiser calls the meeting off: it stays, marked, until the participant takes it away."""
    event.cancelled = True
    event.details["subject"] = f"Canceled: {event.details.get('subject', '')}"
    event.details["showAs"] = "free"
    touch(box, event)
