"""Fixtures of the engine's tests on real servers: one sandbox CRM per run and worker, emptied for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import stamina
from lxml import etree

from fm_desktop.sandbox.server import SandboxServer
from tests.real.engine.scene import Scene, records
from tests.servers import personality as habits
from tests.servers.account import DavAccount
from tests.servers.proxy import DavProxy
from tests.servers.sandbox import as_delivered

MakeScene = Callable[..., Scene]


@pytest.fixture(scope="session")
def sandbox_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crm")


@pytest.fixture(scope="session")
def running_sandbox(sandbox_folder: Path) -> Iterator[SandboxServer]:
    with SandboxServer(sandbox_folder, rate_limit=None) as server:
        yield server


@pytest.fixture
def sandbox(running_sandbox: SandboxServer, sandbox_folder: Path) -> SandboxServer:
    """The CRM with its sample people and an empty agenda."""
    as_delivered(running_sandbox)
    with closing(records(sandbox_folder)) as db:
        db.execute("DELETE FROM calendar")
    return running_sandbox


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repetitions follow at once."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def make_scene(tmp_path: Path, sandbox: SandboxServer) -> Iterator[MakeScene]:
    """Builds the scene of an account, with settings of the engine's `Options`."""
    made: list[Scene] = []

    def make(account: DavAccount, url: str = "", **options: Any) -> Scene:
        scene = Scene(tmp_path, sandbox, account, url, **options)
        made.append(scene)
        return scene

    yield make
    for each in made:
        each.close()


def with_calendar(account: DavAccount) -> DavAccount:
    """A user with the one calendar `calendar`: Xandikos has made it already."""
    if account.server == "radicale":
        account.make_calendar("calendar", label="Work")
    return account


@pytest.fixture
def account(dav_account: DavAccount) -> DavAccount:
    """A new user with one calendar, at Radicale and at Xandikos."""
    return with_calendar(dav_account)


@pytest.fixture
def scene(account: DavAccount, make_scene: MakeScene) -> Scene:
    """Both servers, one calendar, nothing in it."""
    return make_scene(account)


@pytest.fixture
def radicale_scene(radicale_account: DavAccount, make_scene: MakeScene) -> Scene:
    """Radicale alone, where the server makes no difference."""
    return make_scene(with_calendar(radicale_account))


@pytest.fixture
def odd(radicale_account: DavAccount, proxy: DavProxy, make_scene: MakeScene) -> Scene:
    """Radicale seen through the proxy that can pretend to be another server. The person at the calendar
    goes to Radicale directly."""
    return make_scene(with_calendar(radicale_account), proxy.url)


@pytest.fixture
def read_only_calendar(proxy: DavProxy) -> None:
    """The server says that nothing may be written to any calendar, and refuses to."""
    proxy.on("PROPFIND").then(habits.edited(without_write_privileges))
    proxy.on("PUT").then(habits.precondition(403, "D:need-privileges"))
    proxy.on("DELETE").then(habits.precondition(403, "D:need-privileges"))


def without_write_privileges(tree: etree._Element) -> None:
    for privileges in tree.iter("{DAV:}current-user-privilege-set"):
        for each in list(privileges):
            privileges.remove(each)
        etree.SubElement(etree.SubElement(privileges, "{DAV:}privilege"), "{DAV:}read")
