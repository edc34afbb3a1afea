"""What answers while a service is found and signed in to: token endpoints, redirections, discovery, autodiscover."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx2
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.port import PortError
from fm_desktop.providers import autodiscover
from fm_desktop.providers.exchange import discovery
from fm_desktop.providers.exchange.signing import Account as ExchangeAccount
from fm_desktop.providers.exchange.signing import offered
from fm_desktop.providers.oauth import endpoint, grants
from fm_desktop.providers.oauth.receiver import callback_of
from fm_desktop.providers.oauth.service import Account, Service
from fm_desktop.providers.transfer import Answer
from tests.fuzz import bytes_damaged, trees_damaged, xml_damaged
from tests.fuzz.budget import fuzzed
from tests.fuzz.trees_damaged import written

SERVICE = Service("Acme", "https://login.example/a", "https://login.example/t", "client", scopes=("mail",))
CLAIMS = {
    "aud": "client",
    "iss": "https://login.example",
    "nonce": "n",
    "email": "Emma@example.com",
    "upn": "e@x.example",
}


def id_token(claims: bytes) -> str:
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.x"


TOKENS = {
    "access_token": "a1", "refresh_token": "r1", "token_type": "Bearer", "expires_in": 3600, "scope": "mail",
    "id_token": id_token(json.dumps(CLAIMS).encode()),
}  # fmt: skip
REFUSAL = {
    "error": "invalid_grant",
    "error_description": "AADSTS70008: expired",
    "error_uri": "https://login.example/e",
}
claims = st.one_of(trees_damaged.damaged([CLAIMS]).map(written), bytes_damaged.damaged([json.dumps(CLAIMS).encode()]))
answers = st.one_of(
    trees_damaged.damaged([TOKENS, REFUSAL]).map(written),
    bytes_damaged.damaged([written(TOKENS), written(REFUSAL)]),
    claims.map(lambda each: written({**TOKENS, "id_token": id_token(each)})),
)


@fuzzed(200)
@given(
    answers,
    st.sampled_from((200, 200, 400, 401, 429, 503)),
    st.sampled_from((None, "1", "9" * 400, "²", "Wed, 25 Nov 99999")),
)
def test_any_answer_of_a_token_endpoint_is_tokens_or_a_refusal(content: bytes, status: int, wait: str | None) -> None:
    headers = {} if wait is None else {"retry-after": wait.encode("utf-8")}

    def posted(_: str, __: Any) -> tuple[httpx2.Response, bytes]:
        return httpx2.Response(status, headers=headers), content

    former = grants.TokenSet("a0", "r0", 0.0, Account(()))
    original, endpoint._post = endpoint._post, posted
    try:
        for ask in (
            lambda: grants.redeem(SERVICE, "code", "verifier", "http://127.0.0.1:1/", lambda: 0.0, nonce="n"),
            lambda: grants.refresh(SERVICE, former, lambda: 0.0),
        ):
            try:
                found = ask()
            except PortError as error:
                str(error).encode("utf-8")
                continue
            assert grants.TokenSet.from_text(found.to_text()) == found
            found.to_text().encode("utf-8")
            # They travel in a header.
            assert found.access.isascii()
            assert found.access.isprintable()
    finally:
        endpoint._post = original


@fuzzed(200)
@given(bytes_damaged.damaged([b"state=s&code=c&iss=https%3A%2F%2Flogin.example", b"state=s&error=access_denied"]))
def test_any_redirection_back_is_an_answer_or_none(query: bytes) -> None:
    found = callback_of(query.decode("latin-1"), "s")
    assert found is None or found.code or found.error


NAMED = {"Protocol": "EWS", "Url": "https://mail.example.com/EWS/Exchange.asmx"}
LOCATIONS = (
    "https://outlook.office365.com/x",
    "https://[x",
    "//",
    "https://mail.example.com/a",
    "http://mail.example.com/a",
    "",
)


@fuzzed(150)
@given(
    st.one_of(trees_damaged.damaged([NAMED]).map(written), bytes_damaged.damaged([written(NAMED)])),
    st.sampled_from((200, 200, 302, 401, 404)),
    st.sampled_from(LOCATIONS),
)
def test_a_server_asked_for_exchange_names_an_address_or_none(content: bytes, status: int, location: str) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, content=content, headers={"location": location}))
    try:
        with httpx2.Client(transport=transport) as client:
            found = autodiscover.ask(client, "https://example.com", "emma@example.com")
    except httpx2.HTTPError:
        return
    assert found is None or found.is_online in (True, False)


def autodiscover_answer(inside: str) -> bytes:
    return (
        '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"><Response '
        'xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"><Account>'
        f"<AccountType>email</AccountType>{inside}</Account></Response></Autodiscover>"
    ).encode()


PROTOCOLS = "".join(
    f"<Protocol><Type>{kind}</Type><EwsUrl>https://{kind.lower()}.example.com/EWS/Exchange.asmx</EwsUrl></Protocol>"
    for kind in ("EXCH", "EXPR")
)
ADDRESSES = [
    autodiscover_answer(f"<Action>settings</Action>{PROTOCOLS}"),
    autodiscover_answer("<Action>redirectAddr</Action><RedirectAddr>emma@acme.onmicrosoft.com</RedirectAddr>"),
    autodiscover_answer(
        "<Action>redirectUrl</Action><RedirectUrl>https://mail.example.com/autodiscover.xml</RedirectUrl>"
    ),
]


@fuzzed(150)
@given(xml_damaged.damaged(ADDRESSES), st.sampled_from((200, 200, 200, 302, 401)), st.sampled_from(LOCATIONS))
def test_an_exchange_asked_with_a_password_names_an_address_or_a_reason(
    content: bytes, status: int, location: str
) -> None:
    def exchange(url: str, _: str, __: ExchangeAccount) -> Answer:
        return Answer(status, {"Location": location}, content, url)

    original, discovery._exchange = discovery._exchange, exchange
    try:
        url = discovery.ews_url(
            "emma@example.com",
            ExchangeAccount("emma", "secret"),
            without_password=lambda _: None,
            origins=["https://example.com"],
        )
    except PortError as error:
        str(error).encode("utf-8")
    else:
        assert url.startswith("https://")
    finally:
        discovery._exchange = original


@fuzzed(100)
@given(bytes_damaged.damaged([b'Basic realm="x", NTLM', b"Negotiate YII=, Basic"]))
def test_any_offer_of_a_sign_in_is_read(value: bytes) -> None:
    offered(value.decode("latin-1"))
