"""A TCP proxy in front of a real server: it counts what crosses the line, and cuts it where a test says."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass

from tests.servers.listener import Listener


@dataclass(slots=True)
class Line:
    """One connection through the proxy. Bytes are counted as they travel, so encrypted where it is encrypted."""

    client: socket.socket
    server: socket.socket
    received: int = 0
    sent: int = 0

    def cut(self) -> None:
        for each in (self.client, self.server):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # ended already


class TcpProxy:
    """Listens on a free port of loopback. `lines` are all connections ever made; `received` what came from the server."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self.lines: list[Line] = []
        self._cut_after: int | None = None
        self._times = 0
        self._lock = threading.Lock()
        self._listener = Listener(self._connect)
        self.port = self._listener.port

    @property
    def received(self) -> int:
        return sum(each.received for each in self.lines)

    def cut_after(self, received: int, times: int = 1) -> None:
        """Ends the next connections, and those there are, once so many more bytes came from the server over them."""
        with self._lock:
            self._cut_after, self._times = received, times
            for each in self.lines:
                each.received = 0

    def cut(self) -> None:
        """Ends all connections now."""
        for each in self.lines:
            each.cut()

    def stop(self) -> None:
        self._listener.close()
        self.cut()

    def _connect(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._upstream))
        for each in (client, server):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = Line(client, server)
        self.lines.append(line)
        for inward in (True, False):
            threading.Thread(target=self._pump, args=(line, inward), daemon=True).start()

    def _pump(self, line: Line, inward: bool) -> None:
        origin, target = (line.server, line.client) if inward else (line.client, line.server)
        try:
            while data := origin.recv(65536):
                if inward:
                    data = self._allowed(line, data)
                    line.received += len(data)
                else:
                    line.sent += len(data)
                target.sendall(data)
                if inward and self._is_due(line):
                    break
        except OSError:
            pass  # one side hung up: so does the other
        line.cut()
        origin.close()

    def _allowed(self, line: Line, data: bytes) -> bytes:
        with self._lock:
            return data if not self._times or self._cut_after is None else data[: self._cut_after - line.received]

    def _is_due(self, line: Line) -> bool:
        with self._lock:
            due = bool(self._times) and self._cut_after is not None and line.received >= self._cut_after
            self._times -= due
            return due
