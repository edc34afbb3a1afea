"""The bytes between us and one server: bounded, without Nagle's delay, and known when some of them wait to be read.

Below IMAPClient is the standard library's imaplib. Its reader can not say whether a line is already here, which IDLE
needs (a message may arrive together with the answer to IDLE), and it takes a literal that was cut off for a whole one.
"""

from __future__ import annotations

import imaplib
import io
import socket
import ssl
from typing import Any, Final

from imapclient import IMAPClient, SocketTimeout

from fm_desktop.providers.imap.server import Security, Server

_BUFFER_BYTES: Final = 64 * 1024
# A line this long holds the UIDs of half a million messages; a literal this large has nobody asked for.
_LONGEST_LINE: Final = 4 * 1024 * 1024
_LARGEST_LITERAL: Final = 64 * 1024 * 1024


class _Incoming(io.RawIOBase):
    """A socket to read from. Where the socket does not block, nothing is read as None, as raw streams have it."""

    def __init__(self, origin: socket.socket) -> None:
        self.origin = origin
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        try:
            count = self.origin.recv_into(buffer)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        self.ended = count == 0
        return count


class Wire(imaplib.IMAP4):
    """One connection. Raises `imaplib.IMAP4.abort` and `OSError` when it is over."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._incoming: _Incoming | None = None
        super().__init__(server.host, server.port, server.connect_seconds)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        connected = socket.create_connection((self._server.host, self._server.port), timeout)
        try:
            # imaplib sends a literal and the end of its line apart: Nagle would hold the second back for 40 ms.
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if self._server.security is Security.TLS:
                return self._server.tls().wrap_socket(connected, server_hostname=self._server.host)
        except BaseException:
            connected.close()
            raise
        return connected

    def _reader(self) -> io.BufferedReader[_Incoming]:
        """Made anew after STARTTLS: what was said in clear before it must not be taken for an answer."""
        if self._incoming is None or self._incoming.origin is not self.sock:
            self._incoming = _Incoming(self.sock)
            self._buffered = io.BufferedReader(self._incoming, _BUFFER_BYTES)
        return self._buffered

    def read(self, size: int) -> bytes:
        if size > _LARGEST_LITERAL:
            raise self.abort(f"a literal of {size} bytes was announced")
        literal = self._reader().read(size)
        if len(literal) < size:
            raise self.abort("the connection ended inside of a literal")
        return literal

    def readline(self) -> bytes:
        line = self._reader().readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise self.abort("a line is too long")
        return line

    def arrived(self) -> bool:
        """Whether something is here to be read: bytes read earlier, of which the operating system does not tell any
        more, or new ones, or the end. Does not wait."""
        reader = self._reader()
        self.sock.settimeout(0.0)
        try:
            return bool(reader.peek(1)) or (self._incoming is not None and self._incoming.ended)
        finally:
            self.sock.settimeout(self._server.read_seconds)

    # --- what IMAPClient lacks or does in a way that loses something ------------------------------

    def list_special_use(self) -> list[Any]:
        """LIST RETURN (SPECIAL-USE) (RFC 6154), for servers that tell what a folder is for only when asked."""
        kind, data = self._simple_command("LIST", '""', '"*"', "RETURN (SPECIAL-USE)")
        if kind != "OK":
            raise self.error(data[-1])
        return list(self._untagged_response(kind, data, "LIST")[1])

    def start_idle(self) -> bytes:
        """Begins to idle (RFC 2177) and returns its tag. What the server reports before it agrees is kept."""
        tag: bytes = self._new_tag()
        self.send(tag + b" IDLE\r\n")
        while self._get_response() is not None:
            self._check_bye()
            if self.tagged_commands[tag] is not None:
                raise self.error(f"IDLE was answered with {self.tagged_commands.pop(tag)!r}")
        return tag

    def next_report(self) -> None:
        """Reads one report of the server while idling."""
        self._get_response()
        self._check_bye()

    def end_idle(self, tag: bytes) -> None:
        self.send(b"DONE\r\n")
        self._command_complete("IDLE", tag)

    def grown_beyond(self, count: int) -> tuple[bool, int]:
        """Whether reports read since the last call tell of more messages than `count`, and how many there are now."""
        counts = [int(each) for each in self._reported("EXISTS") if each.isdigit()]
        # An EXISTS after an EXPUNGE counts without what went: with both at once, growing is the safe reading.
        left = max(0, count - len(self._reported("EXPUNGE")))
        return any(each > left for each in counts), counts[-1] if counts else left

    def _reported(self, kind: str) -> list[bytes]:
        return [each for each in self.untagged_responses.pop(kind, []) if isinstance(each, bytes)]


class Client(IMAPClient):  # type: ignore[misc]  # IMAPClient has no type information
    """IMAPClient over a `Wire`. Folder names are those on the wire, times carry their zone."""

    def __init__(self, server: Server) -> None:
        self._server = server
        patience = SocketTimeout(connect=server.connect_seconds, read=server.read_seconds)
        super().__init__(server.host, server.port, ssl=server.security is Security.TLS, timeout=patience)
        # IMAPClient logs every line that is sent and received, people's subjects and addresses among them.
        self._imap.debug = 0
        self.folder_encode = False
        self.normalise_times = False

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - its name in IMAPClient
        return Wire(self._server)

    @property
    def wire(self) -> Wire:
        wire: Wire = self._imap
        return wire
