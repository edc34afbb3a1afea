"""Requests to Graph: signing, paging, throttling, and what failures mean."""

from __future__ import annotations

import io

import httpx2
import pytest

from fm_desktop.port import (
    CollectionGone,
    Conflict,
    Gone,
    Malformed,
    OutcomeUnknown,
    PortError,
    Refused,
    SignInNeeded,
    Throttled,
    Unreachable,
)
from fm_desktop.providers.graph.session import BASE, Call, GraphSession, segment
from fm_desktop.providers.transfer import Purpose
from tests.unit.graph.wire import Tokens, Wire, failed, in_pieces, ok, page

READ = Call("GET", "me/calendars", Purpose.READ, "the calendars")
READ_ITEM = Call("GET", "me/events/x", Purpose.READ_ITEM, "the event")
WRITE = Call("PATCH", "me/events/x", Purpose.WRITE, "the event", body={"subject": "X"}, if_match='W/"k"')
CREATE = Call("POST", "me/events", Purpose.CREATE, "the event", body={"subject": "X"})


def test_request_is_signed_wants_immutable_ids_and_has_an_id_of_its_own() -> None:
    wire = Wire(ok())
    wire.session.entity(WRITE)
    wire.session.entity(READ)
    first, second = wire.requests
    assert first.headers["authorization"] == "Bearer token-1"
    assert first.headers["if-match"] == 'W/"k"'
    assert first.headers["prefer"] == 'IdType="ImmutableId"'
    assert "if-match" not in second.headers
    assert first.headers["client-request-id"] != second.headers["client-request-id"]
    assert wire.session.requests == 2


def test_query_and_ids_are_encoded_once() -> None:
    wire = Wire(ok())
    target = f"me/calendars/{segment('A/b+c=')}/events"
    wire.session.entity(Call("GET", target, Purpose.READ, "x", {"$filter": "iCalUId eq 'a&b #1'"}))
    assert wire.targets == ["me/calendars/A%2Fb%2Bc%3D/events?$filter=iCalUId%20eq%20'a%26b%20%231'"]


def test_other_address_than_microsofts_gets_no_sign_in() -> None:
    for base in ("https://graph.microsoft.com.example/v1.0", "http://graph.microsoft.com/v1.0", "https://x/v1.0"):
        with pytest.raises(Refused):
            GraphSession(Tokens(), base=base)
    GraphSession(Tokens(), base="http://127.0.0.1:9/v1.0").close()


def test_refused_token_is_exchanged_once() -> None:
    wire = Wire(failed(401, "InvalidAuthenticationToken"), ok(id="x"))
    assert wire.session.entity(WRITE) == {"id": "x"}
    assert [each.headers["authorization"] for each in wire.requests] == ["Bearer token-1", "Bearer token-2"]


def test_second_refused_token_wants_a_sign_in() -> None:
    wire = Wire(failed(401, "InvalidAuthenticationToken"))
    with pytest.raises(SignInNeeded):
        wire.session.entity(READ)
    assert len(wire.requests) == 2


def test_short_throttling_of_a_read_is_waited_out() -> None:
    wire = Wire(failed(429, "TooManyRequests", retry_after="7"), failed(503, retry_after="2"), ok(id="x"))
    assert wire.session.entity(READ) == {"id": "x"}
    assert wire.waited == [7.0, 2.0]


def test_long_throttling_is_left_to_the_engine() -> None:
    wire = Wire(failed(429, "TooManyRequests", retry_after="120"))
    with pytest.raises(Throttled) as told:
        wire.session.entity(READ)
    assert told.value.retry_after == 120.0
    assert (len(wire.requests), wire.waited) == (1, [])


@pytest.mark.parametrize("call", [WRITE, CREATE])
def test_throttled_write_is_not_repeated(call: Call) -> None:
    wire = Wire(failed(429, retry_after="1"))
    with pytest.raises(Throttled):
        wire.session.entity(call)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        failed(500, "ErrorInternalServerError"),
        failed(502),
        failed(504, "Timeout"),
        httpx2.ReadTimeout("late"),
        httpx2.RemoteProtocolError("cut"),
        httpx2.Response(201, content=b"<html>Sign in to this network</html>"),
        httpx2.Response(201, content=b'{"id": "cut'),
        httpx2.Response(201, content=b"[" * 100_000),
    ],
)
def test_write_without_a_usable_answer_may_have_been_stored(answer: httpx2.Response | Exception) -> None:
    wire = Wire(answer)
    with pytest.raises(OutcomeUnknown):
        wire.session.entity(CREATE)
    assert len(wire.requests) == 1


def test_write_that_never_left_is_none() -> None:
    wire = Wire(httpx2.ConnectError("no route"))
    with pytest.raises(Unreachable):
        wire.session.entity(CREATE)


def test_read_is_tried_again_where_the_service_has_a_fault() -> None:
    wire = Wire(failed(500), httpx2.RemoteProtocolError("closed"), ok(id="x"))
    assert wire.session.entity(READ) == {"id": "x"}
    wire = Wire(failed(503))
    with pytest.raises(Unreachable):
        wire.session.entity(READ)
    assert len(wire.requests) == 3


@pytest.mark.parametrize(
    ("status", "code", "call", "error"),
    [
        (404, "ErrorItemNotFound", WRITE, Gone),
        (404, "ErrorItemNotFound", READ_ITEM, Gone),
        (404, "ErrorItemNotFound", READ, CollectionGone),
        (404, "ErrorItemNotFound", CREATE, CollectionGone),
        (400, "ErrorInvalidIdMalformed", READ_ITEM, Gone),
        (410, "SyncStateNotFound", READ, Malformed),
        (400, "resyncRequired", READ, Malformed),
        (412, "ErrorIrresolvableConflict", WRITE, Conflict),
        (409, "ErrorIrresolvableConflict", WRITE, Conflict),
        (403, "ErrorAccessDenied", WRITE, Refused),
        (403, "Authorization_RequestDenied", READ, Refused),
        (404, "MailboxNotEnabledForRESTAPI", READ, Refused),
        (400, "ErrorPropertyValidationFailure", WRITE, Refused),
        (413, "ErrorMessageSizeExceeded", CREATE, Refused),
        (507, "ErrorQuotaExceeded", CREATE, Refused),
        (503, "ErrorServerBusy", WRITE, Throttled),
        (423, "ResourceLocked", WRITE, Throttled),
        (400, "RequestBroker--ParseUri", READ, Malformed),
        (302, "", READ, Malformed),
    ],
)
def test_what_a_refusal_means(status: int, code: str, call: Call, error: type[PortError]) -> None:
    with pytest.raises(error) as told:
        Wire(failed(status, code)).session.entity(call)
    assert str(told.value).endswith(".")
    assert "Words of the service" not in str(told.value)


def test_account_without_a_mailbox_says_what_to_do() -> None:
    with pytest.raises(Refused) as told:
        Wire(failed(404, "MailboxNotEnabledForRESTAPI")).session.entity(READ)
    assert "Microsoft Exchange" in told.value.next_step


# --- pages ---------------------------------------------------------------------------------------


def test_pages_are_followed_with_the_same_preferences() -> None:
    wire = Wire(page(1, 2, link=f"{BASE}/me/calendars?$skip=2"), page(3))
    call = Call("GET", "me/calendars", Purpose.READ, "the calendars", {"$top": "2"}, prefer="odata.maxpagesize=2")
    assert [each for found in wire.session.pages(call) for each in found["value"]] == [1, 2, 3]
    assert wire.targets == ["me/calendars?$top=2", "me/calendars?$skip=2"]
    assert all(each.headers["prefer"].endswith(", odata.maxpagesize=2") for each in wire.requests)


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/me",
        "http://graph.microsoft.com/v1.0/me",
        "https://graph.microsoft.com:8443/v1.0/me",
        "https://user:secret@graph.microsoft.com/v1.0/me",
    ],
)
def test_link_to_another_server_gets_no_token(link: str) -> None:
    wire = Wire(page(1, link=link))
    with pytest.raises(Malformed):
        list(wire.session.pages(READ))
    assert len(wire.requests) == 1


def test_pages_in_a_circle_come_to_an_end() -> None:
    wire = Wire(page(1, link=f"{BASE}/me/calendars?$skip=1"))
    with pytest.raises(Malformed):
        list(wire.session.pages(READ))
    assert len(wire.requests) == 2


def test_throttling_in_the_middle_of_paging_loses_nothing() -> None:
    wire = Wire(page(1, link=f"{BASE}/me/calendars?$skip=1"), failed(429, retry_after="3"), page(2))
    assert [each for found in wire.session.pages(READ) for each in found["value"]] == [1, 2]


def test_listing_without_a_list_is_no_empty_one() -> None:
    with pytest.raises(Malformed):
        list(Wire(ok(id="x")).session.pages(READ))


# --- streams -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "kept", "complete"), [(None, b"abcdef", True), (6, b"abcdef", True), (4, b"abcd", False)]
)
def test_stream_up_to_a_limit(limit: int | None, kept: bytes, complete: bool) -> None:
    into = io.BytesIO()
    assert Wire(in_pieces(b"abc", b"def")).session.stream(READ_ITEM, into, limit) is complete
    assert into.getvalue() == kept


def test_broken_stream_begins_anew() -> None:
    into = io.BytesIO()
    wire = Wire(in_pieces(b"abc", fails=True), in_pieces(b"abc", b"def"))
    assert wire.session.stream(READ_ITEM, into, None)
    assert into.getvalue() == b"abcdef"


def test_message_that_went_is_gone() -> None:
    with pytest.raises(Gone):
        Wire(failed(404, "ErrorItemNotFound")).session.stream(READ_ITEM, io.BytesIO(), None)


def test_no_token_in_what_is_shown() -> None:
    assert "token" not in repr(Wire(ok()).session)


def test_closed_session_is_a_connection_that_was_cut() -> None:
    wire = Wire(ok())
    wire.session.close()
    with pytest.raises(Unreachable):
        wire.session.entity(READ)
