from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

import pytest

from fm_desktop.mailport import Folder, Heading, MessageRef, Role
from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import day_span
from fm_desktop.port import Broken, Collection, Conflict, Gone, Ref, Resource
from fm_desktop.providers.exchange import Account, ExchangeMail, ExchangeProvider
from fm_desktop.providers.exchange.events import raw_of
from fm_desktop.providers.exchange.xml import Element, at, attribute, text, to_bytes
from tests.unit.exchange.samples import OWN, event, item, meeting
from tests.unit.exchange.wire import Wire, error, scripted, success

CALENDAR = Collection("CAL", "Calendar", kinds=frozenset({Kind.EVENT}))
INBOX = Folder("BOX", "Inbox", Role.INBOX)
NOTHING = "<m:RootFolder IncludesLastItemInRange='true' TotalItemsInView='0'><t:Items/></m:RootFolder>"


def found(wire: Wire) -> str:
    return f'{{"url": "{wire.url}", "way": "basic", "id": "ROOT", "addresses": ["{OWN}"]}}'


@pytest.fixture
def wire() -> Iterator[Wire]:
    with scripted() as made:
        yield made


@pytest.fixture
def provider(wire: Wire) -> Iterator[ExchangeProvider]:
    made = ExchangeProvider(
        Account("emma", "secret"), OWN, user_zone="Europe/Madrid", url=wire.url, sleep=lambda _: None
    )
    made.resume(found(wire))
    yield made
    made.close()


@pytest.fixture
def mail(wire: Wire) -> Iterator[ExchangeMail]:
    made = ExchangeMail(Account("emma", "secret"), OWN, url=wire.url, found=found(wire), sleep=lambda _: None)
    yield made
    made.close()


def synced(state: str, changes: str = "", *, last: bool = True) -> str:
    return success(
        "SyncFolderItems",
        f"<m:SyncState>{state}</m:SyncState><m:IncludesLastItemInRange>{str(last).lower()}</m:IncludesLastItemInRange>"
        f"<m:Changes>{changes}</m:Changes>",
    )


def named(kind: str, identity: str, key: str = "K1") -> str:
    entry = f"<t:ItemId Id='{identity}' ChangeKey='{key}'/>"
    return f"<t:{kind}>{entry if kind == 'Delete' else f'<t:CalendarItem>{entry}</t:CalendarItem>'}</t:{kind}>"


def got(*items: Element) -> list[str]:
    return [success("GetItem", f"<m:Items>{to_bytes(each).decode()}</m:Items>") for each in items]


def held(item: Element, revision: str = "K1") -> Resource:
    provider = ExchangeProvider(
        Account("e", "s"), OWN, user_zone="Europe/Madrid", own_addresses=[OWN], url="http://localhost/"
    )
    parsed = provider.parse(Ref("CAL", "AAA"), revision, raw_of([item]))
    assert isinstance(parsed, Resource)
    return parsed


def test_an_idle_cycle_is_one_request_for_a_folder(wire: Wire, provider: ExchangeProvider) -> None:
    wire.will_answer("SyncFolderItems", synced("S2"))
    told = provider.changes(CALENDAR, "S1", dict)
    assert (told.present, told.removed, told.listed, told.cursor, provider.requests) == ((), (), None, "S2", 1)
    assert text(wire.last, ".//m:SyncState") == "S1"


def test_a_first_listing_is_complete_and_reads_what_is_not_known(wire: Wire, provider: ExchangeProvider) -> None:
    wire.will_answer("SyncFolderItems", synced("S1", named("Create", "AAA") + named("Create", "BBB"), last=False))
    wire.will_answer("SyncFolderItems", synced("S2", named("Create", "CCC") + named("Delete", "BBB")))
    wire.will_answer("GetItem", *got(event(identity="CCC")))
    told = provider.changes(CALENDAR, None, lambda: {"AAA": "K1"})
    assert [each.ref.id for each in told.present] == ["CCC"]
    assert (told.listed, told.cursor) == (frozenset({"AAA", "CCC"}), "S2")


def test_an_increment_tells_what_went_and_what_went_while_it_was_read(wire: Wire, provider: ExchangeProvider) -> None:
    wire.will_answer(
        "SyncFolderItems", synced("S2", named("Update", "AAA", "K2") + named("Delete", "BBB") + named("Create", "CCC"))
    )
    wire.will_answer("GetItem", *got(event(key="K2")), error("GetItem", "ErrorItemNotFound"))
    told = provider.changes(CALENDAR, "S1", lambda: {"AAA": "K1", "BBB": "K1"})
    assert [each.revision for each in told.present] == ["K2"]
    assert told.removed == ("BBB", "CCC")


def test_our_own_write_is_not_read_again(wire: Wire, provider: ExchangeProvider) -> None:
    wire.will_answer("SyncFolderItems", synced("S2", named("Update", "AAA", "K2")))
    assert provider.changes(CALENDAR, "S1", lambda: {"AAA": "K2"}).present == ()


def test_a_dead_state_becomes_a_complete_listing(wire: Wire, provider: ExchangeProvider) -> None:
    wire.will_answer("SyncFolderItems", error("SyncFolderItems", "ErrorInvalidSyncStateData"))
    wire.will_answer("SyncFolderItems", synced("S9", named("Create", "AAA")))
    told = provider.changes(CALENDAR, "dead", lambda: {"AAA": "K1", "BBB": "K1"})
    assert (told.listed, told.cursor) == (frozenset({"AAA"}), "S9")


def test_an_item_that_cannot_be_had_is_broken_and_never_absent(wire: Wire, provider: ExchangeProvider) -> None:
    wire.will_answer("SyncFolderItems", synced("S2", named("Create", "AAA") + named("Create", "BBB")))
    wire.will_answer("GetItem", error("GetItem", "ErrorCorruptData"), *got(event(identity="BBB", start="never")))
    told = provider.changes(CALENDAR, None, dict)
    assert [type(each) for each in told.present] == [Broken, Broken]
    assert told.listed == frozenset({"AAA", "BBB"})


def test_R27_a_new_event_is_stored_without_mail(wire: Wire, provider: ExchangeProvider) -> None:
    wire.will_answer("FindItem", success("FindItem", NOTHING))
    wire.will_answer(
        "CreateItem",
        success(
            "CreateItem", "<m:Items><t:CalendarItem><t:ItemId Id='NEW' ChangeKey='K1'/></t:CalendarItem></m:Items>"
        ),
    )
    made = provider.create("CAL", "fm-1", Projection(Kind.EVENT, "Visit", day_span(date(2026, 11, 25))))
    assert (made.ref, made.revision, made.uid) == (Ref("CAL", "NEW"), "K1", "fm-1")
    assert attribute(at(wire.last, ".//m:CreateItem"), "SendMeetingInvitations") == "SendToNone"


@pytest.mark.parametrize(
    ("item", "mails"),
    [
        (event(), "SendToNone"),
        (meeting(), "SendToAllAndSaveCopy"),
        (meeting("boss@example.org", "Accept"), "SendToNone"),
    ],
)
def test_R27_only_a_change_to_an_own_meeting_is_told_to_participants(
    wire: Wire, provider: ExchangeProvider, item: Element, mails: str
) -> None:
    wire.will_answer(
        "UpdateItem",
        success(
            "UpdateItem", "<m:Items><t:CalendarItem><t:ItemId Id='AAA' ChangeKey='K2'/></t:CalendarItem></m:Items>"
        ),
    )
    after = provider.update(held(item), Patch(title="Other"))
    asked = at(wire.last, ".//m:UpdateItem")
    assert (after.revision, after.items[0].title) == ("K2", "Other")
    assert attribute(asked, "SendMeetingInvitationsOrCancellations") == mails
    assert attribute(asked, "ConflictResolution") == "NeverOverwrite"
    assert attribute(at(asked, ".//t:ItemId"), "ChangeKey") == "K1"
    wire.will_answer("GetItem", *got(event()))
    wire.will_answer("DeleteItem", '<m:DeleteItemResponseMessage ResponseClass="Success"/>')
    provider.delete(held(item))
    asked = at(wire.last, ".//m:DeleteItem")
    assert (attribute(asked, "DeleteType"), attribute(asked, "SendMeetingCancellations")) == (
        "MoveToDeletedItems",
        mails,
    )


def test_a_changed_item_is_not_deleted(wire: Wire, provider: ExchangeProvider) -> None:
    wire.will_answer("GetItem", *got(event(key="K2")))
    with pytest.raises(Conflict):
        provider.delete(held(event()))


def test_an_absent_item_counts_as_deleted(wire: Wire, provider: ExchangeProvider) -> None:
    wire.will_answer("GetItem", error("GetItem", "ErrorItemNotFound"))
    provider.delete(held(event()))
    assert provider.requests == 1


def test_a_conflict_and_an_absent_item_are_told_apart(wire: Wire, provider: ExchangeProvider) -> None:
    wire.will_answer("UpdateItem", error("UpdateItem", "ErrorIrresolvableConflict"))
    with pytest.raises(Conflict):
        provider.update(held(event()), Patch(title="Other"))
    wire.will_answer("UpdateItem", error("UpdateItem", "ErrorItemNotFound"))
    with pytest.raises(Gone):
        provider.update(held(event()), Patch(title="Other"))


def test_a_uid_that_is_longer_than_any_id_of_exchange_is_of_nothing_there(
    wire: Wire, provider: ExchangeProvider
) -> None:
    wire.will_answer("FindItem", success("FindItem", NOTHING))
    wire.will_answer("GetItem", error("GetItem", "ErrorInvalidIdMalformed"))
    assert provider.find("tasks/T", ["x" * 600]) == ()


def test_R27_nobody_is_mailed_by_what_has_no_participants(wire: Wire, provider: ExchangeProvider) -> None:
    """Tasks, and the sender of a note that is taken away unread, who would have asked for a receipt."""
    task = provider.parse(
        Ref("tasks/T", "TTT"),
        "K1",
        raw_of([item("<t:Subject>Call</t:Subject><t:Status>NotStarted</t:Status>", "Task", "TTT")]),
    )
    assert isinstance(task, Resource)
    stored = "<m:Items><t:Task><t:ItemId Id='TTT' ChangeKey='K2'/></t:Task></m:Items>"
    wire.will_answer("UpdateItem", success("UpdateItem", stored))
    provider.update(task, Patch(title="Other"))
    asked = at(wire.last, ".//m:UpdateItem")
    assert attribute(asked, "SendMeetingInvitationsOrCancellations") == "SendToNone"
    assert attribute(asked, "SuppressReadReceipts") == "true"
    wire.will_answer("GetItem", success("GetItem", stored.replace("K2", "K1")))
    wire.will_answer("DeleteItem", '<m:DeleteItemResponseMessage ResponseClass="Success"/>')
    provider.delete(task)
    asked = at(wire.last, ".//m:DeleteItem")
    assert (attribute(asked, "SendMeetingCancellations"), attribute(asked, "SuppressReadReceipts")) == (
        "SendToNone",
        "true",
    )


def message(received: str = "2026-11-25T08:00:00Z", identity: str = "M1") -> str:
    return (
        f"<m:Items><t:Message><t:ItemId Id='{identity}' ChangeKey='K'/><t:Subject>Offer</t:Subject><t:DateTimeReceived>{received}"
        "</t:DateTimeReceived><t:Size>1234</t:Size><t:ToRecipients><t:Mailbox><t:EmailAddress>Ann@example.org</t:EmailAddress></t:Mailbox>"
        "</t:ToRecipients><t:InternetMessageId>&lt;1@x&gt;</t:InternetMessageId></t:Message></m:Items>"
    )


def test_new_mail_is_read_by_headers_and_older_mail_is_passed_over(wire: Wire, mail: ExchangeMail) -> None:
    def came(identity: str, day: str) -> str:
        return f"<t:Create><t:Message><t:ItemId Id='{identity}'/><t:DateTimeReceived>{day}T08:00:00Z</t:DateTimeReceived></t:Message></t:Create>"

    wire.will_answer("SyncFolderItems", synced("S1", came("OLD", "2020-01-01") + came("M1", "2026-11-25")))
    wire.will_answer("GetItem", success("GetItem", message()))
    (batch,) = mail.new(INBOX, None, date(2026, 11, 1))
    (heading,) = batch.found
    assert isinstance(heading, Heading)
    assert (heading.headers.message_id, heading.size, heading.headers.to[0].address) == ("1@x", 1234, "ann@example.org")
    assert (batch.cursor, batch.restarted) == ("S1", False)


def test_where_nothing_is_new_one_round_trip_says_so(wire: Wire, mail: ExchangeMail) -> None:
    wire.will_answer("SyncFolderItems", synced("S2"))
    assert [each.found for each in mail.new(INBOX, "S1", date(2026, 11, 1))] == [()]
    assert mail.requests == 1


def test_a_dead_state_of_mail_starts_the_history_again(wire: Wire, mail: ExchangeMail) -> None:
    wire.will_answer("SyncFolderItems", error("SyncFolderItems", "ErrorInvalidSyncStateData"))
    wire.will_answer("SyncFolderItems", synced("S2"))
    assert [each.restarted for each in mail.new(INBOX, "S1", date(2026, 11, 1))] == [True]


@pytest.mark.parametrize(
    ("limit", "kept", "whole"),
    [(None, b"From: a\r\n\r\nHello", True), (4, b"From", False), (16, b"From: a\r\n\r\nHello", True)],
)
def test_a_message_is_written_as_it_is_stored(
    wire: Wire, mail: ExchangeMail, limit: int | None, kept: bytes, whole: bool
) -> None:
    wire.will_answer(
        "GetItem",
        success(
            "GetItem",
            "<m:Items><t:Message><t:MimeContent>RnJvbTogYQ0K\r\nDQpIZWxsbw==</t:MimeContent></t:Message></m:Items>",
        ),
    )
    into = io.BytesIO()
    assert mail.download(MessageRef("BOX", "M1"), into, limit) is whole
    assert into.getvalue() == kept


def test_a_message_that_went_is_gone(wire: Wire, mail: ExchangeMail) -> None:
    wire.will_answer("GetItem", error("GetItem", "ErrorItemNotFound"))
    with pytest.raises(Gone):
        mail.download(MessageRef("BOX", "M1"), io.BytesIO())
