from __future__ import annotations

from collections.abc import Iterator

import pytest

from fm_desktop.port import PortError, Refused, SignInNeeded, Unreachable
from fm_desktop.providers.autodiscover import ExchangeServer
from fm_desktop.providers.exchange import Account, put_notice
from fm_desktop.providers.exchange.discovery import ews_url
from fm_desktop.providers.exchange.xml import at, attribute, parse, text
from tests.unit.exchange.wire import Wire, scripted, success

ME = Account("emma", "secret")
SPACE = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
NOTE = (
    b"From: emma@example.com\r\nTo: emma@example.com\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\n"
    b"Message-ID: <n1@fm-desktop.invalid>\r\nSubject: Note\r\n\r\nHello\r\n"
)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with scripted() as made:
        yield made


def ask(wire: Wire, *, known: ExchangeServer | None = None) -> str:
    origin = wire.url.removesuffix("/EWS/Exchange.asmx")
    return ews_url("emma@example.com", ME, without_password=lambda _: known, origins=[origin])


def settings(inside: str) -> str:
    return f'<Autodiscover><Response xmlns="{SPACE}"><Account>{inside}</Account></Response></Autodiscover>'


def test_an_address_told_without_a_password_is_taken(wire: Wire) -> None:
    assert (
        ask(wire, known=ExchangeServer("https://mail.example.com/EWS/Exchange.asmx"))
        == "https://mail.example.com/EWS/Exchange.asmx"
    )
    assert wire.bodies == []


def test_the_password_is_sent_only_after_the_server_asked_for_it(wire: Wire) -> None:
    wire.will("", 401, WWW_Authenticate="Basic realm=x")
    wire.will(settings(
        "<Protocol><Type>EXCH</Type><EwsUrl>https://in.example.com/EWS</EwsUrl></Protocol>"
        "<Protocol><Type>EXPR</Type><EwsUrl>https://out.example.com/EWS</EwsUrl></Protocol>"
    ))  # fmt: skip
    assert ask(wire) == "https://out.example.com/EWS"
    assert [bool(each) for each in wire.authorizations] == [False, True]


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("https://evil.example.org/autodiscover.xml", "evil.example.org"),
        ("https://outlook.office365.com/a", "Microsoft 365"),
    ],
)
def test_a_redirect_out_of_the_domain_gets_no_password(wire: Wire, location: str, sentence: str) -> None:
    wire.will("", 302, Location=location)
    with pytest.raises(Refused, match=sentence):
        ask(wire)
    assert wire.authorizations == [""]


def test_a_redirect_to_an_unencrypted_address_gets_no_password(wire: Wire) -> None:
    wire.will("", 302, Location="http://autodiscover.example.com/autodiscover/autodiscover.xml")
    with pytest.raises(Refused):
        ask(wire)
    assert wire.authorizations == [""]


@pytest.mark.parametrize(
    ("inside", "kind"),
    [
        ("<Action>redirectAddr</Action><RedirectAddr>emma@acme.onmicrosoft.com</RedirectAddr>", Refused),
        ("<Protocol><Type>EXPR</Type><EwsUrl>http://mail.example.com/EWS</EwsUrl></Protocol>", Refused),
        ("<Protocol><Type>EXPR</Type><EwsUrl>https://outlook.office365.com/EWS</EwsUrl></Protocol>", Refused),
        ("", Unreachable),
    ],
)
def test_what_cannot_be_followed_is_told(wire: Wire, inside: str, kind: type[PortError]) -> None:
    wire.will(settings(inside))
    with pytest.raises(kind):
        ask(wire)


def test_a_refused_password_is_told(wire: Wire) -> None:
    for _ in range(2):
        wire.will("", 401, WWW_Authenticate="Basic realm=x")
    with pytest.raises(SignInNeeded):
        ask(wire)


def put(wire: Wire) -> None:
    found = f'{{"url": "{wire.url}", "way": "basic", "id": "ROOT", "addresses": []}}'
    put_notice(ME, "emma@example.com", NOTE, url=wire.url, found=found)


def stored(wire: Wire, draft: str) -> None:
    wire.will_answer(
        "CreateItem", success("CreateItem", "<m:Items><t:Message><t:ItemId Id='N'/></t:Message></m:Items>")
    )
    shown = f"<m:Items><t:Message><t:ItemId Id='N'/><t:IsDraft>{draft}</t:IsDraft></t:Message></m:Items>"
    wire.will_answer("GetItem", success("GetItem", shown))


def test_R25_a_note_is_kept_in_the_inbox_and_never_sent(wire: Wire) -> None:
    stored(wire, "false")
    put(wire)
    asked = at(parse(wire.bodies[0]), ".//m:CreateItem")
    assert attribute(asked, "MessageDisposition") == "SaveOnly"
    assert attribute(at(asked, "m:SavedItemFolderId/*"), "Id") == "inbox"
    assert text(asked, ".//t:IsRead") == "false"


def test_R25_a_note_that_became_a_draft_is_taken_away_and_told(wire: Wire) -> None:
    stored(wire, "true")
    wire.will_answer("DeleteItem", '<m:DeleteItemResponseMessage ResponseClass="Success"/>')
    with pytest.raises(Refused):
        put(wire)
    assert attribute(at(parse(wire.bodies[-1]), ".//m:DeleteItem//t:ItemId"), "Id") == "N"
