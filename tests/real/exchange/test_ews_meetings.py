"""Own meetings and series over EWS: who is mailed, and what a changed or a removed date is read as."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from exchangelib.items import ALWAYS_OVERWRITE
from exchangelib.properties import OccurrenceItemId

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch
from fm_desktop.model.times import when_to_text
from fm_desktop.port import Collection, Resource
from fm_desktop.providers.exchange import Account, ExchangeProvider
from fm_desktop.providers.exchange.operations import Operation, create_item, delete_item, path, update_item
from fm_desktop.providers.exchange.session import Call, EwsSession
from fm_desktop.providers.exchange.signing import SignIn
from fm_desktop.providers.exchange.xml import Element, make
from fm_desktop.providers.transfer import Purpose
from tests.servers.ews import EwsServer


@pytest.fixture
def server() -> Iterator[EwsServer]:
    with EwsServer() as made:
        yield made


@pytest.fixture
def provider(server: EwsServer) -> Iterator[ExchangeProvider]:
    account = Account(server.user, server.password)
    made = ExchangeProvider(account, server.address, user_zone="Europe/Madrid", url=server.url, sleep=lambda _: None)
    yield made
    made.close()


@pytest.fixture
def outlook(server: EwsServer) -> Iterator[EwsSession]:
    """Another program of the same user."""
    made = EwsSession(server.url, Account(server.user, server.password), way=SignIn.BASIC)
    yield made
    made.close()


def home(provider: ExchangeProvider) -> Collection:
    return next(each for each in provider.collections() if each.takes(Kind.EVENT) and each.is_default)


def write(outlook: EwsSession, request: Operation) -> None:
    outlook.one(Call(request, Purpose.WRITE, "it"))


def item(*inside: Element) -> Element:
    return make(
        "t:CalendarItem",
        make("t:Subject", value="Visit"),
        make("t:Start", value="2026-11-25T08:30:00Z"),
        make("t:End", value="2026-11-25T09:30:00Z"),
        *inside,
        make("t:StartTimeZone", Id="Romance Standard Time"),
        make("t:EndTimeZone", Id="Romance Standard Time"),
    )


def the_one(provider: ExchangeProvider) -> Resource:
    (found,) = provider.changes(home(provider), None, dict).present
    assert isinstance(found, Resource)
    return found


def test_R27_participants_of_an_own_meeting_are_told_of_its_change_and_its_end(
    server: EwsServer, provider: ExchangeProvider, outlook: EwsSession
) -> None:
    person = make("t:Attendee", make("t:Mailbox", make("t:EmailAddress", value="ann@example.org")))
    write(outlook, create_item(home(provider).id, item(make("t:RequiredAttendees", person))))
    meeting = the_one(provider)
    before = len(server.sent)
    changed = provider.update(meeting, Patch(title="Other"))
    assert len(server.sent) == before + 1
    assert provider.update(changed, Patch(title="Other")) == changed
    assert len(server.sent) == before + 1
    provider.delete(changed)
    assert len(server.sent) == before + 2


def test_R24_changed_and_removed_dates_come_with_their_series(provider: ExchangeProvider, outlook: EwsSession) -> None:
    weekly = make("t:WeeklyRecurrence", make("t:Interval", value="1"), make("t:DaysOfWeek", value="Wednesday"))
    times = make(
        "t:NumberedRecurrence", make("t:StartDate", value="2026-11-25"), make("t:NumberOfOccurrences", value="4")
    )
    write(outlook, create_item(home(provider).id, item(make("t:Recurrence", weekly, times))))
    first = the_one(provider)
    renamed = make(
        "t:SetItemField", path("item:Subject").to_xml(), make("t:CalendarItem", make("t:Subject", value="Moved"))
    )

    def date_of(number: int) -> OccurrenceItemId:
        return OccurrenceItemId(id=first.ref.id, instance_index=number)

    write(outlook, update_item(date_of(2), [renamed], mails=False, conflicts=ALWAYS_OVERWRITE))
    write(outlook, delete_item(date_of(3), mails=False))
    series = the_one(provider)
    assert series.revision != first.revision
    master, override = series.items
    assert master.recurrence is not None
    assert [when_to_text(each) for each in master.recurrence.excluded] == ["20261209T083000Z"]
    assert (override.title, when_to_text(override.recurrence_id)) == ("Moved", "20261202T083000Z")
    assert override.span is not None
    assert override.span.start_instant() == datetime(2026, 12, 2, 8, 30, tzinfo=UTC)
    assert provider.parse(series.ref, series.revision, series.raw) == series
