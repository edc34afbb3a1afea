"""One credential by itself: a person signs in again, and everything else stays and goes on."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from fm_desktop.credentials import Secret, Which
from fm_desktop.errors import ExitCode, Explained
from fm_desktop.logs import Redactor
from fm_desktop.onboarding.draft import Page
from fm_desktop.settings import load
from fm_desktop.sync.control import Channel
from fm_desktop.ui.widgets import Banner, Label
from fm_desktop.ui.wizard import open_sign_in
from fm_desktop.ui.wizard.again import SignInWindow
from tests.fakes.newcomer import EMMA, do, go_on
from tests.ui.wizard.hands import PATIENCE, controls, name_of, settle


@pytest.fixture
def profile(newcomer):
    """Set up, with the password of before."""
    model = newcomer.begin()
    newcomer.enter_everything(model)
    model.enter(channels=(Channel.CALENDAR,))
    while model.page is not Page.PREVIEW:
        go_on(model)
    do(model.finish_work())
    return newcomer


@pytest.fixture
def ask(qtbot, profile):
    """Opens the window for one credential; what it said when it was done."""
    done = []

    def open_for(which):
        settings = load(profile.paths.settings_file)
        window = SignInWindow(profile.paths, settings, profile.credentials, which, done.append, Redactor())
        window.show()
        qtbot.waitExposed(window)
        window.done = done
        return window

    return open_for


def type_and_enter(qtbot, window, text):
    window.secret.edit.setFocus()
    window.secret.edit.selectAll()
    qtbot.keyClicks(window.secret.edit, text)
    qtbot.keyClick(window.secret.edit, Qt.Key.Key_Return)


def said(window):
    return [each.message for each in window.findChildren(Banner) if each.isVisible()]


def test_a_new_password_is_tried_kept_and_nothing_else_changes(qtbot, profile, ask):
    before = load(profile.paths.settings_file)
    key = ("fm-desktop", f"{Which.PROVIDER_PASSWORD}:{profile.account.user}")
    profile.keychain.held[key] = "the old one"
    window = ask(Which.PROVIDER_PASSWORD)
    type_and_enter(qtbot, window, "wrong")
    qtbot.waitUntil(lambda: bool(said(window)), timeout=PATIENCE)
    assert "did not accept the user name or the password" in said(window)[0]
    assert profile.keychain.held[key] == "the old one"
    type_and_enter(qtbot, window, profile.account.password)
    qtbot.waitUntil(lambda: bool(window.done), timeout=PATIENCE)
    assert window.done == [before]
    assert profile.keychain.held[key] == profile.account.password
    assert load(profile.paths.settings_file) == before


def test_new_keys_of_forcemanager_are_tried_and_kept(qtbot, profile, ask):
    window = ask(Which.CRM_PRIVATE_KEY)
    assert window.public_key.edit.text() == profile.sandbox.public_key
    type_and_enter(qtbot, window, "wrong")
    qtbot.waitUntil(lambda: bool(said(window)), timeout=PATIENCE)
    type_and_enter(qtbot, window, profile.sandbox.private_key)
    qtbot.waitUntil(lambda: bool(window.done), timeout=PATIENCE)
    kept = profile.credentials.get(Which.CRM_PRIVATE_KEY, profile.sandbox.public_key)
    assert kept == Secret(profile.sandbox.private_key)


def test_nothing_typed_is_told_at_the_field_and_escape_leaves(qtbot, profile, ask):
    window = ask(Which.PROVIDER_PASSWORD)
    gone = []
    window.destroyed.connect(lambda: gone.append(True))
    window.sign_in.click()
    assert window.secret.flaw.text() == "Enter the password."
    for each in controls(window):
        assert name_of(each).strip()
    qtbot.keyClick(window.secret.edit, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: bool(gone), timeout=PATIENCE)
    assert window.done == []


def test_the_entry_of_the_application_asks_for_this_credential_of_this_profile(qtbot, profile):
    window = open_sign_in(profile.environment, Which.PROVIDER_PASSWORD, lambda _: None)
    texts = [each.text() for each in window.findChildren(QLabel) if each.isVisible()]
    assert f"The password of {EMMA} was not accepted any more. Everything else stays as it is." in texts
    assert not window.public_key.isVisible()
    window.close()


@pytest.mark.parametrize("which", list(Which))
def test_nothing_is_cut_also_with_a_long_message(qtbot, profile, ask, which):
    window = ask(which)
    window._failed(
        Explained("A sentence that is rather long, as some are. " * 6, "And a next step. " * 8, ExitCode.SIGN_IN)
    )
    qtbot.waitUntil(lambda: bool(said(window)), timeout=PATIENCE)
    settle()
    for each in window.findChildren(Label):
        if each.isVisible() and each.wordWrap():
            assert each.height() >= each.heightForWidth(each.width()), each.text()
    window.close()
