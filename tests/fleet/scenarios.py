"""What a fleet goes through, and the figures that come out."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.fleet.computer import Computer, Habit
from tests.fleet.server import TenantServer, peak, total
from tests.fleet.stage import Stage

HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Rates are requests a second within the part of the time that was looked at; ages are seconds since a computer's
    last good cycle at its end. `peak`: the most in one second."""

    asked: float
    served: float
    refused: float
    peak: int
    sign_ins: float
    age_median: float
    age_95: float
    age_worst: float
    never: int


class Fleet:
    """So many computers on one tenant. Used as a context: their threads end with it."""

    def __init__(self, number: int, habit: Habit, server: TenantServer, seed: int = 1) -> None:
        random.seed(seed)
        self.stage = Stage()
        self.server = server
        self.computers = [Computer(self.stage, server, habit) for _ in range(number)]

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        self.stage.close()

    def start_within(self, seconds: float) -> None:
        """Programs are started one after another, or all in one second with 0."""
        for each in self.computers:
            each.start(random.uniform(0, seconds))

    def figures(self, begin: float, end: float) -> Figures:
        span = end - begin
        server = self.server
        ages = sorted(end - (each.good[-1] if each.good else 0.0) for each in self.computers)
        return Figures(
            asked=total(server.asked, begin, end) / span,
            served=total(server.served, begin, end) / span,
            refused=total(server.refused, begin, end) / span,
            peak=peak(server.asked, begin, end),
            sign_ins=total(server.sign_ins, begin, end) / span,
            age_median=ages[len(ages) // 2],
            age_95=ages[int(len(ages) * 0.95)],
            age_worst=ages[-1],
            never=sum(not each.good for each in self.computers),
        )

    def in_step_after(self, begin: float) -> list[float]:
        """Seconds from then until each had its next good cycle; infinite where it had none."""
        firsts = (next((good for good in each.good if good >= begin), float("inf")) for each in self.computers)
        return sorted(first - begin for first in firsts)


def steady(number: int, habit: Habit, limit: float | None, hours: int = 4) -> Figures:
    """An ordinary day; the last hour is looked at."""
    with Fleet(number, habit, TenantServer(limit)) as fleet:
        fleet.start_within(habit.interval)
        fleet.stage.run(hours * HOUR)
        return fleet.figures((hours - 1) * HOUR, hours * HOUR)


@dataclass(frozen=True, slots=True)
class Recovery:
    """After something that hit everybody: the peak, and seconds until half, 99 % and all were in step again."""

    peak: int
    half: float
    most: float
    everybody: float
    refused: float


def _recovery(fleet: Fleet, since: float, until: float) -> Recovery:
    times = fleet.in_step_after(since)
    share = total(fleet.server.refused, since, until) / max(1, total(fleet.server.asked, since, until))
    return Recovery(
        peak(fleet.server.asked, since, until), times[len(times) // 2], times[int(len(times) * 0.99)], times[-1], share
    )


def outage(number: int, habit: Habit, limit: float | None, *, hours: float = 3.0) -> Recovery:
    """The CRM is away for an hour, after an hour of peace."""
    begin, end = 1 * HOUR, 2 * HOUR
    with Fleet(number, habit, TenantServer(limit, outages=((begin, end),))) as fleet:
        fleet.start_within(habit.interval)
        fleet.stage.run(end + hours * HOUR)
        return _recovery(fleet, end, end + hours * HOUR)


def monday(number: int, habit: Habit, limit: float | None, *, within: float, hours: float = 3.0) -> Recovery:
    """All computers slept over the weekend, their sessions are over, and they wake within so many seconds of nine."""
    nine = 10 * HOUR
    with Fleet(number, habit, TenantServer(limit)) as fleet:
        for each in fleet.computers:
            each.sign_in_earlier(0.0)
            each.start(nine + 2 * HOUR)
            fleet.stage.at(nine + random.uniform(0, within), each.wake_from_sleep)
        fleet.stage.run(nine + hours * HOUR)
        return _recovery(fleet, nine, nine + hours * HOUR)


@dataclass(frozen=True, slots=True)
class RollOut:
    """`useful`: the share of the allowed requests that made a row. `early`: seconds until the last newcomer had their
    first 20 rows, which are those of this week. `waited`: the longest age of those who were there before."""

    hours: float
    useful: float
    early: float
    waited: float


def roll_out(old: int, new: int, rows: int, habit: Habit, limit: float, *, within: float) -> RollOut:
    """So many are set up within some seconds on a tenant that others work on, each with so many rows."""
    with Fleet(old + new, habit, TenantServer(limit)) as fleet:
        fleet.start_within(habit.interval)
        newcomers = fleet.computers[old:]
        for each in newcomers:
            each.habit = replace(habit, first_rows=rows)
            each.rows_left = rows
        end = early = 0.0
        while any(each.rows_left for each in newcomers):
            end += 60.0
            fleet.stage.run(end)
            if any(each.rows_left > rows - 20 for each in newcomers):
                early = end
        before = sorted(end - (each.good[-1] if each.good else 0.0) for each in fleet.computers[:old])
        return RollOut(end / HOUR, new * rows / (end * limit), early, before[-1] if before else 0.0)
