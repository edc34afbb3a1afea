"""The sandbox as a running server: in a thread of a test or the demo, or as the process of the command."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
from contextlib import ExitStack
from datetime import date
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from fm_desktop.sandbox import api, control, sample, uploads, web
from fm_desktop.sandbox.access import LOOPBACK_HOSTS, is_loopback_name
from fm_desktop.sandbox.faults import Faults
from fm_desktop.sandbox.keys import Keys, of_folder
from fm_desktop.sandbox.requests_log import RequestLog
from fm_desktop.sandbox.settings import Switches
from fm_desktop.sandbox.store import Store
from fm_desktop.sandbox.tenant import Tenant

LOOPBACK = "127.0.0.1"
_GRACE = 1  # seconds that requests under way have to end when the server stops


class Door:
    """The outermost layer: only names of this computer are answered, and every answer carries the server's clock."""

    def __init__(self, app: ASGIApp, tenant: Tenant) -> None:
        self._app = app
        self._tenant = tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = format_datetime(self._tenant.clock.now(), usegmt=True)
                message["headers"] = [*message["headers"], (b"date", now.encode())]
            await send(message)

        app: ASGIApp = self._app
        if not is_loopback_name(Headers(scope=scope).get("host", "")):
            app = PlainTextResponse("This sandbox answers to 127.0.0.1 and localhost only.", 421)
        await app(scope, receive, dated)


def application(tenant: Tenant) -> ASGIApp:
    """Everything the sandbox serves."""
    routes = [
        Mount(api.BASE, api.api(tenant)),
        Mount(uploads.BASE, api.storage(tenant)),
        *control.routes(tenant),
        *web.routes(tenant),
    ]
    return Door(Starlette(routes=routes), tenant)


class _Protocol(H11Protocol):
    """Lets the faults reach the connection: an ASGI application by itself cannot hang up."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    def serve_from(self, listener: socket.socket) -> None:
        try:
            self.run([listener])
        finally:
            self.ready.set()  # also where it could not start: whoever waits must not wait for ever

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _listener(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it, each answer takes 40 ms more.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
    except OSError:
        listener.close()
        raise
    return listener


class SandboxServer:
    """A sandbox on a free port of the loopback interface, started and stopped at will; also a context manager.

    `folder` keeps the records and the keys; without one they are temporary and go with `close`.
    A stopped server can be started again, on the same port, with the same records.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        port: int = 0,
        host: str = LOOPBACK,
        public_key: str | None = None,
        private_key: str | None = None,
        admin_key: str | None = None,
        sample_data: bool = True,
        today: date | None = None,
        **switches: Any,
    ) -> None:
        if host not in LOOPBACK_HOSTS:
            raise ValueError(f"the sandbox holds no real secrets and binds to {LOOPBACK} only, not to {host}")
        self._resources = ExitStack()
        if folder is None:
            folder = Path(self._resources.enter_context(tempfile.TemporaryDirectory(prefix="fm-sandbox-")))
        folder.mkdir(parents=True, exist_ok=True)
        self.keys: Keys = of_folder(folder, public_key, private_key, admin_key)
        self.tenant = Tenant(folder, self.keys)
        self._resources.callback(self.tenant.close)
        self.switches.set(switches)
        if sample_data and sample.is_empty(self.store):
            sample.load(self.store, today or self.tenant.clock.now().date())
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Returns once requests are answered. Raises `OSError` if the port is taken."""
        listener = _listener(self._port)
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            application(self.tenant),
            http=_Protocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            date_header=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.serve_from, args=(listener,), name="sandbox", daemon=True)
        self._thread.start()
        self._server.ready.wait()
        if not self._server.started:
            raise OSError("the sandbox could not start; the log says why")
        return self

    def stop(self) -> None:
        """Ends the server; its records stay, for a new `start` or for the tests to look at."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._server = self._thread = None

    def close(self) -> None:
        """Stops the server and gives everything back."""
        self.stop()
        self._resources.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def port(self) -> int:
        return self._port

    @property
    def origin(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def url(self) -> str:
        """The API's base, without a slash at its end."""
        return self.origin + api.BASE

    @property
    def public_key(self) -> str:
        return self.keys.public

    @property
    def private_key(self) -> str:
        return self.keys.private

    @property
    def admin_key(self) -> str:
        return self.keys.page

    @property
    def store(self) -> Store:
        return self.tenant.store

    @property
    def faults(self) -> Faults:
        return self.tenant.faults

    @property
    def requests(self) -> RequestLog:
        return self.tenant.requests

    @property
    def switches(self) -> Switches:
        return self.tenant.switches

    @property
    def clock_offset(self) -> float:
        return self.tenant.clock.offset

    @clock_offset.setter
    def clock_offset(self, seconds: float) -> None:
        self.tenant.clock.offset = seconds

    def expire_sessions(self) -> None:
        """Every session ends now: the next request of a client is answered 401."""
        self.tenant.sessions.expire_all()
