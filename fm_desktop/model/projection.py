"""The projection of an item onto the fields both sides share, in normal form.

The engine compares projections and nothing else, each side with its own earlier projection, so a
lossy mapping can never look like an edit (design 4, "Three trees").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, Final

from fm_desktop.model.items import Kind, Party
from fm_desktop.model.times import Span


class Unset(Enum):
    """The value of a field that a patch leaves alone."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class Projection:
    """What one side shows of an item.

    Both ways: `title`, `text`, `span`, `completed`. From the provider to the CRM only: `details`
    (place, participants, answer: the marked block below the comment) and `locked`. The CRM's own:
    `party`, which the provider side merely proposes. `shortened` says that `text` is the beginning
    of a longer one; it is no value of its own and takes no part in comparisons.
    """

    kind: Kind
    title: str
    span: Span | None
    text: str = ""
    completed: bool = False
    details: str = ""
    locked: bool = False
    party: Party = field(default_factory=Party)
    shortened: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Patch:
    """New values for some fields of an item; `UNSET` fields are left as they are."""

    title: str | Unset = UNSET
    text: str | Unset = UNSET
    span: Span | Unset | None = UNSET
    completed: bool | Unset = UNSET
    details: str | Unset = UNSET
    locked: bool | Unset = UNSET
    party: Party | Unset = UNSET

    def items(self) -> Iterator[tuple[str, Any]]:
        """The fields that are set, as (name, value)."""
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not UNSET:
                yield each.name, value

    @property
    def is_empty(self) -> bool:
        return not any(True for _ in self.items())
