"""Diagnosis: tests every connection, says what it can do, and packs a bundle for support without secrets."""

from __future__ import annotations

import io
import json
import platform
import sys
import threading
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import tomli_w

from fm_desktop import __version__, logs
from fm_desktop.app import Profile
from fm_desktop.connect import Sides
from fm_desktop.errors import ExitCode, explained
from fm_desktop.paths import write_privately
from fm_desktop.show import as_json, count
from fm_desktop.sync.store import Store

_LIBRARIES = ("caldav", "httpx2", "icalendar", "keyring", "lxml", "recurring-ical-events", "urllib3", "tzdata")
_LOG_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried. `said`: what it answered, as a plain sentence."""

    what: str
    ok: bool
    said: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    version: str
    python: str
    system: str
    checks: tuple[Check, ...]
    exit_code: ExitCode


class _Examination:
    """Does one check after another; a failed one does not keep the others from being made."""

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.code = ExitCode.DONE

    def check(self, what: str, look: Callable[[], str]) -> bool:
        try:
            self.checks.append(Check(what, True, look()))
        except Exception as error:
            known = explained(error)
            if known is None:
                raise
            self.checks.append(Check(what, False, known.message, known.next_step))
            self.code = self.code or known.exit_code
            return False
        return True


class Doctor:
    """Examines the profile of this computer's user, whatever state it is in."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._profile: Profile | None = None

    def examine(self) -> Diagnosis:
        """Tests settings, state, secrets and both sides; writes nothing to either."""
        examination = _Examination()
        examination.check("settings", self._settings)
        if self._profile is not None:
            profile = self._profile
            examination.check("state", lambda: _state(profile))
            examination.check("secrets", profile.connector.try_secrets)
            _examine_sides(examination, profile)
        return Diagnosis(
            version=__version__,
            python=platform.python_version(),
            system=f"{platform.system()} {platform.release()} {platform.machine()}",
            checks=tuple(examination.checks),
            exit_code=examination.code,
        )

    def bundle(self, diagnosis: Diagnosis) -> dict[str, str]:
        """What support gets to see, by file name: diagnosis, settings, versions, the end of the log, how things
        stand. No secrets. Raises `OSError`, `StoreError`."""
        parts = {"diagnosis.json": as_json(diagnosis), "versions.json": json.dumps(_versions(), indent=2)}
        if self._profile is None:
            return parts
        profile = self._profile
        parts |= {
            "settings.toml": tomli_w.dumps(profile.settings.model_dump(mode="json", exclude_none=True)),
            "status.json": as_json(profile.status()),
            "problems.json": as_json(profile.problems()),
            "log.txt": "\n".join(logs.last_lines(profile.paths.log_file, _LOG_LINES)),
        }
        # The log is clean already; this covers what other hands wrote into any part.
        return {name: profile.connector.redactor.clean(text) for name, text in parts.items()}

    def write_bundle(self, diagnosis: Diagnosis, path: Path) -> None:
        """The bundle as a zip. Raises `OSError`, `StoreError`."""
        pack(self.bundle(diagnosis), path)

    def _settings(self) -> str:
        self._profile = Profile.open(self._environment)
        return f"{self._profile.paths.settings_file} is valid."


def pack(parts: Mapping[str, str], path: Path) -> None:
    """Writes texts by file name as a zip, for its owner only. Raises `OSError`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in parts.items():
            bundle.writestr(name, text)
    write_privately(path.absolute(), packed.getvalue())


def _state(profile: Profile) -> str:
    found = profile.status()
    last = "never" if found.last_success is None else f"{found.last_success:%Y-%m-%d %H:%M} UTC"
    return f"{count(found.linked, 'item')} on both sides, last complete cycle: {last}."


def _examine_sides(examination: _Examination, profile: Profile) -> None:
    sides: list[Sides] = []

    def crm() -> str:
        store = Store.open(profile.paths.store_file)
        try:
            sides.append(profile.connector.connect(store, threading.Event()))
        finally:
            store.close()
        return sides[0].describe_crm()

    try:
        if examination.check("ForceManager", crm):
            if sides[0].calendar is not None:
                examination.check("calendar service", sides[0].describe_provider)
            if sides[0].mailbox is not None:
                examination.check("mailbox", sides[0].describe_mailbox)
    finally:
        for each in sides:
            each.close()


def _versions() -> dict[str, str]:
    return {"fm-desktop": __version__, "python": sys.version} | {name: metadata.version(name) for name in _LIBRARIES}
