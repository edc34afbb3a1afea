"""The log of messages against the sandbox, on good and on bad days."""

import threading
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from fm_desktop.crm.budget import Budget
from fm_desktop.crm.emails import CrmMailLog
from fm_desktop.mailport import LogEntry, Logged
from fm_desktop.model.message import Attachment, Direction
from fm_desktop.port import Gone, Malformed, OutcomeUnknown, Refused, Throttled, Unreachable
from fm_desktop.sandbox.uploads import LIFETIME

MEGABYTE = 1_000_000
ENTRY = LogEntry(
    ext_id="fm1:abc",
    direction=Direction.RECEIVED,
    moment=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
    subject="Offer ñ 🙂",
    body="Dear Emma,\nthank you.",
    sender="ana@example.com",
    to=("emma@example.com", "javier@example.com"),
    folder="Inbox",
    contact_id=1,
    account_id=1,
)


def attachment(content=b"%PDF-", name="offer.pdf") -> Attachment:
    return Attachment(name, "application/pdf", len(content), lambda: iter([content[:2], content[2:]]))


WITH_FILES = replace(ENTRY, attachments=(attachment(), attachment(b"", "empty.txt")))


@pytest.fixture
def log(client, emma) -> CrmMailLog:
    return CrmMailLog(client, emma.sales_rep_id)


def stored(crm, attachment_id: int) -> bytes:
    return crm.tenant.uploads.path(attachment_id).read_bytes()


def test_a_message_comes_back_as_it_was_logged(log):
    made = log.create(ENTRY)
    assert made == Logged(made.id, "fm1:abc")
    assert log.find(["fm1:abc", "fm1:other"]) == {"fm1:abc": made}
    assert log.recent(1, None, 5) == (ENTRY,)
    assert log.recent(None, 1, 5) == (ENTRY,)
    assert log.recent(2, None, 5) == ()


def test_files_are_missing_until_they_have_come(crm, log):
    made = log.create(WITH_FILES)
    assert made.attachments == ("offer.pdf", "empty.txt")
    assert set(made.missing) == {"offer.pdf", "empty.txt"}
    log.upload(made.missing["offer.pdf"], WITH_FILES.attachments[0])
    assert set(log.find(["fm1:abc"])["fm1:abc"].missing) == {"empty.txt"}
    log.upload(made.missing["empty.txt"], WITH_FILES.attachments[1])
    assert log.find(["fm1:abc"]) == {"fm1:abc": Logged(made.id, "fm1:abc", ("offer.pdf", "empty.txt"))}
    assert [stored(crm, each["id"]) for each in crm.store.get("emails", int(made.id))["attachments"]] == [b"%PDF-", b""]


def test_what_colleagues_logged_is_not_seen(crm, client, log):
    other = CrmMailLog(client, 2)
    other.create(ENTRY)
    assert log.find(["fm1:abc"]) == {}
    assert log.recent(1, 1, 5) == ()
    assert set(other.find(["fm1:abc"])) == {"fm1:abc"}


def test_many_identities_are_found_whatever_a_page_holds(crm, log):
    rows = [
        {"subject": "x", "body": "x", "emailFrom": "x", "emailTo": "x", "type": 1, "salesRepId": 1, "extId": f"n'{n}"}
        for n in range(203)
    ]
    crm.store.load("emails", rows + rows[:100])
    crm.faults.short_pages(7, path="/emails")
    found = log.find(f"n'{number}" for number in range(210))
    assert sorted(found) == sorted(each["extId"] for each in rows)
    assert [found[f"n'{number}"].id for number in (0, 99, 202)] == ["1", "100", "203"]


def test_a_deleted_message_is_found_so_that_it_is_not_logged_again(crm, log):
    made = log.create(WITH_FILES)
    row = crm.store.get("emails", int(made.id))
    crm.store.load("emails", [{"subject": "x", "body": "x", "emailFrom": "x", "emailTo": "x", "type": 1,
                               "salesRepId": 1, "extId": "gone", "contactId": 1, "deleted": True,
                               "attachments": [{"name": "a", "size": 1}]}])  # fmt: skip
    assert log.find(["gone"])["gone"].missing is None
    assert [each.ext_id for each in log.recent(1, None, 5)] == [row["extId"]]


def test_the_newest_messages_come_first(log):
    for day in (20, 22, 21):
        log.create(replace(ENTRY, ext_id=f"day-{day}", moment=datetime(2026, 11, day, tzinfo=UTC), contact_id=None))
    assert [each.ext_id for each in log.recent(None, 1, 2)] == ["day-22", "day-21"]


# --- bad days --------------------------------------------------------------------------------------


def test_an_answer_lost_after_storing_is_found_and_its_files_follow(crm, log):
    crm.faults.lose_answer(method="POST", path="/emails", count=1)
    with pytest.raises(OutcomeUnknown):
        log.create(WITH_FILES)
    found = log.find(["fm1:abc"])["fm1:abc"]
    assert set(found.missing) == {"offer.pdf", "empty.txt"}
    for each in WITH_FILES.attachments:
        log.upload(found.missing[each.name], each)
    assert log.find(["fm1:abc"])["fm1:abc"].missing is None
    assert crm.requests.count("POST", "/emails") == 1
    assert len(crm.store.rows("emails")) == 1
    assert len(crm.store.rows("documents")) == 2


@pytest.mark.parametrize("fault", ["drop", "truncate", "html"])
def test_a_create_without_a_usable_answer_is_sent_once(crm, client, log, fault):
    client.get("users/1")
    getattr(crm.faults, fault)(method="POST", path="/emails")
    with pytest.raises(OutcomeUnknown):
        log.create(ENTRY)
    assert crm.requests.count("POST", "/emails") == 1
    assert len(log.find(["fm1:abc"])) == (fault == "truncate")


def test_429_and_500_while_a_message_is_created(crm, log):
    crm.faults.status(429, retry_after=1, method="POST", path="/emails", count=2)
    log.create(ENTRY)
    assert len(crm.store.rows("emails")) == 1
    crm.faults.status(500, method="POST", path="/emails")
    with pytest.raises(OutcomeUnknown):
        log.create(replace(ENTRY, ext_id="second"))


def test_an_upload_whose_answer_was_lost_is_sent_again(crm, log):
    made = log.create(WITH_FILES)
    crm.faults.lose_answer(method="PUT", path="/storage/*", count=1)
    with pytest.raises(Unreachable, match=r"did not confirm the attachment “offer\.pdf”"):
        log.upload(made.missing["offer.pdf"], WITH_FILES.attachments[0])
    log.upload(made.missing["offer.pdf"], WITH_FILES.attachments[0])
    assert set(log.find(["fm1:abc"])["fm1:abc"].missing) == {"empty.txt"}
    assert len(crm.store.rows("documents")) == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (lambda faults, **scope: faults.drop(**scope), Unreachable),
        (lambda faults, **scope: faults.status(500, **scope), Unreachable),
        (lambda faults, **scope: faults.status(429, retry_after=2, **scope), Throttled),
        (lambda faults, **scope: faults.html(**scope), Malformed),
    ],
    ids=["drop", "500", "429", "html"],
)
def test_an_upload_that_failed_leaves_the_file_missing(crm, log, fault, error):
    made = log.create(WITH_FILES)
    fault(crm.faults, method="PUT", path="/storage/*", count=1)
    with pytest.raises(error):
        log.upload(made.missing["offer.pdf"], WITH_FILES.attachments[0])
    assert "offer.pdf" in log.find(["fm1:abc"])["fm1:abc"].missing


def test_a_locator_that_expired_is_gone_and_a_new_one_is_found(crm, log):
    made = log.create(WITH_FILES)
    crm.clock_offset = LIFETIME + 60
    with pytest.raises(Gone, match="Request has expired"):
        log.upload(made.missing["offer.pdf"], WITH_FILES.attachments[0])
    again = log.find(["fm1:abc"])["fm1:abc"].missing["offer.pdf"]
    log.upload(again, WITH_FILES.attachments[0])


def test_a_file_that_is_not_as_long_as_announced_is_not_taken(crm, log):
    made = log.create(WITH_FILES)
    for size in (4, 6):
        wrong = replace(WITH_FILES.attachments[0], size=size)
        with pytest.raises(Refused, match=r"offer\.pdf"):
            log.upload(made.missing["offer.pdf"], wrong)
    assert "offer.pdf" in log.find(["fm1:abc"])["fm1:abc"].missing
    log.upload(made.missing["offer.pdf"], WITH_FILES.attachments[0])


def test_texts_over_a_limit_are_refused_with_the_servers_words(crm, log):
    with pytest.raises(Refused, match="body: 4001 characters"):
        log.create(replace(ENTRY, body="x" * 4001))
    assert crm.store.rows("emails") == []


def test_R12_a_message_is_created_and_read_and_nothing_else_is_asked_of_it(crm, log):
    made = log.create(WITH_FILES)
    for each in WITH_FILES.attachments:
        log.upload(made.missing[each.name], each)
    log.find(["fm1:abc"])
    log.recent(1, None, 5)
    assert set(crm.requests.counts) == {
        *("POST /login", "POST /emails", "GET /emails", "GET /emails/{id}", "PUT /storage/{id}")
    }
    with httpx2.Client(base_url=crm.url, headers={"X-Session-Key": log._client.session_key}) as raw:
        assert raw.put(f"/emails/{made.id}", json={"subject": "x"}).status_code == 405
        assert raw.delete(f"/emails/{made.id}").status_code == 405


# --- hosts, requests, memory -------------------------------------------------------------------------


def test_a_foreign_place_spends_none_of_the_tenants_budget(crm, connect, emma):
    """The sandbox answers under two names, of which the second stands for another company's storage."""
    turns = []

    class Counting(Budget):
        def acquire(self, *args, **more):
            turns.append(threading.current_thread())
            super().acquire(*args, **more)

    log = CrmMailLog(connect(Counting(None)), emma.sales_rep_id)
    made = log.create(WITH_FILES)
    before = len(turns)
    log.upload(made.missing["offer.pdf"].replace("127.0.0.1", "localhost"), WITH_FILES.attachments[0])
    assert len(turns) == before
    log.upload(made.missing["empty.txt"], WITH_FILES.attachments[1])
    assert len(turns) == before + 1
    assert log.requests == crm.requests.total


def test_a_create_costs_one_request(crm, log):
    log.create(ENTRY)
    crm.requests.reset()
    for number in range(5):
        log.create(replace(WITH_FILES, ext_id=f"n-{number}", moment=ENTRY.moment + timedelta(hours=number)))
    assert crm.requests.counts == {"POST /emails": 5}


def test_a_hundred_megabytes_pass_without_being_held_in_memory(crm, log):
    """Both sides run in this process, so that what is measured is the memory of both together."""
    piece, pieces = b"\xa5" * 64_000, 1_600
    large = Attachment("film.mp4", "video/mp4", len(piece) * pieces, lambda: (piece for _ in range(pieces)))
    assert large.size > 100 * MEGABYTE
    made = log.create(replace(ENTRY, attachments=(large,)))
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        log.upload(made.missing["film.mp4"], large)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - before < 20 * MEGABYTE
    (row,) = crm.store.get("emails", int(made.id))["attachments"]
    assert crm.tenant.uploads.path(row["id"]).stat().st_size == large.size
    assert log.find(["fm1:abc"])["fm1:abc"].missing is None
