"""A program for the benchmark: the whole tray application, with a heartbeat in the thread that draws.

Prints how long, in milliseconds, the longest pause between two beats was during the first sync.
"""

from __future__ import annotations

import os
import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from fm_desktop.paths import Paths
from fm_desktop.ui.binding import leave_sources_unread
from fm_desktop.ui.instance import Instance

BEAT_MS = 5


class Heart:
    """Beats as often as Qt lets it while `listening`."""

    def __init__(self) -> None:
        self.listening = False
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        if self.listening:
            self.longest = max(self.longest, now - self._last)
        self._last = now


def main() -> int:
    # As `fm_desktop.__main__` and `run` begin.
    leave_sources_unread()
    from fm_desktop.ui.application import Application

    qt = QApplication([])
    instance = Instance(Paths.of(os.environ).state)
    instance.is_first()
    application = Application(qt, os.environ, instance, hidden=True)
    heart = Heart()
    application.bridge.changed.connect(lambda snapshot: setattr(heart, "listening", snapshot.syncing))
    application.bridge.cycle_ended.connect(lambda _report: qt.quit())
    code = qt.exec()
    application.end()
    print(round(1000 * heart.longest))
    return code


if __name__ == "__main__":
    sys.exit(main())
