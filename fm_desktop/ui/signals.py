"""SIGTERM, SIGINT and SIGHUP as a signal of Qt's: Python's own handlers run only once Qt lets Python run."""

from __future__ import annotations

import os
import signal
import sys
from typing import Final

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

_ENDING: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name))


class EndingSignals(QObject):
    """Made in the main thread. On Windows a program with windows is not sent any."""

    received = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notifier: QSocketNotifier | None = None
        if sys.platform == "win32":
            return
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for each in _ENDING:
            # Without a handler of Python's the signal would end the process before the byte is written.
            signal.signal(each, _do_nothing)
        self._notifier = QSocketNotifier(self._reading, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def close(self) -> None:
        """Gives the signals back to Python."""
        if self._notifier is None:
            return
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        for each in _ENDING:
            signal.signal(each, signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL)
        os.close(self._reading)
        os.close(self._writing)

    @Slot()
    def _read(self) -> None:
        if set(os.read(self._reading, 64)) & set(_ENDING):
            self.received.emit()


def _do_nothing(_number: int, _frame: object) -> None:
    """The byte in the pipe is what counts."""
