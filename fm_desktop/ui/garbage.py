"""Garbage is collected in the thread that draws, and in no other, and whole only while that is in nobody's way.

Python collects cycles in whatever thread allocates just then: a window that is garbage by that time would be torn down
in the engine's thread, where Qt may hang or crash. A whole collection looks at all that there is, which takes a tenth
of a second: as long as somebody works in a window, or waits for a sync, it waits, too.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication

# Often enough for the young generations to stay small, in a first sync too, when the engine allocates all the time.
TICK_MS: Final = 50
# Python's own, but for the middle generation: what the engine allocates in ten ticks takes 30 ms to look through.
LIMITS: Final = (700, 3, 30)
# So long a whole collection waits for the person to go away.
LONGEST_WAIT: Final = 30 * 60.0


class Collector(QObject):
    """From now on collects by `LIMITS`, looked at by a timer of the thread it is made in. `is_busy`
    says whether a short pause would be noticed."""

    def __init__(
        self, parent: QObject, is_busy: Callable[[], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._is_busy = is_busy
        self._clock = clock
        self._last_whole = clock()
        gc.disable()
        timer = QTimer(self, interval=TICK_MS)
        timer.timeout.connect(self.collect)
        timer.start()

    @Slot()
    def collect(self) -> None:
        """The oldest generation that is due and may be collected now; it takes the younger ones along."""
        young, middle, whole = (count > limit for count, limit in zip(gc.get_count(), LIMITS, strict=True))
        if whole and self._may_pause():
            self._last_whole = self._clock()
            gc.collect()
        elif middle or whole:
            gc.collect(1)
        elif young:
            gc.collect(0)

    def _may_pause(self) -> bool:
        return not self._is_busy() or self._clock() - self._last_whole >= LONGEST_WAIT


def is_watched(qt: QGuiApplication) -> bool:
    """Whether a person works in one of the program's windows just now."""
    # Imported here: with it come a thousand constants, and the icon need not wait for them.
    from PySide6.QtCore import Qt

    return qt.applicationState() is Qt.ApplicationState.ApplicationActive
