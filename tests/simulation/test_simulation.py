"""Some histories of both simulated worlds: the same ones every time, and a few that nobody has seen before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _come_to_rest(world: str, *given: str) -> None:
    """In a process of its own: hypothesis also draws from the constants of the modules that happen to be loaded."""
    command = [sys.executable, "-m", "tests.simulation", f"WORLD={world}", "JOBS=1", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 violations" in done.stdout


@pytest.mark.timeout(600)
def test_the_world_comes_to_rest_with_everything_in_it_once() -> None:
    _come_to_rest("calendar", "N=250", "FIRST=1")


@pytest.mark.timeout(600)
def test_R10_every_message_with_a_contact_is_logged_once_whatever_happens() -> None:
    _come_to_rest("mail", "N=250", "FIRST=1")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("world", ["calendar", "mail"])
def test_histories_that_were_never_played_come_to_rest(world: str) -> None:
    """A violation is printed with its seed and its steps."""
    _come_to_rest(world, "N=12")
