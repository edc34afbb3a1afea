"""Histories that no run of the tests has seen before, beside the fixed ones: a few of each world."""

from __future__ import annotations

import secrets

import pytest

from tests.simulation.campaign import WORLDS, play

FRESH = 20


@pytest.mark.timeout(600)
@pytest.mark.parametrize("world", WORLDS)
def test_histories_that_were_never_run_come_to_rest(world: str) -> None:
    number = secrets.randbelow(2**31)
    figures = play(number, world=world, shrink=False, histories=FRESH)
    found = "\n".join(figures.violations)
    assert not found, f"Again with: make simulate N=1 FIRST={number} ARGS=WORLD={world}\n{found}"
    assert figures.happened["history"] > 0
