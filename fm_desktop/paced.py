"""Answers that trickle: a time-out for each piece alone lets a server that sends a byte now and then hold us up for
ever.

They are watched at the one place that all connections share, their TLS. What counts is the time spent waiting for
bytes, so that a connection on which something is waited for by other means (IMAP IDLE) may rest as long as it likes.
An answer that is meant to come bit by bit is let off (`let_rest`).
"""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import requests

_GRACE_SECONDS: Final = 60.0
_SLOWEST_BYTES_A_SECOND: Final = 1024


class PacedSocket(ssl.SSLSocket):
    """Raises `TimeoutError` where an answer, once it has begun, comes slower than the slowest line does."""

    rests = False
    _came = 0
    _waited = 0.0

    def send(self, data: Any, flags: int = 0) -> int:
        self._came, self._waited, self.rests = 0, 0.0, False
        return super().send(data, flags)

    def read(self, size: int = 1024, buffer: bytearray | None = None) -> Any:  # type: ignore[override]
        """Both of `recv` and `recv_into` come by here. The count of bytes where there is a buffer, else the bytes."""
        began = time.monotonic()
        result: Any = super().read(size, buffer)
        waited = time.monotonic() - began
        if self._came:  # until an answer begins, the time-outs watch
            self._waited += waited
        self._came += result if buffer is not None else len(result)
        if not self.rests and self._waited > _GRACE_SECONDS + self._came / _SLOWEST_BYTES_A_SECOND:
            raise TimeoutError("the answer comes too slowly to be waited for")
        return result


def let_rest(answer: requests.Response) -> None:
    """This answer tells of things as they happen. The next request on its connection is watched again."""
    connection = answer.raw.connection
    sock = None if connection is None else connection.sock
    if isinstance(sock, PacedSocket):
        sock.rests = True


def paced(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same, whose connections do not wait for what trickles."""
    # truststore's, for Windows and macOS, hands everything on to one of the standard library.
    getattr(context, "_ctx", context).sslsocket_class = PacedSocket
    return context
