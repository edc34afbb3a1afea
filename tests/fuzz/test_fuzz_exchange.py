"""SOAP of Exchange servers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import BaseAdapter

from fm_desktop.mailport import Folder, MessageRef, Role
from fm_desktop.model.items import Kind
from fm_desktop.port import Collection, Resource
from fm_desktop.providers.exchange import Account, ExchangeMail, ExchangeProvider
from fm_desktop.providers.exchange.errors import Expired
from fm_desktop.providers.exchange.xml import Element, to_bytes
from tests.fuzz import xml_damaged
from tests.fuzz.budget import fuzzed
from tests.fuzz.understood import check_all, check_batch, check_changes, check_writes, tried
from tests.unit.exchange.samples import OWN, event, item, meeting
from tests.unit.exchange.test_exchange_provider import got, named, synced
from tests.unit.exchange.wire import error, soap, success

URL = "http://localhost/EWS/Exchange.asmx"
FOUND = f'{{"url": "{URL}", "way": "basic", "id": "ROOT", "addresses": ["{OWN}"]}}'
CALENDAR = Collection("CAL", "Calendar", kinds=frozenset({Kind.EVENT}))
TASKS = Collection("tasks:T", "Tasks", kinds=frozenset({Kind.TASK}))
INBOX = Folder("BOX", "Inbox", Role.INBOX)
WEEKLY = (
    "<t:CalendarItemType>RecurringMaster</t:CalendarItemType><t:IsRecurring>true</t:IsRecurring><t:Recurrence><t:WeeklyRecurrence>"
    "<t:Interval>1</t:Interval><t:DaysOfWeek>Wednesday</t:DaysOfWeek><t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>"
    "<t:EndDateRecurrence><t:StartDate>2026-11-25+01:00</t:StartDate><t:EndDate>2027-01-27+01:00</t:EndDate></t:EndDateRecurrence>"
    "</t:Recurrence><t:DeletedOccurrences><t:DeletedOccurrence><t:Start>2026-12-02T08:30:00Z</t:Start></t:DeletedOccurrence>"
    "</t:DeletedOccurrences><t:ModifiedOccurrences><t:Occurrence><t:ItemId Id='OCC' ChangeKey='K1'/><t:Start>2026-12-09T10:30:00Z</t:Start>"
    "<t:End>2026-12-09T11:30:00Z</t:End><t:OriginalStart>2026-12-09T08:30:00Z</t:OriginalStart></t:Occurrence></t:ModifiedOccurrences>"
)
MESSAGE = item(
    "<t:Subject>Offer</t:Subject><t:InternetMessageId>&lt;1@x.example&gt;</t:InternetMessageId><t:DateTimeReceived>2026-11-25T08:00:00Z"
    "</t:DateTimeReceived><t:Size>1200</t:Size><t:From><t:Mailbox><t:Name>Ana</t:Name><t:EmailAddress>ana@x.example</t:EmailAddress>"
    "</t:Mailbox></t:From><t:MimeContent CharacterSet='UTF-8'>RnJvbTogYUBiDQoNCkhlbGxvDQo=</t:MimeContent>",
    tag="Message",
)
TASK = item(
    "<t:Subject>Call Ana</t:Subject><t:DueDate>2026-11-25T00:00:00Z</t:DueDate><t:Status>NotStarted</t:Status>",
    tag="Task",
)
ITEMS = (event("<t:Body BodyType='HTML'>&lt;p&gt;Bring&lt;/p&gt;</t:Body>"), meeting(), event(WEEKLY, uid="u2"))


def answer(operation: str, *messages: str) -> bytes:
    inside = "".join(messages)
    return soap(
        f"<m:{operation}Response><m:ResponseMessages>{inside}</m:ResponseMessages></m:{operation}Response>"
    ).encode()


def listed(*items: Element) -> str:
    inside = "".join(to_bytes(each).decode() for each in items)
    return success(
        "FindItem",
        f"<m:RootFolder IncludesLastItemInRange='true' TotalItemsInView='1'><t:Items>{inside}</t:Items></m:RootFolder>",
    )


SYNCED = answer(
    "SyncFolderItems", synced("s1", named("Create", "AAA") + named("Delete", "BBB") + named("Update", "CCC"))
)
SEEDS = [
    SYNCED,
    answer("GetItem", *got(*ITEMS)),
    answer("GetItem", *got(TASK)),
    answer("GetItem", *got(MESSAGE)),
    answer("FindItem", listed(*ITEMS, MESSAGE)),
    answer("GetItem", error("GetItem", "ErrorServerBusy", 500)),
    answer("UpdateItem", success("UpdateItem", "<m:Items><t:CalendarItem><t:ItemId Id='AAA' ChangeKey='K2'/></t:CalendarItem></m:Items>")),
    soap("<s:Fault><faultcode>x</faultcode><detail><t:ResponseCode>ErrorServerBusy</t:ResponseCode><t:MessageXml>"
         "<t:Value Name='BackOffMilliseconds'>500</t:Value></t:MessageXml></detail></s:Fault>").encode(),
    answer("GetFolder", success("GetFolder", "<m:Folders><t:CalendarFolder><t:FolderId Id='CAL' ChangeKey='x'/><t:DisplayName>Work"
                                             "</t:DisplayName></t:CalendarFolder></m:Folders>")),
]  # fmt: skip
answers = xml_damaged.damaged(SEEDS)


_WRITES = re.compile(rb"<\w+:(Create|Update|Delete|Send|Move)Item[ >]")


class Scripted(BaseAdapter):
    """Answers one after the other, without a network; the last one is repeated. Requests that write are noted."""

    def __init__(self, contents: tuple[bytes, ...], status: int) -> None:
        super().__init__()
        self.left, self.status = list(contents), status
        self.handed_over: list[bytes] = []

    def send(self, request: Any, **_: Any) -> requests.Response:
        if _WRITES.search(request.body):
            self.handed_over.append(request.body)
        given = requests.Response()
        given.status_code, given.request, given.url = self.status, request, request.url
        given.raw = io.BytesIO(self.left.pop(0) if len(self.left) > 1 else self.left[0])
        return given

    def close(self) -> None:
        """There is nothing to close."""


def answered_with(service: Any, *contents: bytes, status: int = 200) -> Any:
    return answered_by(service, Scripted(contents, status))


def answered_by(service: Any, adapter: Scripted) -> Any:
    def new_session() -> requests.Session:
        session = requests.Session()
        session.mount("http://", adapter)
        return session

    service._connection.session()._new_session = new_session
    return service


def provider_of(*contents: bytes, status: int = 200) -> ExchangeProvider:
    return provider_by(Scripted(contents, status))


def provider_by(adapter: Scripted) -> ExchangeProvider:
    provider = ExchangeProvider(
        Account("emma", "secret"), OWN, user_zone="Europe/Madrid", url=URL, sleep=lambda _: None
    )
    provider.resume(FOUND)
    return answered_by(provider, adapter)


def mail_of(*contents: bytes) -> ExchangeMail:
    return answered_with(
        ExchangeMail(Account("emma", "secret"), OWN, url=URL, found=FOUND, sleep=lambda _: None), *contents
    )


def _read(check: Callable[[Any], None], act: Callable[..., Any], *args: Any) -> None:
    check(act(*args))


@fuzzed(150)
@given(answers, answers, st.sampled_from((200, 200, 200, 500)))
def test_a_folder_is_read_or_told_to_be_unreadable(first: bytes, second: bytes, status: int) -> None:
    for collection in (CALENDAR, TASKS):
        for contents, cursor in (((first, second), None), ((SYNCED, first), None), ((first, second), "s0")):
            changes = provider_of(*contents, status=status).changes
            tried(partial(_read, check_changes, changes, collection, cursor, lambda: {"AAA": "K0"}))
        provider = provider_of(first, second, status=status)
        tried(partial(_read, check_all, provider.fetch, collection.id, ["AAA", "CCC"]))
        tried(partial(_read, check_all, provider.find, collection.id, ["u1"]))
    tried(lambda: [each.name.encode() + each.id.encode() for each in provider_of(first, second).collections()])
    tried(provider_of(first, second).connect)


@fuzzed(100)
@given(st.sampled_from(ITEMS), st.data())
def test_one_item_that_cannot_be_understood_hides_no_other(victim: Element, data: st.DataObject) -> None:
    damaged = data.draw(xml_damaged.damaged([to_bytes(victim)], most=2))
    good = event(identity="CCC")
    content = answer(
        "GetItem", success("GetItem", f"<m:Items>{damaged.decode('utf-8', 'replace')}</m:Items>"), *got(good)
    )
    found = tried(lambda: provider_of(content).fetch(CALENDAR.id, ["AAA", "CCC"]))
    if found is not None:
        check_all(found)
        assert isinstance({each.ref.id: each for each in found}["CCC"], Resource)


@fuzzed(60)
@given(answers, st.sampled_from((200, 200, 401, 500, 503)))
def test_whatever_a_write_is_answered_with_it_is_done_refused_or_unknown(content: bytes, status: int) -> None:
    (before,) = provider_of(answer("GetItem", *got(ITEMS[0]))).fetch(CALENDAR.id, ["AAA"])
    assert isinstance(before, Resource)
    adapter = Scripted((content,), status)
    provider = provider_by(adapter)
    # That a state is not known is a certain answer of Exchange itself.
    check_writes(provider, CALENDAR.id, before, adapter.handed_over, certain=(Expired,))


@fuzzed(80)
@given(answers, answers)
def test_a_mailbox_is_read_or_told_to_be_unreadable(first: bytes, second: bytes) -> None:
    mail = mail_of(first, second)
    for batches in (
        tried(lambda: list(mail.new(INBOX, None, date(2026, 11, 1)))),
        tried(lambda: list(mail.search(INBOX, ["ana@x.example"], date(2026, 11, 1), date(2026, 11, 26)))),
    ):
        for batch in batches or ():
            check_batch(batch)
    tried(mail_of(first, second).folders)
    tried(lambda: mail_of(first).download(MessageRef("BOX", "AAA"), io.BytesIO(), 10))
