"""Signing in with the browser, in the wizard and afterwards: the window shows the way, waits, and says what came of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from fm_desktop.connect import Connector
from fm_desktop.credentials import Which
from fm_desktop.logs import Redactor
from fm_desktop.onboarding.draft import Page
from fm_desktop.providers import catalog
from fm_desktop.settings import load
from fm_desktop.sync.control import Channel
from fm_desktop.ui.wizard.again import BrowserWindow
from tests.fakes.newcomer import Newcomer
from tests.real.oauth.acme import Acme, Person, acme
from tests.servers.openid import OpenIdServer
from tests.ui.wizard.hands import PATIENCE, Hands


@pytest.fixture(scope="module")
def openid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdServer]:
    server = OpenIdServer(tmp_path_factory.mktemp("openid"))
    yield server
    server.stop()


@pytest.fixture
def company(newcomer: Newcomer, openid: OpenIdServer, sandbox, monkeypatch) -> Iterator[Acme]:
    """Whose catalog knows Emma's domain."""
    with acme(newcomer.home, openid, sandbox, newcomer.account) as made:
        known = catalog.parse(made.catalog)
        monkeypatch.setattr(Newcomer, "catalog", property(lambda _: known))
        monkeypatch.setattr("fm_desktop.connect.catalog.load", lambda _: known)
        yield made


@pytest.fixture
def person(monkeypatch) -> Person:
    made = Person()
    monkeypatch.setattr("fm_desktop.ui.wizard.window.open_web_page", made.show)
    return made


@pytest.fixture
def hands(at, newcomer: Newcomer, company: Acme) -> Hands:
    model = newcomer.begin()
    newcomer.enter_everything(model)
    model.enter(channels=(Channel.CALENDAR,))
    hands = at(model)
    for each in (Page.DIRECTION, Page.CHANNELS, Page.PROVIDER, Page.SIGN_IN):
        hands.press(Qt.Key.Key_Return)
        hands.wait_for_page(each)
    return hands


def test_R03_the_wizard_leads_through_the_browser_to_a_profile(hands: Hands, newcomer: Newcomer, person: Person):
    page = hands.window.page
    assert not page.password.isVisible()
    assert not page.test.isVisible()
    assert "FM Desktop never sees your password" in page.browser.text()
    assert hands.window.next.text() == "&Sign in with the browser"
    hands.click(hands.window.next)
    hands.wait_for_page(Page.CALENDARS)
    assert len(person.pages) == 1
    assert [each.name for each in hands.model.calendars] == ["Private", "Work"]
    hands.press(Qt.Key.Key_Return)
    hands.wait_for_page(Page.PREVIEW)
    hands.bot.waitUntil(lambda: hands.model.preview is not None, timeout=PATIENCE)
    hands.bot.mouseClick(hands.window.next, Qt.MouseButton.LeftButton)
    hands.bot.waitUntil(lambda: hands.done == 1, timeout=PATIENCE)
    settings = load(newcomer.paths.settings_file)
    assert settings.provider.sign_in == "oauth"
    assert newcomer.paths.tokens_file.exists()
    assert ("fm-desktop", f"{Which.PROVIDER_TOKEN_KEY}:{settings.provider.address}") in newcomer.keychain.held
    assert len(person.pages) == 1


def test_while_it_waits_the_page_can_be_opened_again_copied_and_given_up(hands: Hands, monkeypatch):
    opened, copied = [], []
    monkeypatch.setattr("fm_desktop.ui.wizard.window.copy_text", copied.append)
    hands.window.visit.open.clicked.disconnect()
    hands.window.visit.open.clicked.connect(lambda: opened.append(hands.window.visit.address))
    monkeypatch.setattr("fm_desktop.ui.wizard.window.open_web_page", opened.append)
    hands.click(hands.window.next)
    hands.bot.waitUntil(hands.window.visit.isVisible, timeout=PATIENCE)
    assert hands.window.busy.isVisible()
    hands.click(hands.window.visit.open)
    assert opened[0] == opened[1]
    assert opened[0].startswith("http://127.0.0.1")
    hands.click(hands.window.cancel)
    hands.wait_until_idle()
    assert not hands.window.visit.isVisible()
    assert hands.model.page is Page.SIGN_IN
    assert hands.messages() == []


def test_a_person_who_does_not_agree_is_told_and_can_try_again(hands: Hands, monkeypatch):
    monkeypatch.setattr("fm_desktop.ui.wizard.window.open_web_page", Person(agree=False).show)
    hands.click(hands.window.next)
    assert "You did not agree that FM Desktop may use your account" in hands.wait_for_message().message
    assert hands.model.page is Page.SIGN_IN
    monkeypatch.setattr("fm_desktop.ui.wizard.window.open_web_page", Person().show)
    hands.click(hands.window.next)
    hands.wait_for_page(Page.CALENDARS)


def test_going_back_and_forth_asks_nobody_to_sign_in_twice(hands: Hands, person: Person):
    hands.click(hands.window.next)
    hands.wait_for_page(Page.CALENDARS)
    hands.click(hands.window.back)
    hands.wait_for_page(Page.SIGN_IN)
    assert hands.window.page.browser.text() == "You are signed in."
    hands.click(hands.window.next)
    hands.wait_for_page(Page.CALENDARS)
    assert len(person.pages) == 1


# --- afterwards ------------------------------------------------------------------------------------------


def test_signing_in_again_goes_through_the_browser_too(
    qtbot, hands: Hands, newcomer: Newcomer, person: Person, company: Acme
):
    hands.click(hands.window.next)
    hands.wait_for_page(Page.CALENDARS)
    hands.press(Qt.Key.Key_Return)
    hands.wait_for_page(Page.PREVIEW)
    hands.bot.waitUntil(lambda: hands.model.preview is not None, timeout=PATIENCE)
    hands.bot.mouseClick(hands.window.next, Qt.MouseButton.LeftButton)
    hands.bot.waitUntil(lambda: hands.done == 1, timeout=PATIENCE)
    company.openid.withdraw()
    before = newcomer.paths.tokens_file.read_bytes()
    settings = load(newcomer.paths.settings_file)
    done = []
    window = BrowserWindow(
        settings, Connector(newcomer.paths, settings, newcomer.credentials, Redactor()), done.append, person.show, print
    )
    window.show()
    qtbot.waitExposed(window)
    qtbot.mouseClick(window.sign_in, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)
    assert done == [settings]
    assert len(person.pages) == 2
    assert newcomer.paths.tokens_file.read_bytes() != before
