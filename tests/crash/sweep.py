"""Runs a scenario whole, then cut short at its moments, and says what is different in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.crash.figures import Figures
from tests.crash.killed import DIED
from tests.crash.places import NOTE
from tests.crash.scenarios import Scenario
from tests.crash.stage import End, Stage

Pick = Callable[[Sequence[str]], Iterable[int]]
"""Which of the moments, counted from 1, something is to be cut short at."""


def each_nth(every: int) -> Pick:
    return lambda moments: range(1, len(moments) + 1, every)


def stored_but_unanswered(moments: Sequence[str]) -> Iterable[int]:
    """The worst of each kind, and one beside them: what a test run has the time for."""
    after = {kind: number for number, kind in enumerate(moments, 1) if kind.startswith("after")}
    others = [number for number, kind in enumerate(moments, 1) if not kind.startswith("after")]
    return sorted({*after.values(), others[len(others) * 2 // 3]})


def sweep(stage: Stage, pick: Pick) -> Figures:
    scenario = stage.scenario
    with stage.prepared():
        done = stage.do(scenario.steps)
        assert "moments" in done, done
        stage.children.learn(done["modules"])
        moments = done["moments"]
        figures = Figures(scenario.name, stage.place.name, len(stage.traced()), len(moments))
        told = stage.do((f"rest {scenario.rest}",))
        whole = stage.end()
        figures.differences += [f"uncut: {each}" for each in _trouble(told)]
        for number in pick(moments):
            found = _cut(stage, number, whole)
            figures.crashes += 1
            figures.differences += [
                f"at {number} ({moments[number - 1]}): {each}" for each in _told(found, figures, scenario)
            ]
    return figures


def _cut(stage: Stage, number: int, whole: End) -> list[str]:
    """What is different after a crash at this moment, and the start after it."""
    stage.back()
    died = stage.do(stage.scenario.steps, die_at=number)
    found = [] if died == DIED else [f"it did not die: {died}"]
    told = stage.do((*stage.scenario.steps, f"rest {stage.scenario.rest}"))
    return found + _trouble(told) + stage.end().differences(whole)


def _told(found: list[str], figures: Figures, scenario: Scenario) -> list[str]:
    """Without notes that are missing, where they are told at most once."""
    lost = [each for each in found if each.startswith(f"provider has less: {NOTE}")] if scenario.at_most_once else []
    figures.lost += bool(lost)
    return [each for each in found if each not in lost and not (lost and "creates in place of" in each)]


def _trouble(told: dict[str, Any]) -> list[str]:
    """What the computer that was restarted complains of, and whether it came to rest."""
    if "reports" not in told:
        return [f"the computer failed: {told}"]
    quiet = {"outcome": "done", "writes": 0, "unknown": 0, "problems": 0, "held": 0, "errors": []}
    return [] if told["reports"][-1] == quiet else [f"it does not come to rest: {told['reports']}"]
