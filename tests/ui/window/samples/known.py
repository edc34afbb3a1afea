"""Calendars, people and their letters."""

from __future__ import annotations

from datetime import timedelta

from fm_desktop.model.items import Kind
from fm_desktop.model.message import Direction as Way
from fm_desktop.people import Person
from fm_desktop.port import Collection, Side
from fm_desktop.sync.mail.letters import Letter
from fm_desktop.sync.resources import KnownCollection
from tests.ui.window.samples.words import NOW, PEOPLE

_CALENDARS = ("Work", "Private", "Sales team", "Holidays in Spain", "Birthdays", "Trade fairs and events of the whole "
              "Iberian sales organisation including Portugal")  # fmt: skip
_COLOURS = ("#1f7a94", "#c9823f", "#3f8f5f", "#a3261d", "#7a5aa6", "#566065")


def calendars(number: int) -> list[KnownCollection]:
    found = []
    for index in range(number):
        name = _CALENDARS[index % len(_CALENDARS)]
        if index >= len(_CALENDARS):
            name = f"{name} {index // len(_CALENDARS) + 1}"
        what = Collection(
            id=f"/emma/{index}/",
            name=name,
            writable=index % 6 not in {3, 4},
            kinds=frozenset({Kind.EVENT}) if index % 4 else frozenset(Kind),
            colour=_COLOURS[index % len(_COLOURS)],
        )
        found.append(
            KnownCollection(
                id=index + 1, side=Side.PROVIDER, what=what, position=index, selected=index % 6 in {0, 2, 5},
                target=index == 0, missing=index == 7, cursor=None, compared_at=None, suspect="",
            )
        )  # fmt: skip
    return found


def people(number: int) -> list[Person]:
    found = []
    for index in range(number):
        name, company, address = PEOPLE[index % len(PEOPLE)]
        suffix = "" if index < len(PEOPLE) else f" {index // len(PEOPLE) + 1}"
        is_account = not company
        addresses = (address, f"office@{address.partition('@')[2]}") if index % 4 == 0 else (address,)
        found.append(Person(None if is_account else 4711 + index, 120 + index, name + suffix, company, addresses))
    return found


def letters(person: Person) -> list[Letter]:
    address = person.addresses[0]
    return [
        Letter(4, NOW - timedelta(minutes=50), Way.RECEIVED, "Re: Offer 2026-118", address),
        Letter(3, NOW - timedelta(hours=20), Way.SENT, "Offer 2026-118", address),
        Letter(2, NOW - timedelta(days=3), Way.SENT, "Our meeting on Thursday and the samples that you asked for in Bilbao",
               address),
        Letter(1, NOW - timedelta(days=12), Way.RECEIVED, "", address),
    ]  # fmt: skip
