"""What the model of the simulated world knows of an item."""

from __future__ import annotations

from dataclasses import dataclass, field

from fm_desktop.model.items import Item
from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.port import Side


def number_of(title: str) -> int:
    return int(title.split(maxsplit=1)[0].removeprefix("#"))


@dataclass
class Known:
    """What the model knows of one item. Values are of the last time everything was quiet; `edits` are those
    made since, by (side, field)."""

    number: int
    born: Side
    guest: bool = False
    people: bool = False
    series: int | None = None
    alive: bool = True
    before: dict[str, object] = field(default_factory=dict)
    edits: dict[str, list[tuple[Side, object]]] = field(default_factory=dict)
    deleted: set[Side] = field(default_factory=set)
    touched: set[Side] = field(default_factory=set)
    kept: bool = False
    copied: bool = False  # which row is the original cannot be told by a computer that never saw it alone
    twice: bool = False  # one UID in two calendars: which of them leads may change
    head_edited: bool = False  # of a shortened text: the tail stays with it
    undone: bool = False  # to values of long ago, perhaps
    alone: bool = False  # its copy was undone: it is on one side, or on both again
    taken_in: bool = False  # its calendar was taken out with its copies and chosen again, since the last rest

    @property
    def editable(self) -> bool:
        return not self.guest and self.series is None


def values_of(item: Item) -> dict[str, object]:
    return {
        "title": normal_title(item.title),
        "text": normal_text(item.text),
        "span": None if item.span is None else item.span.normal(),
        "completed": item.completed,
    }
