"""How long to wait between two cycles. Pure.

A tenant's request limit is shared by all colleagues, so a side that asks to slow down, or cannot be
reached, is left alone longer each time; and a calendar in which nothing happens is looked at less often.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

LONGEST = 3_600.0
QUIET_CYCLES_BEFORE_SLOWER = 15
SLOWEST_WHEN_QUIET = 3.0


@dataclass(frozen=True, slots=True)
class Impression:
    """What the pace depends on. `retry_after` in seconds, where a side asked for it; `trouble`: a side
    asked to slow down, could not be reached, or wants a sign-in."""

    changed: bool = False
    trouble: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """`base` is the interval of the settings, in seconds; the counts are of cycles in a row."""

    base: float
    quiet: int = 0
    troubles: int = 0
    at_least: float = 0.0

    def after(self, impression: Impression) -> Pace:
        if impression.trouble:
            return replace(self, quiet=0, troubles=self.troubles + 1, at_least=impression.retry_after or 0.0)
        return replace(self, quiet=0 if impression.changed else self.quiet + 1, troubles=0, at_least=0.0)

    @property
    def seconds(self) -> float:
        """Until the next cycle; a side's own wish is kept even beyond our longest wait."""
        if self.troubles:
            # The first failure is often a passing one, so that the usual interval comes once more.
            grown = self.base * 2.0 ** min(self.troubles - 1, 10)
        else:
            grown = self.base * min(2.0 ** (self.quiet // QUIET_CYCLES_BEFORE_SLOWER), SLOWEST_WHEN_QUIET)
        return max(min(grown, max(LONGEST, self.base)), self.at_least)
