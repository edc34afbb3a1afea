"""Inputs that stopped the program when they were found, each of which is told or left aside now. Those of iCalendar are
with their fuzzing."""

from __future__ import annotations

import imaplib
from typing import Any

import httpx2
import pytest

from fm_desktop.crm.agenda import AGENDA
from fm_desktop.crm.answers import retry_after, served_at
from fm_desktop.crm.comment import split
from fm_desktop.crm.fields import Fields
from fm_desktop.port import Broken, Collection, Malformed, PortError, Resource, Throttled
from fm_desktop.providers import autodiscover, catalog, transfer
from fm_desktop.providers.caldav import xml
from fm_desktop.providers.caldav.hrefs import canonical, request_path
from fm_desktop.providers.catalog import CatalogError
from fm_desktop.providers.exchange import discovery
from fm_desktop.providers.exchange.errors import Failure
from fm_desktop.providers.exchange.session import checked_host
from fm_desktop.providers.exchange.xml import parse as parse_soap
from fm_desktop.providers.google.api import TasksApi
from fm_desktop.providers.google.lists import TaskLists
from fm_desktop.providers.imap.errors import Purpose, refusal
from fm_desktop.providers.oauth import grants
from fm_desktop.providers.oauth.identity import account_of
from fm_desktop.settings import SettingsError, parse
from fm_desktop.untrusted import TooLarge, bounded, json_of
from tests.fuzz.test_fuzz_caldav import CALENDAR, FOUND, SEEDS, multistatus, provider_of, response
from tests.fuzz.test_fuzz_crm import agenda_of, answering, row
from tests.fuzz.test_fuzz_crm import client_of as crm_client
from tests.fuzz.test_fuzz_graph import GOOGLE, NOW, client_of
from tests.fuzz.test_fuzz_graph import provider_of as graph_of
from tests.fuzz.test_fuzz_signin import SERVICE, TOKENS, id_token
from tests.fuzz.trees_damaged import DEEP, HUGE, written
from tests.unit.graph.mailbox import CALENDAR as GRAPH_CALENDAR
from tests.unit.graph.samples import event
from tests.unit.graph.wire import Tokens
from tests.unit.test_settings import LEAST

MANY = "9" * 5_000


# --- what an administrator writes -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (MANY, "a number is too long (at line 10)"),
        ("0x" + "f" * 5_000, "a number is too long (at line 10)"),
        ("[" * 3_000, "it is nested too deeply"),
    ],
)
def test_toml_that_its_reader_stumbles_over_is_told(value: str, sentence: str) -> None:
    text = f"{LEAST}[sync]\n\ncalendars = {value}\n"
    with pytest.raises(SettingsError) as caught:
        parse(text)
    assert sentence in str(caught.value)
    with pytest.raises(CatalogError) as found:
        catalog.parse(text)
    assert sentence in str(found.value)


# --- what others answer in JSON --------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"[" * 100_000, b"[" * 600 + b"]" * 600, b'{"a":' * 600 + b"1" + b"}" * 600])
def test_json_that_is_nested_too_deeply_is_none(content: bytes) -> None:
    with pytest.raises(ValueError, match="deeply"):
        json_of(content)


def test_a_number_of_thousands_of_digits_spoils_no_other_value() -> None:
    assert json_of(f'[1, {MANY}, -{MANY}, "x"]'.encode()) == [1, float("inf"), float("-inf"), "x"]


def test_half_of_a_surrogate_pair_becomes_a_character_that_can_be_kept() -> None:
    assert json_of(b'{"\\ud800": ["\\udc00x", "\\ud83d\\ude00"]}') == {"\ufffd": ["\ufffdx", "😀"]}


def test_an_answer_is_taken_up_to_its_bound_and_no_further() -> None:
    taken = 0

    def parts() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 10

    with pytest.raises(TooLarge):
        bounded(parts(), 100)
    assert taken == 11
    assert bounded([b"x" * 100], 100) == b"x" * 100


@pytest.mark.parametrize("value", [HUGE, "\ud800", MANY])
def test_a_row_with_a_value_that_cannot_be_kept_hides_no_other(value: Any) -> None:
    rows = [row(1, contactId=value, subject=value, somethingElse=value), row(2)]
    found = agenda_of(answering(written(rows))).changes(AGENDA, None, dict)
    assert [type(each) for each in found.present] == [Resource, Resource]
    assert found.present[0].items[0].party.contact_id is None


def test_a_list_of_rows_that_is_nested_too_deeply_is_told() -> None:
    with pytest.raises(Malformed):
        agenda_of(answering(written([row(1, extra=DEEP)]))).changes(AGENDA, None, dict)


@pytest.mark.parametrize("stamp", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_stamp_that_is_beyond_the_calendar_in_utc_is_none(stamp: str) -> None:
    assert Fields({"dateUpdated": stamp}).moment("dateUpdated") is None


def test_a_time_stamp_of_the_future_does_not_keep_what_is_new_from_being_read() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.params.get("where", ""))
        rows = (
            [row(1, dateUpdated="9999-12-31T23:59:59.999999Z"), row(2)] if request.url.params.get("page") == "0" else []
        )
        return httpx2.Response(200, content=written(rows), headers={"date": "Wed, 25 Nov 2026 10:00:00 GMT"})

    agenda = agenda_of(crm_client(answer))
    cursor = agenda.changes(AGENDA, None, dict).cursor
    agenda.changes(AGENDA, cursor, dict)
    assert "2026-11-20" in asked[-1]


def test_a_comment_with_a_number_of_thousands_of_digits_is_taken_apart() -> None:
    line = f"--- Shortened: the first 5 of {MANY} characters are shown. The rest is kept in your calendar. ---"
    assert split(line).whole == 999_999_999


@pytest.mark.parametrize("value", ["inf", "1e400", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_is_left_alone_for_longer_than_a_day(value: str) -> None:
    headers = {"retry-after": value, "date": "Wed, 25 Nov 2026 10:00:00 GMT"}
    assert retry_after(httpx2.Response(429, headers=headers)) == 86_400
    assert transfer.retry_after(value) in (86_400, None)


def test_a_date_that_no_computer_can_hold_is_none() -> None:
    value = "Wed, 25 Nov 99999999999999999999 10:00:00 GMT"
    assert served_at(httpx2.Response(200, headers={"date": value})) is None
    assert transfer.retry_after(value) is None


def test_an_event_whose_title_is_half_of_a_character_is_kept() -> None:
    (found,) = graph_of(client_of(written(event(subject="a\ud83d")))).fetch(GRAPH_CALENDAR.id, ["AAMkAGI1AAA="])
    assert isinstance(found, Resource)
    assert found.items[0].title == "a\ufffd"


def test_a_task_without_an_id_is_no_task_that_went() -> None:
    content = written({"items": [{**GOOGLE, "id": ""}]})
    lists = TaskLists(TasksApi(Tokens(), client=client_of(content)), "UTC", lambda: NOW)
    with pytest.raises(Malformed):
        lists.changes(Collection("google-tasks:L", "L"), None, dict)


def test_a_task_asked_for_by_its_id_has_it() -> None:
    content = written({name: value for name, value in GOOGLE.items() if name != "id"})
    lists = TaskLists(TasksApi(Tokens(), client=client_of(content)), "UTC", lambda: NOW)
    assert [each.ref.id for each in lists.fetch("google-tasks:L", ["T1"])] == ["T1"]


# --- CalDAV ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["HTTP/1.1 ²00 OK", f"HTTP/1.1 {MANY} OK", "²", ""])
def test_a_status_that_is_no_number_is_left_aside(status: str) -> None:
    (entry,) = xml.multistatus(multistatus(response("/cal/1.ics", "<D:getetag>x</D:getetag>", status))).entries
    assert entry.status == 200


def test_an_address_that_is_none_is_told_and_not_left_out() -> None:
    dav = provider_of(multistatus(response("http://[x/", "<D:getetag>x</D:getetag>")))
    dav.resume(FOUND)
    with pytest.raises(Malformed):
        dav.changes(CALENDAR, None, dict)


@pytest.mark.parametrize("status", [301, 308])
def test_a_redirection_to_no_address_is_not_followed(status: int) -> None:
    dav = provider_of(SEEDS[0], status=status, location="https://[x")
    dav.resume(FOUND)
    with pytest.raises(PortError):
        dav.changes(CALENDAR, None, dict)


def test_a_path_of_odd_bytes_is_the_same_however_much_of_it_is_escaped() -> None:
    path = canonical("/cal/]%82%AC%2F%E2%82%AC.ics")
    assert path == "/cal/]%82%AC%2F€.ics"
    assert canonical(request_path(path)) == path
    assert canonical("/cal/a b\x1b.ics") == canonical("/cal/a%20b%1b.ics") == "/cal/a%20b%1B.ics"


# --- signing in, Exchange, IMAP --------------------------------------------------------------------


@pytest.mark.parametrize("token", ["a\ud800", "a b\n", "é", "", 5, ["x"]])
def test_a_token_that_cannot_be_sent_is_none(monkeypatch: pytest.MonkeyPatch, token: Any) -> None:
    for name in ("access_token", "refresh_token"):
        answer = {**TOKENS, name: token}
        monkeypatch.setattr(grants, "ask", lambda *_, answer=answer: answer)
        with pytest.raises(PortError):
            grants.redeem(SERVICE, "code", "verifier", "http://127.0.0.1:1/", lambda: 0.0)


def test_who_signed_in_is_nobody_with_a_name_that_cannot_be_shown() -> None:
    claims = b'{"email": "a\\u202e@x.example", "upn": ' + b"[" * 600 + b"]" * 600 + b"}"
    assert account_of(SERVICE, {"id_token": id_token(claims)}, "").names == ()
    assert account_of(SERVICE, {"id_token": id_token(b'{"email": "a\\u202e@x.example"}')}, "").names == ()


@pytest.mark.parametrize("url", ["https://[x", "https://[::1"])
def test_an_address_that_is_none_is_no_server_of_exchange(url: str) -> None:
    content = written({"Protocol": "EWS", "Url": url})
    transport = httpx2.MockTransport(lambda _: httpx2.Response(302, content=content, headers={"location": url}))
    with httpx2.Client(transport=transport) as client:
        assert autodiscover.ask(client, "https://example.com", "emma@example.com") is None
    with pytest.raises(PortError):
        checked_host(url)
    with pytest.raises(PortError):
        discovery._within(url, "example.com")


@pytest.mark.parametrize("told", ["²", MANY, "-1", "1.5"])
def test_a_wait_of_exchange_that_is_no_number_is_none(told: str) -> None:
    types = "http://schemas.microsoft.com/exchange/services/2006/types"
    assert (
        Failure.of(
            parse_soap(f"<x xmlns:t='{types}'><t:Value Name='BackOffMilliseconds'>{told}</t:Value></x>".encode())
        ).back_off
        is None
    )


def test_a_wait_of_imap_of_thousands_of_digits_is_a_long_one() -> None:
    failure = imaplib.IMAP4.error(f"Request is throttled. Suggested Backoff Time: {MANY} milliseconds")
    found = refusal(failure, "h", "the folder", Purpose.READ)
    assert isinstance(found, Throttled)
    assert found.retry_after == 99_999.999


def test_the_rest_is_read_when_one_row_is_broken() -> None:
    rows = [row(1, startDate="99/99/99"), row(2)]
    found = agenda_of(answering(written(rows))).changes(AGENDA, None, dict).present
    assert [type(each) for each in found] == [Broken, Resource]
