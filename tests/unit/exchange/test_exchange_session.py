from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import exchangelib.errors
import pytest
import requests

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
from fm_desktop.providers.exchange import errors, shelves
from fm_desktop.providers.exchange import session as session_module
from fm_desktop.providers.exchange.errors import Expired, Failure, failure_error, online_refusal, status_error
from fm_desktop.providers.exchange.operations import delete_item, get_folders, item_id
from fm_desktop.providers.exchange.session import Call, EwsSession
from fm_desktop.providers.exchange.signing import Account, SignIn, offered
from fm_desktop.providers.exchange.xml import NotXml, at, attribute, parse
from fm_desktop.providers.transfer import Purpose, TransientFailure
from tests.unit.exchange.wire import Wire, error, scripted, soap, success

READ = Call(get_folders(("calendar",)), Purpose.READ, "the calendar")
WRITE = Call(delete_item(item_id("A=="), mails=False), Purpose.WRITE, "“Visit”")
FOLDER = success("GetFolder", "<m:Folders><t:CalendarFolder><t:FolderId Id='F'/></t:CalendarFolder></m:Folders>")


@pytest.fixture
def wire() -> Iterator[Wire]:
    with scripted() as found:
        yield found


@pytest.fixture
def naps() -> list[float]:
    return []


@pytest.fixture
def session(wire: Wire, naps: list[float]) -> Iterator[EwsSession]:
    made = EwsSession(wire.url, Account("emma", "secret"), way=SignIn.BASIC, sleep=naps.append)
    yield made
    made.close()


def test_an_answer_is_given_and_counted(wire: Wire, session: EwsSession) -> None:
    wire.will_answer("GetFolder", FOLDER)
    assert attribute(at(session.one(READ), "m:Folders/*/t:FolderId"), "Id") == "F"
    assert session.requests == 1
    assert wire.authorizations == ["Basic ZW1tYTpzZWNyZXQ="]


def test_the_way_to_sign_in_is_asked_for_without_the_password(wire: Wire) -> None:
    wire.will("", 401, WWW_Authenticate='Basic realm="x"')
    wire.will_answer("GetFolder", FOLDER)
    session = EwsSession(wire.url, Account("emma", "secret"))
    session.one(READ)
    session.close()
    assert wire.authorizations[0] == ""
    assert session.way is SignIn.BASIC


@pytest.fixture
def newcomer(wire: Wire) -> Iterator[EwsSession]:
    """Does not know the way to sign in, so that it asks for it first."""
    made = EwsSession(wire.url, Account("emma", "secret"), sleep=lambda _: None)
    yield made
    made.close()


@pytest.mark.parametrize("status", [302, 404])
def test_a_write_before_which_the_question_met_no_exchange_server_is_known_as_not_sent(
    wire: Wire, newcomer: EwsSession, status: int
) -> None:
    wire.will("a sign-in page", status)
    with pytest.raises(Malformed):
        newcomer.one(WRITE)
    assert wire.bodies == [b""]


def test_a_write_before_which_the_question_was_answered_without_end_is_known_as_not_sent(
    wire: Wire, newcomer: EwsSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "_MAX_ANSWER_BYTES", 10)
    wire.will("a longer page", 401, WWW_Authenticate="NTLM")
    with pytest.raises(Malformed):
        newcomer.one(WRITE)
    assert wire.bodies == [b""]


def test_a_question_that_was_cut_off_before_its_challenge_is_no_word_about_a_password(
    wire: Wire, newcomer: EwsSession
) -> None:
    wire.will("", 401)
    with pytest.raises(Unreachable):
        newcomer.one(WRITE)
    assert wire.bodies == [b""]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_is_busy_says_nothing_about_the_way_to_sign_in(
    wire: Wire, newcomer: EwsSession, status: int
) -> None:
    wire.will("", status)
    with pytest.raises((Throttled, Unreachable)):
        newcomer.one(WRITE)
    assert newcomer.way is None
    assert wire.bodies == [b""]


@pytest.mark.parametrize(
    ("challenges", "way"),
    [("Negotiate, NTLM, Basic realm=x", SignIn.WINDOWS), ("Basic realm=x", SignIn.BASIC), ("Bearer", None), ("", None)],
)
def test_basic_is_taken_only_where_there_is_no_other_way(challenges: str, way: SignIn | None) -> None:
    assert offered(challenges) is way


@pytest.mark.parametrize("url", ["http://mail.example.com/EWS/Exchange.asmx", "ftp://x/", "https://u:p@x/", "mail"])
def test_an_address_without_encryption_gets_no_password(url: str) -> None:
    with pytest.raises(Refused):
        EwsSession(url, Account("emma", "secret"))


def test_the_password_is_in_no_repr(session: EwsSession) -> None:
    assert "secret" not in repr(session) + repr(Account("emma", "secret"))


def test_a_read_waits_as_long_as_the_server_asks_for(wire: Wire, session: EwsSession, naps: list[float]) -> None:
    wire.will_answer("GetFolder", error("GetFolder", "ErrorServerBusy", 2500))
    wire.will_answer("GetFolder", FOLDER)
    session.one(READ)
    assert naps == [2.5]


def test_a_write_is_sent_once_when_the_server_is_busy(wire: Wire, session: EwsSession, naps: list[float]) -> None:
    wire.will_answer("DeleteItem", error("DeleteItem", "ErrorServerBusy", 400000))
    with pytest.raises(Throttled) as told:
        session.one(WRITE)
    assert (told.value.retry_after, naps, len(wire.bodies)) == (400.0, [], 1)


def test_a_write_whose_answer_is_lost_is_unknown_and_not_repeated(wire: Wire, session: EwsSession) -> None:
    wire.will("", 0)
    with pytest.raises(OutcomeUnknown):
        session.one(WRITE)
    assert len(wire.bodies) == 1


@pytest.mark.parametrize("body", ["<html>sign in</html>", "", "<a", soap("<m:DeleteItemResponse/>")])
def test_a_write_with_an_answer_that_is_none_is_unknown(wire: Wire, session: EwsSession, body: str) -> None:
    wire.will(body)
    with pytest.raises(OutcomeUnknown):
        session.one(WRITE)


def test_a_read_is_tried_again_after_a_cut_connection(wire: Wire, session: EwsSession) -> None:
    wire.will("", 0)
    wire.will_answer("GetFolder", FOLDER)
    session.one(READ)
    assert len(wire.bodies) == 2


def test_a_soap_fault_is_understood(wire: Wire, session: EwsSession) -> None:
    detail = (
        "<detail><e:ResponseCode xmlns:e='http://schemas.microsoft.com/exchange/services/2006/errors'>"
        "ErrorServerBusy</e:ResponseCode><t:MessageXml><t:Value Name='BackOffMilliseconds'>60000</t:Value></t:MessageXml></detail>"
    )
    wire.will(soap(f"<s:Fault><faultcode>x</faultcode><faultstring>y</faultstring>{detail}</s:Fault>"), 500)
    with pytest.raises(Throttled) as told:
        session.one(READ)
    assert told.value.retry_after == 60.0


def test_a_401_after_a_good_sign_in_is_waited_out_before_it_is_believed(wire: Wire, session: EwsSession) -> None:
    wire.will_answer("GetFolder", FOLDER)
    session.one(READ)
    wire.will("", 401, WWW_Authenticate="NTLM")
    wire.will_answer("GetFolder", FOLDER)
    session.one(READ)
    for _ in range(3):
        wire.will("", 401, WWW_Authenticate="NTLM")
    with pytest.raises(SignInNeeded):
        session.one(READ)


def test_a_401_that_was_cut_off_before_its_challenge_is_no_word_about_a_password(
    wire: Wire, session: EwsSession
) -> None:
    wire.will_answer("GetFolder", FOLDER)
    session.one(READ)
    for _ in range(3):
        wire.will("", 401)
    with pytest.raises(Unreachable):
        session.one(READ)


@pytest.mark.parametrize(
    ("code", "purpose", "kind"),
    [
        ("ErrorItemNotFound", Purpose.WRITE, Gone),
        ("ErrorItemNotFound", Purpose.READ_ITEM, Gone),
        ("ErrorFolderNotFound", Purpose.CREATE, CollectionGone),
        ("ErrorIrresolvableConflict", Purpose.WRITE, Conflict),
        ("ErrorChangeKeyRequiredForWriteOperations", Purpose.WRITE, Conflict),
        ("ErrorInvalidSyncStateData", Purpose.READ, Expired),
        ("ErrorQuotaExceeded", Purpose.CREATE, Refused),
        ("ErrorPasswordExpired", Purpose.READ, SignInNeeded),
        ("ErrorInternalServerError", Purpose.WRITE, OutcomeUnknown),
        ("ErrorTimeoutExpired", Purpose.READ, TransientFailure),
        ("ErrorSomethingNew", Purpose.READ, Malformed),
        ("ErrorSomethingNew", Purpose.WRITE, Refused),
    ],
)
def test_what_a_code_means(code: str, purpose: Purpose, kind: type[Exception]) -> None:
    assert isinstance(failure_error(Failure(code), purpose, "the calendar"), kind)


def test_every_code_that_has_a_meaning_is_one_of_exchange() -> None:
    """Written with a slip it would mean nothing."""
    sets = (errors._GONE, errors._FOLDER_GONE, errors._EXPIRED, errors._CONFLICT, errors._THROTTLED, errors._PASSING)
    named = set().union(*sets, errors._SIGN_IN, errors._NO_MAILBOX, errors._REASONS, shelves._WHOLE_MAILBOX)
    assert named <= vars(exchangelib.errors).keys()


@pytest.mark.parametrize(
    ("status", "kind"), [(401, SignInNeeded), (403, Refused), (404, Malformed), (429, Throttled), (302, Malformed)]
)
def test_what_a_status_means(status: int, kind: type[PortError]) -> None:
    assert isinstance(status_error(status, Purpose.READ, is_online=False, knew_us=False), kind)


def test_exchange_online_names_the_other_sign_in() -> None:
    for status in (401, 403):
        told = status_error(status, Purpose.READ, is_online=True, knew_us=False)
        assert isinstance(told, Refused)
        assert "Microsoft 365" in told.next_step
    assert "Microsoft 365" in str(online_refusal())


def test_no_connection_is_told_and_nothing_is_unknown() -> None:
    session = EwsSession("http://127.0.0.1:1/EWS/Exchange.asmx", Account("emma", "secret"), way=SignIn.BASIC)
    with pytest.raises(Unreachable):
        session.one(WRITE)
    session.close()


@contextmanager
def answering_hello_with(answer: bytes) -> Iterator[str]:
    """Speaks no TLS: the first thing that it is told is answered with this, and then it hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer_one() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(65536)
                client.sendall(answer)

        thread = threading.Thread(target=answer_one)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/EWS/Exchange.asmx"
        thread.join()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28", b""])
def test_a_write_whose_handshake_failed_was_never_sent(answer: bytes) -> None:
    with answering_hello_with(answer) as url:
        session = EwsSession(url, Account("emma", "secret"), way=SignIn.BASIC)
        with pytest.raises(Unreachable):
            session.one(WRITE)
        session.close()


def test_a_connection_that_cannot_be_prepared_leaves_its_place_to_the_next_one(
    session: EwsSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unprepared() -> requests.Session:
        raise OSError("the certificates cannot be read")

    monkeypatch.setattr(session, "_new_session", unprepared)
    places = session._free.qsize()
    with pytest.raises(OSError, match="certificates"):
        session.one(READ)
    assert session._free.qsize() == places


def test_a_closed_session_is_a_connection_that_was_cut(session: EwsSession) -> None:
    session.close()
    with pytest.raises(Unreachable):
        session.one(READ)


def test_characters_that_xml_does_not_have_do_not_hide_an_item() -> None:
    assert parse(b"<a>x&#x1F;y&#31;</a>").text == "x y "


@pytest.mark.parametrize("data", [b"", b"<a>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_what_is_no_document_of_soap_is_refused(data: bytes) -> None:
    with pytest.raises(NotXml):
        parse(data)
