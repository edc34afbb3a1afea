"""Signing in with a real browser at a strict OpenID provider: consent, refusal, nobody, somebody else."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from fm_desktop.port import Malformed, Refused, SignInNeeded, Unreachable
from fm_desktop.providers.oauth import TokenSet, Visit, WrongAccount
from fm_desktop.providers.oauth.grants import redeem, refresh
from fm_desktop.signing import TEXTS
from tests.servers.openid import OpenIdServer, sign_in

EMMA = "emma@acme.example"

pytestmark = pytest.mark.browser


def begun(openid: OpenIdServer, address: str = EMMA, **facts: object) -> Visit:
    return Visit(openid.service(**facts), address, TEXTS, patience=60)


def finishing(visit: Visit, ending: threading.Event | None = None) -> Future[TokenSet]:
    return ThreadPoolExecutor(1).submit(visit.finish, ending or threading.Event())


def test_R03_a_person_signs_in_and_agrees(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid)
    tokens = finishing(visit)
    assert "You are signed in" in sign_in(browser, visit.url, EMMA)
    brought = tokens.result()
    assert brought.account.names == (EMMA,)
    assert openid.userinfo(brought.access).json()["email"] == EMMA
    assert EMMA not in repr(visit)
    assert brought.access not in repr(brought)


def test_localhost_is_as_good_a_name_where_the_service_wants_it(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid, loopback="localhost")
    tokens = finishing(visit)
    assert "You are signed in" in sign_in(browser, visit.url, EMMA)
    assert tokens.result().refresh


def test_a_person_who_does_not_agree_is_told_and_nothing_is_kept(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid)
    tokens = finishing(visit)
    assert "was not let in" in sign_in(browser, visit.url, EMMA, agree=False)
    with pytest.raises(Refused, match="You did not agree that FM Desktop may use your account at Acme") as caught:
        tokens.result()
    assert "Sign in again" in caught.value.next_step


def test_another_account_than_the_one_that_was_entered_is_refused(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid)
    tokens = finishing(visit)
    sign_in(browser, visit.url, "paul@acme.example")
    with pytest.raises(
        WrongAccount, match=r"You signed in as paul@acme\.example, and the address you entered is emma@"
    ) as caught:
        tokens.result()
    assert openid.userinfo(caught.value.brought.access).json()["email"] == "paul@acme.example"


def test_an_identity_that_was_given_out_for_another_sign_in_is_not_believed(
    openid: OpenIdServer, browser: WebDriver
) -> None:
    visit = begun(openid)
    visit._nonce = "of another sign-in"
    tokens = finishing(visit)
    sign_in(browser, visit.url, EMMA)
    with pytest.raises(Malformed, match="something else than expected"):
        tokens.result()


def test_an_answer_that_names_another_service_is_not_taken(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid, issuer="https://another.example")
    tokens = finishing(visit, ending := threading.Event())
    assert "Nothing to see here" in sign_in(browser, visit.url, EMMA)
    assert not tokens.done()
    ending.set()
    with pytest.raises(Unreachable, match="given up"):
        tokens.result(timeout=10)


def test_upper_case_is_no_other_account(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid, "Emma@Acme.example")
    tokens = finishing(visit)
    sign_in(browser, visit.url, EMMA)
    assert tokens.result().account.name == EMMA


def test_a_window_that_is_closed_can_be_given_up(openid: OpenIdServer, browser: WebDriver) -> None:
    visit, ending = begun(openid), threading.Event()
    tokens = finishing(visit, ending)
    browser.get(visit.url)
    browser.get("about:blank")
    ending.set()
    with pytest.raises(Unreachable, match="given up"):
        tokens.result(timeout=10)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"http://{visit._receiver.host}/")


def test_nobody_coming_ends_by_itself(openid: OpenIdServer) -> None:
    visit = Visit(openid.service(), EMMA, TEXTS, patience=0.3)
    with pytest.raises(Unreachable, match="Nobody signed in at Acme"):
        visit.finish(threading.Event())


def test_what_knocks_meanwhile_does_not_end_the_sign_in(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid)
    tokens = finishing(visit)
    here = f"http://{visit._receiver.host}"
    state = parse_qs(urlsplit(visit.url).query)["state"][0]
    for method, path, headers in (
        ("GET", "/favicon.ico", {}),
        ("GET", "/?code=stolen&state=guessed", {}),
        ("GET", f"/?state={state}", {}),
        ("GET", f"/?code=a&code=b&state={state}", {}),
        ("POST", f"/?code=a&state={state}", {}),
        ("GET", f"/?code=a&state={state}", {"Host": "rebound.example"}),
    ):
        answer = httpx2.request(method, f"{here}{path}", headers=headers)
        assert answer.status_code in (400, 404), path
        assert "stolen" not in answer.text
    assert not tokens.done()
    assert "You are signed in" in sign_in(browser, visit.url, EMMA)
    assert tokens.result().access


def test_a_code_is_good_only_with_the_verifier(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid)
    waiting = ThreadPoolExecutor(1).submit(lambda: visit._callback(threading.Event()))
    sign_in(browser, visit.url, EMMA)
    code, redirect = waiting.result().code, visit._receiver.redirect
    visit.close()
    with pytest.raises(SignInNeeded):
        redeem(openid.service(), code, "x" * 64, redirect)


def test_a_code_that_was_used_takes_back_what_it_gave(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid)
    waiting = ThreadPoolExecutor(1).submit(lambda: visit._callback(threading.Event()))
    sign_in(browser, visit.url, EMMA)
    code, redirect = waiting.result().code, visit._receiver.redirect
    visit.close()
    tokens = redeem(openid.service(), code, visit._verifier, redirect)
    with pytest.raises(SignInNeeded):
        redeem(openid.service(), code, visit._verifier, redirect)
    with pytest.raises(SignInNeeded):
        refresh(openid.service(), tokens)


def test_a_client_id_that_is_not_known_is_the_administrators_affair(openid: OpenIdServer) -> None:
    with pytest.raises(Refused, match="does not know this installation") as caught:
        redeem(openid.service(client_id="of another program"), "code", "x" * 64, "http://127.0.0.1:1/")
    assert "administrator" in caught.value.next_step


def test_a_box_that_was_left_unticked_is_told(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid, scopes=("openid", "email", "offline_access", "calendar", "contacts"))
    tokens = finishing(visit)
    sign_in(browser, visit.url, EMMA)
    with pytest.raises(Refused, match="did not agree to everything that syncing with Acme needs"):
        tokens.result()


def test_a_permission_for_an_hour_only_is_not_enough(openid: OpenIdServer, browser: WebDriver) -> None:
    visit = begun(openid, scopes=("openid", "email"))
    tokens = finishing(visit)
    sign_in(browser, visit.url, EMMA)
    with pytest.raises(Refused, match="for an hour only"):
        tokens.result()
