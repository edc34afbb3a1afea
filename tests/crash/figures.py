"""What a sweep found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Figures:
    """Of one scenario at one place. `writes` are those to servers; after `lost` of the crashes something was gone that
    may be; `differences` says, in words, what else a crash has changed."""

    scenario: str
    place: str
    writes: int
    moments: int
    crashes: int = 0
    lost: int = 0
    differences: list[str] = field(default_factory=list)
