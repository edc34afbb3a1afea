"""Tokens kept fresh at a strict provider: rotation, two processes at once, consent withdrawn in the middle."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from fm_desktop.credentials import Secret
from fm_desktop.logs import Redactor
from fm_desktop.port import SignInNeeded, Unreachable
from fm_desktop.providers.imap import AccessToken, ImapSource, Server
from fm_desktop.providers.oauth import Tokens, TokenSet, Visit
from fm_desktop.providers.oauth.grants import refresh
from fm_desktop.signing import TEXTS
from fm_desktop.tokenfile import TokenFile
from tests.servers.dovecot import DovecotServer
from tests.servers.openid import OpenIdServer, sign_in

EMMA = "emma@acme.example"

pytestmark = pytest.mark.browser


@pytest.fixture
def brought(openid: OpenIdServer, browser: WebDriver) -> TokenSet:
    visit = Visit(openid.service(), EMMA, TEXTS, patience=60)
    tokens = ThreadPoolExecutor(1).submit(visit.finish, threading.Event())
    sign_in(browser, visit.url, EMMA)
    return tokens.result()


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "provider.tokens", Secret("key"), "Acme emma", Redactor())


def ended(tokens: TokenSet) -> TokenSet:
    return replace(tokens, expires_at=0.0)


def is_good(openid: OpenIdServer, token: str) -> bool:
    return openid.userinfo(token).status_code == 200


def test_a_token_that_is_good_is_not_asked_for_again(openid: OpenIdServer, brought: TokenSet, file: TokenFile) -> None:
    file.save(brought)
    tokens = Tokens(openid.service(), file)
    assert tokens.fresh() == tokens.fresh() == brought.access


def test_a_token_that_ends_soon_is_renewed_and_kept_before_it_is_used(
    openid: OpenIdServer, brought: TokenSet, file: TokenFile
) -> None:
    file.save(ended(brought))
    fresh = Tokens(openid.service(), file).fresh()
    assert fresh != brought.access
    assert is_good(openid, fresh)
    kept = file.load()
    assert kept is not None
    assert kept.access == fresh
    assert kept.refresh != brought.refresh
    assert kept.account.names == (EMMA,)


def test_a_refused_token_is_replaced(openid: OpenIdServer, brought: TokenSet, file: TokenFile) -> None:
    file.save(brought)
    tokens = Tokens(openid.service(), file)
    tokens.refused(tokens.fresh())
    fresh = tokens.fresh()
    assert fresh != brought.access
    assert is_good(openid, fresh)


def test_two_processes_that_refresh_at_once_both_have_a_good_token(
    openid: OpenIdServer, brought: TokenSet, tmp_path: Path, file: TokenFile
) -> None:
    """The provider takes everything back where one refresh token is used twice."""
    file.save(ended(brought))
    others = [
        Tokens(openid.service(), TokenFile(tmp_path / "provider.tokens", Secret("key"), "Acme emma", Redactor()))
        for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda each: each.fresh(), others))
    assert len(set(given)) == 1
    assert is_good(openid, given[0])


def test_a_refresh_token_that_was_used_twice_takes_the_permission_back(
    openid: OpenIdServer, brought: TokenSet, file: TokenFile
) -> None:
    newer = refresh(openid.service(), brought)
    with pytest.raises(SignInNeeded):
        refresh(openid.service(), brought)
    file.save(ended(newer))
    with pytest.raises(SignInNeeded, match="Acme does not let FM Desktop in any more") as caught:
        Tokens(openid.service(), file).fresh()
    assert "browser" in caught.value.next_step


def test_a_refresh_token_that_has_run_out_means_signing_in_again(
    openid: OpenIdServer, brought: TokenSet, file: TokenFile
) -> None:
    file.save(ended(brought))
    openid.expire()
    tokens = Tokens(openid.service(), file)
    for _ in range(2):
        with pytest.raises(SignInNeeded):
            tokens.fresh()


def test_tokens_that_cannot_be_read_mean_signing_in_again(
    openid: OpenIdServer, brought: TokenSet, tmp_path: Path, file: TokenFile
) -> None:
    file.save(brought)
    other_key = TokenFile(tmp_path / "provider.tokens", Secret("another"), "Acme emma", Redactor())
    other_account = TokenFile(tmp_path / "provider.tokens", Secret("key"), "Acme paul", Redactor())
    for each in (other_key, other_account):
        with pytest.raises(SignInNeeded, match="not on this computer any more"):
            Tokens(openid.service(), each).fresh()
    assert Tokens(openid.service(), file).fresh() == brought.access


def test_a_provider_that_is_away_is_no_reason_to_sign_in(
    openid: OpenIdServer, brought: TokenSet, file: TokenFile
) -> None:
    file.save(ended(brought))
    with pytest.raises(Unreachable):
        Tokens(openid.service(token="http://127.0.0.1:9/token"), file).fresh()
    assert Tokens(openid.service(), file).fresh()


# --- what they are for ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mail(openid: OpenIdServer) -> Iterator[DovecotServer]:
    server = DovecotServer(userinfo=f"{openid.url}/me")
    server.account(EMMA)
    yield server
    server.stop()


@pytest.fixture
def source(mail: DovecotServer, openid: OpenIdServer, brought: TokenSet, file: TokenFile) -> Iterator[ImapSource]:
    file.save(brought)
    server = Server("localhost", mail.tls_port, ca_file=mail.ca_file)
    source = ImapSource(server, AccessToken(EMMA, Tokens(openid.service(), file)))
    yield source
    source.close()


def test_R10_the_tokens_open_a_mailbox(source: ImapSource) -> None:
    assert {each.name for each in source.folders()} >= {"INBOX", "Sent"}


def test_a_token_that_was_withdrawn_early_is_renewed_while_the_mailbox_is_opened(
    source: ImapSource, openid: OpenIdServer
) -> None:
    openid.end_early()
    assert source.principal() == EMMA


def test_consent_that_is_withdrawn_in_the_middle_is_told_at_the_next_sign_in(
    source: ImapSource, openid: OpenIdServer
) -> None:
    assert source.principal() == EMMA
    openid.withdraw()
    source._reading.close()
    with pytest.raises(SignInNeeded) as caught:
        source.principal()
    assert "browser" in caught.value.next_step
