"""Fixtures of all tests: real servers of calendars and mail, one of each per test run and worker, a new user per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.account import DavAccount
from tests.servers.dovecot import DovecotServer
from tests.servers.graph.csdl import schema_report
from tests.servers.proxy import DavProxy
from tests.servers.radicale import RadicaleServer
from tests.servers.schemas import find_schemas
from tests.servers.xandikos import XandikosServer

# The same examples with every run: what chance finds belongs into `make fuzz` and `make simulate`, not before a landing.
# How long a busy machine takes to draw an example is no finding.
settings.register_profile(
    "suite", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

_NO_EWS_SCHEMA = "EWS double: messages are not checked, Microsoft's schema is not on this machine"


def pytest_report_header() -> list[str]:
    """What of others' files is not here, so that what needs them is not run."""
    exchange = find_schemas("ews-xsd")
    return schema_report() + ([_NO_EWS_SCHEMA] if exchange is None else [])


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    server = RadicaleServer(tmp_path_factory.mktemp("radicale"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def xandikos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XandikosServer]:
    server = XandikosServer(tmp_path_factory.mktemp("xandikos"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[DovecotServer]:
    server = DovecotServer()
    yield server
    server.stop()


@pytest.fixture
def radicale_account(radicale: RadicaleServer) -> Iterator[DavAccount]:
    """A new user at Radicale, without calendars."""
    with radicale.account() as account:
        yield account


@pytest.fixture
def xandikos_account(xandikos: XandikosServer) -> Iterator[DavAccount]:
    """A new user at Xandikos, with its default calendar."""
    with xandikos.account() as account:
        yield account


@pytest.fixture(params=["radicale", "xandikos"])
def dav_account(request: pytest.FixtureRequest) -> DavAccount:
    """The same test on both servers."""
    account: DavAccount = request.getfixturevalue(f"{request.param}_account")
    return account


@pytest.fixture
def proxy(radicale: RadicaleServer) -> Iterator[DavProxy]:
    """A scriptable proxy in front of Radicale: see `tests.servers.personality` for what it can pretend."""
    server = DavProxy(radicale.url)
    yield server
    server.stop()
