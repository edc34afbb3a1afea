"""One running application for a profile: a lock decides, a socket carries what a second start wanted."""

from __future__ import annotations

import os
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QDeadlineTimer, QLockFile, QObject, QThread, Signal, Slot

from fm_desktop.paths import make_privately

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

SHOW: Final = b"show\n"
DONE: Final = b"done\n"
ANSWER_MS: Final = 3_000
LONGEST_WORD: Final = 64


class Instance(QObject):
    """Raises `OSError` if the folder of the lock cannot be written."""

    shown = Signal()
    """Somebody started the application once more: the window is to be raised."""

    def __init__(self, state_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        make_privately(state_folder)
        self._name = _socket_name(state_folder)
        self._lock = QLockFile(str(state_folder / "app.lock"))
        # No age makes a lock invalid, only the death of its owner: a laptop may sleep for a week.
        self._lock.setStaleLockTime(0)
        self._server: QLocalServer | None = None

    def is_first(self) -> bool:
        """Takes the place of the running instance, if it is free. Raises `OSError`."""
        if self._lock.tryLock(0):
            return True
        if self._lock.error() == QLockFile.LockError.LockFailedError:
            return False
        raise OSError(None, "the lock file cannot be written", self._lock.fileName())

    def listen(self) -> None:
        """Hears of later starts from now on; only for the first."""
        from PySide6.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        # The lock is ours, so a socket that is there was left by a process that died.
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)

    def raise_other(self) -> None:
        """Lets the running instance show its window. Raises `UsageError` if it does not answer."""
        from fm_desktop.errors import UsageError

        deadline = QDeadlineTimer(ANSWER_MS)
        while not self._is_told(deadline):
            if deadline.hasExpired():
                break
            QThread.msleep(50)  # it may have been started a moment ago, and not listen yet
        else:
            return
        raise UsageError(
            "FM Desktop is running already, but does not answer.",
            "End it (in the task manager, if need be) and start it again.",
        )

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    def _is_told(self, deadline: QDeadlineTimer) -> bool:
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(deadline.remainingTime()):
            return False
        socket.write(SHOW)
        socket.flush()
        return socket.waitForReadyRead(deadline.remainingTime()) and bytes(socket.readAll().data()).startswith(DONE)

    @Slot()
    def _answer(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            # Whoever sends without end is not remembered without end.
            socket.setReadBufferSize(LONGEST_WORD)
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(socket.deleteLater)
            self._hear(socket)

    @Slot()
    def _read(self) -> None:
        self._hear(cast("QLocalSocket", self.sender()))

    def _hear(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() >= LONGEST_WORD:
                socket.abort()
            return
        if bytes(socket.readLine().data()) == SHOW:
            self.shown.emit()
            socket.write(DONE)
            socket.flush()
        socket.disconnectFromServer()


def _socket_name(folder: Path) -> str:
    """Told apart by the profile; in the user's own folder for such things where there is one."""
    name = f"fm-desktop-{zlib.crc32(str(folder.resolve()).encode()):08x}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return f"{runtime}/{name}" if sys.platform == "linux" and Path(runtime).is_dir() and runtime else name
