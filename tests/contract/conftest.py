"""Fixtures of the contract suite: each test runs on every stage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from fm_desktop.mailport import MailSource
from fm_desktop.port import CalendarService
from tests.contract.keeper import Keeper
from tests.contract.stages.registry import CALENDARS, MAILBOXES, build
from tests.contract.stages.stage import CalendarStage, Hand, MailStage


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "proves(feature): the line of the table of providers that a test stands for")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """For the table: which line a test proves, and at which stage."""
    mark = item.get_closest_marker("proves")
    if mark is not None and isinstance(item, pytest.Function):
        parameters = item.callspec.params
        item.user_properties.append(("proves", mark.args[0].value))
        item.user_properties.append(("stage", parameters.get("stage") or parameters["mail_stage"]))


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repetitions follow at once."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture(params=list(CALENDARS))
def stage(request: pytest.FixtureRequest) -> Iterator[CalendarStage]:
    """A server with a new user and an empty calendar."""
    stage: CalendarStage = build(CALENDARS[request.param], request)
    yield stage
    stage.close()


@pytest.fixture
def hand(stage: CalendarStage) -> Hand:
    return stage.hand


@pytest.fixture
def provider(stage: CalendarStage) -> CalendarService:
    return stage.connect()


@pytest.fixture
def keeper(provider: CalendarService) -> Keeper:
    return Keeper(provider)


@pytest.fixture(params=list(MAILBOXES))
def mail_stage(request: pytest.FixtureRequest) -> Iterator[MailStage]:
    """A server with a new user and an empty mailbox."""
    stage: MailStage = build(MAILBOXES[request.param], request)
    yield stage
    stage.close()


@pytest.fixture
def source(mail_stage: MailStage) -> MailSource:
    return mail_stage.connect()
