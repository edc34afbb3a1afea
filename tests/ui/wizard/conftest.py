"""Fixtures of the wizard's tests: somebody who sets up between the real sandbox and a real CalDAV server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from shiboken6 import isValid

from fm_desktop.onboarding.model import Onboarding
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.ui.wizard.window import WizardWindow
from tests.fakes.newcomer import Newcomer, with_two_calendars
from tests.ui.wizard.hands import Hands, settle


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None) as server:
        yield server


@pytest.fixture
def newcomer(tmp_path, sandbox, radicale_account) -> Newcomer:
    return with_two_calendars(tmp_path / "home", sandbox, radicale_account)


@pytest.fixture
def at(qtbot) -> Iterator[Callable[[Onboarding], Hands]]:
    """Puts somebody's hands at a wizard window; all are closed at the end."""
    windows: list[WizardWindow] = []

    def sit_down(model: Onboarding) -> Hands:
        hands = Hands(qtbot, model)
        windows.append(hands.window)
        return hands

    yield sit_down
    for each in windows:
        if isValid(each):
            each.close()
    settle()
