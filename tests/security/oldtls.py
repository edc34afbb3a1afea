"""A server on loopback that speaks one version of TLS, and says no to whatever is asked over it."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from tests.servers.authority import Authority
from tests.servers.listener import Listener
from tests.servers.tls_version import only


class OneVersion:
    """`spoken` are the handshakes that came about, by version. `speaks_first`: as servers of IMAP do."""

    def __init__(
        self, folder: Path, authority: Authority, version: ssl.TLSVersion, *, speaks_first: bool = False
    ) -> None:
        authority.issue("server")
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "server.pem", folder / "server.key")
        only(self._context, version)
        self._speaks_first = speaks_first
        self.spoken: list[str | None] = []
        self._listener = Listener(self._serve)
        self.port = self._listener.port

    def close(self) -> None:
        self._listener.close()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            with self._context.wrap_socket(connection, server_side=True) as secured:
                self.spoken.append(secured.version())
                self._refuse(secured)
        except OSError:
            connection.close()

    def _refuse(self, secured: ssl.SSLSocket) -> None:
        if self._speaks_first:
            secured.sendall(b"* BYE not now\r\n")
        else:
            secured.recv(65536)
            secured.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
