"""An independent client works with the double: exchangelib, without anything of ours between."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import exchangelib
import httpx2
import pytest
from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.errors import ErrorIrresolvableConflict, ErrorItemNotFound
from exchangelib.recurrence import DailyPattern, Recurrence

from tests.real.ews_double.conftest import Raw, code, meeting
from tests.servers.ews import EwsServer

ZONE = EWSTimeZone("Europe/Madrid")
MAIL = (
    b"From: Paul <paul@partner.test>\r\nTo: emma@example.com\r\nSubject: Offer\r\nMessage-ID: <1@partner.test>\r\n"
    b"Date: Mon, 2 Nov 2026 10:00:00 +0100\r\n\r\nHello Emma\r\n"
)


def sign_in(server: EwsServer, scheme: str, password: str | None = None) -> exchangelib.Account:
    credentials = exchangelib.Credentials(server.user, password or server.password)
    configuration = exchangelib.Configuration(
        service_endpoint=server.url, credentials=credentials, auth_type=scheme,
        version=exchangelib.Version(exchangelib.Build(15, 1, 2507, 6)),
    )  # fmt: skip
    return exchangelib.Account(
        server.address, config=configuration, access_type=exchangelib.DELEGATE, default_timezone=ZONE
    )


@pytest.fixture(params=[exchangelib.NTLM, exchangelib.BASIC])
def account(request: pytest.FixtureRequest, server: EwsServer) -> Iterator[exchangelib.Account]:
    signed_in = sign_in(server, request.param)
    yield signed_in
    signed_in.protocol.close()


def event(account: exchangelib.Account, subject: str = "Visit", **more: object) -> exchangelib.CalendarItem:
    start, end = (EWSDateTime(2026, 12, 1, hour, tzinfo=ZONE) for hour in (9, 10))
    made = exchangelib.CalendarItem(
        account=account, folder=account.calendar, subject=subject, start=start, end=end, **more
    )
    return made.save()


def test_create_find_update_conflict_and_delete(account: exchangelib.Account, server: EwsServer) -> None:
    made = event(account, body=exchangelib.HTMLBody("<p>Hello</p>"))
    found = account.calendar.get(subject="Visit")
    assert (found.start, found.body.count("<html>")) == (made.start, 1)
    found.subject = "Changed"
    found.save(update_fields=["subject"], conflict_resolution="NeverOverwrite")
    made.subject = "Stale"
    with pytest.raises(ErrorIrresolvableConflict):
        made.save(update_fields=["subject"], conflict_resolution="NeverOverwrite")
    known = found.id
    found.delete()
    with pytest.raises(ErrorItemNotFound):
        account.calendar.get(id=known)
    assert server.sent == []


def test_synchronisation_in_pages(account: exchangelib.Account) -> None:
    for number in range(5):
        event(account, f"No {number}")
    told = list(account.calendar.sync_items(max_changes_returned=2))
    assert [kind for kind, _ in told] == ["create"] * 5
    assert list(account.calendar.sync_items(sync_state=account.calendar.item_sync_state)) == []


def test_a_series_in_a_view(account: exchangelib.Account) -> None:
    rule = Recurrence(pattern=DailyPattern(interval=1), start=EWSDateTime(2026, 12, 1, tzinfo=ZONE).date(), number=4)
    event(account, recurrence=rule)
    master = account.calendar.get(subject="Visit")
    assert (master.type, master.last_occurrence.start.day) == ("RecurringMaster", 4)
    view = account.calendar.view(start=EWSDateTime(2026, 12, 2, tzinfo=ZONE), end=EWSDateTime(2026, 12, 4, tzinfo=ZONE))
    assert [each.start.astimezone(ZONE).day for each in view] == [2, 3]


def test_mail_is_read(account: exchangelib.Account, server: EwsServer) -> None:
    server.deliver(MAIL)
    found = account.inbox.get(subject="Offer")
    assert (found.sender.email_address, found.message_id) == ("paul@partner.test", "<1@partner.test>")
    assert found.mime_content == MAIL


def test_streaming_tells_of_a_change(raw: Raw, server: EwsServer) -> None:
    account = sign_in(server, exchangelib.BASIC)
    with account.calendar.streaming_subscription() as subscription:
        told = account.calendar.get_streaming_events([subscription], connection_timeout=1, max_notifications_returned=1)
        later = threading.Thread(target=raw.create, args=(meeting(),))
        later.start()
        events = [each.ELEMENT_NAME for notice in told for each in notice.events]
        later.join()
    assert events == ["CreatedEvent"]
    account.protocol.close()


@pytest.mark.parametrize("scheme", [exchangelib.NTLM, exchangelib.BASIC])
def test_a_wrong_password_is_refused(server: EwsServer, scheme: str) -> None:
    account = sign_in(server, scheme, "wrong")
    with pytest.raises(exchangelib.errors.UnauthorizedError):
        account.root.refresh()
    assert server.requests == []
    account.protocol.close()


def test_a_lost_answer_leaves_the_item_stored(raw: Raw, server: EwsServer) -> None:
    server.faults.lose_answer("CreateItem")
    with pytest.raises(httpx2.TransportError):
        raw.create(meeting())
    assert len(server.items("calendar")) == 1


def test_a_busy_server_says_for_how_long_and_stores_nothing(raw: Raw, server: EwsServer) -> None:
    server.faults.busy(times=1, milliseconds=4000)
    answer = raw.post("<m:CreateItem><m:Items><t:CalendarItem/></m:Items></m:CreateItem>")
    assert answer.status_code == 500
    assert "ErrorServerBusy" in answer.text
    assert '<t:Value Name="BackOffMilliseconds">4000</t:Value>' in answer.text
    assert server.items("calendar") == []
    assert code(raw.sync()) == "NoError"


@pytest.mark.parametrize("status", [401, 500, 503])
def test_refusals_come_as_often_as_planned(raw: Raw, server: EwsServer, status: int) -> None:
    server.faults.refuse(status, times=1, operation="SyncFolderItems")
    ask = "<m:GetServerTimeZones/>"
    assert raw.post(ask).status_code == 200
    sync = (
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>"
        '<t:DistinguishedFolderId Id="inbox"/></m:SyncFolderId><m:MaxChangesReturned>1</m:MaxChangesReturned></m:SyncFolderItems>'
    )
    assert [raw.post(sync).status_code for _ in range(2)] == [status, 200]


def test_a_held_request_waits_for_its_release(raw: Raw, server: EwsServer) -> None:
    gate = server.faults.hold("CreateItem")
    waiting = threading.Thread(target=raw.create, args=(meeting(),))
    waiting.start()
    assert gate.reached.wait(30)
    assert server.items("calendar") == []
    gate.release()
    waiting.join()
    assert len(server.items("calendar")) == 1


def test_switched_off_for_the_organisation(raw: Raw, server: EwsServer) -> None:
    server.faults.blocked = True
    assert raw.post("<m:GetServerTimeZones/>").status_code == 403
