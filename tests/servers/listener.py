"""A port of loopback on which connections are taken."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable


class Listener:
    """Hands each connection to `welcome`, one after the other, on a thread of its own."""

    def __init__(self, welcome: Callable[[socket.socket], object]) -> None:
        self._welcome = welcome
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Once it returns nobody is welcomed any more."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._welcome(connection)
