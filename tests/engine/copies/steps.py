"""What the tests of copies that go have in common."""

from __future__ import annotations

from dataclasses import replace

from fm_desktop.model.items import Item
from tests.fakes.world import EMMA, World, event, person

GUESTS = (EMMA, person("boss@client.example"))


def row(title: str) -> Item:
    """One as people make them in ForceManager, without any mark."""
    return replace(event(title), uid="")


def place_of(world: World, title: str) -> tuple[str, str]:
    return next((name, key) for name, shelf in world.calendar.shelves.items() for key, stored in shelf.items()
                if stored.items[0].title == title)  # fmt: skip
