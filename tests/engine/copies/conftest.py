"""Fixtures of the tests of copies that go: two calendars, either of which can be taken out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, calendars=("Work", "Home"))
