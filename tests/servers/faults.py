"""A line that lies and fails: TLS on loopback in front of a real server, spoilt in the way a test says.

What is behind it is real on both sides: the client's own sockets and TLS, and the server that stores.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import struct
import threading
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.servers.authority import Authority
from tests.servers.listener import Listener
from tests.servers.speech import Speech
from tests.servers.tls_version import only

_DRIP_SECONDS: Final = 0.02
_PATIENCE: Final = 30.0


class Fault(StrEnum):
    """What is wrong with the network, in the words of the table."""

    NO_NAME = "the name is not found (DNS)"
    REFUSED = "connections are refused"
    HALF_OPEN = "connections are taken and nothing is said"
    OTHER_HOST = "the certificate is another host's"
    SELF_SIGNED = "the certificate is self-signed"
    EXPIRED = "the certificate has expired"
    OLD_TLS = "nothing newer than TLS 1.1"
    IN_CLEAR = "a sign-in page answers where TLS is due"
    UNDELIVERED = "cut before the request was delivered"
    LOST = "cut after the request was delivered"
    RESET = "reset (RST) after the request was delivered"
    SILENT = "silence after the request was delivered"
    GARBLED = "noise instead of TLS after the request was delivered"
    CUT = "cut in the middle of the answer"
    TRUNCATED = "TLS breaks off in the middle of the answer, without close_notify"
    UNMEASURED = "the same, and nothing told how long the answer is"
    DRIP = "the answer comes byte by byte"
    PORTAL = "a sign-in page answers with 200"
    REDIRECT = "everything is sent on to a sign-in page"

    @property
    def of_connecting(self) -> bool:
        """Does it meet connections, so that no request leaves at all?"""
        return self in _OF_CONNECTING


_OF_CONNECTING: Final = frozenset(list(Fault)[: list(Fault).index(Fault.UNDELIVERED)])
_WRONG_PAPERS: Final = (Fault.OTHER_HOST, Fault.SELF_SIGNED, Fault.EXPIRED, Fault.OLD_TLS)


class Papers:
    """Certificates for some hosts, right ones and wrong ones. `file` is the authority that clients are to trust."""

    def __init__(self, folder: Path, hosts: tuple[str, ...]) -> None:
        authority = Authority(folder)
        self.file = authority.file
        self._folder = folder
        authority.issue("right", hosts)
        authority.issue("other", ("somebody.else.example",))
        authority.issue("expired", hosts, expired=True)
        authority.issue("own", hosts, self_signed=True)
        self._right = self._context("right")
        self._wrong = {
            Fault.OTHER_HOST: self._context("other"),
            Fault.SELF_SIGNED: self._context("own"),
            Fault.EXPIRED: self._context("expired"),
            Fault.OLD_TLS: self._old("right"),
        }

    def shown(self, fault: Fault | None) -> ssl.SSLContext:
        return self._right if fault is None else self._wrong.get(fault, self._right)

    def _context(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        return context

    def _old(self, name: str) -> ssl.SSLContext:
        context = self._context(name)
        only(context, ssl.TLSVersion.TLSv1_1)
        return context


class FaultLine:
    """Listens on `port`; nobody listens on `dead_port`. `upstream_tls`: the server wants TLS, too."""

    def __init__(
        self, upstream: int, speech: Speech, papers: Papers, upstream_tls: ssl.SSLContext | None = None
    ) -> None:
        self.upstream, self.speech, self.papers, self.upstream_tls = upstream, speech, papers, upstream_tls
        self.fault: Fault | None = None
        self.trigger: re.Pattern[bytes] = re.compile(b"")
        self.met = 0
        self.delivered = threading.Event()
        self.errors: list[Exception] = []
        self._lines: set[_Line] = set()
        self._dead = socket.socket()
        self._dead.bind(("127.0.0.1", 0))
        self.dead_port: int = self._dead.getsockname()[1]
        self._listener = Listener(self._connect)
        self.port = self._listener.port

    def spoil(self, fault: Fault, trigger: bytes = b"") -> None:
        """From now on. A fault of connecting ends the connections there are; one of answering meets the requests that
        match `trigger` and lets others pass. `met` counts how often it was met; `delivered` is set once the server has
        answered a request that it met."""
        self.met = 0
        self.delivered.clear()
        self.trigger, self.fault = re.compile(trigger), fault
        if fault.of_connecting or self.speech.greets:
            self.cut()

    def heal(self) -> None:
        """From now on all is well. What hangs goes on hanging: nobody tells a client that its connection is dead."""
        self.fault = None

    def settle(self) -> None:
        """Returns once the server has carried out what was passed on to it, though nobody waits for its answer."""
        for each in list(self._lines):
            if each.is_spoilt:
                each.join(_PATIENCE)

    def cut(self) -> None:
        for each in list(self._lines):
            each.hang_up()

    def stop(self) -> None:
        self._listener.close()
        self._dead.close()
        self.cut()
        for each in list(self._lines):
            each.join()
        if self.errors:
            raise AssertionError("the line itself failed") from self.errors[0]

    def gone(self, line: _Line) -> None:
        self._lines.discard(line)

    def _connect(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = _Line(self, client)
        self._lines.add(line)
        line.start()


class _Over(Exception):
    """The line ends here."""


class _Line(threading.Thread):
    """One connection. A single thread looks after both ends: a TLS socket is not for two at once."""

    def __init__(self, owner: FaultLine, client: socket.socket) -> None:
        super().__init__(daemon=True)
        self._owner = owner
        self._speech = owner.speech
        self._client = client
        self._server: socket.socket | None = None
        self._fault: Fault | None = None
        self._is_alone = False
        self._asked = b""
        self._answer = b""

    @property
    def is_spoilt(self) -> bool:
        return self._fault is not None

    def run(self) -> None:
        try:
            self._converse()
        except (_Over, OSError):
            pass  # an end that somebody wanted
        except Exception as error:
            self._owner.errors.append(error)
            raise
        finally:
            for each in (self._client, self._server):
                if each is not None:
                    each.close()
            self._owner.gone(self)

    def hang_up(self) -> None:
        """From another thread: whoever reads here is woken."""
        for each in (self._client, self._server):
            if each is not None:
                with suppress(OSError):
                    socket.socket.shutdown(each, socket.SHUT_RDWR)

    # --- a conversation --------------------------------------------------------------------------

    def _converse(self) -> None:
        fault = self._owner.fault
        if fault in _OF_CONNECTING:
            self._owner.met += 1
        if fault is Fault.HALF_OPEN:
            self._drain()
        if fault is Fault.IN_CLEAR:
            self._client.recv(65536)
            self._client.sendall(self._speech.page)
            self._client.shutdown(socket.SHUT_WR)
            self._drain()
        self._client.settimeout(_PATIENCE)
        self._client = self._owner.papers.shown(fault).wrap_socket(self._client, server_side=True)
        if self._speech.greets and fault in (Fault.PORTAL, Fault.REDIRECT):
            self._owner.met += 1
            self._show_page(fault)
        self._server = socket.create_connection(("127.0.0.1", self._owner.upstream), _PATIENCE)
        self._server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._owner.upstream_tls is not None:
            self._server = self._owner.upstream_tls.wrap_socket(self._server, server_hostname="localhost")
        while True:
            for each in self._readable():
                data = _received(each)
                if data is None:
                    continue
                if not data and each is self._client and self._fault is not None:
                    # The request was passed on: the server is to carry it out, whether somebody waits or not.
                    self._is_alone = True
                    continue
                if not data:
                    return
                (self._outward if each is self._client else self._inward)(data)

    def _readable(self) -> list[socket.socket]:
        assert self._server is not None
        both = [self._server] if self._is_alone else [self._client, self._server]
        waiting = [each for each in both if isinstance(each, ssl.SSLSocket) and each.pending()]
        return waiting or select.select(both, [], [])[0]

    def _outward(self, data: bytes) -> None:
        assert self._server is not None
        fault = self._owner.fault
        self._asked = (self._asked + data)[-65536:]
        if self._fault is None and fault is not None and self._owner.trigger.search(self._asked):
            self._owner.met += 1
            if fault is Fault.UNDELIVERED:
                raise _Over
            if fault in (Fault.PORTAL, Fault.REDIRECT):
                self._show_page(fault)
            self._fault = fault
        self._server.sendall(data)

    def _inward(self, data: bytes) -> None:
        self._asked = b""
        if self._fault is None or self._speech.goes_on(data):
            self._client.sendall(data)
            return
        self._answer += data
        if self._speech.is_complete(self._answer):
            self._owner.delivered.set()
            if not self._is_alone:
                self._spoil(self._fault)
            raise _Over

    def _spoil(self, fault: Fault) -> None:
        if fault is Fault.RESET:
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault is Fault.SILENT:
            self._drain()
        elif fault is Fault.GARBLED:
            socket.socket.sendall(self._client, b"\x17\x03\x03\x00\x20" + bytes(32))
        elif fault is Fault.DRIP:
            self._drip()
        elif fault is Fault.CUT:
            self._client.sendall(self._speech.half(self._answer))
            self._say_goodbye()
        elif fault is Fault.TRUNCATED:
            self._client.sendall(self._speech.half(self._answer))
        elif fault is Fault.UNMEASURED:
            self._client.sendall(self._speech.half_without_length(self._answer))
        raise _Over

    # --- ends ------------------------------------------------------------------------------------

    def _show_page(self, fault: Fault) -> None:
        self._client.sendall(self._speech.page if fault is Fault.PORTAL else self._speech.away)
        self._say_goodbye()
        self._drain()

    def _say_goodbye(self) -> None:
        """close_notify (RFC 8446, 6.1), without waiting for the other side's."""
        assert isinstance(self._client, ssl.SSLSocket)
        self._client.settimeout(0.0)
        with suppress(OSError):
            self._client.unwrap()
        with suppress(OSError):
            socket.socket.shutdown(self._client, socket.SHUT_WR)

    def _drain(self) -> None:
        """Takes what the client says, and answers nothing, until it hangs up."""
        select.select([self._client], [], [])
        while socket.socket.recv(self._client, 65536):
            select.select([self._client], [], [])
        raise _Over

    def _drip(self) -> None:
        for each in self._answer:
            if select.select([self._client], [], [], _DRIP_SECONDS)[0]:
                raise _Over
            self._client.sendall(bytes((each,)))


def _received(origin: socket.socket) -> bytes | None:
    """None where TLS had something to say to itself only."""
    origin.settimeout(0.0)
    try:
        return origin.recv(65536)
    except (ssl.SSLWantReadError, BlockingIOError):
        return None
    finally:
        origin.settimeout(_PATIENCE)
