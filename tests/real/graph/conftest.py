"""Fixtures of the tests at Graph's double: one mailbox and one emptied CRM a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fm_desktop.providers.graph import GraphMail
from fm_desktop.sandbox.server import SandboxServer
from tests.fakes.real import EMMA
from tests.fakes.tokens import GivenTokens
from tests.real.engine.conftest import running_sandbox, sandbox, sandbox_folder
from tests.real.graph.outlook import Outlook
from tests.real.graph.world import GraphWorld
from tests.servers.graph import GraphServer

__all__ = ["running_sandbox", "sandbox", "sandbox_folder"]


@pytest.fixture
def server() -> Iterator[GraphServer]:
    with GraphServer(EMMA, "Emma") as server:
        yield server


@pytest.fixture
def world(tmp_path: Path, sandbox: SandboxServer, server: GraphServer) -> Iterator[GraphWorld]:
    world = GraphWorld(tmp_path, sandbox, server)
    yield world
    world.close()


@pytest.fixture
def outlook(server: GraphServer) -> Iterator[Outlook]:
    outlook = Outlook(server.url, server.new_token())
    yield outlook
    outlook.close()


@pytest.fixture
def mail(server: GraphServer) -> Iterator[GraphMail]:
    mail = GraphMail(GivenTokens(lambda: server.token), base=server.url, look_seconds=0.05, sleep=lambda _: None)
    yield mail
    mail.close()
