"""Once the answer of the browser was taken, or waiting for it was given up, nobody listens any more."""

import socket
import threading

import httpx2
import pytest

from fm_desktop.port import PortError
from fm_desktop.providers.oauth import Service, Visit
from fm_desktop.signing import TEXTS
from tests.servers.process import free_port


def begun() -> tuple[Visit, int, str]:
    token = f"http://127.0.0.1:{free_port()}/token"  # nobody is there: what is tested is over by then
    visit = Visit(
        Service("Acme", "https://acme.example/auth", token, "fm-desktop"), "emma@example.com", TEXTS, patience=20
    )
    asked = httpx2.URL(visit.url).params
    return visit, httpx2.URL(asked["redirect_uri"]).port or 0, asked["state"]


def test_it_is_closed_after_one_answer_before_the_code_is_redeemed():
    visit, port, state = begun()
    httpx2.get(f"http://127.0.0.1:{port}/?code=guessed&state=another", trust_env=False)
    taken = httpx2.get(f"http://127.0.0.1:{port}/?code=c&state={state}", trust_env=False)
    assert taken.status_code == 200
    with pytest.raises(PortError, match="cannot be reached"):
        visit.finish(threading.Event())
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_it_is_closed_when_it_is_given_up():
    visit, port, _ = begun()
    ending = threading.Event()
    ending.set()
    with pytest.raises(PortError):
        visit.finish(ending)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_it_listens_on_this_computer_only():
    visit, _, _ = begun()
    assert visit._receiver._server.server_address[0] == "127.0.0.1"
    visit.close()
