import inspect
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx2
import pytest

from fm_desktop.crm import emails_rows
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.emails import CrmMailLog
from fm_desktop.crm.emails_upload import checked_locator
from fm_desktop.mailport import LogEntry, Logged, MailLog
from fm_desktop.model.message import Attachment, Direction
from fm_desktop.port import Gone, Malformed, OutcomeUnknown, Refused, Throttled, Unreachable

URL = "https://crm.example/api/v4"
PLACE = "https://files.example/000000090.pdf?signature=abc"
MOMENT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def attachment(content=b"abc", name="offer.pdf", size=None) -> Attachment:
    return Attachment(name, "application/pdf", len(content) if size is None else size, lambda: iter([content]))


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


class Service:
    """Answers sign-ins, and everything else by a script, one step per request; keeps what was asked."""

    def __init__(self, *script) -> None:
        self.script = list(script)
        self.seen: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/login"):
            return httpx2.Response(200, json={"token": "the-key"})
        request.read()
        self.seen.append(request)
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    def asked(self, name: str) -> list[str]:
        queries = [parse_qs(request.url.query.decode()) for request in self.seen]
        return [value for query in queries for value in query.get(name, ())]


def log_of(service: Service, url: str = URL, budget: Budget | None = None, cancel=None) -> CrmMailLog:
    budget = budget or Budget(None, wait=lambda seconds, event: False)
    transport = httpx2.MockTransport(service)
    return CrmMailLog(CrmClient(url, "public-1", "private-1", budget, transport=transport, cancel=cancel), 5)


def ok(value) -> httpx2.Response:
    return httpx2.Response(200, json=value)


def told(status=200, text="", media_type="application/xml", **headers) -> httpx2.Response:
    """An answer whose body is read as it comes."""
    return httpx2.Response(status, content=iter([text.encode()]), headers={"content-type": media_type, **headers})


def row(number: int, ext_id: str, **more):
    return {"id": number, "extId": ext_id, "salesRepId": 5, "deleted": False, "attachments": [], **more}


# --- what is written -------------------------------------------------------------------------------


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


# --- what is found ---------------------------------------------------------------------------------


def test_entries_are_found_by_identity_and_only_the_users_own():
    rows = [
        row(4, "a"),
        row(5, "b", salesRepId=6),
        row(6, "c", salesRepId=-1),
        row(7, "A"),
        row(8, "d", salesRepId=None),
    ]
    service = Service(ok(rows), ok([]))
    assert log_of(service).find(["a", "b", "c", "d", "a"]) == {"a": Logged("4", "a")}
    assert service.asked("where")[0] == "salesRepId=5 AND extId IN ('a','b','c','d')"


def test_of_two_entries_the_older_counts_and_a_deleted_one_rather_than_none():
    rows = [row(9, "a"), row(4, "a", deleted=True), row(7, "a"), row(3, "b", deleted=True)]
    found = log_of(Service(ok(rows), ok([]))).find(["a", "b"])
    assert {ext_id: each.id for ext_id, each in found.items()} == {"a": "7", "b": "3"}


def test_what_is_missing_is_read_from_the_record_itself():
    listed = [
        row(4, "a", attachments=[{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]),
        row(5, "b", attachments=[{"id": 3, "name": "z"}], deleted=True),
        row(6, "c", attachments=[{"id": 4, "name": "w"}]),
        row(7, "d", attachments=None),
    ]
    single = row(4, "a", attachments=[{"id": 1, "name": "x"}, {"id": 2, "name": "y", "locator": PLACE}])
    gone = httpx2.Response(400, json={"code": -1, "error": "not exist"})
    service = Service(ok(listed), ok([]), ok(single), gone)
    assert log_of(service).find("abcd") == {
        "a": Logged("4", "a", ("x", "y"), {"y": PLACE}),
        "b": Logged("5", "b", ("z",)),
        "c": Logged("6", "c", ("w",)),
        "d": Logged("7", "d"),
    }
    assert [request.url.path for request in service.seen[2:]] == ["/api/v4/emails/4", "/api/v4/emails/6"]


def test_identities_are_quoted_and_addresses_stay_short():
    ids = [f"O'{'ñ' * 90}{number:03d}" for number in range(100)]
    service = Service(*[ok([])] * 50)
    assert log_of(service).find(ids) == {}
    asked = service.asked("where")
    assert all("'O''ñ" in where for where in asked)
    assert sum(where.count("'O''") for where in asked) == 100
    assert max(len(str(request.url)) for request in service.seen) < 4400
    many = Service(*[ok([])] * 3)
    log_of(many).find(f"id-{number}" for number in range(100))
    assert [where.count("'id-") for where in many.asked("where")] == [40, 40, 20]


def test_nothing_is_asked_for_nothing():
    service = Service()
    assert log_of(service).find([]) == {}
    assert log_of(service).recent(None, None, 10) == ()
    assert log_of(service).recent(1, None, 0) == ()
    assert service.seen == []


# --- what is read ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {"time": "2026-11-25T09:30:00Z", "timeStamp": 1795599000, "timeZone": "UTC"},
        {"time": "09:30", "timestamp": "1795599000", "timeZone": "UTC"},
        {"time": None, "timeStamp": 1795599000000},
        {"time": "2026-11-25T09:30:00.000Z", "timeStamp": None, "timeZone": None},
        {"Time": "2026-11-25T10:30:00", "TimeZone": "Europe/Madrid"},
        {"time": "2026-11-25T09:30:00", "timeZone": "Nowhere/Land"},
        "2026-11-25T10:30:00+01:00",
        "2026-11-25T09:30:00",
        "1795599000",
        1795599000,
    ],
)
def test_a_date_is_read_whatever_its_shape(value):
    assert emails_rows.moment_of(value) == MOMENT


@pytest.mark.parametrize(
    "value",
    [None, "", "soon", {}, {"time": "09:30"}, [], 0, -5, 10**30, {"timeStamp": 10**17}, True, "0001-01-01T00:00+01:00"],
)
def test_what_is_no_date(value):
    assert emails_rows.moment_of(value) is None


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("a@x.example, b@x.example", ("a@x.example", "b@x.example")),
        ("a@x.example;b@x.example;", ("a@x.example", "b@x.example")),
        (["a@x.example", " b@x.example "], ("a@x.example", "b@x.example")),
        (["a@x.example,b@x.example", None], ("a@x.example", "b@x.example")),
        (None, ()),
        ("", ()),
        (5, ()),
    ],
)
def test_recipients_are_read_as_text_and_as_list(value, addresses):
    assert emails_rows.addresses_of(value) == addresses


def test_recent_messages_are_the_users_newest_without_deleted_ones():
    listed = [
        row(1, "a", date={"timeStamp": 1795599000}, type=0, subject="one", contactId=7, accountId=-1, body=None),
        row(2, "b", date={"timeStamp": 1795600000}, type=1, subject="two", emailTo="x@y.example", emailFrom=None),
        row(3, "c", date={"timeStamp": 1795700000}, deleted=True),
        row(4, "d", date=None, dateCreated="2026-11-01T00:00:00Z"),
        row(5, "e", date=None),
        row(6, "f", date={"timeStamp": 1795800000}, salesRepId=6),
    ]
    service = Service(ok(listed), ok([]))
    recent = log_of(service).recent(7, 3, 10)
    assert [each.ext_id for each in recent] == ["b", "a", "d"]
    assert (recent[1].direction, recent[1].moment, recent[1].contact_id, recent[1].account_id) == (
        *(Direction.SENT, MOMENT, 7, None),
    )
    assert (recent[0].direction, recent[0].to, recent[0].sender) == (Direction.RECEIVED, ("x@y.example",), "")
    assert service.asked("where")[0] == "salesRepId=5 AND (contactId=7 OR accountId=3)"
    assert service.asked("order") == ["date", "date"]


def test_recent_messages_are_no_more_than_asked_for():
    listed = [row(number, str(number), date={"timeStamp": 1795599000 - number}) for number in range(1, 4)]
    service = Service(ok(listed[:2]), ok(listed[2:]))
    assert [each.ext_id for each in log_of(service).recent(7, None, 2)] == ["1", "2"]
    assert len(service.seen) == 1
    assert service.seen[0].headers["Count"] == "2"


# --- uploads ---------------------------------------------------------------------------------------


def test_bytes_are_streamed_with_their_length_and_without_the_session_key():
    service = Service(ok([]), told())
    log = log_of(service)
    log.find(["a"])  # signed in
    file = Attachment("a.pdf", "application/pdf", 6, lambda: iter([b"abc", b"", b"def"]))
    log.upload(PLACE, file)
    request = service.seen[-1]
    assert (request.method, str(request.url), request.content) == ("PUT", PLACE, b"abcdef")
    assert request.headers["content-length"] == "6"
    assert request.headers["content-type"] == "application/octet-stream"
    assert "transfer-encoding" not in request.headers
    assert "x-session-key" not in request.headers
    assert "the-key" not in str(request.headers.raw)
    assert "x-session-key" in service.seen[0].headers


def test_an_upload_may_be_repeated():
    service = Service(told(), told())
    log = log_of(service)
    log.upload(PLACE, attachment())
    log.upload(PLACE, attachment())
    assert [request.content for request in service.seen] == [b"abc", b"abc"]


class Counting(Budget):
    def __init__(self) -> None:
        super().__init__(None, wait=lambda seconds, event: False)
        self.turns = self.throttles = 0

    def acquire(self, *args, **more):
        self.turns += 1
        super().acquire(*args, **more)

    def throttled(self, retry_after):
        self.throttles += 1


def test_the_budget_is_spent_and_cut_only_at_forcemanagers_own_host():
    budget = Counting()
    service = Service(told(), told(429), told(), told(429))
    log = log_of(service, budget=budget)
    log.upload(PLACE, attachment())
    with pytest.raises(Throttled):
        log.upload(PLACE, attachment())
    assert (budget.turns, budget.throttles, log.requests) == (0, 0, 2)
    own = "https://CRM.example/storage/1?signature=abc"
    log.upload(own, attachment())
    with pytest.raises(Throttled):
        log.upload(own, attachment())
    assert (budget.turns, budget.throttles, log.requests) == (2, 1, 4)


@pytest.mark.parametrize(
    "locator",
    [
        "",
        "files.example/1",
        "ftp://files.example/1",
        "file:///etc/passwd",
        "http://files.example/1",
        "http://127.0.0.1/1",
        "http://localhost.files.example/1",
        "https://user:secret@files.example/1",
        "https:///1",
        "https://files.example:port/1",
        "https://files.example/\r\nX-Session-Key: y",
        "javascript:alert(1)",
    ],
)
def test_nothing_is_sent_to_a_place_that_is_no_secure_address(locator):
    service = Service()
    with pytest.raises(Refused, match="place for an attachment"):
        log_of(service).upload(locator, attachment())
    assert service.seen == []


@pytest.mark.parametrize("host", ["127.0.0.1:8600", "localhost", "[::1]:80"])
def test_a_forcemanager_on_this_computer_may_name_a_place_here(host):
    assert checked_locator(f"http://{host}/storage/1", "http://127.0.0.1:8600/api/v4").startswith("http://")
    with pytest.raises(Refused):
        checked_locator("http://192.168.1.5/storage/1", "http://127.0.0.1:8600/api/v4")


S3 = '<?xml version="1.0"?>\n<Error><Code>{}</Code><Message>{}</Message></Error>'


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (lambda: told(500), Unreachable, "offer.pdf”: HTTP 500"),
        (
            lambda: told(503, S3.format("SlowDown", "Reduce your request rate.")),
            Unreachable,
            "Reduce your request rate",
        ),
        (lambda: told(408), Unreachable, "offer.pdf"),
        (lambda: told(400, S3.format("RequestTimeout", "Your socket was idle.")), Unreachable, "idle"),
        (lambda: told(400, S3.format("ExpiredToken", "Too late.")), Gone, "Too late"),
        (lambda: told(403, S3.format("AccessDenied", "Request has expired")), Gone, "Request has expired"),
        (lambda: told(404), Gone, "not open any more"),
        (lambda: told(400, S3.format("EntityTooLarge", "Too big.")), Refused, "Too big"),
        (lambda: told(411, "<Error><Code>MissingContentLength</Code></Error>"), Refused, "MissingContentLength"),
        (lambda: told(429, **{"retry-after": "7"}), Throttled, "fewer attachments"),
        (lambda: told(307, location="https://elsewhere.example/"), Malformed, "HTTP 307"),
        (lambda: told(200, "<html>Please sign in</html>", "text/html; charset=utf-8"), Malformed, "storage service"),
        (lambda: httpx2.ReadTimeout("t"), Unreachable, "did not confirm the attachment “offer.pdf”"),
        (lambda: httpx2.WriteError("w"), Unreachable, "did not confirm"),
        (lambda: httpx2.RemoteProtocolError("hung up"), Unreachable, "did not confirm"),
        (lambda: httpx2.ConnectError("off"), Unreachable, "cannot be reached"),
    ],
)
def test_what_an_upload_can_end_with(answer, error, words):
    service = Service(answer())
    with pytest.raises(error, match=words) as caught:
        log_of(service).upload(PLACE, attachment())
    assert caught.value.next_step
    assert len(service.seen) == 1  # neither repeated nor redirected


def test_an_endless_answer_is_not_read():
    chunks = iter(lambda: b"x" * 1000, None)
    answer = httpx2.Response(400, content=chunks)
    with pytest.raises(Refused):
        log_of(Service(answer)).upload(PLACE, attachment())


def test_files_that_are_not_as_announced_or_cannot_be_read():
    def broken():
        yield b"a"
        raise OSError("gone")

    for size in (2, 4):
        with pytest.raises(Refused, match="not as long as"):
            log_of(Service(told())).upload(PLACE, attachment(b"abc", size=size))
    with pytest.raises(Unreachable, match="could not be read on this computer"):
        log_of(Service(told())).upload(PLACE, Attachment("a", "", 3, broken))


def test_stopping_ends_an_upload_at_the_next_piece():
    cancel = threading.Event()

    def chunks():
        yield b"a"
        cancel.set()
        yield b"b"

    with pytest.raises(Unreachable, match="being stopped"):
        log_of(Service(told()), cancel=cancel).upload(PLACE, Attachment("a", "", 2, chunks))
