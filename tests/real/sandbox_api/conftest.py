"""Fixtures of the tests of the sandbox over HTTP: a server as delivered, and a client that is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import httpx2
import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.servers.sandbox import as_delivered, sign_in


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(today=date(2026, 11, 25)) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_delivered(server: SandboxServer) -> None:
    as_delivered(server)


@pytest.fixture
def crm(server: SandboxServer) -> Iterator[httpx2.Client]:
    with sign_in(server) as client:
        yield client
