"""`make simulate N=1000`: random histories of both simulated worlds, N of each, with figures.

Histories run in batches of one seed each, on every core; the same seed gives the same batch. A violation is printed
with its history and ends the program with 1; `ARGS=SHRINK=yes` looks for its smallest form. `FIRST=…`: the first seed,
drawn where none is given; `ARGS=WORLD=mail`: one world alone. The tests run a few of them, always the same.
"""

from __future__ import annotations

import functools
import logging
import multiprocessing
import os
import secrets
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.simulation.counted import HAPPENED
from tests.simulation.mailing import PostMachine
from tests.simulation.storm import WorldMachine

BATCH = 50
STEPS = 30
WORLDS: Mapping[str, type[RuleBasedStateMachine]] = {"calendar": WorldMachine, "mail": PostMachine}
FAULTS = (
    "lose_an_answer", "fail_a_write", "fail_a_read", "fail_at_the_crm", "fail_at_the_mailbox", "tokens", "renumber",
    "listings_lag", "lists_lag", "list_empty_for_a_while", "a_row_is_stored_and_neither_told_nor_listed",
    "a_record_is_stored_and_neither_told_nor_listed",
    "somebody_is_faster_than_a_write", "crash", "lose_state", "restore", "other_computer",
)  # fmt: skip


@dataclass
class Figures:
    happened: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


def run_batch(number: int, *, world: str, shrink: bool, histories: int = BATCH) -> Figures:
    """Histories of one seed: what happened in them, and the violation that ended it, if there was one."""
    # No disk slows the stores down where the system has memory to put files in.
    memory = Path("/dev/shm")
    tempfile.tempdir = str(memory) if memory.is_dir() else None
    logging.disable()
    HAPPENED.clear()
    figures = Figures(HAPPENED)
    chosen = settings(
        max_examples=histories,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
        phases=list(Phase) if shrink else [Phase.generate],
    )
    try:
        run_state_machine_as_test(seed(number)(WORLDS[world]), settings=chosen)
    except Exception as error:  # noqa: BLE001 - any failure is a finding
        told = [f"seed {number}, {histories} histories of {world}\n", *traceback.format_exception(error, limit=-3)]
        figures.violations.append("".join(told))
    return figures


def main(arguments: Iterable[str]) -> int:
    given = dict(each.split("=", 1) for each in arguments)
    worlds = [given["WORLD"]] if "WORLD" in given else [*WORLDS]
    return max(campaign(world, given) for world in worlds)


def campaign(world: str, given: Mapping[str, str]) -> int:
    first = int(given.get("FIRST") or secrets.randbelow(2**31))
    wanted = int(given.get("N", 1000))
    batches = -(-wanted // BATCH)
    began, total = time.monotonic(), Figures()
    run = functools.partial(run_batch, world=world, shrink="SHRINK" in given, histories=min(wanted, BATCH))
    with multiprocessing.get_context("spawn").Pool(int(given.get("JOBS", os.cpu_count() or 1))) as pool:
        for figures in pool.imap_unordered(run, range(first, first + batches)):
            total.happened += figures.happened
            for each in figures.violations:
                print(each, flush=True)
            total.violations += figures.violations
    seeds = f"seeds {first} to {first + batches - 1}"
    print(report(total, f"{world}, {seeds}, {time.monotonic() - began:.0f} s"), flush=True)
    return 1 if total.violations else 0


def report(total: Figures, of: str) -> str:
    happened = total.happened
    steps = sum(count for name, count in happened.items() if name != "history")
    lines = [
        f"{of}: {happened['history']} histories",
        f"{steps} steps, of them {happened['sync']} cycles asked for and {happened['quiet']} times of rest",
        *(f"  {happened[name]:>8} {name.replace('_', ' ')}" for name in FAULTS if happened[name]),
        f"{len(total.violations)} violations",
    ]
    return "\n".join(lines)
