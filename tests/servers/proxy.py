"""A scriptable HTTP proxy in a thread, in front of a real server: it can change, lose and count everything."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_METHODS = (
    "GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR", "MKCOL", "MOVE",
    "PATCH",
)  # fmt: skip
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "te", "trailer", "upgrade"})


@dataclass(slots=True)
class Reply:
    """An answer to the client. `cut` ends the connection without any answer, after `body` bytes of none."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)

    def without(self, *names: str) -> Reply:
        lowered = {name.lower() for name in names}
        kept = {key: value for key, value in self.headers.items() if key.lower() not in lowered}
        return Reply(self.status, kept, self.body, self.cut)


CUT = Reply(0, cut=True)


@dataclass(slots=True)
class Exchange:
    """One request on its way. `forward()` sends it, as it now stands, to the real server."""

    method: str
    path: str
    headers: http.client.HTTPMessage
    body: bytes
    proxy: DavProxy

    def forward(self) -> Reply:
        return self.ask(self.method, self.path, self.body, dict(self.headers.items()))

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
        """Another request to the real server, by default with the client's credentials."""
        if headers is None:
            headers = {key: value for key, value in self.headers.items() if key.lower() == "authorization"}
        return self.proxy.ask_upstream(method, path, body, headers)


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it reached the proxy, and the status the client got (0: connection cut)."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int


Behaviour = Callable[[Exchange], Reply]


@dataclass(slots=True)
class Rule:
    """Applies `behaviour` to matching requests, at most `times` times (None: always)."""

    method: str | None
    path_contains: str
    body_contains: bytes
    times: int | None = None
    behaviour: Behaviour | None = None

    def then(self, behaviour: Behaviour, times: int | None = None) -> Rule:
        self.times = times
        self.behaviour = behaviour
        return self

    def takes(self, exchange: Exchange) -> bool:
        return (
            self.behaviour is not None
            and self.times != 0
            and self.method in (None, exchange.method)
            and self.path_contains in exchange.path
            and self.body_contains in exchange.body
        )


class DavProxy:
    """Listens on a free port of loopback and passes everything on to `upstream`, unless a rule says otherwise.

    Newer rules come first, so a test can put an exception on top of a habit.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream)
        self.seen: list[Seen] = []
        self.errors: list[Exception] = []
        self._rules: list[Rule] = []
        self._default: Behaviour = Exchange.forward
        self._lock = threading.Lock()
        self._server = _Listener(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def on(self, method: str | None = None, path_contains: str = "", body_contains: bytes = b"") -> Rule:
        """A new rule, in force once it has its `.then(behaviour)`."""
        rule = Rule(method, path_contains, body_contains)
        with self._lock:
            self._rules.insert(0, rule)
        return rule

    def always(self, behaviour: Behaviour) -> None:
        """What happens to requests that no rule takes (by default they are passed on)."""
        self._default = behaviour

    def without_rules(self, exchange: Exchange) -> Reply:
        """What happens to a request that no rule takes: for behaviours that change an answer, or lose it."""
        return self._default(exchange)

    def clear(self) -> None:
        """Forgets all rules."""
        with self._lock:
            self._rules.clear()

    def forget_seen(self) -> None:
        with self._lock:
            self.seen.clear()

    def count(self, method: str | None = None, path_contains: str = "") -> int:
        """How many requests came since the start or the last `forget_seen`."""
        with self._lock:
            return sum(1 for each in self.seen if method in (None, each.method) and path_contains in each.path)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join()
        if self.errors:
            raise AssertionError("a behaviour of the proxy failed") from self.errors[0]

    def answer(self, exchange: Exchange) -> Reply:
        with self._lock:
            rule = next((each for each in self._rules if each.takes(exchange)), None)
            if rule is not None and rule.times is not None:
                rule.times -= 1
        method, path, headers, body = exchange.method, exchange.path, dict(exchange.headers.items()), exchange.body
        try:
            reply = (rule.behaviour if rule and rule.behaviour else self._default)(exchange)
        except Exception as error:
            self.errors.append(error)
            raise
        with self._lock:
            self.seen.append(Seen(method, path, headers, body, reply.status))
        return reply

    def ask_upstream(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection(self.upstream.hostname or "", self.upstream.port, timeout=60)
        try:
            # Plain bytes, so that behaviours can read and change the answer.
            dropped = _HOP_BY_HOP | {"accept-encoding"}
            kept = {key: value for key, value in headers.items() if key.lower() not in dropped}
            connection.request(
                method, path, body or None, {**kept, "Content-Length": str(len(body)), "Accept-Encoding": "identity"}
            )
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        returned = {key: value for key, value in answer.getheaders() if key.lower() not in _HOP_BY_HOP}
        return Reply(answer.status, returned, content)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)

    def close_connections(self) -> None:
        """Wakes handlers that wait for a next request on a kept connection."""
        for each in list(self._open):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed by the client in the meantime

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests; they are seen on the client's side."""


def _handler_for(proxy: DavProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def exchange(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            reply = proxy.answer(Exchange(self.command, self.path, self.headers, body, proxy))
            if reply.cut:
                self.close_connection = True
                return
            self.send_response_only(reply.status)
            for key, value in reply.headers.items():
                self.send_header(key, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)
            self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: the proxy keeps its own record."""

    for method in _METHODS:
        setattr(Handler, f"do_{method}", Handler.exchange)
    return Handler
