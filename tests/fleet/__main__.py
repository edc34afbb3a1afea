"""`make fleet`: what becomes of many computers on one tenant, with the program's own client, budget and pace.

`make fleet ARGS="PEOPLE=10000 INTERVAL=5400 LIMIT=13 HOURS=8"`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable

from tests.fleet.computer import Habit
from tests.fleet.scenarios import outage, steady


def main(arguments: Iterable[str]) -> int:
    given = dict(each.split("=", 1) for each in arguments)
    people, limit = int(given.get("PEOPLE", 1_000)), float(given.get("LIMIT", 4))
    habit = Habit(interval=float(given.get("INTERVAL", 900)))
    logging.disable()
    print(f"{people} people, every {habit.interval:.0f} s, {limit:g} requests a second for all")
    day = steady(people, habit, limit, hours=int(given.get("HOURS", 4)))
    print(
        f"the last hour: {day.asked:.1f} asked a second, {day.refused / max(day.asked, 1e-9):.0%} refused, at most "
        f"{day.peak} in one second; last good look {day.age_median:.0f} s ago (median), {day.age_95:.0f} s (19 of 20), "
        f"{day.age_worst:.0f} s (worst); {day.never} never had one"
    )
    back = outage(people, habit, limit)
    print(
        f"after an hour without ForceManager: at most {back.peak} in one second, {back.refused:.0%} refused, half in step "
        f"after {back.half / 60:.0f} minutes, 99 % after {back.most / 60:.0f}, all after {back.everybody / 60:.0f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
