"""One running application for a profile: a lock decides, a socket carries what a second start wanted."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from fm_desktop.errors import UsageError

SHOW: Final = b"show\n"
DONE: Final = b"done\n"
ANSWER_MS: Final = 3_000


class Instance(QObject):
    """Raises `OSError` if the folder of the lock cannot be written."""

    shown = Signal()
    """Somebody started the application once more: the window is to be raised."""

    def __init__(self, state_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        state_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._name = _socket_name(state_folder)
        self._lock = QLockFile(str(state_folder / "app.lock"))
        # No age makes a lock invalid, only the death of its owner: a laptop may sleep for a week.
        self._lock.setStaleLockTime(0)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def is_first(self) -> bool:
        """Takes the place of the running instance, if it is free. Raises `OSError`."""
        if self._lock.tryLock(0):
            # The lock is ours, so a socket that is there was left by a process that died.
            QLocalServer.removeServer(self._name)
            self._server.listen(self._name)
            return True
        if self._lock.error() == QLockFile.LockError.LockFailedError:
            return False
        raise OSError(None, "the lock file cannot be written", self._lock.fileName())

    def raise_other(self) -> None:
        """Lets the running instance show its window. Raises `UsageError` if it does not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(ANSWER_MS):
            socket.write(SHOW)
            socket.flush()
            if socket.waitForReadyRead(ANSWER_MS) and bytes(socket.readAll().data()).startswith(DONE):
                return
        raise UsageError(
            "FM Desktop is running already, but does not answer.",
            "End it (in the task manager, if need be) and start it again.",
        )

    def close(self) -> None:
        self._server.close()
        self._lock.unlock()

    @Slot()
    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(socket.deleteLater)
            self._hear(socket)

    @Slot()
    def _read(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._hear(socket)

    def _hear(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            return
        if bytes(socket.readLine().data()) == SHOW:
            self.shown.emit()
            socket.write(DONE)
            socket.flush()
        socket.disconnectFromServer()


def _socket_name(folder: Path) -> str:
    """Told apart by the profile; in the user's own folder for such things where there is one."""
    name = f"fm-desktop-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return f"{runtime}/{name}" if sys.platform == "linux" and Path(runtime).is_dir() and runtime else name
