"""The servers of the sweep, started once, and a new place at each for every scenario."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Protocol, Self, TypeVar

from fm_desktop.sandbox.server import SandboxServer
from tests.crash.crm import Crm
from tests.crash.figures import Figures
from tests.crash.killed import Children
from tests.crash.places import DavPlace, EwsPlace, GraphPlace, MailPlace, Place
from tests.crash.rotation import Rotation
from tests.crash.scenarios import Scenario
from tests.crash.stage import Stage
from tests.crash.sweep import Pick, sweep
from tests.servers.dovecot import DovecotServer
from tests.servers.openid import OpenIdServer
from tests.servers.radicale import RadicaleServer
from tests.servers.xandikos import XandikosServer


class Stoppable(Protocol):
    def stop(self) -> None: ...


Started = TypeVar("Started", bound=Stoppable)


class Servers:
    """Each is started when it is first needed."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="fm-crash-")))
        self._numbers = itertools.count(1)
        self._places: dict[str, Callable[[], Place]] = {
            "radicale": self._at_radicale, "xandikos": self._at_xandikos, "ews": EwsPlace, "graph": GraphPlace,
            "dovecot": lambda: MailPlace(self._dovecot),
        }  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def stage(self, scenario: Scenario, place: str) -> Iterator[Stage]:
        folder = self._folder / str(next(self._numbers))
        made = self._places[place]()
        try:
            yield Stage(scenario, self._crm, made, self.children, folder)
        finally:
            made.close()
            shutil.rmtree(folder, ignore_errors=True)

    def rotation(self) -> Figures:
        folder = self._new_folder("rotation")
        openid = OpenIdServer(folder)
        try:
            return Rotation(openid, self.children, folder).run()
        finally:
            openid.stop()
            shutil.rmtree(folder)

    def sweep(self, scenario: Scenario, place: str, pick: Pick) -> Figures:
        with self.stage(scenario, place) as stage:
            return sweep(stage, pick)

    def _stopped_in_the_end(self, server: Started) -> Started:
        self._stack.callback(server.stop)
        return server

    def _new_folder(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        return folder

    @cached_property
    def children(self) -> Children:
        return self._stopped_in_the_end(Children())

    @cached_property
    def _crm(self) -> Crm:
        folder = self._folder / "crm"
        made = Crm(self._stack.enter_context(SandboxServer(folder, rate_limit=None)), folder)
        self._stack.callback(made.close)
        return made

    @cached_property
    def _radicale(self) -> RadicaleServer:
        return self._stopped_in_the_end(RadicaleServer(self._new_folder("radicale")))

    @cached_property
    def _xandikos(self) -> XandikosServer:
        return self._stopped_in_the_end(XandikosServer(self._new_folder("xandikos")))

    @cached_property
    def _dovecot(self) -> DovecotServer:
        return self._stopped_in_the_end(DovecotServer())

    def _at_radicale(self) -> Place:
        account = self._radicale.account()
        assert account.store is not None
        return DavPlace(account, account.store, MailPlace(self._dovecot, account.password))

    def _at_xandikos(self) -> Place:
        account = self._xandikos.account()
        return DavPlace(account, self._folder / "xandikos" / "store" / account.user)
