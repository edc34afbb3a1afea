"""Setting up with a person, without a window: against the real sandbox and a real CalDAV server."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from keyring.errors import KeyringLocked

from fm_desktop.app import Profile
from fm_desktop.connect import Connector
from fm_desktop.credentials import KeychainLocked, Secret, Which
from fm_desktop.logs import Redactor
from fm_desktop.onboarding import draft as drafts
from fm_desktop.onboarding.again import sign_in_again
from fm_desktop.onboarding.draft import Page
from fm_desktop.onboarding.steps import SignedIn, sign_in_provider
from fm_desktop.port import Refused, Side, SignInNeeded, Unreachable
from fm_desktop.runner import Runner
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.settings import ImapSettings, ProviderSettings, load
from fm_desktop.sync.control import Channel
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.report import Outcome
from fm_desktop.sync.store import Store
from tests.fakes.agenda import titles
from tests.fakes.newcomer import Newcomer, do, go_on, with_two_calendars
from tests.servers.account import DavAccount
from tests.servers.imap_script import ImapScript


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None) as server:
        yield server


@pytest.fixture
def newcomer(tmp_path, sandbox, radicale_account) -> Newcomer:
    return with_two_calendars(tmp_path / "home", sandbox, radicale_account)


def everything(newcomer: Newcomer) -> tuple[object, object]:
    account: DavAccount = newcomer.account
    return newcomer.sandbox.store.rows("calendar"), {
        name: account.all(f"{account.home}{name}/") for name in ("work", "private")
    }


def to(newcomer: Newcomer, page: Page, **changes: object):
    model = newcomer.begin()
    newcomer.enter_everything(model)
    model.enter(channels=(Channel.CALENDAR,), **changes)
    while model.page is not page:
        go_on(model)
    return model


def test_R03_from_the_address_to_a_finished_first_sync(newcomer):
    before = everything(newcomer)
    model = to(newcomer, Page.PREVIEW)
    assert model.account.user.name.startswith("Emma")
    assert model.account.zone == "Europe/Madrid"
    do(model.pending())
    assert model.preview.count(Side.CRM, Verb.CREATE) == model.preview.count(Side.CRM) == 2
    assert {each.title for each in model.preview.lines} == {"Lunch at work", "Lunch at private"}
    assert everything(newcomer) == before
    assert not newcomer.paths.store_file.exists()
    assert list(newcomer.paths.state.iterdir()) == []
    do(model.finish_work())
    assert everything(newcomer) == before
    assert load(newcomer.paths.settings_file) == model.finished == model.settings()
    assert sorted(newcomer.keychain.held.values()) == sorted([newcomer.sandbox.private_key, newcomer.account.password])
    assert not drafts.file_of(newcomer.paths).exists()
    newcomer.environment["FM_DESKTOP_CRM_PRIVATE_KEY"] = newcomer.sandbox.private_key
    newcomer.environment["FM_DESKTOP_PROVIDER_PASSWORD"] = newcomer.account.password
    report = Profile.open(newcomer.environment).sync_once()
    assert report.error is None
    assert report.crm.created == 2
    assert titles(newcomer.sandbox) == ["Lunch at private", "Lunch at work"]


def test_R04_only_the_chosen_calendars_take_part(newcomer):
    model = to(newcomer, Page.CALENDARS)
    assert [each.name for each in model.calendars] == ["Private", "Work"]
    assert {each.colour for each in model.calendars} == {"#ff8800"}
    [work] = [each for each in model.calendars if each.name == "Work"]
    model.enter(calendars=(work.id,))
    go_on(model)
    do(model.pending())
    assert [each.title for each in model.preview.lines] == ["Lunch at work"]
    do(model.finish_work())
    newcomer.environment |= {
        "FM_DESKTOP_CRM_PRIVATE_KEY": newcomer.sandbox.private_key,
        "FM_DESKTOP_PROVIDER_PASSWORD": newcomer.account.password,
    }
    profile = Profile.open(newcomer.environment)
    assert {each.what.name for each in profile.calendars() if each.takes_part} == {"Work"}
    profile.sync_once()
    assert titles(newcomer.sandbox) == ["Lunch at work"]


def test_another_choice_holds_over_a_state_of_earlier_days(newcomer):
    do(to(newcomer, Page.PREVIEW).finish_work())
    model = to(newcomer, Page.CALENDARS)
    model.enter(calendars=(model.calendars[0].id,))
    go_on(model)
    do(model.finish_work())
    newcomer.environment |= {
        "FM_DESKTOP_CRM_PRIVATE_KEY": newcomer.sandbox.private_key,
        "FM_DESKTOP_PROVIDER_PASSWORD": newcomer.account.password,
    }
    profile = Profile.open(newcomer.environment)
    assert [each.what.name for each in profile.calendars() if each.takes_part] == ["Private"]


# --- what goes wrong stays on its page -------------------------------------------------------------


def fails(model, error: type[Exception]) -> str:
    """The step that is due fails; the model stays where it was, and the step is still due."""
    page = model.page
    work = model.pending()
    with pytest.raises(error) as caught:
        work.run(threading.Event())
    assert getattr(caught.value, "next_step", "")
    assert model.page is page
    assert model.pending() is not None
    return str(caught.value)


def test_wrong_keys_are_told_on_the_first_page(newcomer):
    model = newcomer.begin()
    newcomer.enter_everything(model)
    model.enter_secret(Which.CRM_PRIVATE_KEY, "wrong")
    assert "did not accept the API keys" in fails(model, SignInNeeded)
    model.enter_secret(Which.CRM_PRIVATE_KEY, newcomer.sandbox.private_key)
    go_on(model)
    assert model.page is Page.DIRECTION


def test_a_user_forcemanager_does_not_know_is_told(newcomer):
    model = newcomer.begin()
    newcomer.enter_everything(model)
    model.enter(user="nobody@example.com")
    assert "nobody@example.com" in fails(model, Refused)


def test_a_forcemanager_that_is_not_there_is_told(newcomer):
    model = newcomer.begin()
    newcomer.enter_everything(model)
    model.enter(crm_url="http://127.0.0.1:9/api/v4")
    assert fails(model, Unreachable)


def test_a_wrong_password_is_told_at_the_sign_in(newcomer):
    model = to(newcomer, Page.SIGN_IN)
    model.enter_secret(Which.PROVIDER_PASSWORD, "wrong")
    assert "did not accept the user name or the password" in fails(model, SignInNeeded)
    model.enter_secret(Which.PROVIDER_PASSWORD, newcomer.account.password)
    go_on(model)
    assert model.page is Page.CALENDARS


def test_a_calendar_server_that_is_not_there_is_told(newcomer):
    model = to(newcomer, Page.PROVIDER)
    model.enter(by_hand=True, caldav_url="http://127.0.0.1:9/", user_name="emma")
    go_on(model)
    assert "127.0.0.1" in fails(model, Unreachable)


def test_an_account_without_calendars_is_told(newcomer):
    for name in ("work", "private"):
        newcomer.account.delete_calendar(f"{newcomer.account.home}{name}/")
    assert "has no calendar" in fails(to(newcomer, Page.SIGN_IN), Refused)


def test_a_branch_without_a_time_zone_takes_that_of_this_computer(newcomer, monkeypatch):
    def no_zone(client, user):
        raise Refused("The user's branch in ForceManager has no time zone.")

    monkeypatch.setattr("fm_desktop.crm.account.branch_zone", no_zone)
    monkeypatch.setattr("fm_desktop.onboarding.steps.local_zone", lambda: "Europe/Lisbon")
    model = to(newcomer, Page.CALENDARS)
    assert model.account.zone == "Europe/Lisbon"
    assert model.account.zone_is_ours
    assert model.settings().crm.time_zone == "Europe/Lisbon"


def test_a_locked_keychain_is_told_and_nothing_is_kept(newcomer):
    model = to(newcomer, Page.PREVIEW)
    newcomer.keychain.refuses = KeyringLocked()
    work = model.finish_work()
    with pytest.raises(KeychainLocked):
        work.run(threading.Event())
    assert not newcomer.paths.settings_file.exists()
    assert model.finished is None
    newcomer.keychain.refuses = None
    do(model.finish_work())
    assert newcomer.paths.settings_file.exists()


def test_a_disk_that_fails_at_the_end_leaves_the_draft_and_no_settings(newcomer, monkeypatch):
    model = to(newcomer, Page.PREVIEW)
    model.leave()

    def full(settings, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fm_desktop.onboarding.finish.save", full)
    with pytest.raises(OSError, match="No space"):
        do(model.finish_work())
    assert not newcomer.paths.settings_file.exists()
    assert drafts.file_of(newcomer.paths).exists()


def test_a_preview_that_fails_is_told_and_leaves_nothing_behind(newcomer):
    model = to(newcomer, Page.PREVIEW)
    newcomer.sandbox.faults.clear()
    model.enter_secret(Which.CRM_PRIVATE_KEY, "wrong")
    work = model._preview_work()
    with pytest.raises(SignInNeeded):
        work.run(threading.Event())
    assert list(newcomer.paths.state.iterdir()) == []


# --- afterwards ------------------------------------------------------------------------------------


def test_a_running_profile_goes_on_with_a_password_that_was_renewed(newcomer):
    """What the short sign-in renews is asked for again, not kept from before."""
    do(to(newcomer, Page.PREVIEW).finish_work())
    settings = load(newcomer.paths.settings_file)
    key = ("fm-desktop", f"{Which.PROVIDER_PASSWORD}:{newcomer.account.user}")
    newcomer.keychain.held[key] = "changed at the provider"
    runner = Runner(newcomer.paths, settings, Connector(newcomer.paths, settings, newcomer.credentials, Redactor()))
    assert runner.cycle(threading.Event()).outcome is Outcome.SIGN_IN
    right = Secret(newcomer.account.password)
    sign_in_again(newcomer.paths, settings, newcomer.credentials, Which.PROVIDER_PASSWORD, right, threading.Event())
    report = runner.cycle(threading.Event())
    runner.close()
    assert report.outcome is Outcome.DONE
    assert titles(newcomer.sandbox) == ["Lunch at private", "Lunch at work"]


def test_the_quirks_of_an_administrators_provider_come_from_the_catalog(newcomer):
    newcomer.home.mkdir()
    (newcomer.home / "providers.toml").write_text(
        f"""
[acme]
title = "ACME"
domains = ["example.com"]
sign_in = ["password"]
quirks = "sogo"
[acme.calendar]
protocol = "caldav"
address = "{newcomer.account.url}"
""",
        encoding="utf-8",
    )
    do(to(newcomer, Page.PREVIEW).finish_work())
    settings = load(newcomer.paths.settings_file)
    named = settings.model_copy(update={"provider": settings.provider.model_copy(update={"name": "acme"})})
    connector = Connector(newcomer.paths, named, newcomer.credentials, Redactor())
    store = Store.open(newcomer.paths.store_file)
    sides = connector.connect(store, threading.Event())
    assert sides.provider.manner == "sogo"
    sides.close()
    store.close()


@pytest.fixture
def mailbox() -> Iterator[ImapScript]:
    server = ImapScript()
    yield server
    server.stop()


def sign_in_to(mailbox: ImapScript) -> SignedIn:
    imap = ImapSettings(host="127.0.0.1", port=mailbox.port, security="none", user="emma")
    provider = ProviderSettings(address="emma@acme.example", imap=imap)
    return sign_in_provider(provider, (Channel.EMAIL,), Secret("a password"), "UTC", None)


def test_R02_for_email_the_mailbox_is_signed_in_to_and_its_folders_are_seen(mailbox):
    assert sign_in_to(mailbox) == SignedIn((), ("INBOX",))


def test_a_mailbox_that_refuses_the_password_asks_for_another(mailbox):
    mailbox.on(rb"^AUTHENTICATE", (b"TAG NO [AUTHENTICATIONFAILED] no",))
    with pytest.raises(SignInNeeded):
        sign_in_to(mailbox)
