"""What goes wrong stays on its page, in words, with the way out; what hangs can be let go; what is left can be resumed."""

import socket

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication

from fm_desktop.onboarding import draft as drafts
from fm_desktop.onboarding.draft import Page
from fm_desktop.onboarding.flaws import Field
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.onboarding.work import Step
from fm_desktop.providers import catalog as catalogs
from fm_desktop.providers.finding import find, not_supported
from fm_desktop.sync.control import Channel
from fm_desktop.ui import texts
from fm_desktop.ui.told import told
from tests.fakes.newcomer import EMMA, Newcomer
from tests.ui.wizard.hands import Hands


def sits_at(at, newcomer: Newcomer, page: Page, **changes: object) -> Hands:
    """Everything is entered, and gone on to a page."""
    model = newcomer.begin()
    newcomer.enter_everything(model)
    model.enter(channels=(Channel.CALENDAR,), **changes)
    hands = at(model)
    go_to(hands, page)
    return hands


def looks_for(at, newcomer: Newcomer, finding, address: str) -> Hands:
    """Enters another address, with everything else entered."""
    model = newcomer.begin(finding)
    newcomer.enter_everything(model)
    hands = at(model)
    go_to(hands, Page.PROVIDER)
    fill(hands, Field.ADDRESS, address)
    hands.press(Qt.Key.Key_Return)
    return hands


def go_to(hands: Hands, page: Page) -> None:
    for each in list(Page)[1 : page.number + 1]:
        hands.click(hands.window.next)
        hands.wait_for_page(each)


def fill(hands: Hands, field: Field, text: str) -> None:
    edit = hands.window.page.fields[field].focus_target
    edit.setFocus()
    hands.type(text)


@pytest.fixture
def silent():
    """A server that takes calls and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


# --- wrong, missing, not there ---------------------------------------------------------------------


def test_what_is_missing_is_said_at_its_field_and_the_first_gets_the_focus(at, newcomer):
    hands = at(newcomer.begin())
    hands.click(hands.window.next)
    page = hands.window.page
    assert hands.model.page is Page.FORCEMANAGER
    assert page.user.flaw.isVisible()
    assert page.user.flaw.text() == "Enter your e-mail address in ForceManager."
    assert page.private_key.flaw.text() == "Enter the private key."
    assert hands.focus() is page.user.edit
    assert page.user.edit.accessibleDescription() == page.user.flaw.text()
    hands.type("emma")
    assert not page.user.flaw.isVisible()
    assert page.private_key.flaw.isVisible()


def test_wrong_keys_are_told_on_the_page_and_can_be_mended_there(at, newcomer):
    hands = sits_at(at, newcomer, Page.FORCEMANAGER)
    fill(hands, Field.PRIVATE_KEY, "wrong")
    hands.click(hands.window.next)
    told = hands.wait_for_message()
    assert "did not accept the API keys" in told.message
    assert told.next_step
    assert hands.model.page is Page.FORCEMANAGER
    fill(hands, Field.PRIVATE_KEY, newcomer.sandbox.private_key)
    assert hands.messages() == []
    hands.click(hands.window.next)
    hands.wait_for_page(Page.DIRECTION)


def test_a_wrong_password_is_told_on_the_page_and_can_be_mended_there(at, newcomer):
    hands = sits_at(at, newcomer, Page.SIGN_IN)
    fill(hands, Field.PASSWORD, "wrong")
    hands.press(Qt.Key.Key_Return)
    told = hands.wait_for_message()
    assert "did not accept the user name or the password" in told.message
    assert "app password" in told.next_step
    assert hands.model.page is Page.SIGN_IN
    fill(hands, Field.PASSWORD, newcomer.account.password)
    hands.press(Qt.Key.Key_Return)
    hands.wait_for_page(Page.CALENDARS)


def test_a_server_that_is_not_there_is_told_on_the_page(at, newcomer):
    hands = sits_at(at, newcomer, Page.SIGN_IN, by_hand=True, caldav_url="http://127.0.0.1:9/")
    hands.click(hands.window.next)
    assert "127.0.0.1" in hands.wait_for_message().message
    assert hands.model.page is Page.SIGN_IN
    assert hands.window.back.isEnabled()


def test_a_calendar_that_went_away_is_told_in_the_preview_which_can_be_made_again(at, newcomer):
    hands = sits_at(at, newcomer, Page.CALENDARS)
    newcomer.account.delete_calendar(f"{newcomer.account.home}work/")
    hands.click(hands.window.next)
    hands.bot.waitUntil(lambda: bool(hands.messages()), timeout=60_000)
    assert "Work" in hands.messages()[0].message
    assert hands.model.page is Page.PREVIEW
    assert hands.window.next.text() == "Make the pre&view"
    newcomer.account.make_calendar("work", label="Work")
    hands.click(hands.window.next)
    hands.bot.waitUntil(lambda: hands.model.preview is not None, timeout=60_000)
    assert hands.window.next.text() == "&Start syncing"


def test_a_time_out_is_told_and_lets_go(at, newcomer, silent, monkeypatch):
    monkeypatch.setattr("fm_desktop.onboarding.work._PATIENCE", dict.fromkeys(Step, 0.2))
    hands = sits_at(at, newcomer, Page.FORCEMANAGER)
    fill(hands, Field.CRM_URL, silent)
    hands.click(hands.window.next)
    assert "no answer for a long time" in hands.wait_for_message().message
    assert hands.window.next.isEnabled()


def test_an_administrators_file_that_is_wrong_is_told_at_once_and_stands_in_nobodys_way(at, tmp_path):
    (tmp_path / "providers.toml").write_text("[acme]\n", encoding="utf-8")
    hands = at(Onboarding.open({"FM_DESKTOP_HOME": str(tmp_path)}))
    told = hands.wait_for_message()
    assert "[acme] title is missing" in told.message
    assert hands.window.next.isEnabled()


# --- letting go ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["button", "escape"])
def test_a_server_that_hangs_is_let_go_at_once(at, newcomer, silent, how):
    hands = sits_at(at, newcomer, Page.FORCEMANAGER)
    window = hands.window
    fill(hands, Field.CRM_URL, silent)
    hands.click(window.next)
    assert window.worker.work is not None
    assert window.busy.isVisible()
    assert window.busy.accessibleName() == "Signing in to ForceManager…"
    assert not window.next.isEnabled()
    assert not window.page.user.edit.isEnabled()
    assert hands.focus() is window.cancel
    if how == "button":
        hands.click(window.cancel)
    else:
        hands.press(Qt.Key.Key_Escape)
    assert window.worker.work is None
    assert window.isVisible()
    assert not window.busy.isVisible()
    assert window.next.isEnabled()
    assert window.page.user.edit.isEnabled()
    assert hands.model.page is Page.FORCEMANAGER
    assert hands.messages() == []
    fill(hands, Field.CRM_URL, newcomer.sandbox.url)
    hands.click(window.next)
    hands.wait_for_page(Page.DIRECTION)


def test_closing_the_window_in_the_middle_leaves_nothing_running_and_keeps_what_was_entered(
    at, newcomer, silent, qtbot
):
    hands = sits_at(at, newcomer, Page.FORCEMANAGER)
    fill(hands, Field.CRM_URL, silent)
    hands.click(hands.window.next)
    ending = hands.window.worker._run.ending
    hands.window.close()
    assert ending.is_set()
    assert drafts.load(newcomer.paths).crm_url == silent


# --- leave and resume ------------------------------------------------------------------------------


def test_what_was_left_is_there_again_and_only_the_secrets_are_asked_for(at, newcomer):
    hands = sits_at(at, newcomer, Page.CALENDARS)
    hands.model.enter(calendars=(hands.model.calendars[1].id,))
    hands.click(hands.window.later)
    assert not newcomer.paths.settings_file.exists()
    assert newcomer.keychain.held == {}

    again = at(newcomer.begin())
    assert again.model.page is Page.FORCEMANAGER
    assert "still there" in again.messages()[0].message
    page = again.window.page
    assert page.user.edit.text() == EMMA
    assert page.public_key.edit.text() == newcomer.sandbox.public_key
    assert page.private_key.edit.text() == ""
    fill(again, Field.PRIVATE_KEY, newcomer.sandbox.private_key)
    go_to(again, Page.SIGN_IN)
    fill(again, Field.PASSWORD, newcomer.account.password)
    again.click(again.window.next)
    again.wait_for_page(Page.CALENDARS)
    assert [each.name for each in again.model.chosen] == ["Work"]


def test_a_wizard_that_was_only_looked_at_leaves_nothing(at, newcomer):
    hands = at(newcomer.begin())
    hands.press(Qt.Key.Key_Escape)
    assert not newcomer.home.exists()


def test_a_disk_that_takes_no_draft_does_not_keep_the_window_from_closing(at, newcomer, monkeypatch, caplog):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(drafts, "save", full)
    hands = at(newcomer.begin())
    hands.type("emma")
    hands.window.close()
    assert "could not be kept" in caplog.text


# --- providers -------------------------------------------------------------------------------------


def bundled(address, _catalog, cancelled):
    return find(address, catalogs.load(), cancelled=cancelled)


def test_R31_a_bare_mail_domain_is_refused_on_the_page_with_the_list(at, newcomer):
    def refusing(address: str, *_: object) -> None:
        raise not_supported("mail-only.example", catalogs.load())

    hands = looks_for(at, newcomer, refusing, "emma@mail-only.example")
    told = hands.wait_for_message()
    assert "A bare IMAP or POP3 server is no supported calendar provider" in told.message
    assert "iCloud" in told.next_step
    assert hands.model.page is Page.PROVIDER


def test_a_provider_that_wants_a_client_id_is_named_with_the_way_to_one_and_leads_no_further(at, newcomer):
    hands = looks_for(at, newcomer, bundled, "emma@gmail.com")
    told = hands.wait_for_message()
    assert told.message == "FM Desktop is not registered at Gmail and Google Workspace yet."
    assert told.next_step.startswith(
        "Ask your administrator, or use another address.\nOnly programs that an administrator has registered at https://"
    )
    assert not hands.window.next.isEnabled()
    fill(hands, Field.ADDRESS, "emma@gmx.de")
    assert hands.messages() == []
    assert hands.window.next.isEnabled()


def test_a_refusal_is_said_in_spanish(at, newcomer):
    texts.use("es")
    hands = looks_for(at, newcomer, bundled, "emma@gmail.com")
    shown = hands.wait_for_message()
    assert shown.message == "FM Desktop aún no está registrado en Gmail y Google Workspace."
    assert shown.next_step.startswith(
        "Consulte a su administrador o use otra dirección.\nSolo se admiten los programas"
    )
    refused = not_supported("mail-only.example", catalogs.load())
    assert "no es un proveedor de calendario compatible" in told(str(refused))
    assert told(refused.next_step).startswith("Son compatibles ")


def test_R32_another_icloud_address_is_warned_of_and_has_to_be_confirmed(at, newcomer):
    hands = looks_for(at, newcomer, bundled, "emma@icloud.com")
    told = hands.wait_for_message()
    assert told.message == f"ForceManager knows you as {EMMA}, and your iCloud account is emma@icloud.com."
    page = hands.window.page
    assert hands.model.page is Page.PROVIDER
    assert page.confirmation.flaw.text() == "Please confirm that you want to go on with this address."
    hands.bot.keyClick(page.confirmation.check, Qt.Key.Key_Space)
    assert not page.confirmation.flaw.isVisible()
    hands.click(hands.window.next)
    hands.wait_for_page(Page.SIGN_IN)


def test_the_page_that_makes_app_passwords_can_be_opened_and_its_link_copied(at, newcomer, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    hands = sits_at(at, newcomer, Page.SIGN_IN)
    links = hands.window.page.page
    hands.click(links.open)
    assert opened == ["https://radicale.example/app-passwords"]
    links.layout().itemAt(1).widget().click()
    assert QGuiApplication.clipboard().text() == "https://radicale.example/app-passwords"
    assert hands.wait_for_message().message == "The link was copied."


def test_a_secret_is_hidden_until_it_is_asked_for_and_after_the_page_was_left(at, newcomer):
    hands = sits_at(at, newcomer, Page.FORCEMANAGER)
    field = hands.window.page.private_key
    shown = field.edit.EchoMode.Normal
    assert field.edit.echoMode() is not shown
    hands.click(field.shown)
    assert field.edit.echoMode() is shown
    assert field.shown.text() == "Hide"
    hands.click(hands.window.next)
    hands.wait_for_page(Page.DIRECTION)
    hands.click(hands.window.back)
    assert hands.window.page.private_key.edit.echoMode() is not shown
