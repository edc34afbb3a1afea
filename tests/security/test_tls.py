"""Every connection is checked: its certificate always, TLS 1.2 at least, by one way that all clients go.

What becomes of wrong certificates is tested with the other failures of networks.
"""

import ast
import socket
import ssl
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import requests

from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.net import client_tls
from fm_desktop.port import PortError
from fm_desktop.providers.caldav import session as caldav
from fm_desktop.providers.exchange.signing import new_session
from fm_desktop.providers.graph import session as graph
from fm_desktop.providers.imap import ImapSource, Password
from fm_desktop.providers.imap.server import Server
from fm_desktop.providers.oauth import Service
from fm_desktop.providers.oauth.endpoint import ask
from fm_desktop.providers.transfer import Purpose
from tests.fakes.tokens import GivenTokens
from tests.security.oldtls import OneVersion
from tests.security.sources import Source, name_of, program
from tests.servers.authority import Authority
from tests.servers.tls_version import only

Client = Callable[[int], object]


def crm(port: int) -> None:
    with CrmClient(f"https://localhost:{port}/api/v4", "public", "private", Budget(1000)) as client:
        client.get("users/1")


def calendar(port: int) -> None:
    with closing(caldav.DavSession(f"https://localhost:{port}/", caldav.Password("emma", "secret"))) as session:
        session.request("PROPFIND", "/", purpose=Purpose.READ, about="the calendar")


def mail(port: int) -> None:
    with closing(ImapSource(Server("localhost", port), Password("emma", "secret"))) as source:
        source.principal()


def exchange(port: int) -> None:
    with new_session(use_proxies=False, encrypted=True) as session:
        session.get(f"https://localhost:{port}/EWS/Exchange.asmx", timeout=10).raise_for_status()


def microsoft(port: int) -> None:
    with closing(graph.GraphSession(GivenTokens(lambda: "token"), base=f"https://localhost:{port}/v1.0")) as session:
        session.entity(graph.Call("GET", "me", Purpose.READ, "the account"))


def sign_in(port: int) -> None:
    ask(Service("Acme", f"https://localhost:{port}/a", f"https://localhost:{port}/t", "fm-desktop"), {"code": "c"})


CLIENTS = (crm, calendar, mail, exchange, microsoft, sign_in)


@pytest.fixture
def authority(tmp_path, monkeypatch) -> Authority:
    """One that this computer trusts: a company's own."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


def spoken_by(client: Client, authority: Authority, folder: Path, version: ssl.TLSVersion) -> list[str | None]:
    """The handshakes that come about with a server of this version, which says no to everything."""
    server = OneVersion(folder, authority, version, speaks_first=client is mail)
    with pytest.raises((PortError, requests.ConnectionError, requests.HTTPError)):
        client(server.port)
    server.close()
    return server.spoken


@pytest.mark.parametrize("client", CLIENTS, ids=lambda each: each.__name__)
def test_a_server_that_speaks_nothing_newer_than_tls_1_1_is_not_spoken_to(tmp_path, authority, client):
    assert spoken_by(client, authority, tmp_path, ssl.TLSVersion.TLSv1_1) == []


@pytest.mark.parametrize("client", CLIENTS, ids=lambda each: each.__name__)
def test_one_with_tls_1_2_and_a_certificate_of_the_companys_own_authority_is(tmp_path, authority, client):
    assert set(spoken_by(client, authority, tmp_path, ssl.TLSVersion.TLSv1_2)) == {"TLSv1.2"}


def test_the_old_server_of_these_tests_can_be_spoken_to(tmp_path):
    """Or that nobody speaks to it would mean nothing."""
    server = OneVersion(tmp_path, Authority(tmp_path), ssl.TLSVersion.TLSv1_1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(tmp_path / "authority.pem")
    only(context, ssl.TLSVersion.TLSv1_1)
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        secured.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert secured.recv(100).startswith(b"HTTP/1.1 404")
    server.close()


def test_what_all_clients_are_secured_with():
    context = client_tls()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


# --- no way around it ------------------------------------------------------------------------------

# Whatever makes a context, or takes something away from one, is in one place.
_MAKING = {"SSLContext", "create_default_context", "create_ssl_context"}
_CHANGING = {"minimum_version", "maximum_version", "options"}
_ONE_PLACE = "fm_desktop/net.py"
_NOWHERE = {
    "CERT_NONE", "CERT_OPTIONAL", "check_hostname", "verify_mode", "set_ciphers", "_create_unverified_context",
    "_create_default_https_context", "disable_warnings", "NoVerifyHTTPAdapter", "assert_hostname", "cert_reqs",
    "TLSv1", "TLSv1_1", "SSLv3", "PROTOCOL_TLSv1", "PROTOCOL_TLSv1_1", "PROTOCOL_SSLv23",
}  # fmt: skip
# What talks to the network without being told how it is to be secured.
_OTHER_CLIENTS = {"urllib.request", "http.client", "smtplib", "ftplib", "telnetlib", "poplib", "nntplib", "aiohttp"}


def weakened(source: Source) -> list[str]:
    """Places where a connection is made in another way, or a check is taken out."""
    found = []
    for node in source.nodes():
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.keyword(arg=str(name)) if name in _NOWHERE:
                found.append(name)
            case ast.Attribute(attr=name, ctx=ast.Store()) if name in _CHANGING and source.path != _ONE_PLACE:
                found.append(name)
            case (
                ast.keyword(arg="verify", value=value) | ast.Assign(targets=[ast.Attribute(attr="verify")], value=value)
            ):
                found += [] if "client_tls()" in ast.unparse(value) else ["verify"]
            case ast.Import(names=names):
                found += [each.name for each in names if each.name in _OTHER_CLIENTS]
            case ast.ImportFrom(module=str(module)):
                found += [module] if module in _OTHER_CLIENTS else []
            case ast.Call(func=called, keywords=keywords):
                found += _unsecured(source.path, name_of(called), [each.arg for each in keywords])
    return [f"{source.path}: {each}" for each in found]


def _unsecured(path: str, called: str, keywords: list[str | None]) -> list[str]:
    library, _, what = called.partition(".")
    if called.rpartition(".")[2] in _MAKING and path != _ONE_PLACE:
        return [called]
    if library == "httpx2" and what in {"Client", "AsyncClient"}:
        return [] if "verify" in keywords else [called]
    if library == "httpx2" and what in {"get", "post", "put", "request", "stream", "HTTPTransport"}:
        return [called]
    if library == "requests" and what in {"Session", "get", "post", "put", "request"}:
        return [] if path.endswith("exchange/signing.py") and what == "Session" else [called]
    return []


def test_no_client_is_made_in_another_way_and_no_check_is_taken_out():
    made = [name_of(each.func) for source in program() for each in source.calls()]
    assert made.count("httpx2.Client") > 4
    assert [line for source in program() for line in weakened(source)] == []


@pytest.mark.parametrize(
    "line",
    [
        "httpx2.Client(timeout=5)",
        "httpx2.Client(verify=False)",
        "httpx2.get('https://example.com')",
        "requests.get('https://example.com')",
        "session.verify = False",
        "session.post(url, verify=False)",
        "context.check_hostname = False",
        "context.verify_mode = ssl.CERT_NONE",
        "context = ssl.create_default_context()",
        "context.minimum_version = ssl.TLSVersion.TLSv1_1",
        "BaseProtocol.HTTP_ADAPTER_CLS = NoVerifyHTTPAdapter",
        "import smtplib",
        "from urllib.request import urlopen",
    ],
)
def test_a_way_around_is_noticed(line):
    assert weakened(Source("sample.py", ast.parse(line)))
