"""The engine in its cycles over networks that lie and fail: it deletes nothing, doubles nothing, and ends where it would
have ended without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from fm_desktop.port import PortError, Side
from fm_desktop.sandbox.server import SandboxServer
from tests.network.stages import CRM_HOST, DAV_HOST, Roads, Way, hurry_http
from tests.real.engine.scene import Scene, crm_date, single
from tests.servers.account import DavAccount
from tests.servers.faults import Fault
from tests.servers.speech import Http

_FAULTS: Final = (
    Fault.REFUSED,
    Fault.UNDELIVERED,
    Fault.LOST,
    Fault.RESET,
    Fault.SILENT,
    Fault.TRUNCATED,
    Fault.PORTAL,
    Fault.REDIRECT,
)
_WRITES: Final = rb"^(POST|PUT|DELETE) "
# What both sides show in the end.
_END: Final = ["Meeting A at noon", "Meeting C", "New meeting", "New visit", "Visit A at Acme", "Visit C"]


class Travelling(Scene):
    """Both servers are reached by a way that can be spoilt; the persons at them go there directly."""

    def __init__(self, folder: Path, sandbox: SandboxServer, account: DavAccount, roads: Roads) -> None:
        account.make_calendar("calendar", label="Work")
        self.ways: dict[Side, Way] = {
            Side.CRM: roads.to(CRM_HOST, 443, sandbox.port, Http()),
            Side.PROVIDER: roads.to(DAV_HOST, 443, urlsplit(account.url).port or 0, Http()),
        }
        super().__init__(folder, sandbox, account, f"https://{DAV_HOST}/")

    @property
    def crm_url(self) -> str:
        return f"https://{CRM_HOST}/api/v4"

    @contextmanager
    def spoilt(self, side: Side, fault: Fault, trigger: bytes = b"") -> Iterator[None]:
        """Silence is waited for a short time, by the requests that meet it alone."""
        with pytest.MonkeyPatch.context() as patch:
            if fault is Fault.SILENT:
                client = self.client._http if side is Side.CRM else self.calendars._session._client
                hurry_http(patch, client, trigger)
            self.ways[side].spoil(fault, trigger)
            yield


@pytest.fixture
def scene(tmp_path: Path, sandbox: SandboxServer, radicale_account: DavAccount, roads: Roads) -> Iterator[Travelling]:
    """Three items of each side are in step; one of each is new, one edited and one deleted since."""
    scene = Travelling(tmp_path, sandbox, radicale_account, roads)
    for each in "ABC":
        scene.put(f"meeting-{each}", single(f"Meeting {each}"))
        scene.add(f"Visit {each}", crm_date(3))
    scene.sync()
    scene.settle()
    scene.put("new", single("New meeting"))
    scene.replace("meeting-A", "SUMMARY:Meeting A", "SUMMARY:Meeting A at noon")
    scene.remove("meeting-B")
    scene.add("New visit", crm_date(3))
    scene.edit("Visit A", subject="Visit A at Acme")
    scene.drop("Visit B")
    yield scene
    scene.close()


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("fault", _FAULTS)
def test_a_cycle_over_a_network_that_lies_deletes_and_doubles_nothing(
    scene: Travelling, side: Side, fault: Fault
) -> None:
    way = scene.ways[side]
    shown = {Side.CRM: scene.titles, Side.PROVIDER: scene.dav_titles}
    before = {each: titles() for each, titles in shown.items()}
    with scene.spoilt(side, fault):
        report = scene.engine.cycle()
        assert isinstance(report.error, PortError)
        assert {each: titles() for each, titles in shown.items()} == before
    with scene.spoilt(side, fault, _WRITES):
        scene.offset += timedelta(minutes=5)
        scene.engine.cycle()
        way.line.settle()
        assert fault is Fault.REFUSED or way.line.met
    way.heal()
    for _ in range(3):
        scene.offset += timedelta(minutes=5)
        scene.engine.cycle()
    assert (scene.titles(), scene.dav_titles()) == (_END, _END)
    scene.quiet()
