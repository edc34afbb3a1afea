"""SIGTERM, SIGINT and SIGHUP as a signal of Qt's: Python's own handlers run only once Qt lets Python run."""

from __future__ import annotations

import signal
import socket
from typing import Final

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

_ENDING: Final = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


class EndingSignals(QObject):
    """Made in the main thread."""

    received = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        self._theirs = theirs
        signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        for each in _ENDING:
            # Without a handler of Python's the signal would end the process before the byte is written.
            signal.signal(each, _do_nothing)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def close(self) -> None:
        """Gives the signals back to Python."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        for each in _ENDING:
            signal.signal(each, signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL)
        self._ours.close()
        self._theirs.close()

    @Slot()
    def _read(self) -> None:
        numbers = self._ours.recv(64)
        if any(number in _ENDING for number in numbers):
            self.received.emit()


def _do_nothing(_number: int, _frame: object) -> None:
    """The byte in the socket is what counts."""
