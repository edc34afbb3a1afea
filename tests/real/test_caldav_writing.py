"""Conditional writes on Radicale and on Xandikos over HTTP, cross-read by the python caldav library."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.port import Collection, Conflict, Gone, Refused, Resource
from fm_desktop.providers.caldav.provider import CalDavProvider
from tests.real.caldav_samples import event
from tests.servers.account import DavAccount

NINE = Timed(datetime(2026, 11, 25, 9, 0), "Europe/Madrid")
TEN = Timed(datetime(2026, 11, 25, 10, 0), "Europe/Madrid")
MEETING = Projection(Kind.EVENT, "Meeting with Löwe & Söhne", Span(NINE, TEN), "Agenda:\n- prices; terms, dates")


def read(provider: CalDavProvider, resource: Resource) -> Resource:
    (found,) = provider.fetch(resource.ref.collection, [resource.ref.id])
    assert isinstance(found, Resource)
    return found


def test_created_event_is_read_back_as_it_was_given(provider: CalDavProvider, work: str) -> None:
    provider.connect()
    before = provider.requests
    created = provider.create(work, "uid-1", MEETING)
    assert provider.requests - before == 1
    assert created.ref.id == f"{work}uid-1.ics"
    item = read(provider, created).items[0]
    assert (item.title, item.text) == (MEETING.title, MEETING.text)
    assert item.span is not None
    assert MEETING.span is not None
    assert item.span.normal() == MEETING.span.normal()
    assert created.items == read(provider, created).items


def test_created_whole_day_event_and_task_are_read_back(provider: CalDavProvider, work: str) -> None:
    day = day_span(date(2026, 12, 24))
    provider.create(work, "uid-day", Projection(Kind.EVENT, "Closed", day))
    provider.create(work, "uid-task", Projection(Kind.TASK, "Call", day, completed=True))
    provider.create(work, "uid-undated", Projection(Kind.TASK, "Some day", None))
    found = {
        each.uid: each.items[0]
        for each in provider.find(work, ["uid-day", "uid-task", "uid-undated"])
        if isinstance(each, Resource)
    }
    assert found["uid-day"].span == day
    assert (found["uid-task"].kind, found["uid-task"].span, found["uid-task"].completed) == (Kind.TASK, day, True)
    assert found["uid-undated"].span is None


def test_second_create_of_one_identity_is_a_conflict(provider: CalDavProvider, work: str) -> None:
    provider.create(work, "uid-1", MEETING)
    with pytest.raises(Conflict):
        provider.create(work, "uid-1", MEETING)


def test_create_of_an_identity_that_is_stored_elsewhere_is_a_conflict(
    dav_account: DavAccount, provider: CalDavProvider, work: str
) -> None:
    dav_account.put(work, "other-name.ics", event("uid-1"))
    with pytest.raises(Conflict):
        provider.create(work, "uid-1", MEETING)


def test_update_changes_only_what_the_patch_names(dav_account: DavAccount, provider: CalDavProvider, work: str) -> None:
    kept = "X-CONFERENCE;X-KIND=video:https://example.com/a\r\nLOCATION:Room 5\r\nCATEGORIES:Sales"
    dav_account.put(work, "1.ics", event("uid-1", "Before", extra=kept))
    (before,) = provider.fetch(work, [f"{work}1.ics"])
    assert isinstance(before, Resource)
    count = provider.requests
    after = provider.update(before, Patch(title="After"))
    assert provider.requests - count == 1
    stored = read(provider, after)
    assert stored.items[0].title == "After"
    for line in kept.splitlines():
        assert line.encode() in stored.raw
    assert re.findall(rb"DURATION:\S+", stored.raw) == [b"DURATION:PT1H"]


def test_patch_that_changes_nothing_is_not_sent(provider: CalDavProvider, work: str) -> None:
    resource = read(provider, provider.create(work, "uid-1", MEETING))
    count = provider.requests
    assert provider.update(resource, Patch(title=MEETING.title)) == resource
    assert provider.requests == count


def test_update_over_a_change_of_somebody_else_is_a_conflict(
    dav_account: DavAccount, provider: CalDavProvider, work: str
) -> None:
    seen = read(provider, provider.create(work, "uid-1", MEETING))
    dav_account.put(work, "uid-1.ics", event("uid-1", "Changed meanwhile"))
    with pytest.raises(Conflict):
        provider.update(seen, Patch(title="Ours"))
    assert read(provider, seen).items[0].title == "Changed meanwhile"


def test_update_of_what_was_deleted_is_gone(dav_account: DavAccount, provider: CalDavProvider, work: str) -> None:
    seen = read(provider, provider.create(work, "uid-1", MEETING))
    dav_account.delete(work, "uid-1.ics")
    with pytest.raises(Gone):
        provider.update(seen, Patch(title="Ours"))
    assert dav_account.list(work) == {}


def test_update_without_a_revision_reads_first(dav_account: DavAccount, provider: CalDavProvider, work: str) -> None:
    seen = read(provider, provider.create(work, "uid-1", MEETING))
    blind = Resource(seen.ref, None, seen.raw, seen.items)
    changed = provider.update(blind, Patch(title="Ours"))
    assert read(provider, changed).items[0].title == "Ours"
    with pytest.raises(Conflict):
        provider.update(blind, Patch(title="Again"))


def test_delete_is_conditional_and_absent_counts_as_deleted(
    dav_account: DavAccount, provider: CalDavProvider, work: str
) -> None:
    seen = read(provider, provider.create(work, "uid-1", MEETING))
    dav_account.put(work, "uid-1.ics", event("uid-1", "Changed meanwhile"))
    with pytest.raises(Conflict):
        provider.delete(seen)
    assert list(dav_account.list(work)) == ["uid-1.ics"]
    current = read(provider, seen)
    provider.delete(current)
    assert dav_account.list(work) == {}
    provider.delete(current)


def test_restore_brings_back_everything(dav_account: DavAccount, provider: CalDavProvider, work: str) -> None:
    raw = event("uid-1", extra="X-KEPT:yes\r\nLOCATION:Room 5")
    dav_account.put(work, "uid-1.ics", raw)
    (seen,) = provider.fetch(work, [f"{work}uid-1.ics"])
    assert isinstance(seen, Resource)
    provider.delete(seen)
    restored = provider.restore(work, "uid-1", seen.raw)
    assert b"X-KEPT:yes" in read(provider, restored).raw
    assert read(provider, restored).items == seen.items
    with pytest.raises(Conflict):
        provider.restore(work, "uid-1", seen.raw)


def test_event_without_a_date_is_refused_in_words(provider: CalDavProvider, work: str) -> None:
    with pytest.raises(Refused, match="date"):
        provider.create(work, "uid-1", Projection(Kind.EVENT, "When?", None))


def test_unusual_identities_keep_their_own_address(provider: CalDavProvider, work: str) -> None:
    uid = "040000@exa mple/100%?#ü"
    created = provider.create(work, uid, MEETING)
    assert read(provider, created).uid == uid
    (found,) = provider.find(work, [uid])
    assert found.ref == created.ref
    calendar = Collection(work, "Work")
    assert provider.changes(calendar, None, dict).listed == {created.ref.id}
    provider.delete(read(provider, created))
    assert provider.find(work, [uid]) == ()


def test_writes_from_several_threads(provider: CalDavProvider, work: str) -> None:
    provider.connect()
    before = provider.requests
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: provider.create(work, f"uid-{number}", MEETING), range(12)))
    assert provider.requests - before == 12
    assert len(provider.changes(Collection(work, "Work"), None, dict).present) == 12


def test_independent_client_reads_what_we_wrote_and_we_what_it_wrote(
    dav_account: DavAccount, provider: CalDavProvider, work: str
) -> None:
    import caldav

    provider.create(work, "uid-ours", MEETING)
    with caldav.DAVClient(dav_account.url, username=dav_account.user, password=dav_account.password) as client:
        calendar = client.calendar(url=dav_account.address(work))
        theirs = calendar.get_event_by_uid("uid-ours").icalendar_component
        assert str(theirs["SUMMARY"]) == MEETING.title
        assert str(theirs["DESCRIPTION"]) == MEETING.text
        assert theirs["DTSTART"].dt == NINE.instant
        calendar.add_event(
            uid="uid-theirs", summary="From elsewhere", dtstart=datetime(2026, 11, 26, 8, tzinfo=UTC), dtend=datetime(2026, 11, 26, 9, tzinfo=UTC)
        )  # fmt: skip
    (found,) = provider.find(work, ["uid-theirs"])
    assert isinstance(found, Resource)
    assert found.items[0].title == "From elsewhere"
    assert found.items[0].span == Span(Timed(datetime(2026, 11, 26, 8)), Timed(datetime(2026, 11, 26, 9)))
