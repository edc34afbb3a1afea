"""From the address to the first sync with a sign-in in the browser, and what becomes of it afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fm_desktop.app import Profile
from fm_desktop.errors import UsageError
from fm_desktop.onboarding.again import visit_again
from fm_desktop.port import Refused
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.settings import load
from fm_desktop.settings_errors import SettingsError
from fm_desktop.setup import set_up
from fm_desktop.sync.report import Outcome
from tests.fakes.agenda import SOON, empty
from tests.real.oauth.acme import Acme, Person, acme
from tests.servers.account import DavAccount
from tests.servers.command import event
from tests.servers.openid import OpenIdServer


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None) as server:
        yield server


@pytest.fixture
def company(
    tmp_path: Path, openid: OpenIdServer, sandbox: SandboxServer, radicale_account: DavAccount
) -> Iterator[Acme]:
    empty(sandbox)
    work = radicale_account.make_calendar("work", label="Work")
    radicale_account.put(work, "lunch.ics", event("lunch", "Lunch", f"{SOON}T100000Z", f"{SOON}T110000Z"))
    with acme(tmp_path / "home", openid, sandbox, radicale_account) as made:
        yield made


def environment(company: Acme) -> dict[str, str]:
    return {**company.environment, "FM_DESKTOP_PROVIDER_TOKEN_KEY": "the key of this computer"}


def titles(company: Acme) -> list[str]:
    return [row["subject"] for row in company.sandbox.store.rows("calendar", "deleted = false")]


@pytest.fixture
def profile(company: Acme) -> Profile:
    set_up(environment(company), company.setup_file(), None, Person().show)
    return Profile.open(environment(company))


def test_R03_from_the_address_to_the_first_sync(company: Acme) -> None:
    person = Person()
    found = set_up(environment(company), company.setup_file(), None, person.show)
    assert len(person.pages) == 1
    assert [each.name for each in found.calendars] == ["Work"]
    settings = load(company.home / "settings.toml")
    assert (settings.provider.name, settings.provider.sign_in) == ("acme", "oauth")
    report = Profile.open(environment(company)).sync_once()
    assert report.error is None
    assert titles(company) == ["Lunch"]


def test_a_sign_in_that_is_still_good_is_not_asked_for_again(company: Acme, profile: Profile) -> None:
    person = Person()
    set_up(environment(company), company.setup_file(), None, person.show)
    assert person.pages == []


def test_where_nobody_can_go_to_the_browser_that_is_said(company: Acme) -> None:
    with pytest.raises(UsageError, match="signed in to with the browser, and nobody is there"):
        set_up(environment(company), company.setup_file(), None)
    assert not (company.home / "settings.toml").exists()


def test_a_person_who_does_not_agree_leaves_no_profile_behind(company: Acme) -> None:
    with pytest.raises(Refused):
        set_up(environment(company), company.setup_file(), None, Person(agree=False).show)
    assert not (company.home / "settings.toml").exists()
    assert not (company.home / "state" / "provider.tokens").exists()


def test_no_token_is_readable_in_any_file(company: Acme, profile: Profile) -> None:
    profile.sync_once()
    tokens = profile.connector.access()
    access = tokens.fresh()  # type: ignore[union-attr]
    kept = profile.connector._tokens._keeper.load()  # type: ignore[union-attr]
    for path in company.home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert access.encode() not in data, path
            assert kept.refresh.encode() not in data, path
    assert (company.home / "state" / "provider.tokens").stat().st_mode & 0o777 == 0o600


def test_a_token_that_ends_in_mid_sync_is_renewed_and_nothing_is_seen_of_it(company: Acme, profile: Profile) -> None:
    profile.sync_once()
    company.openid.end_early()
    report = profile.sync_once()
    assert report.outcome is Outcome.DONE


def test_consent_that_is_withdrawn_is_told_and_nothing_is_deleted_until_somebody_signs_in_again(
    company: Acme, profile: Profile
) -> None:
    profile.sync_once()
    company.openid.withdraw()
    report = profile.sync_once()
    assert report.outcome is Outcome.SIGN_IN
    assert "Acme does not let FM Desktop in any more" in str(report.error)
    assert titles(company) == ["Lunch"]
    visit = profile.connector.begin_visit()
    Person().show(visit.url)
    visit_again(profile.settings, profile.connector, visit, threading.Event())
    assert profile.sync_once().outcome is Outcome.DONE
    assert Profile.open(environment(company)).sync_once().outcome is Outcome.DONE


def test_signing_in_again_as_somebody_else_changes_nothing(company: Acme, profile: Profile) -> None:
    visit = profile.connector.begin_visit()
    Person("paul@example.com").show(visit.url)
    with pytest.raises(Refused, match="You signed in as paul@"):
        visit_again(profile.settings, profile.connector, visit, threading.Event())
    assert profile.sync_once().outcome is Outcome.DONE


def test_signing_in_again_that_was_given_up_keeps_what_was_there(company: Acme, profile: Profile) -> None:
    visit, ending = profile.connector.begin_visit(), threading.Event()
    ending.set()
    with pytest.raises(Exception, match="given up"):
        visit_again(profile.settings, profile.connector, visit, ending)
    assert profile.sync_once().outcome is Outcome.DONE


def test_an_entry_that_an_administrator_took_away_is_named(company: Acme, profile: Profile) -> None:
    (company.home / "providers.toml").unlink()
    profile.reload()
    with pytest.raises(SettingsError, match="no entry “acme” in the catalog"):
        profile.connector.access()


def test_forgetting_the_sign_in_takes_the_tokens_along(company: Acme, profile: Profile) -> None:
    profile.connector.forget_secrets()
    assert not (company.home / "state" / "provider.tokens").exists()
    profile.reload()
    assert profile.sync_once().outcome is Outcome.SIGN_IN
