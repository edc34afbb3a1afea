"""How long to wait between two cycles. Pure.

A tenant's request limit is shared by all colleagues. Whoever meets it halves their own rate and takes it back in small
equal steps, which is what leads thousands of computers that know nothing of each other to equal shares (additive
increase, multiplicative decrease). A side that cannot be reached is left alone longer each time, and a calendar in
which nothing happens is looked at less often.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

LONGEST = 3_600.0
# Nobody is helped by leaving a server alone for long that nobody reaches: it has no work then.
LONGEST_AWAY = 900.0
QUIET_CYCLES_BEFORE_SLOWER = 15
SLOWEST_WHEN_QUIET = 3.0
# Of the usual rate, taken back with each cycle in which no limit was met.
_TAKEN_BACK = 0.05
# Whose interval is long already, because there are many, may have to wait this many times longer.
_STRETCHED = 4


@dataclass(frozen=True, slots=True)
class Impression:
    """What the pace depends on. `trouble`: a side asked to slow down, could not be reached, or wants a sign-in; `away`:
    it was that it could not be reached. `crowded`: a limit was met, also where the cycle went through in the end.
    `retry_after` in seconds, where a side asked for it."""

    changed: bool = False
    trouble: bool = False
    away: bool = False
    crowded: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """`base` is the interval of the settings, in seconds; the counts are of cycles in a row. `share`: of the usual
    rate, what a limit that others need as well leaves."""

    base: float
    quiet: int = 0
    troubles: int = 0
    away: bool = False
    share: float = 1.0
    at_least: float = 0.0

    def after(self, impression: Impression) -> Pace:
        share = self._share_after(impression)
        if impression.trouble:
            return replace(
                self,
                quiet=0,
                troubles=0 if impression.crowded else self.troubles + 1,
                away=impression.away,
                share=share,
                at_least=impression.retry_after or 0.0,
            )
        quiet = 0 if impression.changed else self.quiet + 1
        return Pace(self.base, quiet=quiet, share=share)

    @property
    def seconds(self) -> float:
        """Until the next cycle; a side's own wish is kept even beyond our longest wait."""
        if self.troubles:
            # The first failure is often a passing one, so that the usual interval comes once more.
            grown = self.base * 2.0 ** min(self.troubles - 1, 10)
            grown = min(grown, max(LONGEST_AWAY if self.away else LONGEST, self.base))
        else:
            grown = self.base * min(2.0 ** (self.quiet // QUIET_CYCLES_BEFORE_SLOWER), SLOWEST_WHEN_QUIET)
            grown = min(grown, max(LONGEST, self.base))
        return max(grown, self.base / self.share, self.at_least)

    @property
    def is_slowed(self) -> bool:
        """Did a side ask for fewer requests, so that nothing but a person's wish makes the next cycle come sooner?"""
        return self.share < 1.0 or self.at_least > 0.0

    @property
    def _least_share(self) -> float:
        return min(1 / _STRETCHED, self.base / LONGEST)

    def _share_after(self, impression: Impression) -> float:
        if not impression.crowded:
            return min(1.0, self.share + _TAKEN_BACK)
        # Who got through in the end met somebody, not the limit.
        return max(self.share / 2, self._least_share) if impression.trouble else self.share
