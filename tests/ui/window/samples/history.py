"""What was done: changes on both sides, and messages that were logged."""

from __future__ import annotations

from datetime import timedelta

from fm_desktop.model.message import Direction as Way
from fm_desktop.port import Side
from fm_desktop.sync.browse import Line, Logged
from fm_desktop.sync.chronicle import Happening
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.store import utc_text
from tests.ui.window.samples.words import NOW, PEOPLE, TITLES, ago

_WHYS = {
    (Side.CRM, Verb.CREATE): "new in the calendar",
    (Side.PROVIDER, Verb.CREATE): "new in ForceManager",
    (Side.CRM, Verb.UPDATE): "changed in the calendar",
    (Side.PROVIDER, Verb.UPDATE): "changed in ForceManager",
    (Side.CRM, Verb.DELETE): "deleted in the calendar",
    (Side.PROVIDER, Verb.DELETE): "deleted in ForceManager",
}


def projection(title: str, day: int = 26, hour: int = 9) -> dict[str, object]:
    return {
        "title": title,
        "span": [f"2026-11-{day:02}T{hour:02}:00Z", f"2026-11-{day:02}T{hour + 1:02}:00Z"],
        "text": "Bring the samples. They ask for delivery in January.",
        "completed": False,
        "details": "Place: Calle de Alcalá 42, Madrid",
        "locked": False,
        "party": [4711, 120],
        "kind": "event",
        "shortened": False,
    }


def happening(number: int, total: int) -> Happening:
    side = Side.CRM if number % 3 else Side.PROVIDER
    verb = (Verb.UPDATE, Verb.CREATE, Verb.CREATE, Verb.UPDATE, Verb.DELETE)[number % 5]
    title = TITLES[number % len(TITLES)]
    whole = projection(title, 1 + number % 28)
    moved = [f"2026-11-{1 + number % 28:02}T14:30Z", f"2026-11-{1 + number % 28:02}T15:30Z"]
    before = {} if verb is Verb.CREATE else whole if verb is Verb.DELETE else {"span": whole["span"], "text": ""}
    after = whole if verb is Verb.CREATE else {} if verb is Verb.DELETE else {"span": moved, "text": whole["text"]}
    return Happening(
        id=number,
        at=ago(minutes=7 + 37 * (total - number)),
        link=None if number <= 3 else 1 + number % 700,
        side=side,
        verb=verb,
        title=title,
        why=_WHYS[side, verb],
        before=before,
        after=after,
        lost=(("crm", "title", "Visit Acme, 2nd floor"),) if number % 25 == 0 and verb is Verb.UPDATE else (),
        undone=number % 17 == 0,
    )


def logged(number: int, total: int) -> Logged:
    name, _, address = PEOPLE[number % len(PEOPLE)]
    way = Way.SENT if number % 2 else Way.RECEIVED
    at = NOW - timedelta(minutes=5 + 37 * (total - number))
    return Logged(number, utc_text(at), f"Offer for {name}", way, address, at - timedelta(minutes=4))


def history(number: int) -> list[Line]:
    """The newest first; every tenth is a message that was logged."""
    return [logged(each, number) if each % 10 == 8 else happening(each, number) for each in range(number, 0, -1)]
