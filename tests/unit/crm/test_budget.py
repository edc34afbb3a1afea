import itertools
import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.crm.budget import Budget, Cancelled, PausedTooLong, wait_for


class FakeTime:
    """A clock that moves only by waiting."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def clock(self) -> float:
        return self.now

    def wait(self, seconds, cancel) -> bool:
        self.waits.append(seconds)
        self.now += seconds
        return cancel is not None and cancel.is_set()


def budget_of(rate) -> tuple[Budget, FakeTime]:
    time = FakeTime()
    return Budget(rate, clock=time.clock, wait=time.wait, chance=lambda: 0.0), time


def sends(budget: Budget, time: FakeTime, count: int, work=()) -> list[float]:
    moments = []
    for seconds in itertools.islice(itertools.chain(work, itertools.repeat(0.0)), count):
        budget.acquire()
        moments.append(time.now)
        time.now += seconds
        budget.answered()
    return moments


@pytest.mark.parametrize("rate", [4.0, 13.0, 1.0, 0.5, 100.0])
def test_at_least_95_percent_of_the_allowed_rate_is_used_and_no_second_exceeds_it(rate):
    budget, time = budget_of(rate)
    moments = sends(budget, time, 400)
    assert (len(moments) - 1) / (moments[-1] - moments[0]) >= 0.95 * rate
    assert most_in_a_second(moments) <= max(1, rate)


@given(st.sampled_from([4.0, 13.0]), st.lists(st.floats(0, 1.5), min_size=20, max_size=60))
def test_no_second_exceeds_the_rate_however_long_answers_take(rate, work):
    budget, time = budget_of(rate)
    assert most_in_a_second(sends(budget, time, len(work), work)) <= rate


def test_answers_of_uneven_length_do_not_cost_the_rate():
    budget, time = budget_of(4.0)
    moments = sends(budget, time, 200, itertools.cycle([0.1, 0.1, 0.45, 0.1]))
    assert (len(moments) - 1) / (moments[-1] - moments[0]) >= 0.95 * 4


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(start <= each < start + 1 - 1e-9 for each in moments) for start in moments)


def test_429_pauses_everyone_as_long_as_asked_and_halves_the_rate_once():
    budget, time = budget_of(4.0)
    budget.throttled(7.0)
    budget.throttled(7.0)
    assert budget.rate == 2.0
    start = time.now
    budget.acquire()
    assert time.now - start == pytest.approx(7.0)


def test_429_without_a_time_pauses_longer_each_time():
    budget, time = budget_of(4.0)
    pauses = []
    for _ in range(7):
        before = time.now
        budget.throttled(None)
        budget.acquire()
        pauses.append(time.now - before)
    assert pauses[:5] == pytest.approx([1, 2, 4, 8, 16])
    assert pauses[-1] == pytest.approx(30)
    assert budget.rate == 0.25


def test_a_cut_rate_recovers_to_the_allowed_one_and_not_beyond():
    budget, time = budget_of(4.0)
    budget.throttled(1.0)
    sends(budget, time, 10)
    assert 2.0 < budget.rate < 4.0
    sends(budget, time, 100)
    assert budget.rate == 4.0


def test_without_a_limit_nothing_waits_until_the_server_shows_that_it_has_one():
    budget, time = budget_of(None)
    sends(budget, time, 100)
    assert time.waits == []
    assert math.isinf(budget.rate)
    budget.throttled(1.0)
    assert budget.rate == 4.0
    assert most_in_a_second(sends(budget, time, 40)) <= 4


def test_a_pause_beyond_the_callers_patience_is_told_at_once():
    budget, time = budget_of(4.0)
    budget.throttled(3600.0)
    with pytest.raises(PausedTooLong) as told:
        budget.acquire(patience=60.0)
    assert told.value.seconds == pytest.approx(3600.0)
    assert time.waits == []


def test_cancelling_ends_the_wait():
    budget, _ = budget_of(4.0)
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        budget.acquire(cancel)
    with pytest.raises(Cancelled):
        budget.sleep(5.0, cancel)


def test_cancelling_wakes_threads_that_wait():
    started = threading.Semaphore(0)
    cancel = threading.Event()

    def wait(seconds, event):
        started.release()
        return wait_for(seconds, event)

    budget = Budget(0.01, wait=wait)
    budget.acquire()
    ends = []

    def caller():
        try:
            budget.acquire(cancel)
        except Cancelled:
            ends.append("cancelled")

    threads = [threading.Thread(target=caller) for _ in range(3)]
    for each in threads:
        each.start()
    for _ in threads:
        started.acquire()
    cancel.set()
    for each in threads:
        each.join()
    assert ends == ["cancelled"] * 3


def test_a_turn_that_falls_into_a_later_pause_is_given_up():
    time = FakeTime()
    pauses = iter([10.0])

    def pausing(seconds, cancel):
        time.wait(seconds, cancel)
        for pause in pauses:
            budget.throttled(pause)
        return False

    budget = Budget(1.0, clock=time.clock, wait=pausing)
    budget.acquire()
    paused_from = time.now
    budget.acquire()
    assert time.now >= paused_from + 10.0


def test_real_waiting_ends_by_the_event():
    cancel = threading.Event()
    assert wait_for(0.0, None) is False
    assert wait_for(0.0, cancel) is False
    cancel.set()
    assert wait_for(60.0, cancel) is True


@pytest.mark.parametrize("rate", [0, -1, math.nan])
def test_a_rate_is_above_zero(rate):
    with pytest.raises(ValueError, match="above zero"):
        Budget(rate)


def test_colleagues_who_are_told_in_the_same_second_come_back_at_different_times():
    """Each pause is as long as asked for at least, and the oftener it is asked for, the wider they spread."""
    for asked, told in ((None, 1), (None, 5), (7.0, 1), (7.0, 5)):
        pauses = []
        for colleague in range(100):
            time = FakeTime()
            budget = Budget(4.0, clock=time.clock, wait=time.wait, chance=lambda drawn=colleague / 100: drawn)
            for _ in range(told):
                budget.throttled(asked)
            begun = time.now
            budget.acquire()
            pauses.append(time.now - begun)
        step = 2.0 ** (told - 1)
        assert min(pauses) == pytest.approx(step if asked is None else asked)
        assert max(pauses) - min(pauses) >= 0.9 * step
