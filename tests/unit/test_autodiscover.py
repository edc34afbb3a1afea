"""Whether a domain has an Exchange server: what servers answer, over real HTTP, and what is believed of it."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import dns.resolver
import httpx2
import pytest

from fm_desktop.providers import autodiscover
from fm_desktop.providers.autodiscover import ExchangeServer, ask, exchange_server

V2, POX = "/autodiscover/autodiscover.json", "/autodiscover/autodiscover.xml"


class Stand:
    """A web server that answers as it is told; `asked` are the requests it saw."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        stand = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stand.asked.append(self.path)
                stand.headers.append({key.lower(): value for key, value in self.headers.items()})
                code, headers, body = stand.answers.get(urlsplit(self.path).path, (404, {}, b""))
                self.send_response(code)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal of the tests."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"

    def tell(self, path: str, code: int, body: object = None, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[path] = (code, {key.replace("_", "-"): value for key, value in headers.items()}, data)

    def found(self) -> ExchangeServer | None:
        with httpx2.Client() as client:
            return ask(client, self.origin, "ann+x@acme.example")


@pytest.fixture
def stand() -> Iterator[Stand]:
    stand = Stand()
    thread = Thread(target=stand.server.serve_forever)
    thread.start()
    yield stand
    stand.server.shutdown()
    thread.join()
    stand.server.server_close()


def test_R03_the_server_names_the_address_of_its_service(stand):
    url = "https://mail.acme.example/EWS/Exchange.asmx"
    stand.tell(V2, 200, {"Protocol": "EWS", "Url": url})
    assert stand.found() == ExchangeServer(url)
    asked = parse_qs(urlsplit(stand.asked[0]).query)
    assert asked["Email"] == ["ann+x@acme.example"]
    assert asked["Protocol"] == ["EWS"]
    assert "authorization" not in stand.headers[0]


@pytest.mark.parametrize("asks", ["NTLM", "Negotiate", "Negotiate, NTLM", 'NTLM, Basic realm="mail"'])
def test_a_server_that_asks_for_a_windows_sign_in_tells_the_address_later(stand, asks):
    stand.tell(POX, 401, b"", WWW_Authenticate=asks)
    assert stand.found() == ExchangeServer(None)
    assert all("authorization" not in each for each in stand.headers)


def test_an_exchange_with_basic_alone_is_known_by_its_own_header(stand):
    stand.tell(POX, 401, b"", WWW_Authenticate="Basic realm=mail", X_FEServer="EX1")
    assert stand.found() == ExchangeServer(None)


def test_any_other_server_that_wants_a_password_is_no_exchange(stand):
    stand.tell(POX, 401, b"", WWW_Authenticate="Basic realm=mail")
    assert stand.found() is None
    stand.tell(POX, 200, b"<html>Welcome</html>")
    assert stand.found() is None


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>Welcome</html>",
        b"[]",
        {"Protocol": "EWS"},
        {"Protocol": "EWS", "Url": 7},
        {"Protocol": "EWS", "Url": "http://mail.acme.example/EWS/Exchange.asmx"},
        {"Protocol": "EWS", "Url": "https://"},
        {"Protocol": "ActiveSync", "Url": "https://mail.acme.example/eas"},
        {"ErrorCode": "ProtocolNotSupported"},
    ],
)
def test_what_is_no_encrypted_address_of_ews_is_not_believed(stand, answer):
    stand.tell(V2, 200, answer)
    assert stand.found() is None


def test_a_domain_that_has_moved_to_microsoft_says_so(stand):
    online = {"Protocol": "EWS", "Url": "https://outlook.office365.com/EWS/Exchange.asmx"}
    stand.tell(V2, 200, online)
    assert stand.found().is_online
    stand.tell(V2, 302, b"", Location="https://outlook.office365.com/autodiscover/autodiscover.json?Email=ann")
    assert stand.found().is_online


def test_a_redirect_to_anywhere_else_is_not_followed(stand):
    stand.tell(V2, 302, b"", Location=f"{stand.origin}/elsewhere")
    assert stand.found() is None
    assert not any("elsewhere" in each for each in stand.asked)


@pytest.fixture
def no_names(monkeypatch):
    def resolve(name, kind, **_):
        raise dns.resolver.NXDOMAIN

    monkeypatch.setattr(dns.resolver, "resolve", resolve)


def test_only_names_inside_the_domain_are_asked(no_names, monkeypatch):
    hosts = []

    def refuse(client, origin, address):
        hosts.append(origin)
        raise httpx2.ConnectError("nobody there")

    monkeypatch.setattr(autodiscover, "ask", refuse)
    assert exchange_server("ann@Acme.example") is None
    assert hosts == ["https://autodiscover.acme.example", "https://acme.example"]
