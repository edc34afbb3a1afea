"""The provider's writes: conditional, once, and told as what they may have done."""

from __future__ import annotations

import json
from datetime import date, datetime

import httpx2
import pytest

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.port import Conflict, Gone, OutcomeUnknown, Refused, Throttled
from tests.unit.graph.mailbox import CALENDAR, Mailbox
from tests.unit.graph.samples import at, event, own, weekly
from tests.unit.graph.wire import failed

VISIT = Projection(Kind.EVENT, "Visit", day_span(date(2026, 11, 25)), "Text")


def stored(**more: object) -> httpx2.Response:
    """What a write is answered with: the item without what hangs on it."""
    entity = event(**{"@odata.etag": 'W/"key2"', "changeKey": "key2"} | more)
    entity.pop("singleValueExtendedProperties")
    return httpx2.Response(201, json=entity)


def test_created_one_is_known_by_our_identity_without_reading_it_again() -> None:
    mailbox = Mailbox()
    mailbox.answers["POST"] = stored(subject="Visit")
    found = mailbox.provider.create(CALENDAR.id, "uid-1", VISIT)
    assert (found.uid, found.revision, found.ref.id) == ("uid-1", 'W/"key2"', "AAMkAGI1AAA=")
    assert mailbox.provider.requests == 1
    assert json.loads(mailbox.sent[0].content)["singleValueExtendedProperties"] == own("uid-1")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failed(409, "ErrorDuplicateTransactionId"), Conflict),
        (failed(500), OutcomeUnknown),
        (httpx2.ReadTimeout("late"), OutcomeUnknown),
        (httpx2.Response(201, json={}), OutcomeUnknown),
        (failed(429, retry_after="1"), Throttled),
        (failed(400, "ErrorPropertyValidationFailure"), Refused),
    ],
)
def test_create_is_sent_once_whatever_comes(answer: httpx2.Response | Exception, error: type[Exception]) -> None:
    mailbox = Mailbox()
    mailbox.answers["POST"] = answer
    with pytest.raises(error):
        mailbox.provider.create(CALENDAR.id, "uid-1", VISIT)
    assert len(mailbox.sent) == 1


def test_update_is_conditional_and_keeps_what_hangs_on_the_item() -> None:
    mailbox = Mailbox(event(singleValueExtendedProperties=own("uid-1")))
    before = mailbox.resource("AAMkAGI1AAA=")
    mailbox.answers["PATCH"] = stored(subject="Other")
    after = mailbox.provider.update(before, Patch(title="Other"))
    (request,) = mailbox.sent
    assert request.headers["if-match"] == 'W/"key1"'
    assert json.loads(request.content) == {"subject": "Other"}
    assert (after.uid, after.items[0].title, after.revision) == ("uid-1", "Other", 'W/"key2"')


def test_R27_update_that_changes_nothing_is_not_sent() -> None:
    mailbox = Mailbox(event())
    before = mailbox.resource("AAMkAGI1AAA=")
    assert mailbox.provider.update(before, Patch(title="Visit to Acme")) is before
    assert mailbox.provider.requests == 1


def test_changed_meanwhile_and_gone_meanwhile() -> None:
    mailbox = Mailbox(event())
    before = mailbox.resource("AAMkAGI1AAA=")
    mailbox.answers |= {
        "PATCH": failed(412, "ErrorIrresolvableConflict"),
        "DELETE": failed(412, "ErrorIrresolvableConflict"),
    }
    with pytest.raises(Conflict):
        mailbox.provider.update(before, Patch(title="Other"))
    with pytest.raises(Conflict):
        mailbox.provider.delete(before)
    mailbox.items.clear()
    with pytest.raises(Gone):
        mailbox.provider.update(before, Patch(title="Other"))
    mailbox.provider.delete(before)
    mailbox.answers["DELETE"] = failed(404, "ErrorItemNotFound")
    mailbox.provider.delete(before)


def test_delete_is_conditional() -> None:
    mailbox = Mailbox(event())
    before = mailbox.resource("AAMkAGI1AAA=")
    mailbox.answers["DELETE"] = httpx2.Response(204)
    mailbox.provider.delete(before)
    assert mailbox.sent[0].headers["if-match"] == 'W/"key1"'


def test_occurrence_is_written_by_its_own_id_and_makes_the_series_be_read_again() -> None:
    mailbox = Mailbox(weekly())
    before = mailbox.resource("MASTER=")
    mailbox.answers["PATCH"] = stored(
        id="EXCEPTION=",
        type="exception",
        subject="Once",
        originalStart="2026-11-04T08:00:00Z",
    )
    after = mailbox.provider.update(before, Patch(title="Once"), Timed(datetime(2026, 11, 4, 8)))
    assert mailbox.sent[0].url.path.endswith("/events/EXCEPTION=")
    assert [each.title for each in after.items] == ["Weekly", "Once"]
    assert after.revision is None


def test_restored_one_has_the_identity_it_had() -> None:
    mailbox = Mailbox(event(singleValueExtendedProperties=own("uid-1")))
    raw = mailbox.resource("AAMkAGI1AAA=").raw
    mailbox.answers["POST"] = stored(id="NEW=", iCalUId="another")
    found = mailbox.provider.restore(CALENDAR.id, "uid-1", raw)
    assert (found.ref.id, found.uid) == ("NEW=", "uid-1")


def test_what_cannot_be_restored_says_where_it_can() -> None:
    mailbox = Mailbox(weekly())
    with pytest.raises(Refused) as told:
        mailbox.provider.restore(CALENDAR.id, "x", mailbox.resource("MASTER=").raw)
    assert "Outlook" in told.value.next_step


def test_raw_is_the_same_again_and_needs_no_request() -> None:
    mailbox = Mailbox(event())
    first, second = mailbox.resource("AAMkAGI1AAA="), mailbox.resource("AAMkAGI1AAA=")
    assert first.raw == second.raw
    asked = mailbox.provider.requests
    assert mailbox.provider.parse(first.ref, first.revision, first.raw) == first
    assert mailbox.provider.requests == asked


def test_event_without_a_date_is_not_sent() -> None:
    mailbox = Mailbox()
    with pytest.raises(Refused):
        mailbox.provider.create(CALENDAR.id, "u", Projection(Kind.EVENT, "Never", None))
    assert mailbox.provider.requests == 0


def test_what_a_connection_found_goes_on_without_a_request() -> None:
    mailbox = Mailbox()
    told = mailbox.provider.found()
    mailbox.provider.resume(told)
    assert mailbox.provider.principal() == "me"
    assert mailbox.provider.addresses() == frozenset({"emma@contoso.example"})
    assert mailbox.provider.requests == 0
    for wrong in ("[]", '{"id": "x"}', "nonsense"):
        with pytest.raises(ValueError, match=r".*"):
            mailbox.provider.resume(wrong)


def test_span_sent_is_the_span_read_back() -> None:
    mailbox = Mailbox(event())
    before = mailbox.resource("AAMkAGI1AAA=")
    span = Span(Timed(datetime(2026, 11, 26, 8)), Timed(datetime(2026, 11, 26, 9)))
    zone = "Romance Standard Time"
    mailbox.answers["PATCH"] = stored(start=at("2026-11-26T09:00:00", zone), end=at("2026-11-26T10:00:00", zone))
    after = mailbox.provider.update(before, Patch(span=span))
    assert after.items[0].span is not None
    assert after.items[0].span.normal() == span
