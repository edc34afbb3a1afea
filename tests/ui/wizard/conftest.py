"""Fixtures of the wizard's tests: somebody who sets up between the real sandbox and a real CalDAV server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from shiboken6 import isValid

from fm_desktop.onboarding.model import Onboarding
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.ui.wizard.window import WizardWindow
from tests.fakes.newcomer import Newcomer
from tests.servers.command import event
from tests.ui.wizard.hands import SOON, Hands, settle


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None) as server:
        yield server


@pytest.fixture
def newcomer(tmp_path, sandbox, radicale_account) -> Newcomer:
    """An empty agenda, and two calendars with an event each."""
    for row in sandbox.store.rows("calendar", "deleted = false"):
        sandbox.store.delete("calendar", row["id"])
    sandbox.faults.clear()
    for name in ("work", "private"):
        path = radicale_account.make_calendar(name, label=name.title(), colour="#ff8800")
        text = event(name, f"Lunch at {name}", f"{SOON}T100000Z", f"{SOON}T110000Z")
        radicale_account.put(path, f"{name}.ics", text)
    return Newcomer(tmp_path / "home", sandbox, radicale_account)


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
