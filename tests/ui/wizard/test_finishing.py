"""While a profile is made nobody can walk away from it, and what was let go before changes nothing any more."""

import threading

import pytest
from PySide6.QtCore import Qt

from fm_desktop.credentials import Secret, Which
from fm_desktop.onboarding.again import sign_in_again
from fm_desktop.onboarding.draft import IMAP_PORT, Page
from fm_desktop.onboarding.work import Step
from fm_desktop.settings import load
from fm_desktop.sync.control import Channel
from tests.fakes.newcomer import do, go_on


@pytest.fixture
def model(newcomer):
    """At the last page."""
    made = newcomer.begin()
    newcomer.enter_everything(made)
    made.enter(channels=(Channel.CALENDAR,))
    while made.page is not Page.PREVIEW:
        go_on(made)
    do(made.pending())
    return made


@pytest.mark.parametrize("how", ["close", "escape"])
def test_a_profile_that_is_being_made_is_used_whatever_is_pressed(at, model, monkeypatch, how):
    """Closed in the middle, the settings were there and nobody worked with them before the next start."""
    may_go_on = threading.Event()
    monkeypatch.setattr("fm_desktop.onboarding.model.finish", lambda *_: may_go_on.wait(30))
    hands = at(model)
    for page in list(Page)[1:]:
        hands.click(hands.window.next)
        hands.wait_for_page(page)
    hands.click(hands.window.next)
    assert hands.window.worker.work.step is Step.FINISH
    if how == "close":
        assert not hands.window.close()
    else:
        hands.press(Qt.Key.Key_Escape)
    assert hands.window.isVisible()
    may_go_on.set()
    hands.bot.waitUntil(lambda: hands.done == 1, timeout=5_000)


def test_a_set_up_that_was_given_up_makes_no_profile_later(newcomer, model, monkeypatch):
    ending = threading.Event()
    monkeypatch.setattr("fm_desktop.onboarding.finish._keep_choice", lambda *_: ending.set())
    model.finish_work().run(ending)
    assert not newcomer.paths.settings_file.exists()


def test_a_secret_that_was_let_go_is_not_kept_later(newcomer, model):
    do(model.finish_work())
    settings, before = load(newcomer.paths.settings_file), dict(newcomer.keychain.held)
    ending = threading.Event()
    ending.set()
    newcomer.keychain.held = {name: "of before" for name in before}
    before, secret = dict(newcomer.keychain.held), Secret(newcomer.account.password)
    sign_in_again(newcomer.paths, settings, newcomer.credentials, Which.PROVIDER_PASSWORD, secret, ending)
    assert newcomer.keychain.held == before


@pytest.mark.parametrize(("typed", "meant"), [("+", IMAP_PORT), ("0", IMAP_PORT), ("1143", 1143)])
def test_a_port_that_is_half_typed_is_no_trouble(at, newcomer, typed, meant):
    made = newcomer.begin()
    newcomer.enter_everything(made)
    hands = at(made)
    for page in (Page.DIRECTION, Page.CHANNELS, Page.PROVIDER):
        hands.click(hands.window.next)
        hands.wait_for_page(page)
    hands.window.page.by_hand.click()
    hands.window.page.server.port.edit.setFocus()
    hands.type(typed)
    assert hands.model.draft.imap_port == meant
