"""A person at Outlook of an Exchange server: plain requests, without any code of ours."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
from lxml import etree
from tzlocal.windows_tz import tz_win

from tests.servers.ews import EwsServer
from tests.servers.ews.xml import NAMES, Element, children, find, local, m, need, t, text

MADRID = "Europe/Madrid"
NOBODY, EVERYBODY = "SendToNone", "SendToAllAndSaveCopy"
_DAY = timedelta(days=1)
# The double speaks plain HTTP, and reading the system's certificates takes longer than most tests.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_PREFIXES = {"Subject": "item", "Body": "item", "Categories": "item"}


class Outlook:
    """Everything is done by what the service itself offers to every program. Mails are the person's affair."""

    def __init__(self, server: EwsServer) -> None:
        self._server = server
        self._client = httpx2.Client(verify=_NO_CERTIFICATES, trust_env=False, timeout=30)

    def close(self) -> None:
        self._client.close()

    def ask(self, request: Element) -> Element:
        envelope = etree.Element(f"{{{NAMES['soap']}}}Envelope", nsmap=NAMES)
        header = etree.SubElement(envelope, f"{{{NAMES['soap']}}}Header")
        header.append(t("RequestServerVersion", Version="Exchange2016"))
        etree.SubElement(envelope, f"{{{NAMES['soap']}}}Body").append(request)
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        known = (self._server.user, self._server.password)
        answer = self._client.post(self._server.url, content=etree.tostring(envelope), headers=headers, auth=known)
        assert answer.status_code == 200, answer.text
        found = etree.fromstring(answer.content)
        codes = {each.text for each in found.iter(f"{{{NAMES['m']}}}ResponseCode")}
        assert codes == {"NoError"}, answer.text
        return found

    # --- folders ---

    def calendar(self, name: str) -> Element:
        """The id of a new calendar."""
        request = m(
            "CreateFolder", m("ParentFolderId", distinguished("msgfolderroot")),
            m("Folders", t("CalendarFolder", t("DisplayName", name))),
        )  # fmt: skip
        return bare(need(self.ask(request), ".//t:FolderId"))

    def remove_folder(self, folder: Element) -> None:
        self.ask(m("DeleteFolder", m("FolderIds", folder), DeleteType="HardDelete"))

    # --- items ---

    def add(self, item: Element, folder: Element, mails: str = NOBODY) -> Element:
        """The id of a new item."""
        request = m("CreateItem", m("SavedItemFolderId", folder), m("Items", item))
        if local(item) == "CalendarItem":
            request.set("SendMeetingInvitations", mails)
        return need(self.ask(request), ".//t:ItemId")

    def items(self, folder: Element) -> list[Element]:
        """All items with all properties."""
        ids = [need(each, "t:ItemId") for each in self._found(m("IndexedPageItemView", MaxEntriesReturned="1000", Offset="0", BasePoint="Beginning"), folder)]  # fmt: skip
        if not ids:
            return []
        shape = m("ItemShape", t("BaseShape", "AllProperties"))
        answer = self.ask(m("GetItem", shape, m("ItemIds", *map(bare, ids))))
        return [children(each)[0] for each in answer.iterfind(".//m:Items", NAMES)]

    def date_of(self, title: str, moment: datetime, folder: Element) -> Element:
        """One date of a series."""
        first, last = (each.strftime("%Y-%m-%dT%H:%M:%SZ") for each in (moment - _DAY, moment + _DAY))
        (found,) = (
            each for each in self._found(m("CalendarView", StartDate=first, EndDate=last), folder)
            if text(each, "t:Subject") == title
        )  # fmt: skip
        return found

    def _found(self, view: Element, folder: Element) -> list[Element]:
        shape = m("ItemShape", t("BaseShape", "Default"))
        answer = self.ask(m("FindItem", shape, view, m("ParentFolderIds", bare(folder)), Traversal="Shallow"))
        return children(need(answer, ".//t:Items"))

    def change(self, item: Element, *values: Element, mails: str = NOBODY) -> None:
        kind = local(item)
        sets = [t("SetItemField", t("FieldURI", FieldURI=_uri(kind, each)), t(kind, each)) for each in values]
        request = m(
            "UpdateItem", m("ItemChanges", t("ItemChange", bare(need(item, "t:ItemId")), t("Updates", *sets))),
            ConflictResolution="AlwaysOverwrite", MessageDisposition="SaveOnly",
        )  # fmt: skip
        if kind == "CalendarItem":
            request.set("SendMeetingInvitationsOrCancellations", mails)
        self.ask(request)

    def remove(self, item: Element, mails: str = NOBODY) -> None:
        request = m("DeleteItem", m("ItemIds", bare(need(item, "t:ItemId"))), DeleteType="MoveToDeletedItems")
        if local(item) == "CalendarItem":
            request.set("SendMeetingCancellations", mails)
        else:
            request.set("AffectedTaskOccurrences", "AllOccurrences")
        self.ask(request)


def distinguished(name: str) -> Element:
    return t("DistinguishedFolderId", Id=name)


def bare(identity: Element) -> Element:
    """An id without its change key: whatever is there."""
    return t(local(identity), Id=identity.get("Id", ""))


def _uri(kind: str, value: Element) -> str:
    return f"{_PREFIXES.get(local(value), 'task' if kind == 'Task' else 'calendar')}:{local(value)}"


def event(title: str, *inside: Element, times: Iterator[Element] | list[Element]) -> Element:
    """An event with its parts in any order; the schema wants one of its own."""
    order = ("Subject", "Body", "Categories", "ReminderIsSet", "ReminderMinutesBeforeStart", "ExtendedProperty", "UID", "Start", "End", "IsAllDayEvent", "Location", "RequiredAttendees", "Recurrence", "StartTimeZone", "EndTimeZone")  # fmt: skip
    parts = [t("Subject", title), *inside, *times]
    return t("CalendarItem", *sorted(parts, key=lambda each: order.index(local(each))))


def body(words: str) -> Element:
    return t("Body", words, BodyType="HTML" if words.startswith("<") else "Text")


def between(start: datetime, end: datetime, zone: str = MADRID) -> list[Element]:
    """Moments, and the zone they are shown in."""
    stamps = [each.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for each in (start, end)]
    return [t("Start", stamps[0]), t("End", stamps[1]), t("IsAllDayEvent", "false"), *_zones(zone)]


def days(first: date, after: date) -> list[Element]:
    """Whole days in Madrid, the last one excluded."""
    where = ZoneInfo(MADRID)
    start, end = (datetime(each.year, each.month, each.day, tzinfo=where) for each in (first, after))
    return [t("IsAllDayEvent", "true"), *(each for each in between(start, end) if local(each) != "IsAllDayEvent")]


def _zones(zone: str) -> list[Element]:
    name = tz_win.get(zone, "UTC")
    return [t("StartTimeZone", Id=name), t("EndTimeZone", Id=name)]


def guests(*addresses: str) -> Element:
    people = (t("Attendee", t("Mailbox", t("EmailAddress", each))) for each in addresses)
    return t("RequiredAttendees", *people)


def recurring(frequency: str, first: date, times: int) -> Element:
    """Daily, or weekly on the first day's weekday."""
    pattern = t("DailyRecurrence", t("Interval", "1"))
    if frequency == "WEEKLY":
        pattern = t("WeeklyRecurrence", t("Interval", "1"), t("DaysOfWeek", f"{first:%A}"))
    numbered = t("NumberedRecurrence", t("StartDate", first.isoformat()), t("NumberOfOccurrences", str(times)))
    return t("Recurrence", pattern, numbered)


def people_of(item: Element) -> frozenset[str]:
    found = (find(each, "t:Mailbox/t:EmailAddress") for each in item.iterfind(".//t:Attendee", NAMES))
    return frozenset((each.text or "").lower() for each in found if each is not None)
