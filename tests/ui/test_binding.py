"""What the Qt binding must not do: PySide6 6.12.0 gives back a reference too many on Python 3.11."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject

CALLS = 200


def test_calls_without_a_result_do_not_use_up_none() -> None:
    """After some thousands of them Python would abort: a tray application runs for weeks."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("name")
    assert sys.getrefcount(None) > before - CALLS // 2
