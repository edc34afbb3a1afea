"""From the address to the first sync in the wizard, for every service of R30."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from fm_desktop.app import Profile
from fm_desktop.credentials import Which
from fm_desktop.onboarding.draft import Page
from fm_desktop.providers import catalog
from fm_desktop.settings import load
from fm_desktop.sync.control import Channel
from tests.fakes.agenda import titles
from tests.fakes.newcomer import EMMA, Newcomer
from tests.real.oauth.acme import Person
from tests.servers.openid import OpenIdServer
from tests.servers.services import SERVICES, Service
from tests.ui.wizard.hands import PATIENCE


@pytest.fixture(scope="module")
def openid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdServer]:
    server = OpenIdServer(tmp_path_factory.mktemp("openid"))
    yield server
    server.stop()


@pytest.fixture(params=SERVICES, ids=lambda each: each.name)
def service(request, tmp_path: Path, openid: OpenIdServer, newcomer: Newcomer, monkeypatch) -> Iterator[Service]:
    """With an administrator's catalog in which it is where it is here."""
    folder = tmp_path / "service"
    folder.mkdir()
    made: Service = request.param(folder, openid)
    newcomer.home.mkdir()
    (newcomer.home / "providers.toml").write_text(made.catalog, encoding="utf-8")
    monkeypatch.setattr(Newcomer, "catalog", property(lambda self: catalog.load(self.home)))
    yield made
    made.stop()


def test_R03_R30_the_wizard_leads_from_the_address_to_a_first_sync(at, newcomer, service: Service, monkeypatch):
    service.add("Dentist")
    person = Person()
    monkeypatch.setattr("fm_desktop.ui.wizard.window.open_web_page", person.show)
    model = newcomer.begin()
    newcomer.enter_everything(model)
    model.enter(channels=(Channel.CALENDAR,), user_name=EMMA)
    model.enter_secret(Which.PROVIDER_PASSWORD, service.password)
    hands = at(model)
    for each in (Page.DIRECTION, Page.CHANNELS, Page.PROVIDER, Page.SIGN_IN, Page.CALENDARS, Page.PREVIEW):
        hands.press(Qt.Key.Key_Return)
        hands.wait_for_page(each)
    hands.bot.waitUntil(lambda: model.preview is not None, timeout=PATIENCE)
    hands.press(Qt.Key.Key_Return)
    hands.bot.waitUntil(lambda: hands.done == 1, timeout=PATIENCE)
    assert len(person.pages) == (0 if service.password else 1)
    assert load(newcomer.paths.settings_file).provider.name == service.name

    held = {account.partition(":")[0]: text for (_, account), text in newcomer.keychain.held.items()}
    names = {
        Which.CRM_PRIVATE_KEY: "FM_DESKTOP_CRM_PRIVATE_KEY",
        Which.PROVIDER_PASSWORD: "FM_DESKTOP_PROVIDER_PASSWORD",
        Which.PROVIDER_TOKEN_KEY: "FM_DESKTOP_PROVIDER_TOKEN_KEY",
    }
    secrets = {name: held[which] for which, name in names.items() if which in held}
    report = Profile.open({**newcomer.environment, **secrets}).sync_once()
    assert report.error is None
    assert titles(newcomer.sandbox) == service.titles() == ["Dentist"]
    assert list(service.mails) == []
