"""One scenario at one place: prepared once, put back as often as wanted, and looked at."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fm_desktop.credentials import Which
from tests.crash.crm import Crm
from tests.crash.killed import Children
from tests.crash.moments import CREATE
from tests.crash.places import CalendarPlace, Place
from tests.crash.scenarios import Scenario, World
from tests.fakes.real import EMMA

_SETTINGS = """
[crm]
url = "{crm}"
public_key = "{public_key}"
user = "{user}"
requests_per_second = 1000
[provider]
address = "{user}"
name = "{name}"
sign_in = "{sign_in}"
{provider}
[email]
{email}
[sync]
channels = [{channels}]
"""
_CALENDARS = """calendars = [{chosen}]
target_calendar = "Work"
"""


@dataclass(frozen=True, slots=True)
class End:
    """How things are once nothing is left to do. `creates` are those that a server has carried out."""

    crm: Sequence[str]
    provider: Sequence[str]
    mails: Sequence[str]
    creates: int

    def differences(self, whole: End) -> list[str]:
        found = []
        for name in ("crm", "provider", "mails"):
            here, there = list(getattr(self, name)), list(getattr(whole, name))
            found += [f"{name} has more: {each}" for each in _without(here, there)]
            found += [f"{name} has less: {each}" for each in _without(there, here)]
        if self.creates != whole.creates:
            found.append(f"{self.creates} creates in place of {whole.creates}")
        return found


class Stage:
    """`folder` is for the computer's home and what lies about it."""

    def __init__(self, scenario: Scenario, crm: Crm, place: Place, children: Children, folder: Path) -> None:
        self.scenario, self.crm, self.place, self.children = scenario, crm, place, children
        self._folder = folder
        self.home = folder / "home"
        self.world = World(crm, place, self.home)
        self._kept, self._trace, self._keychain = folder / "kept", folder / "trace", folder / "keychain"
        self._setup_file = folder / "setup.toml"
        self._records: sqlite3.Connection

    @contextmanager
    def prepared(self) -> Iterator[None]:
        """Up to where the work begins that is to be cut short."""
        scenario, world = self.scenario, self.world
        self.crm.restore(self.crm.empty)
        self.home.mkdir(parents=True)
        self._write_settings()
        scenario.before(world)
        if scenario.first:
            told = self.do(scenario.first, told={})
            assert "reports" in told, told
        scenario.act(world)
        shutil.copytree(self.home, self._kept)
        self.place.keep()
        with closing(self.crm.snapshot()) as self._records:
            self.back()
            yield

    def back(self) -> None:
        """Everything as it was before the work began."""
        shutil.rmtree(self.home)
        shutil.copytree(self._kept, self.home)
        self.crm.restore(self._records)
        self.place.restore()
        for each in (self._trace, self._keychain):
            each.unlink(missing_ok=True)

    def _write_settings(self) -> None:
        place, scenario = self.place, self.scenario
        text = _SETTINGS.format(
            crm=self.crm.sandbox.url,
            public_key=self.crm.sandbox.public_key,
            user=EMMA,
            name=place.entry,
            sign_in="oauth" if place.token else "password",
            provider=place.settings,
            email=scenario.email,
            channels=", ".join(f'"{each}"' for each in scenario.channels),
        )
        if "calendar" in scenario.channels:
            assert isinstance(place, CalendarPlace)
            text += _CALENDARS.format(chosen=", ".join(f'"{each}"' for each in place.chosen))
        self._setup_file.write_text(text, encoding="utf-8")
        if not self._is_set_up_by_hand:
            shutil.copy(self._setup_file, self.home / "settings.toml")

    @property
    def _is_set_up_by_hand(self) -> bool:
        return "setup" in self.scenario.steps

    def do(
        self, steps: Sequence[str], die_at: int = 0, told: dict[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Lets the computer work, and die. `told` in place of what the scenario tells, `more` besides."""
        secrets = {Which.CRM_PRIVATE_KEY.variable: self.crm.sandbox.private_key, **self.place.environment}
        return self.children.do(
            {
                "home": str(self.home),
                "trace": str(self._trace),
                "keychain": str(self._keychain),
                "setup_file": str(self._setup_file),
                "die_at": die_at,
                "steps": list(steps),
                "token": self.place.token,
                "authority": self.place.authority,
                "environment": {} if self._is_set_up_by_hand else secrets,
                "secrets": {each.value: secrets.get(each.variable, "") for each in Which},
                **(self.scenario.told if told is None else told),
                **more,
            }
        )

    # --- after ---

    def traced(self) -> list[str]:
        """What reached the servers since `back`."""
        return self._trace.read_text().splitlines() if self._trace.exists() else []

    def end(self) -> End:
        creates = sum(each.startswith(CREATE) for each in self.traced())
        return End(self.crm.picture(), [*self.place.picture(), *self._on_disk()], self.place.mails(), creates)

    def _on_disk(self) -> list[str]:
        """What the user chose and what the keychain holds."""
        files = (self.home / "settings.toml", self._keychain)
        return [f"{each.name}: {each.read_text(encoding='utf-8')}" for each in files if each.exists()]


def _without(here: list[str], there: list[str]) -> list[str]:
    left = list(there)
    found = []
    for each in here:
        if each in left:
            left.remove(each)
        else:
            found.append(each)
    return found
