"""From the address to the first sync without a screen, for every service of R30."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fm_desktop.app import Profile
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.settings import load
from fm_desktop.setup import set_up
from fm_desktop.sync.report import Outcome
from tests.fakes.agenda import empty, make, titles
from tests.fakes.newcomer import EMMA
from tests.real.oauth.acme import SETUP, Person
from tests.servers.openid import OpenIdServer
from tests.servers.services import SERVICES, Service


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None) as server:
        yield server


@pytest.fixture(params=SERVICES, ids=lambda each: each.name)
def service(request: pytest.FixtureRequest, tmp_path: Path, openid: OpenIdServer) -> Iterator[Service]:
    folder = tmp_path / "service"
    folder.mkdir()
    made: Service = request.param(folder, openid)
    yield made
    made.stop()


def test_R03_R30_the_address_leads_to_a_first_sync_both_ways(
    tmp_path: Path, sandbox: SandboxServer, service: Service
) -> None:
    empty(sandbox)
    service.add("Dentist")
    make(sandbox, "Visit")
    (tmp_path / "providers.toml").write_text(service.catalog, encoding="utf-8")
    file = tmp_path / "setup.toml"
    file.write_text(SETUP.format(crm=sandbox.url, public_key=sandbox.public_key, user=EMMA), encoding="utf-8")
    environment = {
        "FM_DESKTOP_HOME": str(tmp_path),
        "FM_DESKTOP_CRM_PRIVATE_KEY": sandbox.private_key,
        "FM_DESKTOP_PROVIDER_PASSWORD": service.password,
        "FM_DESKTOP_PROVIDER_TOKEN_KEY": "the key of this computer",
    }
    person = Person()
    set_up(environment, file, None, person.show)
    assert len(person.pages) == (0 if service.password else 1)
    assert load(tmp_path / "settings.toml").provider.name == service.name
    report = Profile.open(environment).sync_once()
    assert report.error is None
    assert titles(sandbox) == service.titles() == ["Dentist", "Visit"]
    again = Profile.open(environment).sync_once()
    assert again.outcome is Outcome.DONE
    assert again.crm.total == again.provider.total == 0
    assert list(service.mails) == []
