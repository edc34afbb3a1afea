"""Some histories of both simulated worlds: the same ones every time, and a few that nobody has seen before."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _come_to_rest(world: str, histories: int, *given: str) -> None:
    """In a process of its own: hypothesis also draws from the constants of the modules that happen to be loaded."""
    command = [sys.executable, "-m", "tests.simulation", f"WORLD={world}", f"N={histories}", "JOBS=1", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    played = re.search(r"(\d+) histories\n", done.stdout)
    assert played is not None
    assert int(played[1]) >= histories


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("histories", "first"), [(250, 1), (100, 301)])
def test_the_world_comes_to_rest_with_everything_in_it_once(histories: int, first: int) -> None:
    """Seeds by which the broken engines are noticed (`make mutants`)."""
    _come_to_rest("calendar", histories, f"FIRST={first}")


@pytest.mark.timeout(600)
def test_R10_every_message_with_a_contact_is_logged_once_whatever_happens() -> None:
    _come_to_rest("mail", 250, "FIRST=1")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("world", ["calendar", "mail"])
def test_histories_that_were_never_played_come_to_rest(world: str) -> None:
    """A violation is printed with its seed and its steps."""
    _come_to_rest(world, 12)
