"""Fixtures: real servers, the names that lead to lines in front of them, and a trust in the tests' own authority."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import stamina

from tests.network.stages import (
    HOSTS,
    STAGES,
    CrmStage,
    DavStage,
    EwsStage,
    GraphStage,
    ImapStage,
    Roads,
    Stage,
)
from tests.real.engine.conftest import running_sandbox, sandbox, sandbox_folder
from tests.servers.dovecot import DovecotServer
from tests.servers.ews import EwsServer
from tests.servers.faults import Papers
from tests.servers.graph import GraphServer
from tests.servers.names import Names

__all__ = ["running_sandbox", "sandbox", "sandbox_folder"]

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """For the page: which cell a test proves, as act, client and fault."""
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    if {"stage", "fault"} <= parameters.keys():
        act = item.path.stem.rpartition("_")[2]
        item.user_properties.append(("cell", (act, parameters["stage"], parameters["fault"].value)))


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repetitions follow at once."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return Papers(tmp_path_factory.mktemp("papers"), HOSTS)


@pytest.fixture
def roads(monkeypatch: pytest.MonkeyPatch, papers: Papers) -> Iterator[Roads]:
    """The computer trusts the tests' authority, as one does whose company has its own; no proxy is in between."""
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.file))
    for each in _PROXIES:
        monkeypatch.delenv(each, raising=False)
        monkeypatch.delenv(each.upper(), raising=False)
    roads = Roads(Names(monkeypatch), papers)
    yield roads
    roads.close()


@pytest.fixture(params=[each.name for each in STAGES])
def stage(request: pytest.FixtureRequest, roads: Roads) -> Iterator[Stage]:
    """A client that has been connected and has read everything, with all well so far."""
    make: dict[str, Callable[[], Iterator[Stage]]] = {
        "crm": lambda: iter([CrmStage(roads, request.getfixturevalue("sandbox"))]),
        "caldav": lambda: iter([DavStage(roads, request.getfixturevalue("radicale_account"))]),
        "imap": lambda: _imap(roads, request.getfixturevalue("dovecot")),
        "exchange": lambda: _exchange(roads),
        "graph": lambda: _graph(roads),
    }
    for stage in make[request.param]():
        yield stage
        stage.close()


def _imap(roads: Roads, dovecot: DovecotServer) -> Iterator[Stage]:
    yield ImapStage(roads, dovecot, dovecot.account())


def _exchange(roads: Roads) -> Iterator[Stage]:
    with EwsServer() as server:
        yield EwsStage(roads, server)


def _graph(roads: Roads) -> Iterator[Stage]:
    with GraphServer("emma@example.com", "Emma") as server:
        yield GraphStage(roads, server)
