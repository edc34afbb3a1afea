"""The parts of signing in with the browser that need none: what is believed, what is asked for, what is kept."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.port import Malformed, Refused, SignInNeeded, Throttled, Unreachable
from fm_desktop.providers.oauth import Service, TokenSet, Visit
from fm_desktop.providers.oauth.grants import redeem, refresh
from fm_desktop.providers.oauth.receiver import Callback, callback_of
from fm_desktop.providers.oauth.service import Account
from fm_desktop.signing import TEXTS
from tests.unit.oauth.endpoint import id_token

SERVICE = Service(
    "Acme", "https://acme.example/auth?tenant=1", "https://acme.example/token", "fm-desktop", scopes=("a", "b")
)
NOW = 1_800_000_000.0


def redeemed(service: Service = SERVICE) -> TokenSet:
    return redeem(service, "code", "verifier", "http://127.0.0.1:1/", lambda: NOW)


# --- the page ---------------------------------------------------------------------------------------


def test_the_page_is_asked_for_with_a_challenge_and_the_account_as_a_hint():
    visit = Visit(SERVICE, "emma@acme.example", TEXTS)
    visit.close()
    visit.close()
    parts = urlsplit(visit.url)
    asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "acme.example", "/auth")
    assert asked["tenant"] == "1"
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", "fm-desktop", "a b")
    assert asked["login_hint"] == "emma@acme.example"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 43
    assert urlsplit(asked["redirect_uri"]).hostname == "127.0.0.1"


def test_each_sign_in_has_secrets_of_its_own():
    visits = [Visit(SERVICE, "emma@acme.example", TEXTS) for _ in range(2)]
    for each in visits:
        each.close()
    first, second = (parse_qs(urlsplit(each.url).query) for each in visits)
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]


# --- the answer ---------------------------------------------------------------------------------------


def test_an_answer_with_the_state_is_taken():
    assert callback_of("code=c&state=s&session_state=x&iss=https%3A%2F%2Facme.example", "s") == Callback(code="c")
    assert callback_of("error=access_denied&error_description=no&state=s", "s") == Callback(error="access_denied")


@pytest.mark.parametrize(
    "query", ["", "code=c", "code=c&state=", "code=c&state=S", "code=c&state=s&state=s", "state=s", "code=&state=s",
              "code=a&code=b&state=s", "code=c&error=e&state=s", "&".join(f"x{n}=1" for n in range(99)) + "&code=c&state=s"],
)  # fmt: skip
def test_anything_else_is_not(query):
    assert callback_of(query, "s") is None


@given(st.text(), st.text(min_size=1))
def test_no_query_is_more_than_an_answer_or_none(query, state):
    found = callback_of(query, state)
    assert found is None or parse_qs(query)["state"] == [state]


@given(st.binary())
def test_bytes_that_a_stranger_sends_are_no_answer(noise):
    assert callback_of(noise.decode("latin-1"), "a state that nobody guesses") is None


# --- tokens ---------------------------------------------------------------------------------------------


def test_a_code_brings_tokens_and_the_account(endpoint):
    endpoint.tell(
        200,
        {"access_token": "A", "refresh_token": "R", "expires_in": 3599, "token_type": "Bearer", "scope": "a b",
         "id_token": id_token(email="Emma@Acme.example", preferred_username="emma@corp.example")},
    )  # fmt: skip
    tokens = redeemed()
    assert (tokens.access, tokens.refresh, tokens.expires_at) == ("A", "R", NOW + 3599)
    assert tokens.account.names == ("emma@acme.example", "emma@corp.example")
    assert tokens.account.may_be("EMMA@corp.example ")
    assert not tokens.account.may_be("paul@acme.example")
    assert endpoint.asked == [
        {"grant_type": "authorization_code", "code": "code", "code_verifier": "verifier",
         "redirect_uri": "http://127.0.0.1:1/", "client_id": "fm-desktop"}
    ]  # fmt: skip


def test_a_secret_of_a_desktop_client_goes_along(endpoint):
    endpoint.tell(200, {"access_token": "A", "refresh_token": "R"})
    redeemed(Service("Acme", "https://a.example/", "https://a.example/t", "id", client_secret="not so secret"))
    assert endpoint.asked[0]["client_secret"] == "not so secret"


def test_who_it_was_may_stay_untold(endpoint):
    for token in (None, "", "a.b", "a.!!.c", "a.bm8.c", "a.W10.c", id_token(email=7, sub="x")):
        endpoint.tell(200, {"access_token": "A", "refresh_token": "R", "id_token": token})
        account = redeemed().account
        assert account == Account()
        assert account.may_be("emma@acme.example")


@pytest.mark.parametrize(
    ("told", "lifetime"),
    [
        (60, 60),
        ("120", 120),
        (None, 3600),
        ("soon", 3600),
        (-5, 0),
        ("inf", 3600),
        (float("nan"), 3600),
        (10**400, 3600),
    ],
)
def test_how_long_a_token_is_good(endpoint, told, lifetime):
    endpoint.tell(200, {"access_token": "A", "refresh_token": "R", "expires_in": told})
    assert redeemed().expires_at == NOW + lifetime


def test_microsofts_short_names_of_scopes_are_the_same_scopes(endpoint):
    scopes = ("openid", "offline_access", "https://graph.microsoft.com/Calendars.ReadWrite")
    service = Service("Microsoft 365", "https://m.example/a", "https://m.example/t", "id", scopes=scopes)
    endpoint.tell(200, {"access_token": "A", "refresh_token": "R", "scope": "calendars.readwrite User.Read"})
    assert redeemed(service).access == "A"
    endpoint.tell(200, {"access_token": "A", "refresh_token": "R", "scope": "User.Read"})
    with pytest.raises(Refused, match="did not agree to everything"):
        redeemed(service)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_grant"}, SignInNeeded),
        (400, {"error": "interaction_required", "error_description": "AADSTS50076"}, SignInNeeded),
        (401, {"error": "invalid_client"}, Refused),
        (400, {"error": "unauthorized_client"}, Refused),
        (503, b"", Unreachable),
        (500, {"error": "server_error"}, Unreachable),
        (400, {"error": "temporarily_unavailable"}, Unreachable),
        (403, {"error": "rate_limit_exceeded"}, Throttled),
        (403, {"error": "admin_policy_enforced"}, Refused),
        (200, {"error": "invalid_grant"}, SignInNeeded),
        (400, {"error": ["invalid_grant"]}, Malformed),
        (200, b"[" * 100_000, Malformed),
        (429, b"", Throttled),
        (200, b"<html>Welcome to our hotel</html>", Malformed),
        (200, b"[]", Malformed),
        (200, b"{}", Malformed),
        (200, {"access_token": "A", "token_type": "mac"}, Malformed),
        (400, b"\xff", Malformed),
        (200, b'{"access_token": "A"}' + b" " * 300_000, Malformed),
    ],
)
def test_what_the_token_endpoint_says_is_told_in_plain_words(endpoint, status, body, error):
    endpoint.tell(status, body, Retry_After="7")
    with pytest.raises(error) as caught:
        refresh(SERVICE, TokenSet("A", "R", 0.0), lambda: NOW)
    assert str(caught.value).endswith(".")
    assert caught.value.next_step
    if isinstance(caught.value, Throttled):
        assert caught.value.retry_after == 7.0
    assert len(endpoint.asked) == 1


def test_a_refresh_without_another_refresh_token_keeps_the_former_one(endpoint):
    endpoint.tell(200, {"access_token": "A2"})
    account = Account(("emma@acme.example",))
    newer = refresh(SERVICE, TokenSet("A", "R", 0.0, account), lambda: NOW)
    assert newer == TokenSet("A2", "R", NOW + 3600, account, obtained_at=NOW)


@pytest.mark.parametrize("wait", ["²", "soon", "", "-1"])
def test_a_wait_that_is_no_number_is_none(endpoint, wait):
    endpoint.tell(429, b"", Retry_After=wait.encode("latin-1"))
    with pytest.raises(Throttled) as caught:
        refresh(SERVICE, TokenSet("A", "R", 0.0), lambda: NOW)
    assert caught.value.retry_after is None
