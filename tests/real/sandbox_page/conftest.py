"""Fixtures of the tests of the sandbox's web page: a server, a browser with its key, and anyone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import httpx2
import pytest

from fm_desktop.sandbox.access import COOKIE
from fm_desktop.sandbox.server import SandboxServer

TODAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(today=TODAY) as running:
        yield running


@pytest.fixture
def page(server: SandboxServer) -> Iterator[httpx2.Client]:
    """A browser with the key in its cookie."""
    with httpx2.Client(base_url=server.origin, cookies={COOKIE: server.admin_key}) as client:
        yield client


@pytest.fixture
def anyone(server: SandboxServer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.origin) as client:
        yield client
