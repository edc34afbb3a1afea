"""What is written to the log of messages, once, and what is made of an answer that is odd or lost."""

import inspect
import json
from dataclasses import replace

import httpx2
import pytest

from fm_desktop.crm import emails_rows
from fm_desktop.crm.emails import CrmMailLog
from fm_desktop.mailport import LogEntry, Logged, MailLog
from fm_desktop.model.message import Direction
from fm_desktop.port import OutcomeUnknown
from tests.unit.crm.mail_log import MOMENT, PLACE, URL, Service, attachment, log_of, ok

ENTRY = LogEntry(
    ext_id="fm1:abc",
    direction=Direction.RECEIVED,
    moment=MOMENT,
    subject="Offer",
    body="Dear Emma\n",
    sender="ana@example.com",
    to=("emma@example.com", "javier@example.com"),
    folder="Inbox",
    contact_id=7,
    account_id=None,
)


def test_an_entry_is_written_as_the_api_wants_it():
    service = Service(ok({"id": 12, "Message": "entity created"}))
    assert log_of(service).create(ENTRY) == Logged("12", "fm1:abc")
    (request,) = service.seen
    assert (request.method, str(request.url)) == ("POST", f"{URL}/emails")
    assert json.loads(request.content) == {
        "subject": "Offer",
        "body": "Dear Emma\n",
        "emailFrom": "ana@example.com",
        "emailTo": ["emma@example.com", "javier@example.com"],
        "type": 1,
        "date": "2026-11-25T09:30:00+00:00",
        "salesRepId": 5,
        "mailFolder": "Inbox",
        "extId": "fm1:abc",
        "contactId": 7,
    }


def test_a_sent_message_with_files_for_an_account():
    entry = replace(
        ENTRY,
        direction=Direction.SENT,
        contact_id=None,
        account_id=3,
        subject=" ",
        body="\n",
        attachments=(attachment(b"12345", "a.pdf"), attachment(b"", "b.txt")),
    )
    written = emails_rows.row_of(entry, 5)
    assert (written["type"], written["accountId"], "contactId" in written) == (0, 3, False)
    assert (written["subject"], written["body"]) == ("(no subject)", "(no text)")
    assert written["attachments"] == [{"name": "a.pdf", "size": 5}, {"name": "b.txt", "size": 0}]


def test_a_text_of_a_broken_charset_can_be_sent():
    service = Service(ok({"id": 12}))
    log_of(service).create(replace(ENTRY, subject="a\ud800b", body="\udcff", to=("\udc80@example.com",)))
    written = json.loads(service.seen[0].content)
    assert (written["subject"], written["body"], written["emailTo"]) == ("a\ufffdb", "\ufffd", ["\ufffd@example.com"])


def test_the_answer_says_where_each_file_goes():
    answer = {"id": 12, "attachments": [{"id": 1, "name": "a", "locator": PLACE}, {"id": 2, "name": "b"}]}
    entry = replace(ENTRY, attachments=(attachment(name="a"), attachment(name="b")))
    assert log_of(Service(ok(answer))).create(entry) == Logged("12", "fm1:abc", ("a", "b"), {"a": PLACE})


def test_an_answer_without_places_is_asked_for_them_once():
    entry = replace(ENTRY, attachments=(attachment(name="a"),))
    service = Service(ok({"id": 12}), ok({"id": 12, "attachments": [{"id": 1, "name": "a", "locator": PLACE}]}))
    assert log_of(service).create(entry) == Logged("12", "fm1:abc", ("a",), {"a": PLACE})
    assert [request.method for request in service.seen] == ["POST", "GET"]
    without = Service(ok({"id": 12}), ok({"id": 12, "attachments": []}))
    assert log_of(without).create(entry) == Logged("12", "fm1:abc")


@pytest.mark.parametrize("answer", [{}, {"id": "none"}, {"id": -1}, {"Message": "entity created"}])
def test_a_create_that_names_no_record_is_unknown(answer):
    with pytest.raises(OutcomeUnknown, match="Offer"):
        log_of(Service(ok(answer))).create(ENTRY)


def test_a_create_whose_places_cannot_be_read_is_unknown_and_so_looked_up():
    entry = replace(ENTRY, attachments=(attachment(),))
    with pytest.raises(OutcomeUnknown, match="files of “Offer”"):
        log_of(Service(ok({"id": 12}), httpx2.ConnectError("off"))).create(entry)


@pytest.mark.parametrize("trouble", [httpx2.ReadTimeout("t"), httpx2.ReadError("r"), httpx2.Response(500)])
def test_a_create_whose_answer_is_lost_is_sent_once(trouble):
    service = Service(trouble)
    with pytest.raises(OutcomeUnknown):
        log_of(service).create(ENTRY)
    assert len(service.seen) == 1


def test_R12_the_mail_log_has_no_way_to_change_or_delete_a_message():
    public = {name for name, _ in inspect.getmembers(CrmMailLog) if not name.startswith("_")}
    assert public == {"requests", "find", "create", "upload", "recent"}
    assert public == {name for name, _ in inspect.getmembers(MailLog) if not name.startswith("_")}
