"""The HTTP front: sign-in per connection, faults, SOAP, streaming, and Autodiscover."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.servers.ews import autodiscover, soap
from tests.servers.ews.auth import Session
from tests.servers.ews.errors import SoapFault, WrongAnswerError

if TYPE_CHECKING:
    from tests.servers.ews import EwsServer

PATH = "/EWS/Exchange.asmx"


class Front(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, owner: EwsServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.owner = owner
        self.connections: set[socket.socket] = set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error of the server; anything else was noted by the handler."""

    def cut_all(self) -> None:
        for each in list(self.connections):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # ended already


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Front
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)
        owner = self.server.owner
        self.session = Session(owner.user, owner.password, owner.schemes)

    def finish(self) -> None:
        super().finish()
        self.server.connections.discard(self.connection)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are kept by the server, not printed."""

    def do_GET(self) -> None:
        """A browser is shown the WSDL page once it has signed in; so clients find the address to be right."""
        if self._is_signed_in():
            self._send(200 if self._is_ews() else 404, b"<html>Exchange Web Services</html>", "text/html")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_OPTIONS(self) -> None:
        self._send(200, b"")

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        owner = self.server.owner
        if self.path.lower().startswith("/autodiscover/"):
            if owner.redirect_discovery_to:
                self._send(302, b"", Location=owner.redirect_discovery_to)
            elif self._is_signed_in():
                self._send(200, autodiscover.answer(data, owner), "text/xml; charset=utf-8")
            return
        if not self._is_ews():
            self._send(404, b"")
            return
        if owner.faults.blocked:
            self._send(403, b"", **{"X-MS-Diagnostics": '4000000;reason="EWS is disabled for this organization."'})
        elif self._is_signed_in():
            self._operation(data)

    def _is_ews(self) -> bool:
        return self.path.partition("?")[0].lower().startswith(PATH.lower())

    def _is_signed_in(self) -> bool:
        challenges = self.session.check(self.headers.get("Authorization"))
        if challenges is None:
            return True
        self.send_response(401)
        for each in challenges:
            self.send_header("WWW-Authenticate", each)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def _operation(self, data: bytes) -> None:
        owner = self.server.owner
        operation = soap.operation_of(data)
        owner.requests.append(operation)
        owner.faults.wait(operation)
        refused = owner.faults.refusal(operation)
        try:
            if refused is not None:
                status, fault = refused
                if fault is not None:
                    raise fault
                headers = {"WWW-Authenticate": "NTLM"} if status == 401 else {}
                self._send(status, b"", **headers)
                return
            made = soap.call(owner.state, *soap.read(data))
            if operation == soap.STREAMING:
                self._stream(made)
                return
            answer = soap.answer(made)
        except SoapFault as fault:
            self._send(500, fault.envelope(), "text/xml; charset=utf-8")
            return
        except (ConnectionError, TimeoutError):
            raise
        except Exception as error:
            owner.errors.append(error)
            self._send(500, f"The double is wrong: {error}".encode(), "text/plain; charset=utf-8")
            if isinstance(error, WrongAnswerError):
                return
            raise
        if owner.faults.loses(operation):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(200, answer, "text/xml; charset=utf-8")

    def _stream(self, made: soap.Call) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for each in soap.stream(made):
            self.wfile.write(f"{len(each):x}\r\n".encode() + each + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def _send(self, status: int, body: bytes, content_type: str = "", **headers: str) -> None:
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
