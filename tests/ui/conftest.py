"""Fixtures of the tests of what is on the screen. Without a screen: Qt draws into memory."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from fm_desktop.ui import texts  # Qt reads the variable when it is first imported


@pytest.fixture(autouse=True)
def _english():
    texts.use("en")
    yield
    texts.use("en")
