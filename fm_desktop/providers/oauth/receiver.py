"""The redirection back from the browser (RFC 8252 7.3): a web server on this computer for one single answer.

Whatever else knocks at the port (other programs, a page that guesses it, the browser's own look for an icon) gets an
error page and changes nothing.
"""

from __future__ import annotations

import hmac
import html
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs

_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}
_PAGE: Final = """<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:15vh auto;max-width:32rem;padding:0 1rem;color:#222}}
@media (prefers-color-scheme: dark){{body{{background:#1d1f21;color:#ddd}}}}</style></head>
<body><h1>{title}</h1><p>{text}</p></body></html>"""


@dataclass(frozen=True, slots=True)
class Texts:
    """What the browser shows in the end, as (title, sentence), in the user's language."""

    done: tuple[str, str]
    refused: tuple[str, str]
    foreign: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Callback:
    """The answer of the service: a code, or why there is none (RFC 6749 4.1.2)."""

    code: str = field(default="", repr=False)
    error: str = ""


class Receiver:
    """Listens from its construction on, on a free port of this computer. Raises `OSError`."""

    def __init__(self, loopback: str, state: str, texts: Texts, issuer: str = "") -> None:
        self._state = state
        self._issuer = issuer
        self._texts = texts
        self._answers: queue.SimpleQueue[Callback] = queue.SimpleQueue()
        self._taken: Callback | None = None
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self.host = f"{loopback}:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="sign-in answer", daemon=True
        )
        self._thread.start()

    @property
    def foreign(self) -> tuple[str, str]:
        return self._texts.foreign

    @property
    def redirect(self) -> str:
        return f"http://{self.host}/"

    def wait(self, seconds: float) -> Callback | None:
        """The answer, None if there is none after some seconds."""
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            return None

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, target: str, hosts: Sequence[str]) -> tuple[int, tuple[str, str]]:
        """(status, what is shown) for a request with these `Host` lines; takes the service's answer, once. A page
        that is loaded again is the same page."""
        path, _, query = target.partition("?")
        if method != "GET" or path != "/" or list(hosts) != [self.host]:
            return 404, self._texts.foreign
        found = callback_of(query, self._state, self._issuer)
        if found is None or not self._is_first(found):
            return 400, self._texts.foreign
        return 200, self._texts.done if found.code else self._texts.refused

    def _is_first(self, found: Callback) -> bool:
        with self._lock:
            if self._taken is None:
                self._taken = found
                self._answers.put(found)
            return self._taken == found


def callback_of(query: str, state: str, issuer: str = "") -> Callback | None:
    """The answer in a query, None where it is no answer to what was asked. Pure.

    With an `issuer` an answer that does not name it is none: it may be of another service (RFC 9207 2.4).
    """
    try:
        values = parse_qs(query, max_num_fields=30)
    except ValueError:
        return None
    given = values.get("state", [])
    if len(given) != 1 or not hmac.compare_digest(given[0].encode("utf-8", "surrogatepass"), state.encode()):
        return None
    if issuer and values.get("iss", []) != [issuer]:
        return None
    codes, errors = values.get("code", []), values.get("error", [])
    if len(codes) == 1 and not errors:
        return Callback(code=codes[0])
    return Callback(error=errors[0][:100]) if len(errors) == 1 and not codes else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a browser may hold connections open on which it never says anything
    allow_reuse_address = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever breaks off in the middle is no concern of ours."""


def _handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10
        server_version, sys_version = "FM-Desktop", ""

        def _answer(self) -> None:
            self._show(*receiver.answer(self.command, self.path, self.headers.get_all("Host", [])))

        def _show(self, status: int, page: tuple[str, str]) -> None:
            title, text = page
            body = _PAGE.format(title=html.escape(title), text=html.escape(text)).encode()
            self.send_response(status)
            for key, value in _HEADERS.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = _answer  # noqa: N815 - the base's names

        def send_error(self, code: int, *_: Any, **__: Any) -> None:
            """What is no HTTP at all gets our page, too: the base's repeats what was sent."""
            self.close_connection = True
            self._show(code, receiver.foreign)

        def log_message(self, format: str, *args: Any) -> None:
            """Never: the address holds the code."""

    return Handler
