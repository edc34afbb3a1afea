"""A server of scripted answers on this computer: what was asked is kept, what is answered is given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from fm_desktop.providers.exchange.xml import Element, at, children, parse
from tests.servers.ews.xsd import SchemaError, schema

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACES = (
    f'xmlns:s="{SOAP}" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" '
    'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
)


class Wire:
    """`answers` are (status, headers, body), each used once; bytes `b""` as body with status 0 closes the connection."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.bodies: list[bytes] = []
        self.authorizations: list[str] = []
        self.complaints: list[str] = []
        self.url = ""

    def will(self, body: str, status: int = 200, **headers: str) -> None:
        self.answers.append((status, headers, body.encode()))

    def will_answer(self, operation: str, *messages: str) -> None:
        """A SOAP answer, the messages given as XML."""
        self.will(
            soap(
                f"<m:{operation}Response><m:ResponseMessages>{''.join(messages)}</m:ResponseMessages></m:{operation}Response>"
            )
        )

    def check(self, body: bytes) -> None:
        """What is asked has to follow Microsoft's schema; complaints are gathered for the end of the test."""
        microsoft = schema()
        asked = next(children(at(parse(body), "soap:Body")), None) if body else None
        if microsoft is None or asked is None:
            return
        try:
            microsoft.check(asked)
        except SchemaError as error:
            self.complaints.append(str(error))

    @property
    def last(self) -> Element:
        return parse(self.bodies[-1])

    def next(self) -> tuple[int, dict[str, str], bytes]:
        return self.answers.pop(0)


def soap(body: str) -> str:
    return f"<s:Envelope {NAMESPACES}><s:Body>{body}</s:Body></s:Envelope>"


def success(operation: str, inside: str) -> str:
    return f'<m:{operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>{inside}</m:{operation}ResponseMessage>'


def error(operation: str, code: str, back_off: int | None = None) -> str:
    values = (
        f'<m:MessageXml><t:Value Name="BackOffMilliseconds">{back_off}</t:Value></m:MessageXml>' if back_off else ""
    )
    return (
        f'<m:{operation}ResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText>'
        f"<m:ResponseCode>{code}</m:ResponseCode>{values}</m:{operation}ResponseMessage>"
    )


@contextmanager
def scripted() -> Iterator[Wire]:
    wire = Wire()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            wire.bodies.append(body)
            wire.check(body)
            wire.authorizations.append(self.headers.get("Authorization", ""))
            status, headers, answer = wire.next()
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            """Nothing to tell."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        wire.url = f"http://127.0.0.1:{server.server_address[1]}/EWS/Exchange.asmx"
        try:
            yield wire
            assert not wire.complaints
        finally:
            server.shutdown()
            thread.join()
