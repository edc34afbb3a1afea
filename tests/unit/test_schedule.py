"""The loop: its pace, how it ends, and what a pause does to a cycle that runs."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from fm_desktop.sync import schedule
from fm_desktop.sync.pace import LONGEST, LONGEST_AWAY, QUIET_CYCLES_BEFORE_SLOWER, Impression, Pace
from fm_desktop.sync.schedule import CYCLE, Cancel, Loop
from tests.fakes.clock import own_time

WAIT = 20.0


class Runner:
    """Runs a loop in a thread of its own and ends it."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.finished: bool | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.finished = self.loop.run()

    def end(self) -> bool | None:
        self.loop.end()
        self.thread.join(WAIT)
        assert not self.thread.is_alive()
        return self.finished


def test_the_first_cycle_runs_at_once_and_others_follow():
    third = threading.Event()
    count = iter(range(1, 1000))

    def cycle(_ending: threading.Event) -> Impression:
        if next(count) == 3:
            third.set()
        return Impression(changed=True)

    runner = Runner(Loop(cycle, 0.05))
    assert third.wait(WAIT)
    assert runner.end() is True


def test_a_cycle_that_raises_is_survived():
    second = threading.Event()
    count = iter(range(1, 1000))

    def cycle(_ending: threading.Event) -> Impression:
        if next(count) == 1:
            raise RuntimeError("unexpected")
        second.set()
        return Impression()

    runner = Runner(Loop(cycle, 0.05))
    assert second.wait(WAIT)
    assert runner.end() is True


def test_ending_waits_for_a_cycle_that_ends_by_itself():
    inside = threading.Event()

    def cycle(ending: threading.Event) -> Impression:
        inside.set()
        assert ending.wait(WAIT)
        return Impression()

    runner = Runner(Loop(cycle, 60))
    assert inside.wait(WAIT)
    assert runner.end() is True


def test_ending_does_not_wait_for_ever_for_an_answer(monkeypatch):
    monkeypatch.setattr(schedule, "LAST_ANSWER_SECONDS", 0.05)
    inside, answer = threading.Event(), threading.Event()

    def cycle(_ending: threading.Event) -> Impression:
        inside.set()
        answer.wait(WAIT)
        return Impression()

    runner = Runner(Loop(cycle, 60))
    assert inside.wait(WAIT)
    assert runner.end() is False
    answer.set()


def test_a_cycle_that_is_wanted_does_not_wait_for_its_time(monkeypatch):
    monkeypatch.setattr(schedule, "ATTENTION_SECONDS", 0.05)
    first, second, wish = threading.Event(), threading.Event(), threading.Event()

    def cycle(_ending: threading.Event) -> Impression:
        (second if first.is_set() else first).set()
        return Impression()

    def is_wanted() -> bool:
        return first.is_set() and wish.is_set() and not second.is_set()

    runner = Runner(Loop(cycle, 3_000, is_wanted))
    assert first.wait(WAIT)
    wish.set()
    assert second.wait(WAIT)
    assert runner.end() is True


def test_after_sleep_a_cycle_comes_soon(monkeypatch):
    ran = threading.Event()

    def cycle(_ending: threading.Event) -> Impression:
        ran.set()
        return Impression()

    loop = Loop(cycle, 3_000)
    runner = Runner(loop)
    assert ran.wait(WAIT)
    job = loop._scheduler.get_job(CYCLE)
    loop.look_at_the_clock()
    assert job.next_run_time > datetime.now(UTC) + timedelta(seconds=2_000)
    now = schedule.time.time()
    monkeypatch.setattr(schedule.time, "time", lambda: now + 7_200)
    loop.look_at_the_clock()
    assert loop._scheduler.get_job(CYCLE).next_run_time <= datetime.now(UTC) + timedelta(seconds=60)
    runner.end()


def test_pausing_ends_a_running_cycle_and_the_state_is_read_at_most_once_a_second(monkeypatch):
    clock = [100.0]
    own_time(monkeypatch, schedule, monotonic=lambda: clock[0])
    asked = []
    running = [True]

    def may_run() -> bool:
        asked.append(clock[0])
        return running[0]

    cancel = Cancel(threading.Event(), may_run)
    for _ in range(50):
        assert not cancel()
        clock[0] += 0.1
    assert len(asked) <= 5
    running[0] = False
    clock[0] += 1.0
    assert cancel()
    assert cancel()


def test_ending_is_seen_at_once_without_reading_the_state():
    ending = threading.Event()
    cancel = Cancel(ending, lambda: pytest.fail("asked"))
    assert not cancel()
    ending.set()
    assert cancel()


def after(pace: Pace, *outcomes: Impression) -> float:
    for each in outcomes:
        pace = pace.after(each)
    return pace.seconds


def test_the_pace_is_that_of_the_settings_while_things_happen():
    assert after(Pace(120), *[Impression(changed=True)] * 50) == 120


def test_a_quiet_calendar_is_looked_at_less_often_and_one_change_ends_that():
    quiet = [Impression()] * QUIET_CYCLES_BEFORE_SLOWER
    assert after(Pace(120), *quiet[1:]) == 120
    assert after(Pace(120), *quiet) == 240
    assert after(Pace(120), *quiet * 20) == 360
    assert after(Pace(120), *quiet * 20, Impression(changed=True)) == 120


def test_trouble_doubles_the_wait_up_to_an_hour_and_success_ends_that():
    trouble = Impression(trouble=True)
    assert [after(Pace(120), *[trouble] * number) for number in (1, 2, 3)] == [120, 240, 480]
    assert after(Pace(120), *[trouble] * 100) == LONGEST
    assert after(Pace(120), *[trouble] * 100, Impression()) == 120
    assert after(Pace(7_200), *[trouble] * 100) == 7_200


def test_a_side_that_names_a_time_gets_it():
    assert after(Pace(120), Impression(trouble=True, retry_after=900)) == 900
    assert after(Pace(120), Impression(trouble=True, retry_after=9_000)) == 9_000
    assert after(Pace(120), Impression(trouble=True, retry_after=9_000), Impression(changed=True)) == 120


def test_waking_lets_a_cycle_begin_now_and_the_time_of_the_next_is_known():
    first, second = threading.Event(), threading.Event()

    def cycle(_ending: threading.Event) -> Impression:
        (second if first.is_set() else first).set()
        return Impression()

    loop = Loop(cycle, 3_000)
    assert loop.next_run is None
    runner = Runner(loop)
    assert first.wait(WAIT)
    while not second.wait(0.05):  # waking during the first cycle does nothing: that one is what was wanted
        loop.wake()
    assert loop.next_run is not None
    assert runner.end() is True
    assert loop.next_run is None


CROWDED = Impression(trouble=True, crowded=True)


def test_whoever_meets_a_shared_limit_halves_their_rate_and_takes_it_back_in_small_steps():
    assert [after(Pace(120), *[CROWDED] * number) for number in (1, 2, 3)] == [240, 480, 960]
    assert after(Pace(120), *[CROWDED] * 100) == pytest.approx(LONGEST)
    recovering = [after(Pace(120), CROWDED, *[Impression(changed=True)] * number) for number in (1, 5, 10, 20)]
    assert recovering == sorted(recovering, reverse=True)
    assert recovering[0] == pytest.approx(120 / 0.55)
    assert recovering[-1] == 120
    assert after(Pace(7_200), *[CROWDED] * 100) == 4 * 7_200


def test_a_limit_that_was_met_and_passed_neither_slows_nor_quickens():
    passed = Impression(changed=True, crowded=True)
    assert after(Pace(120), passed) == 120
    assert after(Pace(120), CROWDED, passed, passed) == 240


def test_two_computers_with_unequal_shares_of_a_full_limit_come_to_equal_ones():
    """Both meet the limit together, and both get through together."""
    rich, poor = Pace(120), Pace(120, share=0.1)
    for _ in range(40):
        for impression in (*[Impression(changed=True)] * 5, CROWDED):
            rich, poor = rich.after(impression), poor.after(impression)
    assert poor.share == pytest.approx(rich.share, rel=0.05)


def test_a_server_that_nobody_reaches_is_tried_again_within_a_quarter_of_an_hour():
    away = Impression(trouble=True, away=True)
    assert [after(Pace(120), *[away] * number) for number in (1, 2, 3)] == [120, 240, 480]
    assert after(Pace(120), *[away] * 100) == LONGEST_AWAY
    assert after(Pace(3_000), *[away] * 100) == 3_000


def test_a_hint_puts_the_next_cycle_forward_but_not_while_a_side_asks_for_fewer_requests():
    outcome = [Impression()]
    ran = threading.Semaphore(0)

    def cycle(_ending: threading.Event) -> Impression:
        ran.release()
        return outcome[0]

    loop = Loop(cycle, 3_000)
    runner = Runner(loop)
    assert ran.acquire(timeout=WAIT)
    outcome[0] = Impression(trouble=True, crowded=True, retry_after=2_000)
    while not ran.acquire(timeout=0.05):
        loop.hint()
    while not loop.is_slowed or loop._running.locked():
        loop._ending.wait(0.01)
    planned = loop.next_run
    loop.hint()
    assert loop.next_run == planned > datetime.now(UTC) + timedelta(seconds=1_500)
    loop.wake()
    assert ran.acquire(timeout=WAIT)
    runner.end()


@dataclass
class Asleep:
    """A loop whose first cycle is over, on a computer that slept for two hours since and did not notice yet."""

    loop: Loop
    runner: Runner
    ran: threading.Semaphore
    count: list[int]


@pytest.fixture
def asleep(monkeypatch) -> Iterator[Asleep]:
    ran, count = threading.Semaphore(0), [0]

    def cycle(_ending: threading.Event) -> Impression:
        count[0] += 1
        ran.release()
        return Impression()

    loop = Loop(cycle, 3_000)
    runner = Runner(loop)
    assert ran.acquire(timeout=WAIT)
    while loop._running.locked():
        loop._ending.wait(0.01)
    now = schedule.time.time()
    own_time(monkeypatch, schedule, time=lambda: now + 7_200)
    yield Asleep(loop, runner, ran, count)
    runner.end()


def test_a_cycle_that_came_due_in_the_sleep_leaves_the_network_time_to_come_back(asleep):
    asleep.loop._cycle()
    assert asleep.count == [1]
    soon = asleep.loop.next_run - datetime.now(UTC)
    assert timedelta(seconds=10) < soon < timedelta(seconds=46)
    asleep.loop.wake()
    assert asleep.ran.acquire(timeout=WAIT)


def test_who_wishes_a_sync_right_after_a_sleep_that_nobody_noticed_yet_does_not_wait(asleep):
    asleep.loop.wake()
    assert asleep.ran.acquire(timeout=WAIT)
