"""Fixtures of the tests of Google's tasks: the double of the API, and Google's calendars before a real Radicale."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import stamina

from fm_desktop.providers.google.api import TasksApi
from fm_desktop.providers.google.lists import TaskLists
from tests.fakes.tokens import GivenTokens
from tests.servers.google_tasks import GoogleTasks

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repetitions follow at once."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def google() -> Iterator[GoogleTasks]:
    server = GoogleTasks()
    yield server
    server.stop()


@pytest.fixture
def lists(google: GoogleTasks) -> Iterator[TaskLists]:
    lists = TaskLists(
        TasksApi(GivenTokens(lambda: "a good token"), base=google.url), "Europe/Madrid", clock=lambda: NOW
    )
    yield lists
    lists.close()
