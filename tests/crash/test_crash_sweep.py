"""kill -9 at the worst moments of every scenario: the next start comes to the same end, and nothing is made twice.

`make crashes` cuts short at every moment, and at every provider.
"""

from __future__ import annotations

import pytest

from tests.crash.scenarios import SCENARIOS, Scenario
from tests.crash.servers import Servers
from tests.crash.sweep import stored_but_unanswered


@pytest.mark.timeout(500)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_killed_at_the_worst_moments_it_comes_to_the_same_end(servers: Servers, scenario: Scenario) -> None:
    figures = servers.sweep(scenario, scenario.places[0], stored_but_unanswered)
    assert figures.crashes > 0
    assert figures.differences == []


@pytest.mark.timeout(500)
def test_killed_while_a_sign_in_is_renewed_it_is_good_or_plainly_gone(servers: Servers) -> None:
    figures = servers.rotation()
    assert figures.crashes == figures.moments > 3
    assert figures.differences == []
