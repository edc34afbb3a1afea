"""Another independent client works with the double: DavMail, with its IMAP and its CalDAV between."""

from __future__ import annotations

import base64
import imaplib
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest

from fm_desktop.mailport import Heading, Role
from fm_desktop.model.items import Item, Kind
from fm_desktop.model.projection import Projection
from fm_desktop.model.times import Span, Timed
from fm_desktop.port import Collection, Resource
from fm_desktop.providers.exchange import Account, ExchangeMail, ExchangeProvider
from tests.real.ews_double.conftest import LETTER, MIXED, NAMES, NINE, Raw, code, event, meeting, text, whole
from tests.servers.command import eventually
from tests.servers.davmail import Calendar, DavMail
from tests.servers.ews import EwsServer, xml
from tests.servers.ews import Item as Stored
from tests.servers.process import free_port

WRITES = {"CreateItem", "UpdateItem", "DeleteItem", "MoveItem", "CopyItem"}
LARGE = LETTER + b"x" * 1_000_003 + b"\r\n"
NAME = "visit-1.ics"
BOB, EVE = "bob@partner.test", "eve@partner.test"
BY_EMMA = "ORGANIZER:mailto:emma@example.com"
BOB_COMES, EVE_COMES = (f"ATTENDEE;ROLE=REQ-PARTICIPANT:mailto:{each}" for each in (BOB, EVE))
MADRID = '<t:StartTimeZone Id="Romance Standard Time"/><t:EndTimeZone Id="Romance Standard Time"/>'
MOVED = event(
    "Later", "RECURRENCE-ID;TZID=Europe/Madrid:20261215T090000",
    times=NINE.replace("1201T09", "1215T11").replace("1201T10", "1215T12"),
)  # fmt: skip
DETAILS = "DESCRIPTION:Bring the offer\nLOCATION:Office\nTRANSP:OPAQUE"


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[EwsServer, DavMail]]:
    """One pair for all tests: DavMail is before one server for as long as it runs."""
    with EwsServer() as server, DavMail(server.url) as davmail:
        server.state.zone_name = "Romance Standard Time"
        yield server, davmail


@pytest.fixture
def server(running: tuple[EwsServer, DavMail]) -> Iterator[EwsServer]:
    server, _ = running
    yield server
    for each in list(server.box.items.values()):
        server.box.remove(each)
    server.sent.clear()
    server.requests.clear()
    assert server.errors == []


@pytest.fixture
def calendar(running: tuple[EwsServer, DavMail], server: EwsServer) -> Iterator[Calendar]:
    with running[1].calendar(server.user, server.password, server.address) as client:
        yield client


@pytest.fixture
def imap(running: tuple[EwsServer, DavMail], server: EwsServer) -> Iterator[imaplib.IMAP4]:
    with running[1].imap(server.user, server.password) as client:
        yield client


@pytest.fixture
def provider(server: EwsServer) -> Iterator[ExchangeProvider]:
    account = Account(server.user, server.password)
    made = ExchangeProvider(account, server.address, user_zone="Europe/Madrid", url=server.url, sleep=lambda _: None)
    yield made
    made.close()


def home(provider: ExchangeProvider, kind: Kind = Kind.EVENT) -> Collection:
    return next(each for each in provider.collections() if each.takes(kind) and each.is_default)


def ours(provider: ExchangeProvider, kind: Kind = Kind.EVENT) -> Item:
    """The one event or task as our own client sees it."""
    (found,) = provider.changes(home(provider, kind), None, dict).present
    assert isinstance(found, Resource)
    (item,) = found.items
    return item


def the_one(server: EwsServer, folder: str = "calendar") -> Stored:
    (found,) = server.items(folder)
    return found


def shown(item: Stored, *names: str) -> list[str]:
    return [xml.text(item.properties.get(name)) for name in names]


def flags(imap: imaplib.IMAP4) -> set[str]:
    """Of the only message; whether it came lately is left out."""
    imap.select("INBOX")
    _, (found,) = imap.fetch("1", "(FLAGS)")
    assert isinstance(found, bytes)
    return {each.decode() for each in imaplib.ParseFlags(found)} - {"\\Recent"}


def who(server: EwsServer) -> list[tuple[str, str]]:
    return [(each.kind, ",".join(each.to)) for each in server.sent]


def test_another_port_is_tried_where_one_was_taken(server: EwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = iter([server.port, *(free_port() for _ in range(3))])
    monkeypatch.setattr("tests.servers.davmail.free_port", lambda: next(ports))
    with DavMail(server.url) as davmail, davmail.imap(server.user, server.password) as client:
        assert davmail.imap_port != server.port
        assert client.select("INBOX") == ("OK", [b"0"])


def test_a_wrong_password_is_refused(running: tuple[EwsServer, DavMail], server: EwsServer) -> None:
    davmail = running[1]
    with pytest.raises(imaplib.IMAP4.error), davmail.imap(server.user, "wrong"):
        pass
    with davmail.calendar(server.user, "wrong", server.address) as stranger:
        assert stranger.client.get(NAME).status_code == 401
    assert server.requests == []


@pytest.mark.parametrize("letter", [LETTER, MIXED, LARGE], ids=["plain", "mixed", "large"])
def test_mail_is_read_byte_for_byte_and_stays_unread(imap: imaplib.IMAP4, server: EwsServer, letter: bytes) -> None:
    item = server.deliver(letter)
    imap.select("INBOX")
    _, ((size, content), _) = imap.fetch("1", "(RFC822.SIZE BODY.PEEK[])")
    assert content == letter
    assert f"RFC822.SIZE {len(letter)} " in size.decode()
    assert (flags(imap), shown(item, "IsRead"), server.sent) == (set(), ["false"], [])
    assert WRITES.isdisjoint(server.requests)


def test_flags_and_keywords_are_what_exchange_calls_so(imap: imaplib.IMAP4, raw: Raw, server: EwsServer) -> None:
    item = server.deliver(LETTER)
    imap.select("INBOX")
    imap.store("1", "+FLAGS", "(\\Seen \\Flagged Private)")
    found = raw.get(item.id)
    assert [text(found, name) for name in ("IsRead", "FlagStatus", "String")] == ["true", "Flagged", "Private"]
    unflagged = "<t:Flag><t:FlagStatus>NotFlagged</t:FlagStatus></t:Flag>"
    raw.update(item.id, None, "item:Flag", unflagged, "AlwaysOverwrite", kind="Message")
    raw.update(item.id, None, "message:IsRead", "<t:IsRead>false</t:IsRead>", "AlwaysOverwrite", kind="Message")
    assert flags(imap) == {"Private"}


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (("SUBJECT", "offer"), [1]),
        (("FROM", "ann@example.org"), [1, 2]),
        (("BODY", '"hello emma"'), [1]),
        (("HEADER", "Message-ID", '"<2@example.org>"'), [2]),
        (("UNSEEN",), [1]),
        (("KEYWORD", "Private"), [2]),
        (("SUBJECT", "nothing"), []),
    ],
)
def test_mail_is_searched(imap: imaplib.IMAP4, server: EwsServer, criteria: tuple[str, ...], found: list[int]) -> None:
    server.deliver(LETTER)
    server.deliver(MIXED)
    imap.select("INBOX")
    imap.store("2", "+FLAGS", "(\\Seen Private)")
    _, (told,) = imap.search(None, *criteria)
    assert [int(each) for each in (told or b"").split()] == found


def test_a_message_is_appended_copied_moved_and_deleted(imap: imaplib.IMAP4, server: EwsServer) -> None:
    imap.append("INBOX", "(\\Seen)", None, LETTER)
    imap.append("Drafts", "(\\Draft)", None, MIXED)
    stored, draft = the_one(server, "inbox"), the_one(server, "drafts")
    assert shown(stored, "IsRead", "IsDraft", "Subject") == ["true", "false", "Offer 1"]
    assert (shown(draft, "IsDraft"), draft.mime, stored.mime) == (["true"], MIXED, LETTER)
    imap.select("INBOX")
    assert imap.copy("1", "Junk")[0] == "OK"
    copied = the_one(server, "junkemail")
    assert (copied.id != stored.id, copied.mime) == (True, LETTER)
    imap.uid("MOVE", "1:*", "Sent")
    assert (server.items("inbox"), the_one(server, "sentitems").mime) == ([], LETTER)
    imap.select("Junk")
    imap.store("1", "+FLAGS", "(\\Deleted)")
    imap.expunge()
    assert (server.items("junkemail"), server.items("deleteditems")) == ([], [])
    assert server.sent == []


def test_our_client_finds_what_was_appended(imap: imaplib.IMAP4, server: EwsServer) -> None:
    imap.append("INBOX", "", None, MIXED)
    mail = ExchangeMail(Account(server.user, server.password), server.address, url=server.url, sleep=lambda _: None)
    inbox = next(each for each in mail.folders() if each.role is Role.INBOX)
    (batch,) = mail.new(inbox, None, date(2026, 1, 1))
    (heading,) = batch.found
    assert isinstance(heading, Heading)
    assert heading.headers.message_id == "2@example.org"
    into = io.BytesIO()
    assert mail.download(heading.ref, into)
    assert into.getvalue() == MIXED
    mail.close()


def test_an_event_is_made_read_changed_and_deleted(
    calendar: Calendar, server: EwsServer, provider: ExchangeProvider
) -> None:
    alarm = "CLASS:PRIVATE\nBEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT10M\nEND:VALARM"
    assert calendar.put(NAME, whole(event("Visit", DETAILS, alarm))).status_code == 201
    item = the_one(server)
    assert shown(item, "Subject", "Body", "Location", "Sensitivity", "LegacyFreeBusyStatus") == ["Visit", "Bring the offer", "Office", "Private", "Busy"]  # fmt: skip
    assert shown(item, "Start", "End", "ReminderMinutesBeforeStart") == ["2026-12-01T08:00:00Z", "2026-12-01T09:00:00Z", "10"]  # fmt: skip
    (read,) = calendar.events(NAME)
    assert [str(read[name]) for name in ("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "CLASS")] == ["visit-1", "Visit", "Bring the offer", "Office", "PRIVATE"]  # fmt: skip
    assert (read.start.astimezone(UTC), read.end.astimezone(UTC)) == (at(1, 8), at(1, 9))
    later = whole(event("Changed", times=NINE.replace("T09", "T11").replace("T10", "T12")))
    assert calendar.put(NAME, later, **{"If-Match": calendar.etag(NAME)}).status_code == 200
    changed = ours(provider)
    assert (changed.uid, changed.title, changed.span) == ("visit-1", "Changed", span(10, 11, "UTC"))
    assert shown(the_one(server), "Body", "Location", "ReminderIsSet") == ["", "", "false"]
    assert calendar.client.delete(NAME).status_code == 200
    assert (server.items("calendar"), calendar.names()) == ([], [])
    assert shown(the_one(server, "deleteditems"), "Subject") == ["Changed"]
    assert server.sent == []


def span(start: int, end: int, zone: str = "Europe/Madrid") -> Span:
    return Span(*(Timed(datetime(2026, 12, 1, hour), zone) for hour in (start, end)))


def test_a_change_of_what_changed_meanwhile_is_refused(calendar: Calendar, raw: Raw, server: EwsServer) -> None:
    stale = calendar.put(NAME, whole(event("Visit"))).headers["etag"]

    def has_another_etag() -> bool:
        """DavMail takes the time of the change for it, in whole seconds."""
        raw.update(the_one(server).id, None, "item:Subject", "<t:Subject>Theirs</t:Subject>", "AlwaysOverwrite")
        return calendar.etag(NAME) != stale

    eventually(has_another_etag, "a change in another second")
    assert calendar.put(NAME, whole(event("Mine")), **{"If-Match": stale}).status_code == 412
    assert shown(the_one(server), "Subject") == ["Theirs"]


def test_whole_days_are_days_for_both(calendar: Calendar, server: EwsServer, provider: ExchangeProvider) -> None:
    days = "DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261203"
    for title in ("Fair", "Fair again"):
        calendar.put(NAME, whole(event(title, times=days)))
        assert shown(the_one(server), "IsAllDayEvent", "Start", "End") == ["true", "2026-11-30T23:00:00Z", "2026-12-02T23:00:00Z"]  # fmt: skip
        (read,) = calendar.events(NAME)
        assert (str(read["SUMMARY"]), read.start, read.end) == (title, date(2026, 12, 1), date(2026, 12, 3))
    item = ours(provider)
    assert (item.title, item.span) == ("Fair again", Span(date(2026, 12, 1), date(2026, 12, 3)))


def test_a_series_keeps_its_removed_and_its_changed_dates(calendar: Calendar, raw: Raw, server: EwsServer) -> None:
    master = event("Weekly", DETAILS, "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Madrid:20261208T090000")
    assert calendar.put(NAME, whole(master, MOVED)).status_code == 201
    view = raw.ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>'
        '<m:CalendarView StartDate="2026-12-01T00:00:00Z" EndDate="2027-01-31T00:00:00Z"/>'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>'
    )
    dates = [(text(each, "Start"), text(each, "Location")) for each in view.iterfind(".//t:CalendarItem", NAMES)]
    assert dates == [("2026-12-01T08:00:00Z", "Office"), ("2026-12-15T10:00:00Z", None), ("2026-12-22T08:00:00Z", "Office")]  # fmt: skip
    series, exception = calendar.events(NAME)
    assert series["RRULE"] == {"FREQ": ["WEEKLY"], "INTERVAL": [1], "BYDAY": ["TU"], "COUNT": [4]}
    assert [each.dt.astimezone(UTC) for each in series["EXDATE"].dts] == [at(8, 8)]
    assert (str(exception["SUMMARY"]), exception["RECURRENCE-ID"].dt, exception.start.astimezone(UTC)) == ("Later", at(15, 8), at(15, 10))  # fmt: skip
    assert ("DESCRIPTION" in series, "DESCRIPTION" in exception) == (True, False)
    assert server.sent == []


def test_dates_are_removed_and_changed_later(calendar: Calendar, server: EwsServer) -> None:
    """Only an EXDATE in UTC: DavMail 6.0 looks for the time as it is written."""
    rule = "RRULE:FREQ=WEEKLY;UNTIL=20261222T080000Z"
    calendar.put(NAME, whole(event("Weekly", DETAILS, rule)))
    assert len(calendar.events(NAME)) == 1
    master = event("Weekly", DETAILS, rule, "EXDATE:20261208T080000Z")
    assert calendar.put(NAME, whole(master, MOVED)).status_code == 200
    series, exception = calendar.events(NAME)
    assert [each.dt.astimezone(UTC) for each in series["EXDATE"].dts] == [at(8, 8)]
    assert (exception["RECURRENCE-ID"].dt, exception.start.astimezone(UTC)) == (at(15, 8), at(15, 10))
    assert ("LOCATION" in series, "LOCATION" in exception) == (True, False)
    assert (the_one(server).deleted, set(the_one(server).exceptions)) == ({at(8, 8)}, {at(15, 8)})
    assert server.sent == []


def test_a_task_is_one_for_our_client(calendar: Calendar, server: EwsServer, provider: ExchangeProvider) -> None:
    """DavMail writes a task by MAPI's names where ours uses elements: both are the same properties."""
    due = "DUE;VALUE=DATE:20261203"
    for more, completed in (("PERCENT-COMPLETE:0", False), ("STATUS:COMPLETED\nCOMPLETED:20261202T100000Z", True)):
        task = event("Call", "DESCRIPTION:Why", "CATEGORIES:Sales", more, times=due, uid="call-1")
        assert calendar.put("call-1.ics", whole(task).replace("VEVENT", "VTODO")).status_code in (200, 201)
        item = ours(provider, Kind.TASK)
        assert (item.title, item.text, item.completed) == ("Call", "Why", completed)
        assert shown(the_one(server, "tasks"), "DueDate", "Body") == ["2026-12-03T00:00:00Z", "Why"]
        read = icalendar.Calendar.from_ical(calendar.client.get("call-1.ics").text).walk("VTODO")[0]
        assert (str(read["UID"]), read["DUE"].dt, read.categories) == ("call-1", date(2026, 12, 3), ["Sales"])


def test_an_event_of_ours_is_read_with_its_zone(
    calendar: Calendar, server: EwsServer, provider: ExchangeProvider
) -> None:
    provider.create(home(provider).id, "fm-1", Projection(Kind.EVENT, "Visit", span(9, 10), "Bring the offer"))
    server.requests.clear()
    (name,) = calendar.names()
    (read,) = calendar.events(name)
    assert (str(read["SUMMARY"]), str(read["DESCRIPTION"]).strip()) == ("Visit", "Bring the offer")
    assert (read.start.replace(tzinfo=None), read.start.utcoffset()) == (datetime(2026, 12, 1, 9), timedelta(hours=1))
    assert (read["DTSTART"].params["TZID"], read.end - read.start) == ("Europe/Paris", timedelta(hours=1))
    assert WRITES.isdisjoint(server.requests)
    assert calendar.client.delete(name).status_code == 200
    assert (server.items("calendar"), server.sent) == ([], [])


def test_those_invited_are_told_of_a_change_and_of_the_end_and_of_nothing_else(
    calendar: Calendar, raw: Raw, server: EwsServer
) -> None:
    mailbox = f"<t:Mailbox><t:EmailAddress>{BOB}</t:EmailAddress></t:Mailbox>"
    people = f"<t:RequiredAttendees><t:Attendee>{mailbox}</t:Attendee></t:RequiredAttendees>"
    raw.create(meeting(more=people + MADRID))
    (name,) = calendar.names()
    (read,) = calendar.events(name)
    assert str(read["ATTENDEE"]).lower() == f"mailto:{BOB}"
    assert who(server) == []
    calendar.put(name, whole(event("Changed", BY_EMMA, BOB_COMES)))
    assert who(server) == [("MeetingUpdate", BOB)]
    calendar.put(name, whole(event("Changed", BY_EMMA, BOB_COMES, EVE_COMES)))
    calendar.put(name, whole(event("Changed", BY_EMMA, EVE_COMES)))
    assert who(server)[1:] == [
        ("MeetingRequest", EVE), ("MeetingUpdate", BOB), ("MeetingCancellation", BOB), ("MeetingUpdate", EVE),
    ]  # fmt: skip
    server.sent.clear()
    assert calendar.client.delete(name).status_code == 200
    assert (who(server), server.items("calendar")) == ([("MeetingCancellation", EVE)], [])
    assert shown(the_one(server, "deleteditems"), "Subject") == ["Changed"]


def test_only_the_organiser_calls_a_meeting_off(raw: Raw, server: EwsServer) -> None:
    """DavMail never asks for another's meeting."""
    item = server.invite("Talks", at(1, 8), at(1, 9))
    off = f'<t:CancelCalendarItem><t:ReferenceItemId Id="{item.id}"/></t:CancelCalendarItem>'
    answer = raw.ask(f'<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items>{off}</m:Items></m:CreateItem>')
    assert (code(answer), len(server.items("calendar")), server.sent) == ("ErrorCalendarIsNotOrganizer", 1, [])


def test_nobody_is_invited_by_the_mime_content_of_a_new_event(calendar: Calendar, server: EwsServer) -> None:
    """ "Attendees cannot be captured in the MIME stream", though DavMail asks for invitations to be sent."""
    assert calendar.put(NAME, whole(event("Visit", BY_EMMA, BOB_COMES))).status_code == 201
    assert "RequiredAttendees" not in the_one(server).properties
    assert server.sent == []


@pytest.mark.parametrize("answer", ["ACCEPTED Accept", "TENTATIVE Tentative", "DECLINED Decline"])
def test_an_invitation_is_answered_to_its_organiser(calendar: Calendar, server: EwsServer, answer: str) -> None:
    status, told = answer.split()
    server.invite("Talks", at(1, 8), at(1, 9), zone="Romance Standard Time", uid="abc@partner.test", others=(BOB,))
    (name,) = calendar.names()
    (read,) = calendar.events(name)
    assert {str(each).lower() for each in read["ATTENDEE"]} == {"mailto:emma@example.com", f"mailto:{BOB}"}
    assert server.sent == []
    people = f"ORGANIZER:mailto:paul@partner.test\nATTENDEE;PARTSTAT={status}:mailto:emma@example.com"
    assert calendar.put(name, whole(event("Talks", people, uid="abc@partner.test"))).status_code == 200
    assert who(server) == [(told, "paul@partner.test")]
    assert len(server.items("calendar")) == (status != "DECLINED")


def test_a_deleted_invitation_is_declined_as_davmail_asks_for_it(calendar: Calendar, server: EwsServer) -> None:
    server.invite("Talks", at(1, 8), at(1, 9), others=(BOB,))
    (name,) = calendar.names()
    assert calendar.client.delete(name).status_code == 200
    assert (who(server), server.items("calendar")) == ([("Decline", "paul@partner.test")], [])


@pytest.mark.parametrize(
    "content",
    [
        event("Visit", "RRULE:FREQ=MONTHLY;BYMONTHDAY=1"),
        event("Visit", "RRULE:FREQ=WEEKLY;BYDAY=1TU"),
        event("Visit", times=NINE.replace("0000\n", "0000Z\n")),
        event("Visit", times=NINE.replace("Europe/Madrid", "Somewhere/Else")),
        event("Visit", times="DTEND:20261201T090000Z"),
        event("One") + event("Two", uid="visit-2"),
    ],
    ids=["months", "first Tuesdays", "UTC in a zone", "an unknown zone", "no start", "two events"],
)
def test_what_cannot_be_converted_is_refused(raw: Raw, server: EwsServer, content: str) -> None:
    mime = base64.b64encode(whole(content).encode()).decode()
    answer = raw.ask(
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
        f"<t:MimeContent>{mime}</t:MimeContent></t:CalendarItem></m:Items></m:CreateItem>"
    )
    assert (code(answer), server.items("calendar")) == ("ErrorMimeContentConversionFailed", [])
