"""Fixtures of the tests of what is on the screen. Without a screen: Qt draws into memory."""

from __future__ import annotations

import gc
import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from fm_desktop.ui import texts  # Qt reads the variable when it is first imported


@pytest.fixture(autouse=True)
def _english():
    texts.use("en")
    yield
    texts.use("en")


@pytest.fixture(autouse=True)
def _no_window_goes_meanwhile() -> None:
    """Python collects garbage in whatever thread allocates: a window collected in another one than its own can hang
    there for ever, in the tests of later files too. Here it is collected between the tests only."""
    gc.disable()


def pytest_runtest_logfinish() -> None:
    gc.collect()
    gc.enable()
