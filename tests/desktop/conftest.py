"""Fixtures of the tests in a real desktop: a set-up computer, and the tray application on it as its user sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from fm_desktop.app import Profile
from fm_desktop.credentials import Credentials
from fm_desktop.logs import Redactor
from fm_desktop.paths import Paths
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.settings import load
from fm_desktop.sync.control import Running
from fm_desktop.sync.status import Status
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.preferences import save as save_preferences
from tests.fakes.agenda import at_work
from tests.servers.command import Computer
from tests.servers.desktop import Desktop

# What the tests themselves need of Qt needs no screen; the application under test gets the desktop's.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TEAL, GREY, ORANGE = "#17849a", "#6e7a82", "#cf4f18"


@dataclass(slots=True)
class App:
    """The application on a desktop, driven by its icon, its menu and its windows."""

    desktop: Desktop
    computer: Computer
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def environment(self) -> dict[str, str]:
        names = ("FM_DESKTOP_HOME", "FM_DESKTOP_CRM_PRIVATE_KEY", "FM_DESKTOP_PROVIDER_PASSWORD")
        return {name: self.computer.environment[name] for name in names if name in self.computer.environment}

    def start(self, *arguments: str) -> None:
        self.process = self.start_again(*arguments)

    def start_again(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self.desktop.start([sys.executable, "-m", "fm_desktop", *arguments], self.environment)

    def start_hidden(self) -> tuple[int, int]:
        """Where its icon is, once the first sync was done."""
        self.start("--hidden")
        self.desktop.until(lambda: self.status().last_success, "the first sync")
        return self.until_icon(TEAL)

    def until_icon(self, colour: str) -> tuple[int, int]:
        """Where the icon is, once it has this colour."""
        places: list[tuple[int, int]] = []

        def is_seen() -> bool:
            found = self.desktop.find_colour(colour)
            places.extend([found] if found else [])
            return found is not None

        self.desktop.until(is_seen, f"an icon of the colour {colour}")
        return places[-1]

    def choose(self, at: tuple[int, int], *keys: str) -> None:
        """Opens the menu with the right button of the mouse, then presses the keys of its entries."""
        shown = self._shown()
        self.desktop.until(lambda: self._opens_menu(at, shown), "the menu opens")
        for key in keys:
            shown = self._until_another(shown)
            self.desktop.press(key)

    def _opens_menu(self, at: tuple[int, int], shown: set[str]) -> bool:
        """Clicks once. A click in the moment in which the last menu closes is lost to that one."""
        self.desktop.click(at, 3)
        return any(self._shown() - shown for _ in range(20))

    def _shown(self) -> set[str]:
        return set(self.desktop.windows("--maxdepth", "2", ".*"))

    def _until_another(self, shown: set[str]) -> set[str]:
        self.desktop.until(lambda: self._shown() - shown, "the menu")
        return self._shown()

    def window(self) -> list[str]:
        return self.desktop.windows("--name", "^FM Desktop$")

    def status(self) -> Status:
        """As the state file has it: what the command prints too, without starting one each time."""
        paths = Paths.of(self.environment)
        return Profile(paths, load(paths.settings_file), Credentials({}), Redactor()).status()

    def standing(self) -> Running:
        return self.status().channels[0].state


def without_notifications(computer: Computer) -> None:
    """Nothing pops up while a test waits for a menu to do so."""
    chosen = Preferences(tell_new_events=False, tell_put_back=False, tell_first_import=False)
    save_preferences(chosen, computer.home)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(rate_limit=None) as server:
        yield server


@pytest.fixture
def computer(tmp_path, sandbox, radicale_account) -> Computer:
    """Set up, with a calendar of one event."""
    return at_work(tmp_path / "home", sandbox, radicale_account)
