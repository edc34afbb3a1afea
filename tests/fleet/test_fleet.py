"""A small fleet on a tight limit: nobody starves, nothing falls into step, everybody comes back."""

from __future__ import annotations

from tests.fleet.computer import Habit
from tests.fleet.scenarios import HOUR, Fleet, outage
from tests.fleet.server import TenantServer, peak, total


def test_on_a_limit_far_too_small_everybody_has_a_turn_and_most_of_the_limit_is_used() -> None:
    """100 computers want 0.9 requests a second of a tenant that gives 0.3 and some more to sign in."""
    with Fleet(100, Habit(interval=120), TenantServer(1.0)) as fleet:
        fleet.start_within(0)
        fleet.stage.run(4 * HOUR)
        late = [sum(good >= 1 * HOUR for good in each.good) for each in fleet.computers]
        assert min(late) >= 1
        assert max(late) <= 30 * sorted(late)[len(late) // 2]
        server = fleet.server
        assert max(server.served.values()) <= 2
        assert total(server.refused, 2 * HOUR) <= total(server.served, 2 * HOUR)


def test_after_an_outage_everybody_is_back_within_a_quarter_of_an_hour_and_never_all_at_once() -> None:
    recovery = outage(60, Habit(interval=120), None, hours=1.0)
    assert recovery.everybody <= 1.3 * 900
    assert recovery.peak <= 30


def test_computers_that_were_started_in_one_second_are_not_in_step_half_an_hour_later() -> None:
    with Fleet(60, Habit(interval=120), TenantServer(None)) as fleet:
        fleet.start_within(0)
        fleet.stage.run(2_400)
        assert peak(fleet.server.asked, 0, 1) == 3 * 60  # a sign-in, the contacts, the agenda
        assert peak(fleet.server.asked, 1_800, 2_400) <= 20


def test_the_same_seed_is_the_same_run() -> None:
    def run() -> dict[int, int]:
        with Fleet(20, Habit(interval=60), TenantServer(0.5), seed=3) as fleet:
            fleet.start_within(60)
            fleet.stage.run(HOUR)
            return dict(fleet.server.asked)

    assert run() == run()
