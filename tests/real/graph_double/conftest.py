"""A Graph double of its own for each test, and a plain HTTP client that is signed in at it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.servers.graph import GraphServer


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    with GraphServer() as server:
        yield server


@pytest.fixture
def http(graph: GraphServer) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {graph.token}"}
    with httpx2.Client(base_url=graph.url, headers=headers, timeout=20, verify=False) as client:
        yield client
