"""E-mail in the wizard: the mailbox is signed in to, the preview lists what is logged, the first sync logs it."""

from __future__ import annotations

import pytest

from fm_desktop.app import Profile
from fm_desktop.credentials import Which
from fm_desktop.onboarding.draft import Page
from fm_desktop.providers import catalog as catalogs
from fm_desktop.sync.control import Channel
from tests.fakes.newcomer import EMMA
from tests.real.mail.office import message
from tests.servers.dovecot import MailAccount
from tests.ui.wizard.hands import PATIENCE

_CATALOG = """
[office]
title = "Office"
domains = ["example.com"]
sign_in = ["password"]
[office.calendar]
protocol = "caldav"
address = "{url}"
user = "other"
[office.mail]
protocol = "imap"
host = "localhost"
port = {port}
user = "local-part"
"""


@pytest.fixture
def mail(dovecot, newcomer, monkeypatch) -> MailAccount:
    """The newcomer's mailbox, under the password of the calendar; a message of a contact is in it, and a stranger's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))
    account = dovecot.account(password=newcomer.account.password)
    account.maildir.deliver(message("The offer", _contact(newcomer), message_id=account.user))
    account.maildir.deliver(message("You have won", "stranger@nowhere.example"))
    return account


def _contact(newcomer) -> str:
    """A contact of Emma's at ForceManager."""
    store = newcomer.sandbox.store
    (user,) = store.rows("users", f"email = '{EMMA}'")
    mine = [each for each in store.rows("contacts", "deleted = false") if each["salesRepId"]["id"] == user["id"]]
    return mine[0]["email"]


@pytest.mark.parametrize("channels", [(Channel.EMAIL,), (Channel.EMAIL, Channel.CALENDAR)])
def test_R02_email_alone_or_with_the_calendar_to_a_finished_first_sync(qtbot, at, newcomer, dovecot, mail, channels):
    model = newcomer.begin()
    model.catalog = catalogs.parse(_CATALOG.format(url=newcomer.account.url, port=dovecot.tls_port))
    newcomer.enter_everything(model)
    model.enter(channels=channels, address=f"{mail.user}@example.com", user_name=newcomer.account.user)
    hands = at(model)
    for page in list(Page)[1:]:
        hands.click(hands.window.next)
        hands.wait_for_page(page)
    assert "INBOX" in model.signed_in.folders
    qtbot.waitUntil(lambda: model.preview is not None, timeout=PATIENCE)
    plan = hands.window.page.plan
    listed = [plan.index(row, 1).data() for row in range(plan.rowCount())]
    assert model.preview.messages == 1
    assert ("Lunch at work" in listed) == (Channel.CALENDAR in channels)
    assert "The offer" in listed
    assert "You have won" not in listed
    hands.click(hands.window.next)
    qtbot.waitUntil(lambda: hands.done == 1, timeout=PATIENCE)
    newcomer.environment |= {
        "FM_DESKTOP_CRM_PRIVATE_KEY": newcomer.sandbox.private_key,
        "FM_DESKTOP_PROVIDER_PASSWORD": newcomer.account.password,
    }
    before = newcomer.sandbox.store.rows("emails")
    report = Profile.open(newcomer.environment).sync_once()
    assert report.error is None
    assert report.emails_logged == 1
    new = [each for each in newcomer.sandbox.store.rows("emails") if each not in before]
    assert [each["subject"] for each in new] == ["The offer"]


def test_a_mailbox_that_refuses_is_told_at_the_sign_in(at, newcomer, dovecot, mail):
    model = newcomer.begin()
    model.catalog = catalogs.parse(_CATALOG.format(url=newcomer.account.url, port=dovecot.tls_port))
    newcomer.enter_everything(model)
    model.enter(channels=(Channel.EMAIL,), address=f"{mail.user}@example.com", user_name=newcomer.account.user)
    model.enter_secret(Which.PROVIDER_PASSWORD, "wrong")
    hands = at(model)
    for page in list(Page)[1:5]:
        hands.click(hands.window.next)
        hands.wait_for_page(page)
    hands.click(hands.window.next)
    assert hands.wait_for_message().next_step
    assert hands.model.page is Page.SIGN_IN
