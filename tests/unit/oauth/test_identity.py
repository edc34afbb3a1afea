"""Whether an ID token was made for this sign-in (OpenID Connect Core 1.0, 3.1.3.7), and what it says then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fm_desktop.port import Malformed, Refused
from fm_desktop.providers.oauth import Service, TokenSet, WrongAccount
from fm_desktop.providers.oauth.identity import account_of
from fm_desktop.providers.oauth.service import Account
from tests.unit.oauth.endpoint import id_token

SERVICE = Service(
    "Acme",
    "https://acme.example/auth",
    "https://acme.example/token",
    "fm-desktop",
    scopes=("openid", "email"),
    issuer="https://acme.example",
)
EMMA = {"email": "emma@acme.example", "iss": "https://acme.example", "aud": "fm-desktop", "nonce": "n"}


def told(claims: dict[str, object], service: Service = SERVICE) -> Account:
    return account_of(service, {"id_token": id_token(**claims)}, "n")


@pytest.mark.parametrize("audience", ["fm-desktop", ["other", "fm-desktop"]])
def test_a_token_for_this_sign_in_says_who_it_was(audience: object) -> None:
    assert told({**EMMA, "aud": audience}).names == ("emma@acme.example",)


@pytest.mark.parametrize(
    "changed",
    [{"nonce": "m"}, {"nonce": None}, {"nonce": "\ud800"}, {"aud": "other"}, {"aud": []}, {"aud": None}, {"iss": "https://a"}],
)  # fmt: skip
def test_a_token_for_another_one_is_not_believed(changed: dict[str, object]) -> None:
    with pytest.raises(Malformed) as caught:
        told({**EMMA, **changed})
    assert caught.value.next_step


@pytest.mark.parametrize("token", ["", "a.b", "a.!!.c", "a.W10.c", 7])
def test_a_token_that_cannot_be_read_is_not_believed_either(token: object) -> None:
    with pytest.raises(Malformed):
        account_of(SERVICE, {"id_token": token}, "n")


def test_a_service_with_many_issuers_is_known_by_its_address_alone() -> None:
    """Microsoft's `common` names the tenant of whoever signed in."""
    assert told({**EMMA, "iss": "https://tenant.example"}, replace(SERVICE, issuer="")).name == "emma@acme.example"


def test_a_wrong_account_names_both_and_is_left_to_the_caller() -> None:
    brought = TokenSet("the access", "the refresh", 1.0, Account(("paul@acme.example",)))
    error = WrongAccount(brought, "emma@acme.example")
    assert isinstance(error, Refused)
    assert "paul@acme.example" in str(error)
    assert "emma@acme.example" in str(error)
    assert error.brought is brought
    assert "the access" not in repr(error)
    assert "the refresh" not in repr(error.brought)
