"""A ForceManager of its own for each test, and the means to talk to it as the program does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from fm_desktop.crm.agenda import CrmAgenda
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.rows import Context
from fm_desktop.sandbox.server import SandboxServer

EMMA = Context(sales_rep_id=1, zone="Europe/Madrid", branch_id=1, event_type_id=4, task_type_id=4)


@pytest.fixture
def crm() -> Iterator[SandboxServer]:
    """With its sample data, without a limit on requests."""
    with SandboxServer(rate_limit=None, today=date(2026, 11, 25)) as server:
        yield server


@pytest.fixture
def connect(crm: SandboxServer) -> Iterator[Callable[..., CrmClient]]:
    """Makes clients; pauses are skipped, so that nothing waits but for the server."""
    clients = []

    def make(budget: Budget | None = None, **more) -> CrmClient:
        budget = budget or Budget(None, wait=lambda seconds, cancel: False)
        clients.append(CrmClient(crm.url, crm.public_key, crm.private_key, budget, **more))
        return clients[-1]

    yield make
    for each in clients:
        each.close()


@pytest.fixture
def client(connect: Callable[..., CrmClient]) -> CrmClient:
    return connect()


@pytest.fixture
def emma() -> Context:
    return EMMA


@pytest.fixture
def agenda(client: CrmClient, emma: Context) -> CrmAgenda:
    """Emma's, on 25 November 2026."""
    return CrmAgenda(client, "127.0.0.1", "emma@example.com", emma, today=lambda: date(2026, 11, 25))
