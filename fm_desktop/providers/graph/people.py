"""Organizer and attendees as people. They are read only: nothing of ours ever writes them (R27)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fm_desktop.model.items import Answer, Participant
from fm_desktop.model.text import normal_title
from fm_desktop.providers.graph.raw import Json, part, parts, text

_ANSWERS: Final = {
    "accepted": Answer.ACCEPTED,
    "declined": Answer.DECLINED,
    "tentativelyaccepted": Answer.TENTATIVE,
    "organizer": Answer.ACCEPTED,
}
_RESOURCE: Final = "resource"


@dataclass(frozen=True, slots=True)
class People:
    """`organiser` is None where the user organises and nobody was invited; `answer` is the user's own (R26)."""

    organiser: Participant | None
    participants: tuple[Participant, ...]
    answer: Answer | None


def people_of(event: Json, own_addresses: frozenset[str]) -> People:
    organiser = _person(part(event, "organizer"))
    participants = _attendees(event)
    # An address of Exchange's own kind (X.500) is told from the user's by this alone.
    is_own = organiser.address in own_addresses if organiser.address else event.get("isOrganizer") is not False
    others = any(each.address not in own_addresses for each in participants)
    if is_own:
        return People(organiser if others and organiser.address else None, participants, None)
    return People(organiser, participants, _answer(part(event, "responseStatus")))


def has_others(event: Json) -> bool:
    """Would Exchange write to somebody if this event is changed?"""
    return bool(parts(event, "attendees"))


def _attendees(event: Json) -> tuple[Participant, ...]:
    """Each person once, in order; rooms and equipment are no people."""
    people: dict[str, Participant] = {}
    for found in parts(event, "attendees"):
        kind = text(found, "type").lower()
        if kind != _RESOURCE:
            each = _person(found, optional=kind == "optional")
            people.setdefault(each.address or each.name, each)
    return tuple(people.values())


def _person(recipient: Json, *, optional: bool = False) -> Participant:
    mailbox = part(recipient, "emailAddress")
    return Participant(
        address=address_of(mailbox),
        name=normal_title(text(mailbox, "name").strip("'\"")),
        answer=_answer(part(recipient, "status")),
        optional=optional,
    )


def address_of(mailbox: Json) -> str:
    """The bare address in lower case; '' for Exchange's internal ones, which are no e-mail addresses."""
    address = text(mailbox, "address").strip().strip("<>").lower()
    return address if "@" in address and "/" not in address.partition("@")[0] else ""


def _answer(status: Json) -> Answer:
    return _ANSWERS.get(text(status, "response").lower(), Answer.NEEDS_ACTION)
