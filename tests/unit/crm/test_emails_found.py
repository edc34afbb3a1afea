"""What is found in the log of messages by its identity, and how its rows are read."""

import httpx2
import pytest

from fm_desktop.crm import emails_rows
from fm_desktop.mailport import Logged
from fm_desktop.model.message import Direction
from tests.unit.crm.mail_log import MOMENT, PLACE, Service, log_of, ok


def row(number: int, ext_id: str, **more):
    return {"id": number, "extId": ext_id, "salesRepId": 5, "deleted": False, "attachments": [], **more}


# --- what is found --------------------------------------------------------------------------------


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


# --- what is read ---------------------------------------------------------------------------------


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
