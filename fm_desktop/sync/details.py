"""The marked block below a CRM comment: what the CRM has no field for (place, people, answer).

It travels to the CRM only. Pure: an item in, lines out, at most `LIMIT` characters whatever comes.
"""

from __future__ import annotations

from fm_desktop.model.items import Answer, Item, Participant
from fm_desktop.model.text import normal_text, normal_title

LIMIT = 1_900
_PLACE_LIMIT = 300
_LINE_LIMIT = 160

_ANSWERS = {
    Answer.NEEDS_ACTION: "not answered yet",
    Answer.ACCEPTED: "accepted",
    Answer.DECLINED: "declined",
    Answer.TENTATIVE: "maybe",
    Answer.DELEGATED: "delegated",
}


def details_of(item: Item, *, series: bool) -> str:
    """The block of an item, '' when there is nothing to say."""
    lines = []
    if item.place:
        lines.append(f"Place: {_cut(normal_title(item.place), _PLACE_LIMIT)}")
    if item.organiser is not None:
        lines.append(f"Organiser: {_person(item.organiser)}")
    if item.answer is not None:
        lines.append(f"Your answer: {_ANSWERS[item.answer]}")
    if series:
        lines.append("Repeats: one date of a recurring series")
    lines += _people(item.participants, LIMIT - sum(len(line) + 1 for line in lines))
    return normal_text("\n".join(lines))


def _people(people: tuple[Participant, ...], room: int) -> list[str]:
    """One line each, and a last line for those that find no room."""
    if not people:
        return []
    lines = ["Participants:"]
    room -= len(lines[0]) + 1
    reserve = len(f"and {len(people)} more") + 1
    for index, each in enumerate(people):
        line = _cut(f"- {_person(each)} ({_ANSWERS[each.answer]})", _LINE_LIMIT)
        is_last = index == len(people) - 1
        if len(line) + 1 > room - (0 if is_last else reserve):
            lines.append(f"and {len(people) - index} more")
            break
        lines.append(line)
        room -= len(line) + 1
    return lines


def _person(person: Participant) -> str:
    """`Ana Ruiz <ana@example.com>`, or the plain address (R23)."""
    name = normal_title(person.name)
    if name and name.lower() != person.address:
        return f"{name} <{person.address}>" if person.address else name
    return person.address


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
