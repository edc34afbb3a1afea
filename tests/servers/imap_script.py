"""A scripted IMAP server, for what no real one does when asked: refusals, Gmail's extensions, odd answers.

It speaks in clear on loopback. A test says what is answered to a command; everything else is answered like a server
with one empty inbox.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable

from tests.servers.listener import Listener

Reply = Iterable[bytes] | None
"""Lines without their ends. A `TAG` at the beginning of one becomes the command's tag; None cuts the connection."""

OK = (b"TAG OK done",)
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}$")


class Talk:
    """One connection, for behaviours that need more than lines."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.stream = connection.makefile("rb")

    def send(self, *lines: bytes) -> None:
        self.connection.sendall(b"".join(each + b"\r\n" for each in lines))

    def line(self) -> bytes:
        return self.stream.readline().rstrip(b"\r\n")

    def command(self) -> bytes | None:
        """The next command with its literals in place; None when the client has hung up."""
        whole = b""
        while line := self.stream.readline():
            whole += line.rstrip(b"\r\n")
            literal = _LITERAL.search(whole)
            if not literal:
                return whole
            if not literal.group(2):
                self.send(b"+ go on")
            whole = whole[: literal.start()] + b"<" + self.stream.read(int(literal.group(1))) + b">"
        return None


class ImapScript:
    """`on(pattern, reply, times)` answers commands that a pattern is found in, without their tag; newer rules come first.

    `commands` are those received, over all connections.
    """

    def __init__(
        self, capabilities: str = "IMAP4rev1 AUTH=PLAIN IDLE LITERAL+", greeting: bytes = b"* OK ready"
    ) -> None:
        self.capabilities = capabilities.encode()
        self.greeting: bytes = greeting
        self.commands: list[bytes] = []
        self.connections = 0
        self._rules: list[tuple[re.Pattern[bytes], Callable[[bytes, Talk], Reply], list[int]]] = []
        self._open: list[socket.socket] = []
        self._listener = Listener(self._connected)
        self.port = self._listener.port

    def on(self, pattern: bytes, reply: Reply | Callable[[bytes, Talk], Reply] = OK, times: int = 1_000_000) -> None:
        behaviour = reply if callable(reply) else lambda _, __: reply
        self._rules.insert(0, (re.compile(pattern, re.DOTALL), behaviour, [times]))

    def count(self, pattern: bytes) -> int:
        return sum(bool(re.search(pattern, each)) for each in self.commands)

    def inbox(self, *, next_uid: int = 1, count: int = 0, validity: int = 7, extra: tuple[bytes, ...] = ()) -> None:
        """How EXAMINE shows every folder."""
        self.on(
            rb"^EXAMINE",
            (
                b"* %d EXISTS" % count,
                b"* OK [UIDVALIDITY %d] valid" % validity,
                b"* OK [UIDNEXT %d] next" % next_uid,
                *extra,
                b"TAG OK [READ-ONLY] opened",
            ),
        )

    def stop(self) -> None:
        self._listener.close()
        for each in self._open:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # ended already

    def _connected(self, connection: socket.socket) -> None:
        self.connections += 1
        self._open.append(connection)
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        talk = Talk(connection)
        with connection, talk.stream:
            try:
                talk.send(self.greeting)
                while (command := talk.command()) is not None:
                    tag, _, rest = command.partition(b" ")
                    self.commands.append(rest)
                    reply = self._reply(rest, talk)
                    if reply is None:
                        return
                    talk.send(*(re.sub(rb"^TAG\b", tag, each) for each in reply))
            except OSError:
                return  # the client hung up

    def _reply(self, command: bytes, talk: Talk) -> Reply:
        for pattern, behaviour, left in self._rules:
            if left[0] and pattern.search(command):
                left[0] -= 1
                return behaviour(command, talk)
        return self._usual(command, talk)

    def _usual(self, command: bytes, talk: Talk) -> Reply:
        name = command.split()[0].upper()
        if name == b"CAPABILITY":
            return (b"* CAPABILITY " + self.capabilities, *OK)
        if name == b"AUTHENTICATE":
            talk.send(b"+ ")
            talk.line()
            return (b"TAG OK [CAPABILITY " + self.capabilities + b"] welcome",)
        if name == b"LIST":
            return (b'* LIST () "/" INBOX', *OK)
        if name == b"EXAMINE":
            return (
                b"* 0 EXISTS",
                b"* OK [UIDVALIDITY 7] valid",
                b"* OK [UIDNEXT 1] next",
                b"TAG OK [READ-ONLY] opened",
            )
        if name == b"UID":
            return (b"* SEARCH", *OK) if command.split()[1].upper() == b"SEARCH" else OK
        if name == b"IDLE":
            talk.send(b"+ idling")
            talk.line()
            return OK
        return (b"TAG BAD unknown",)
