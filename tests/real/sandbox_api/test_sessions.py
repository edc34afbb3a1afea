"""Signing in to the sandbox, as API v4 is known: who is let in, and for how long."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.servers.sandbox import refusal, sign_in


def test_login_gives_a_token_and_several_are_valid_at_once(server: SandboxServer) -> None:
    with sign_in(server) as one, sign_in(server) as two:
        assert one.headers["X-Session-Key"] != two.headers["X-Session-Key"]
        assert one.get("/users").status_code == two.get("/users").status_code == 200


@pytest.mark.parametrize("body", [{}, {"username": "x", "password": "y"}, {"username": 1, "password": None}])
def test_wrong_keys_are_refused(server: SandboxServer, body: dict[str, Any]) -> None:
    assert refusal(httpx2.post(f"{server.url}/login", json=body)) == (401, 401)


def test_the_public_key_alone_does_not_sign_in(server: SandboxServer) -> None:
    answer = httpx2.post(f"{server.url}/login", json={"username": server.public_key, "password": "guess"})
    assert answer.status_code == 401


def test_without_a_session_nothing_is_answered(server: SandboxServer) -> None:
    assert httpx2.get(f"{server.url}/calendar").status_code == 401
    assert httpx2.get(f"{server.url}/calendar", headers={"X-Session-Key": "made up"}).status_code == 401
    assert httpx2.get(f"{server.url}/nonsense").status_code == 401


def test_a_session_ends(server: SandboxServer, crm: httpx2.Client) -> None:
    server.expire_sessions()
    assert crm.get("/users").status_code == 401
    with sign_in(server) as again:
        assert again.get("/users").status_code == 200
    server.switches.token_lifetime = 1e-9
    with sign_in(server) as short:
        assert short.get("/users").status_code == 401
