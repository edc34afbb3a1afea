"""Fixtures of the tests of logged messages in the sandbox: a server as delivered, a client, and anyone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx2
import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.servers.sandbox import as_delivered, sign_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crm")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[SandboxServer]:
    with SandboxServer(folder, today=date(2026, 11, 25)) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_delivered(server: SandboxServer) -> None:
    as_delivered(server)


@pytest.fixture
def crm(server: SandboxServer) -> Iterator[httpx2.Client]:
    with sign_in(server) as client:
        yield client


@pytest.fixture
def anyone() -> Iterator[httpx2.Client]:
    """Without a session, as locators are used."""
    with httpx2.Client() as client:
        yield client
