"""A user's computer as a process of its own: the whole program over one profile, told what to do step by step."""

from __future__ import annotations

import json
import os
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpcore2
import keyring
import time_machine
from keyring.backend import KeyringBackend

from fm_desktop import credentials
from fm_desktop.app import Profile
from fm_desktop.credentials import Secret, Which
from fm_desktop.logs import Redactor
from fm_desktop.port import SignInNeeded
from fm_desktop.providers import caldav, exchange, graph, imap  # noqa: F401 - imported once, not by every child
from fm_desktop.providers.oauth import Service, Tokens
from fm_desktop.setup import set_up
from fm_desktop.sync import cycle
from fm_desktop.sync.held import NothingHeld
from fm_desktop.sync.store import Store, StoreError
from fm_desktop.sync.undo import CannotUndo
from fm_desktop.tokenfile import TokenFile
from tests.crash.killed import serve
from tests.crash.moments import Moments
from tests.fakes.tokens import GivenTokens

Report = dict[str, Any]
LATER = 3
"""Minutes until the next cycle of a computer that comes to rest: a list that lags can no longer be to blame."""
_CYCLES = 5


class FileKeychain(KeyringBackend):
    """The system's keychain, another process: it outlives the program. Each entry is stored at once."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, file: Path, moments: Moments) -> None:
        super().__init__()
        self._file, self._moments = file, moments

    def _held(self) -> dict[str, str]:
        return dict(json.loads(self._file.read_text())) if self._file.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._held().get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        def stored() -> None:
            self._file.write_text(json.dumps(self._held() | {username: password}))

        self._moments.around("keychain", stored, lambda _: "")


class Computer:
    """`told`: `home`, `environment`, `steps`, `die_at` (0: never), `trace`, and what a single scenario needs."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told
        self._environment = {"FM_DESKTOP_HOME": told["home"], **told["environment"]}
        self._reports: list[Report] = []
        self._minutes = 0
        self._access: str | None = None
        self._moments = Moments(told["die_at"], Path(told["trace"]))
        self._steps: dict[str, Callable[[str], None]] = {
            "sync": self._sync, "setup": lambda _: self._set_up(), "approve": self._approve,
            "undo": self._undo, "deselect": self._deselect, "renew": self._renew, "rest": self._rest,
        }  # fmt: skip

    def work(self) -> dict[str, Any]:
        self._prepare()
        stopped = ""
        try:
            for each in self._told["steps"]:
                name, _, value = each.partition(" ")
                self._steps[name](value)
        except StoreError as error:
            stopped = str(error)
        modules = [name for name, each in sys.modules.items() if getattr(each, "__spec__", None) is not None]
        return {
            "reports": self._reports,
            "moments": self._moments.kinds,
            "modules": modules,
            "stopped": stopped,
            "access": self._access,
        }

    def _prepare(self) -> None:
        if self._told.get("authority"):
            os.environ["SSL_CERT_FILE"] = self._told["authority"]
        keyring.set_keyring(FileKeychain(Path(self._told["keychain"]), self._moments))
        cycle.WRITERS = 1  # type: ignore[misc]
        if "pages_more" in self._told:
            _limit_disk(self._told["pages_more"])
        if self._told.get("statements"):
            self._moments.watch_statements()
        if self._told.get("files"):
            self._moments.watch_files(f"{self._told['home']}{os.sep}")
        self._moments.watch_writes()

    # --- what people do ---

    def _profile(self) -> Profile:
        profile = Profile.open(self._environment)
        token = self._told.get("token")
        if token:
            profile.connector.use(SimpleNamespace(tokens=GivenTokens(lambda: token)))  # type: ignore[arg-type]
        return profile

    def _sync(self, minutes: str = "") -> Report:
        """A cycle, so many minutes from now."""
        self._minutes = int(minutes or self._minutes)
        with _clock(self._minutes):
            report = self._profile().sync_once()
        errors = [str(each) for each in (report.error, report.also) if each is not None]
        self._reports.append(
            {
                "outcome": report.outcome.value, "writes": report.crm.total + report.provider.total + report.emails_logged,
                "unknown": report.unknown, "problems": report.problems, "held": report.held, "errors": errors,
            }
        )  # fmt: skip
        return self._reports[-1]

    def _rest(self, minimum: str) -> None:
        """Cycles until one has nothing to do; `minimum` is how many there are to be at least before that one."""
        for number in range(1, _CYCLES + 1):
            report = self._sync(str(self._minutes + LATER))
            quiet = report["outcome"] == "done" and report["writes"] == report["unknown"] == 0
            if quiet and number > int(minimum or 0):
                return

    def _set_up(self) -> None:
        secrets = self._told["secrets"]
        set_up(self._environment, Path(self._told["setup_file"]), lambda which: secrets[which.value])

    def _approve(self, _: str) -> None:
        profile = self._profile()
        try:
            profile.approve([each.id for each in profile.held()])
        except NothingHeld:
            return  # it was approved before the crash

    def _undo(self, what: str) -> None:
        profile = self._profile()
        verb, _, title = what.partition(" ")
        # The first of that name: the undoing itself is in the history, too.
        entry = [each for each in profile.history(50, title) if each.verb.value == verb][-1]
        try:
            profile.undo(entry.id)
        except CannotUndo:
            return  # it was undone before the crash

    def _deselect(self, name: str) -> None:
        self._profile().deselect_calendar(name, remove_copies=True)

    def _renew(self, _: str) -> None:
        """The access token, renewed where it is over; '' where a person has to sign in again."""
        endpoint = self._told["token_endpoint"]
        service = Service("Acme", endpoint, endpoint, "fm-desktop")
        try:
            self._access = Tokens(service, token_file(Path(self._told["home"]) / "provider.tokens")).fresh()
        except SignInNeeded:
            self._access = ""


def token_file(path: Path) -> TokenFile:
    """Where the tokens of a sign-in with the browser are, as one computer has it."""
    return TokenFile(path, Secret("key"), "Acme", Redactor())


@contextmanager
def _clock(minutes: int) -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes)) if minutes else nullcontext():
        yield


def _limit_disk(pages: int) -> None:
    """A disk with so much room: the state file may grow by no more than this (SQLITE_FULL beyond)."""
    opened = Store.open

    def limited(path: Path) -> Store:
        store = opened(path)
        store.db.execute(f"PRAGMA max_page_count = {store.value('PRAGMA page_count') + pages}")
        return store

    Store.open = limited  # type: ignore[method-assign]


def _share_authorities() -> None:
    """Reading those of the system takes longer than a cycle: every client of every child has the same ones."""
    read = httpcore2.default_ssl_context
    known: dict[str | None, ssl.SSLContext] = {None: read()}

    def shared(*, _trust_env: bool = True) -> ssl.SSLContext:
        own = os.environ.get("SSL_CERT_FILE") if _trust_env else None
        if own not in known:
            known[own] = read()
        return known[own]

    httpcore2.default_ssl_context = shared


if __name__ == "__main__":
    _share_authorities()
    FileKeychain.__module__ = credentials.ALLOWED_BACKENDS[0]
    os.environ.pop(Which.CRM_PRIVATE_KEY.variable, None)
    serve(lambda told: Computer(told).work())
