"""Writing events: what may be set, what the service makes of it, and what it refuses."""

from __future__ import annotations

import base64
import dataclasses
from datetime import UTC, date, datetime
from typing import Any

from tests.servers.graph import bodies, meetings, recurrence
from tests.servers.graph.box import Calendar, Mailbox, new_key
from tests.servers.graph.errors import GraphError, bad_property, bad_request
from tests.servers.graph.events import Attachment, Event, new_uid, touch
from tests.servers.graph.eventwire import NO_PLACE
from tests.servers.graph.extended import read_extension, store
from tests.servers.graph.zones import Moment, zone

_PLAIN = frozenset(
    {
        "subject", "importance", "sensitivity", "showAs", "isReminderOn", "reminderMinutesBeforeStart",
        "responseRequested", "allowNewTimeProposals", "hideAttendees", "categories",
    }
)  # fmt: skip
_OWN_FIELDS = frozenset(
    {
        "start", "end", "isAllDay", "body", "location", "locations", "attendees", "recurrence", "isOnlineMeeting",
        "onlineMeetingProvider", "singleValueExtendedProperties",
    }
)  # fmt: skip
_ON_CREATE = frozenset({"transactionId", "attachments", "extensions", "organizer"})
_TIMES = frozenset({"start", "end", "isAllDay", "recurrence"})


def create(box: Mailbox, calendar: Calendar, given: dict[str, Any]) -> Event:
    _allowed(given, _PLAIN | _OWN_FIELDS | _ON_CREATE)
    _editable(calendar)
    if not given.get("start") or not given.get("end"):
        raise bad_property("An event has a start and an end.")
    repeated = _repeated(box, given.get("transactionId"))
    if repeated is not None:
        return repeated
    me = {"emailAddress": {"name": box.name, "address": box.address}}
    if given.get("organizer") and meetings.address_of(given["organizer"]) != box.address.lower():
        raise bad_property("The organizer is the owner of the calendar.")
    now = box.now()
    event = Event(
        new_key(), calendar.key, Moment.read(given["start"]), Moment.read(given["end"]), me, new_uid(), now, now,
        box.next_number(), transaction=given.get("transactionId"),
    )  # fmt: skip
    _apply(box, event, given)
    for kept in map(read_attachment, given.get("attachments") or ()):
        event.attachments[kept.key] = kept
    event.extensions = dict(map(read_extension, given.get("extensions") or ()))
    box.events[event.key] = event
    box.hide_for_a_while(event.key)
    touch(box, event)
    meetings.invited(box, event)
    return event


def _repeated(box: Mailbox, transaction: str | None) -> Event | None:
    """The event that this transaction id made. Whether the service answers with it or refuses is not documented
    ("to avoid redundant POST operations"); seen in the wild is the refusal, so that is the default."""
    if transaction is None:
        return None
    known = next((event for event in box.events.values() if event.transaction == transaction), None)
    if known is not None and not box.faults.repeated_transaction_returns_event:
        raise GraphError(
            409, "ErrorDuplicateTransactionId",
            "Your request can't be completed. The TransactionId specified in the request has already been used to "
            "create a different event.",
        )  # fmt: skip
    return known


def update(box: Mailbox, event: Event, given: dict[str, Any]) -> Event:
    """Changes an event; of an occurrence it makes an exception."""
    _allowed(given, _PLAIN | _OWN_FIELDS)
    _editable(box.calendars[event.calendar])
    before = meetings.people(event)
    trial = dataclasses.replace(event, details=dict(event.details), extended=dict(event.extended))
    _apply(box, trial, given)  # what is refused leaves nothing behind
    if event.master is not None and event.day is not None:
        _exception(event, given)
        event.master.exceptions[event.day] = event
        event.own |= given.keys()
    _apply(box, event, given)
    if event.recurrence and given.keys() & _TIMES:
        event.exceptions.clear()
        event.deleted.clear()
    for exception in event.exceptions.values():
        _apply(box, exception, {name: value for name, value in given.items() if name not in exception.own})
    touch(box, event)
    meetings.updated(box, event, before, set(given))
    return event


def _allowed(given: dict[str, Any], names: frozenset[str]) -> None:
    for name in given:
        if name.split("@")[0] not in names and not name.startswith("@"):
            raise bad_request(f"The property '{name}' cannot be set here.", "ErrorInvalidPropertySet")


def _editable(calendar: Calendar) -> None:
    if not calendar.can_edit:
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def _apply(box: Mailbox, event: Event, given: dict[str, Any]) -> None:
    event.details.update({name: given[name] for name in given.keys() & _PLAIN})
    _times(event, given)
    if "body" in given:
        event.body = bodies.stored(given["body"])
    _place(event, given)
    if "attendees" in given:
        event.attendees = meetings.attendees(given["attendees"] or [], event.attendees)
    _online(event, given)
    if "singleValueExtendedProperties" in given:
        store(event.extended, given["singleValueExtendedProperties"])


def _times(event: Event, given: dict[str, Any]) -> None:
    if not given.keys() & _TIMES:
        return
    for name in ("start", "end"):
        if name in given and given[name] is None:
            raise bad_property(f"{name} must not be null.")
    start = Moment.read(given["start"]) if "start" in given else event.start
    end = Moment.read(given["end"]) if "end" in given else event.end
    all_day = bool(given.get("isAllDay", event.all_day))
    if end.instant < start.instant:
        raise bad_property("The end of an event must not be before its start.")
    if all_day and not (
        start.at_midnight() and end.at_midnight() and start.zone == end.zone and end.local > start.local
    ):
        raise bad_request(
            "The start and end of an all-day event must be midnight in the same time zone, at least a day apart.",
            "ErrorInvalidRequest",
        )
    event.start, event.end, event.all_day = start, end, all_day
    pattern = given.get("recurrence", event.recurrence)
    if event.master is None:
        event.recurrence = recurrence.read(pattern, start.local.date(), start.zone) if pattern else None


def _exception(event: Event, given: dict[str, Any]) -> None:
    """An occurrence stays between its neighbours ("Update event", Response: ErrorOccurrenceCrossingBoundary)."""
    assert event.master is not None
    assert event.day is not None
    if "recurrence" in given:
        raise bad_property("An occurrence has no recurrence of its own.")
    if "start" not in given or event.master.recurrence is None:
        return
    day = _day(event.master, Moment.read(given["start"]))
    before, after = recurrence.neighbours(event.master.recurrence, event.day, event.master.deleted)
    if day <= _moved(event.master, before, date.min) or day >= _moved(event.master, after, date.max):
        raise bad_request(
            "Modified occurrence is crossing or overlapping adjacent occurrence.", "ErrorOccurrenceCrossingBoundary"
        )


def _moved(master: Event, day: date | None, otherwise: date) -> date:
    """The day on which an occurrence is now."""
    if day is None:
        return otherwise
    return _day(master, master.instance(day).start)


def _day(master: Event, moment: Moment) -> date:
    return moment.instant.astimezone(zone(master.start.zone)).date()


def _place(event: Event, given: dict[str, Any]) -> None:
    """`location` and `locations` correspond with each other; writing one replaces the other."""
    if given.get("locations") is not None:
        places = [{**NO_PLACE, **place} for place in given["locations"]]
        name = "; ".join(str(place["displayName"]) for place in places)
        event.details["locations"] = places
        event.details["location"] = places[0] if len(places) == 1 else {**NO_PLACE, "displayName": name}
    elif "location" in given:
        place = {**NO_PLACE, **(given["location"] or {})}
        event.details["location"] = place
        event.details["locations"] = [place] if place["displayName"] else []


def _online(event: Event, given: dict[str, Any]) -> None:
    """An online meeting lives by the block in its body ("Update event": body property and online meetings)."""
    if given.get("isOnlineMeeting") and event.online is None:
        link = f"https://teams.microsoft.com/l/meetup-join/{event.key}"
        event.online = {"joinUrl": link}
        block = f'<div class="me-email-text"><a href="{link}">Join the meeting now</a></div>'
        page = event.body.replace("</body>", f"{block}</body>") if event.body else block
        event.body = bodies.stored({"contentType": "html", "content": page})
        event.details["isOnlineMeeting"] = True
        event.details["onlineMeetingProvider"] = given.get("onlineMeetingProvider") or "teamsForBusiness"
    elif event.online is not None and "body" in given and event.online["joinUrl"] not in event.body:
        event.online = None
        event.details["isOnlineMeeting"] = False
        event.details["onlineMeetingProvider"] = "unknown"


def read_attachment(given: dict[str, Any]) -> Attachment:
    if given.get("@odata.type") not in ("#microsoft.graph.fileAttachment", "microsoft.graph.fileAttachment"):
        raise bad_request("Only file attachments are kept here.", "ErrorInvalidAttachmentId")
    if not given.get("name") or given.get("contentBytes") is None:
        raise bad_property("A file attachment has a name and content.")
    return Attachment(
        new_key(), given["name"], given.get("contentType") or "application/octet-stream",
        base64.b64decode(given["contentBytes"]), bool(given.get("isInline")), given.get("contentId"), datetime.now(UTC),
    )  # fmt: skip
