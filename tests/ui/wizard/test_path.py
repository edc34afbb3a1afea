"""From nothing to a finished first sync, on the screen: by keyboard alone, and by mouse."""

import pytest
from PySide6.QtCore import Qt

from fm_desktop.app import Profile
from fm_desktop.onboarding import draft as drafts
from fm_desktop.onboarding.draft import Page
from fm_desktop.onboarding.flaws import Field
from fm_desktop.settings import load
from fm_desktop.sync.control import Channel
from fm_desktop.sync.policy import Direction
from fm_desktop.ui.wizard import open_wizard
from tests.fakes.newcomer import _CATALOG, EMMA
from tests.ui.wizard.hands import PATIENCE


def titles(newcomer) -> list[str]:
    return sorted(row["subject"] for row in newcomer.sandbox.store.rows("calendar", "deleted = false"))


def first_sync(newcomer) -> Profile:
    """What the application does next; the secrets come out of the keychain the wizard put them into."""
    held = newcomer.keychain.held
    [key] = [text for (_, account), text in held.items() if account.startswith("crm-private-key")]
    [password] = [text for (_, account), text in held.items() if account.startswith("provider-password")]
    newcomer.environment |= {"FM_DESKTOP_CRM_PRIVATE_KEY": key, "FM_DESKTOP_PROVIDER_PASSWORD": password}
    profile = Profile.open(newcomer.environment)
    assert profile.sync_once().error is None
    return profile


def test_R03_by_keyboard_alone_to_a_finished_first_sync(qtbot, at, newcomer):
    hands = at(newcomer.begin())
    window = hands.window

    # The focus begins in the first field; Tab leads from field to field, Enter goes on.
    hands.type(EMMA)
    hands.press(Qt.Key.Key_Tab)
    hands.type(newcomer.sandbox.public_key)
    hands.press(Qt.Key.Key_Tab)
    hands.type(newcomer.sandbox.private_key)
    hands.tab_to(window.page.fields[Field.CRM_URL].focus_target)
    hands.type(newcomer.sandbox.url)
    hands.press(Qt.Key.Key_Return)
    hands.wait_for_page(Page.DIRECTION)

    hands.press(Qt.Key.Key_Down)
    assert hands.model.draft.direction is Direction.TO_CRM
    hands.press(Qt.Key.Key_Up)
    hands.press(Qt.Key.Key_Return)
    hands.wait_for_page(Page.CHANNELS)
    hands.press(Qt.Key.Key_Down)
    assert hands.model.draft.channels == (Channel.CALENDAR,)
    hands.press(Qt.Key.Key_Enter)

    hands.wait_for_page(Page.PROVIDER)
    hands.type(EMMA)
    hands.press(Qt.Key.Key_Return)
    hands.wait_for_page(Page.SIGN_IN)
    hands.type(newcomer.account.user)
    hands.press(Qt.Key.Key_Tab)
    hands.type(newcomer.account.password)
    hands.press(Qt.Key.Key_Return)

    hands.wait_for_page(Page.CALENDARS)
    hands.press(Qt.Key.Key_Space)  # takes “Private” out
    assert [each.name for each in hands.model.chosen] == ["Work"]
    hands.press(Qt.Key.Key_Return)
    hands.wait_for_page(Page.PREVIEW)
    qtbot.waitUntil(lambda: hands.model.preview is not None, timeout=PATIENCE)
    assert titles(newcomer) == []
    assert window.next.text() == "&Start syncing"
    assert window.page.plan.rowCount() == 1
    hands.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: hands.done == 1, timeout=PATIENCE)

    profile = first_sync(newcomer)
    assert titles(newcomer) == ["Lunch at work"]
    assert {each.what.name for each in profile.calendars() if each.takes_part} == {"Work"}
    assert not drafts.file_of(newcomer.paths).exists()


def test_R03_by_mouse_to_a_finished_first_sync(qtbot, at, newcomer):
    hands = at(newcomer.begin())
    window = hands.window

    def fill(field: Field, text: str) -> None:
        edit = window.page.fields[field].focus_target
        hands.click(edit)
        edit.clear()
        qtbot.keyClicks(edit, text)

    fill(Field.USER, EMMA)
    fill(Field.PUBLIC_KEY, newcomer.sandbox.public_key)
    fill(Field.PRIVATE_KEY, newcomer.sandbox.private_key)
    fill(Field.CRM_URL, newcomer.sandbox.url)
    hands.click(window.page.test)
    assert "You are Emma" in hands.wait_for_message().message
    assert hands.model.page is Page.FORCEMANAGER
    hands.click(window.next)
    hands.wait_for_page(Page.DIRECTION)
    hands.click(window.page.choices.cards[1])
    assert hands.model.draft.direction is Direction.TO_CRM
    hands.click(window.page.choices.cards[0])
    hands.click(window.next)
    hands.click(window.page.choices.cards[1])
    hands.click(window.next)
    hands.wait_for_page(Page.PROVIDER)
    hands.click(window.next)
    hands.wait_for_page(Page.SIGN_IN)
    fill(Field.USER_NAME, newcomer.account.user)
    fill(Field.PASSWORD, newcomer.account.password)
    hands.click(window.page.test)
    assert hands.wait_for_message().message == "It works."
    hands.click(window.next)
    hands.wait_for_page(Page.CALENDARS)
    hands.click(window.next)
    qtbot.waitUntil(lambda: hands.model.preview is not None, timeout=PATIENCE)
    hands.click(window.next)
    qtbot.waitUntil(lambda: hands.done == 1, timeout=PATIENCE)
    first_sync(newcomer)
    assert titles(newcomer) == ["Lunch at private", "Lunch at work"]


def test_the_entry_of_the_application_with_an_administrators_provider_and_secrets(qtbot, newcomer):
    """What the tray opens: nothing is typed but the address, everything else was laid ready."""
    newcomer.home.mkdir()
    text = _CATALOG.format(url=newcomer.account.url).replace('user = "other"', 'user = "address"')
    (newcomer.home / "providers.toml").write_text(text, encoding="utf-8")
    newcomer.environment |= {
        "FM_DESKTOP_CRM_PRIVATE_KEY": newcomer.sandbox.private_key,
        "FM_DESKTOP_PROVIDER_PASSWORD": newcomer.account.password,
    }
    done = []
    window = open_wizard(newcomer.environment, lambda: done.append(load(newcomer.paths.settings_file)))
    model = window.model
    model.enter(crm_url=newcomer.sandbox.url, public_key=newcomer.sandbox.public_key, user=EMMA)
    model.enter(channels=(Channel.CALENDAR,), address=EMMA, user_name=newcomer.account.user)
    window.page.load()
    gone = []
    window.destroyed.connect(lambda: gone.append(True))
    for page in list(Page)[1:]:
        window.next.click()
        qtbot.waitUntil(lambda page=page: model.page is page and window.worker.work is None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: model.preview is not None, timeout=PATIENCE)
    window.next.click()
    qtbot.waitUntil(lambda: bool(done) and bool(gone), timeout=PATIENCE)
    assert done[0].provider.name == "radicale"
    assert Profile.open(newcomer.environment).sync_once().crm.created == 2


@pytest.mark.parametrize("page", [Page.DIRECTION, Page.PROVIDER, Page.CALENDARS])
def test_back_keeps_what_was_entered(at, newcomer, page):
    model = newcomer.begin()
    newcomer.enter_everything(model)
    model.enter(direction=Direction.TO_CRM, channels=(Channel.CALENDAR,))
    hands = at(model)
    for each in list(Page)[1 : page.number + 1]:
        hands.click(hands.window.next)
        hands.wait_for_page(each)
    entered = model.draft
    requests = newcomer.sandbox.requests
    hands.click(hands.window.progress.steps[0])
    hands.wait_for_page(Page.FORCEMANAGER)
    assert model.draft == entered
    assert hands.window.page.user.edit.text() == EMMA
    assert hands.window.page.private_key.edit.text() == newcomer.sandbox.private_key
    requests.reset()
    for each in list(Page)[1 : page.number + 1]:
        hands.click(hands.window.next)
        hands.wait_for_page(each)
    assert model.draft == entered
    assert requests.total == 0, "what is known was asked again"
