"""What the service mails to other people when a meeting is written ("Create event", "Update event", "Delete event").

Which changes of the organiser are mailed is documented only as "if there are attendees"; what concerns the organiser's own
copy alone (category, reminder, extended properties) is taken as not mailed, everything else as mailed.
"""

from __future__ import annotations

from typing import Any

from tests.servers.graph.box import Mailbox, SentMail
from tests.servers.graph.errors import GraphError, bad_property
from tests.servers.graph.events import NEVER, Event

_PRIVATE = frozenset(
    {"categories", "isReminderOn", "reminderMinutesBeforeStart", "singleValueExtendedProperties", "extensions"}
)


def address_of(person: dict[str, Any]) -> str:
    return str((person.get("emailAddress") or {}).get("address") or "").lower()


def people(event: Event) -> tuple[str, ...]:
    return tuple(address_of(attendee) for attendee in event.attendees)


def _send(box: Mailbox, kind: str, to: tuple[str, ...], event: Event, comment: str = "") -> None:
    others = tuple(address for address in to if address and address != box.address.lower())
    if others:
        subject = str(event.details.get("subject", ""))
        box.sent.append(SentMail(kind, others, subject, event.global_uid, comment))


def invited(box: Mailbox, event: Event) -> None:
    if event.mine:
        _send(box, "invitation", people(event), event)


def updated(box: Mailbox, event: Event, before: tuple[str, ...], names: set[str]) -> None:
    """An update by the organiser: a change of the attendees alone goes to those that changed only."""
    if not event.mine or not names - _PRIVATE:
        return
    now = people(event)
    new = tuple(address for address in now if address not in before)
    gone = tuple(address for address in before if address not in now)
    _send(box, "cancellation", gone, event)
    _send(box, "invitation", new, event)
    if names - _PRIVATE - {"attendees"}:
        _send(box, "update", tuple(address for address in now if address in before), event)


def deleted(box: Mailbox, event: Event, comment: str = "") -> None:
    """The organiser cancels; a participant declines, unless the meeting was called off."""
    if event.mine:
        _send(box, "cancellation", people(event), event, comment)
    elif not event.cancelled:
        _send(box, "response", (address_of(event.organizer),), event, "declined")


def answer(box: Mailbox, event: Event, response: str, send: bool, comment: str) -> None:
    if event.mine:
        raise GraphError(
            400, "ErrorInvalidRequest",
            "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.",
        )  # fmt: skip
    if event.cancelled:
        raise GraphError(400, "ErrorInvalidRequest", "Your request can't be completed. The meeting was cancelled.")
    if send and not event.details.get("responseRequested", True):
        raise GraphError(
            400, "ErrorInvalidRequest",
            "Your request can't be completed. The meeting organizer hasn't requested a response.",
        )  # fmt: skip
    event.response = response
    if send:
        _send(box, "response", (address_of(event.organizer),), event, comment or response)


def attendees(given: list[dict[str, Any]], known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The attendees as they are kept; answers are the service's, and survive for those who stay."""
    before = {address_of(attendee): attendee for attendee in known}
    made = []
    for entry in given:
        address = (entry.get("emailAddress") or {}).get("address")
        if not address:
            raise bad_property("An attendee has an address.")
        status = before.get(address.lower(), {}).get("status", {"response": "none", "time": NEVER})
        name = entry["emailAddress"].get("name") or address
        made.append(
            {
                "type": entry.get("type") or "required",
                "status": status,
                "emailAddress": {"name": name, "address": address},
            }
        )
    return made
