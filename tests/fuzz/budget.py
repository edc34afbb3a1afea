"""How many examples are tried: few and always the same ones in CI, many and new ones in a campaign (`make fuzz N=...`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

_CAMPAIGN = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def fuzzed(examples: int) -> Callable[[Any], Any]:
    """The settings of a test: `examples` in CI; in a campaign as many as it asks for. How long one takes is no finding
    of these tests: what an input may cost is bounded by counted work and by memory (`test_bombs`)."""
    unhindered = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
    if _CAMPAIGN:
        return settings(unhindered, max_examples=_CAMPAIGN)
    return settings(unhindered, max_examples=examples, derandomize=True)
