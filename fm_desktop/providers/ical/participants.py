"""ORGANIZER and ATTENDEE lines as people. They are read only: no edit of ours ever touches them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from fm_desktop.model.items import Answer, Participant
from fm_desktop.model.text import normal_title
from fm_desktop.providers.ical.document import Component, Property

_MAILTO = re.compile(r"mailto:\s*([^?]*)", re.IGNORECASE)
_ANSWERS = {
    "ACCEPTED": Answer.ACCEPTED,
    "DECLINED": Answer.DECLINED,
    "TENTATIVE": Answer.TENTATIVE,
    "DELEGATED": Answer.DELEGATED,
    # A task's answers (RFC 5545, 3.2.12): both mean that it was taken on.
    "COMPLETED": Answer.ACCEPTED,
    "IN-PROCESS": Answer.ACCEPTED,
}
_OPTIONAL = ("OPT-PARTICIPANT", "NON-PARTICIPANT")
_NO_PEOPLE = ("ROOM", "RESOURCE")


@dataclass(frozen=True, slots=True)
class People:
    """`organiser` is None where the user organises and nobody was invited; `answer` is the user's own."""

    organiser: Participant | None
    participants: tuple[Participant, ...]
    answer: Answer | None


def people_of(component: Component, own_addresses: frozenset[str]) -> People:
    found = component.first("ORGANIZER")
    organiser = None if found is None else person(found)
    participants = _attendees(component)
    others = any(each.address not in own_addresses for each in participants)
    if organiser is not None and not others and (organiser.address in own_addresses or not organiser.address):
        # Some servers name an organiser on every event, also where nobody was invited.
        organiser = None
    is_own = organiser is None or organiser.address in own_addresses
    answers = (each.answer for each in participants if each.address in own_addresses)
    return People(organiser, participants, None if is_own else next(answers, None))


def organises(component: Component, own_addresses: frozenset[str]) -> bool:
    """Has the user invited people to it?"""
    found = component.first("ORGANIZER")
    return found is not None and bool(component.lines("ATTENDEE")) and _address(found) in own_addresses


def person(found: Property) -> Participant:
    address = _address(found)
    return Participant(
        address=address,
        name=normal_title(found.parameter("CN").strip("'\"")),
        answer=_ANSWERS.get(found.parameter("PARTSTAT").upper(), Answer.NEEDS_ACTION),
        optional=found.parameter("ROLE").upper() in _OPTIONAL,
    )


def _attendees(component: Component) -> tuple[Participant, ...]:
    """Each person once (the first line counts), in order; rooms and equipment are no people."""
    people: dict[str, Participant] = {}
    for found in component.properties("ATTENDEE"):
        if found.parameter("CUTYPE").upper() not in _NO_PEOPLE:
            each = person(found)
            people.setdefault(each.address or f"{each.name}\n{found.value}", each)
    return tuple(people.values())


def _address(found: Property) -> str:
    """The bare e-mail address in lower case; '' for a urn:, a principal's path or the like without one."""
    value = found.value.strip()
    mailto = _MAILTO.search(value)
    candidates = (mailto.group(1) if mailto else "", found.parameter("EMAIL"), "" if ":" in value else value)
    for each in candidates:
        address = unquote(each).strip().strip("<>\"'").lower()
        if "@" in address and "/" not in address.partition("@")[2]:
            return address
    return ""
