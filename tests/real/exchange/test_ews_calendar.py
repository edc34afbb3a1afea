"""The calendar over EWS at a double that checks every message against Microsoft's schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fm_desktop.model.items import Answer, Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.port import Changes, Collection, Conflict, OutcomeUnknown, Resource, SignInNeeded
from fm_desktop.providers.exchange import Account, ExchangeProvider
from tests.servers.ews import EwsServer
from tests.servers.ews.xml import t

VISIT = Projection(Kind.EVENT, "Visit", Span(Timed(datetime(2026, 11, 25, 9), "Europe/Madrid"), Timed(datetime(2026, 11, 25, 10), "Europe/Madrid")), "Text")  # fmt: skip


@pytest.fixture(params=[("NTLM", "Basic"), ("Basic",)])
def server(request: pytest.FixtureRequest) -> Iterator[EwsServer]:
    with EwsServer(schemes=request.param) as made:
        yield made


@pytest.fixture
def provider(server: EwsServer) -> Iterator[ExchangeProvider]:
    made = connected(server)
    yield made
    made.close()


def connected(server: EwsServer, password: str | None = None) -> ExchangeProvider:
    account = Account(server.user, password or server.password)
    return ExchangeProvider(account, server.address, user_zone="Europe/Madrid", url=server.url, sleep=lambda _: None)


def calendar(provider: ExchangeProvider, kind: Kind = Kind.EVENT) -> Collection:
    return next(each for each in provider.collections() if each.takes(kind) and each.is_default)


def the_one(told: Changes) -> Resource:
    (found,) = told.present
    assert isinstance(found, Resource)
    return found


def test_an_event_is_made_found_changed_and_deleted(server: EwsServer, provider: ExchangeProvider) -> None:
    home = calendar(provider)
    start = provider.changes(home, None, dict)
    made = provider.create(home.id, "fm-1", VISIT)
    told = provider.changes(home, start.cursor, dict)
    assert the_one(told).items == made.items
    assert the_one(told).revision == made.revision
    assert [each.uid for each in provider.find(home.id, ["fm-1", "another"])] == ["fm-1"]
    changed = provider.update(the_one(told), Patch(title="Other", span=day_span(date(2026, 11, 26)), text="New"))
    after = the_one(provider.changes(home, told.cursor, dict))
    assert (after.items, after.revision) == (changed.items, changed.revision)
    assert provider.changes(home, told.cursor, lambda: {changed.ref.id: changed.revision}).present == ()
    provider.delete(changed)
    assert provider.changes(home, told.cursor, dict).removed == (made.ref.id,)
    assert [each.uid for each in provider.find(home.id, ["fm-1"])] == []
    assert len(server.items("deleteditems")) == 1
    assert server.sent == []


def test_an_idle_cycle_of_a_new_process_is_one_request_for_a_folder(
    server: EwsServer, provider: ExchangeProvider
) -> None:
    home = calendar(provider)
    cursor = provider.changes(home, None, dict).cursor
    again = connected(server)
    again.resume(provider.found())
    assert again.changes(home, cursor, dict).present == ()
    again.close()
    assert again.requests == 1


def test_a_wrong_password_is_told(server: EwsServer) -> None:
    stranger = connected(server, "wrong")
    with pytest.raises(SignInNeeded):
        stranger.connect()
    stranger.close()


def test_a_change_of_what_changed_meanwhile_is_a_conflict(provider: ExchangeProvider) -> None:
    made = provider.create(calendar(provider).id, "fm-1", VISIT)
    provider.update(made, Patch(title="First"))
    with pytest.raises(Conflict):
        provider.update(made, Patch(title="Second"))
    with pytest.raises(Conflict):
        provider.delete(made)


def test_what_another_computer_has_made_is_not_made_twice(provider: ExchangeProvider) -> None:
    provider.create(calendar(provider).id, "uid-1", VISIT)
    with pytest.raises(Conflict):
        provider.create(calendar(provider).id, "uid-1", VISIT)
    assert len(provider.find(calendar(provider).id, ["uid-1"])) == 1


def test_without_a_known_revision_a_deletion_is_held_against_what_was_read(provider: ExchangeProvider) -> None:
    made = provider.create(calendar(provider).id, "uid-1", VISIT)
    provider.update(made, Patch(title="Changed by somebody"))
    with pytest.raises(Conflict):
        provider.delete(replace(made, revision=None))
    assert len(provider.find(calendar(provider).id, ["uid-1"])) == 1


def test_an_event_whose_answer_was_lost_is_found_by_identity(server: EwsServer, provider: ExchangeProvider) -> None:
    home = calendar(provider)
    server.faults.lose_answer("CreateItem")
    with pytest.raises(OutcomeUnknown):
        provider.create(home.id, "fm-1", VISIT)
    assert [each.uid for each in provider.find(home.id, ["fm-1"])] == ["fm-1"]
    assert len(server.items("calendar")) == 1


def test_a_listing_in_short_pages_is_complete_after_throttling_in_its_middle(
    server: EwsServer, provider: ExchangeProvider
) -> None:
    home = calendar(provider)
    for number in range(7):
        provider.create(home.id, f"fm-{number}", VISIT)
    server.short_pages(2)
    server.faults.busy(1, operation="SyncFolderItems")
    told = provider.changes(home, None, dict)
    assert {each.uid for each in told.present} == {f"fm-{number}" for number in range(7)}
    assert told.listed == {each.ref.id for each in told.present}


def test_a_dead_state_becomes_a_complete_listing(server: EwsServer, provider: ExchangeProvider) -> None:
    home = calendar(provider)
    made = provider.create(home.id, "fm-1", VISIT)
    cursor = provider.changes(home, None, dict).cursor
    server.expire_sync_states()
    told = provider.changes(home, cursor, lambda: {made.ref.id: made.revision})
    assert (told.present, told.listed) == ((), frozenset({made.ref.id}))


def test_R26_R27_an_invitation_is_read_found_by_its_uid_and_deleted_without_an_answer(
    server: EwsServer, provider: ExchangeProvider
) -> None:
    home = calendar(provider)
    begin = datetime(2026, 11, 25, 9, tzinfo=UTC)
    server.invite("Talks", begin, begin.replace(hour=10), uid="abc@partner.test")
    item = the_one(provider.changes(home, None, dict))
    assert (item.uid, item.items[0].answer) == ("abc@partner.test", Answer.NEEDS_ACTION)
    assert item.items[0].organiser is not None
    assert item.items[0].organiser.address == "paul@partner.test"
    assert [each.uid for each in provider.find(home.id, ["abc@partner.test"])] == ["abc@partner.test"]
    provider.delete(item)
    assert server.items("calendar") == []
    assert server.sent == []


def test_R24_a_series_comes_as_one_item_with_its_rule(server: EwsServer, provider: ExchangeProvider) -> None:
    rule = t(
        "Recurrence",
        t("WeeklyRecurrence", t("Interval", "1"), t("DaysOfWeek", "Wednesday")),
        t("NumberedRecurrence", t("StartDate", "2026-11-25"), t("NumberOfOccurrences", "4")),
    )
    begin = datetime(2026, 11, 25, 9, tzinfo=UTC)
    server.invite("Weekly", begin, begin.replace(hour=10), zone="Romance Standard Time", recurrence=rule)
    item = the_one(provider.changes(calendar(provider), None, dict))
    assert item.items[0].recurrence is not None
    assert item.items[0].recurrence.rules == ("FREQ=WEEKLY;BYDAY=WE;WKST=SU;COUNT=4",)
    assert provider.parse(item.ref, item.revision, item.raw) == item


def test_a_task_is_made_completed_and_deleted(provider: ExchangeProvider) -> None:
    home = calendar(provider, Kind.TASK)
    made = provider.create(home.id, "fm-t", Projection(Kind.TASK, "Call", day_span(date(2026, 11, 25)), "Why"))
    done = provider.update(made, Patch(completed=True, span=None))
    (read,) = provider.find(home.id, ["fm-t"])
    assert isinstance(read, Resource)
    assert read.items == done.items
    assert read.items[0].completed
    provider.delete(read)
    assert provider.find(home.id, ["fm-t"]) == ()


def test_what_was_deleted_comes_back_under_its_identity(server: EwsServer, provider: ExchangeProvider) -> None:
    home = calendar(provider)
    made = provider.create(home.id, "fm-1", VISIT)
    provider.delete(made)
    back = provider.restore(home.id, "fm-1", made.raw)
    assert [each.items for each in provider.find(home.id, ["fm-1"]) if isinstance(each, Resource)] == [made.items]
    assert back.ref != made.ref
    assert server.sent == []
