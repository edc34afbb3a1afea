"""The HTTP front: bearer tokens, faults, throttling, headers; and the check of every answer against the schema."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import uuid
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.servers.graph import calendars, events, invitations, mail, todo
from tests.servers.graph.box import Calendar, Mailbox, SentMail
from tests.servers.graph.csdl import SchemaError, schema
from tests.servers.graph.errors import GraphError, WrongAnswerError, bad_request
from tests.servers.graph.events import Event
from tests.servers.graph.faults import Faults
from tests.servers.graph.mail import Message
from tests.servers.graph.odata import Call
from tests.servers.graph.routes import dispatch
from tests.servers.graph.wire import Prefer, Reply, Request

_CONCURRENT = 4  # "Microsoft Graph service-specific throttling limits", Outlook service: per app and mailbox
_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, and the status it got (0: the connection was cut)."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int


class GraphServer:
    """One mailbox behind Graph v1.0 on a port of its own. Use it as a context manager, or call `stop()`.

    Ending it raises WrongAnswerError if the double ever said something the schema does not allow.
    """

    def __init__(
        self,
        address: str = "emma@contoso.example",
        name: str = "Emma Contoso",
        time_zone: str = "Romance Standard Time",
    ) -> None:
        self.address = address
        self.faults = Faults()
        self.box = Mailbox(address, name, time_zone, self.faults)
        calendars.provision(self.box)
        todo.provision(self.box)
        mail.provision(self.box)
        self.tokens: dict[tuple[str, str], Any] = {}
        self.requests: list[Seen] = []
        self.violations: list[str] = []
        self.lock = threading.RLock()
        self._bearers: set[str] = set()
        self._in_flight = 0
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.graph = self
        self.token = self.new_token()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1.0"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> GraphServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        if error is None:
            self._complain()

    def stop(self) -> None:
        self._close()
        self._complain()

    def _close(self) -> None:
        self.faults.release_all()
        self._http.shutdown()
        self._http.server_close()
        self._http.hang_up()
        self._thread.join()

    def _complain(self) -> None:
        if self.violations:
            raise WrongAnswerError("; ".join(self.violations))

    # -- what tests see and do ---------------------------------------------------------------------------------------

    @property
    def sent(self) -> list[SentMail]:
        return self.box.sent

    @property
    def forbidden(self) -> list[str]:
        """Calls that send mail outright: `sendMail`, `send`, `reply`, `forward`. They are refused."""
        return self.box.forbidden

    def new_token(self) -> str:
        token = secrets.token_urlsafe(32)
        self._bearers.add(token)
        return token

    def revoke(self, token: str) -> None:
        self._bearers.discard(token)

    def expire_deltas(self, code: str = "syncStateNotFound") -> None:
        """Every link given out so far is answered 410 from now on: syncStateNotFound or resyncRequired."""
        self.faults.expired = (self.box.next_number(), code)

    def invite(self, subject: str, start: str, end: str, **details: Any) -> Event:
        """An invitation from somebody arrives: see `invitations.invite`."""
        with self.lock:
            return invitations.invite(self.box, subject, start, end, **details)

    def cancel_invitation(self, event: Event) -> None:
        """The organiser of an invitation calls it off."""
        with self.lock:
            invitations.cancelled(self.box, event)

    def answer_as_attendee(self, event: Event, address: str, response: str) -> None:
        """An attendee of an own meeting answers: accepted, tentativelyAccepted, declined."""
        with self.lock:
            invitations.answered(self.box, event, address, response)

    def add_calendar(self, name: str, **details: Any) -> Calendar:
        """A calendar beside the default one; `can_edit=False` and `owner_address` make it a shared one."""
        with self.lock:
            return calendars.add(self.box, name, **details)

    def move_event(self, event: Event, calendar: Calendar) -> None:
        """The user drags an event into another calendar, which Graph v1.0 has no call for."""
        with self.lock:
            events.move(self.box, event, calendar.key)

    def deliver(self, raw: bytes, folder: str = "inbox") -> Message:
        """A message arrives in a folder, given by its well-known name or its id."""
        with self.lock:
            return mail.deliver(self.box, raw, folder)

    def shift_clock(self, by: timedelta) -> None:
        self.faults.clock_offset = by

    # -- one request -------------------------------------------------------------------------------------------------

    def serve(self, request: Request) -> Reply | None:
        """The answer; None cuts the connection."""
        with self.lock:
            self._in_flight += 1
            crowded = self._in_flight > _CONCURRENT
            hold = self.faults.waiting_for(request)
        try:
            if hold is not None:
                hold.reached.release()
                hold.released.wait()
            with self.lock:
                return self._serve(request, crowded)
        finally:
            with self.lock:
                self._in_flight -= 1

    def _serve(self, request: Request, crowded: bool) -> Reply | None:
        if self.faults.is_cut(request):
            return self._note(request, None)
        try:
            self._admit(request, crowded)
            reply = self._checked(request, dispatch(Call(self.box, request, self)))
        except GraphError as error:
            body = error.body(request.headers.get("client-request-id"))
            reply = Reply(error.status, body, headers=dict(error.headers))
        if self.faults.is_lost(request):
            return self._note(request, None)
        return self._note(request, reply)

    def _note(self, request: Request, reply: Reply | None) -> Reply | None:
        status = reply.status if reply else 0
        self.requests.append(Seen(request.method, request.path, request.query, request.headers, request.body, status))
        return reply

    def _admit(self, request: Request, crowded: bool) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self._bearers:
            message = "Access token has expired or is not yet valid." if token else "Access token is empty."
            raise GraphError(401, "InvalidAuthenticationToken", message, WWW_Authenticate=_CHALLENGE)
        refusal = self.faults.refusal_of(request)
        if refusal is not None:
            raise refusal
        if crowded:
            message = "Application is over its MailboxConcurrency limit."
            raise GraphError(429, "ApplicationThrottled", message, Retry_After="1")

    def _checked(self, request: Request, reply: Reply) -> Reply:
        """The reply, or an error of the double that the end of the test brings up again."""
        known = schema()
        if reply.body is None or known is None:
            return reply
        try:
            known.check_answer(str(reply.type), reply.body)
        except (SchemaError, KeyError) as error:
            self.violations.append(f"{request.method} {request.path}: {error}")
            raise GraphError(500, "DoubleBroken", f"The double is wrong: {error}") from error
        return reply


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    graph: GraphServer

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Ends the connections that clients keep, so that no thread outlives the server."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client was first

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no matter; the answer of a broken double is in `violations`."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _answer(self) -> None:
        graph = self.server.graph
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            reply = graph.serve(self._request(body))
        except GraphError as error:
            reply = Reply(error.status, error.body(self.headers.get("client-request-id")))
        except Exception as error:
            graph.violations.append(f"{self.command} {self.path}: {error!r}")
            raise
        if reply is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(reply)

    def _request(self, body: bytes) -> Request:
        target = urlsplit(self.path)
        path = unquote(target.path)
        if not path.startswith("/v1.0/"):
            raise bad_request("Invalid version.")
        pairs = parse_qsl(target.query, keep_blank_values=True)
        query = dict(pairs)
        if len(query) != len(pairs):
            raise bad_request("Query option was specified more than once, but it must be specified at most once.")
        return Request(
            self.command, path.removeprefix("/v1.0"), query,
            {name.lower(): value for name, value in self.headers.items()}, body,
            Prefer.read(self.headers.get_all("Prefer", [])), self.server.graph.url,
        )  # fmt: skip

    def _send(self, reply: Reply) -> None:
        raw = reply.raw
        if raw is None:
            raw = b"" if reply.body is None else json.dumps(reply.body, ensure_ascii=False).encode()
        self.send_response(reply.status)
        headers = {"request-id": str(uuid.uuid4()), **reply.headers}
        if reply.body is not None:
            headers.setdefault("Content-Type", "application/json;odata.metadata=minimal;charset=utf-8")
        if reply.status != 204:
            headers["Content-Length"] = str(len(raw))
        client = self.headers.get("client-request-id")
        if client:
            headers["client-request-id"] = client
        applied = Prefer.read(self.headers.get_all("Prefer", [])).applied
        if applied and reply.status < 400:
            headers.setdefault("Preference-Applied", ", ".join(applied))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing is printed: `GraphServer.requests` has it all."""


for _method in ("GET", "POST", "PATCH", "DELETE", "PUT"):
    setattr(_Handler, f"do_{_method}", _Handler._answer)
