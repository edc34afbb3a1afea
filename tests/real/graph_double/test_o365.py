"""An independent client, O365, works against the double as it does against Microsoft's service."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from O365 import Account, MSGraphProtocol
from O365.calendar import Calendar
from O365.utils.token import MemoryTokenBackend
from requests import Session

from tests.servers.graph import GraphServer

MADRID = ZoneInfo("Europe/Madrid")


class DoubleProtocol(MSGraphProtocol):
    """O365's Graph protocol at another address."""

    def __init__(self, url: str) -> None:
        self._protocol_url = url.removesuffix("v1.0")
        super().__init__(timezone=MADRID)
        self.protocol_url = self._protocol_url
        self.service_url = f"{url}/"


@pytest.fixture
def account(graph: GraphServer) -> Iterator[Account]:
    made = Account(
        ("client",),
        auth_flow_type="public",
        protocol=DoubleProtocol(graph.url),
        token_backend=MemoryTokenBackend(),
    )
    with Session() as session:
        session.headers["Authorization"] = f"Bearer {graph.token}"
        made.connection.session = session
        yield made


@pytest.fixture
def calendar(account: Account) -> Calendar:
    found = account.schedule().get_default_calendar()
    assert found is not None
    return found


def test_calendars_are_listed_made_and_removed(account: Account) -> None:
    schedule = account.schedule()
    made = schedule.new_calendar("Work")
    assert [(kept.name, kept.can_edit) for kept in schedule.list_calendars()] == [("Calendar", True), ("Work", True)]
    assert schedule.get_calendar(calendar_name="Work").calendar_id == made.calendar_id
    assert made.delete()
    assert [kept.name for kept in schedule.list_calendars()] == ["Calendar"]


def test_an_event_is_made_read_changed_and_deleted(calendar: Calendar, graph: GraphServer) -> None:
    event = calendar.new_event("Review")
    event.start = datetime(2026, 12, 1, 10, tzinfo=MADRID)
    event.end = datetime(2026, 12, 1, 11, tzinfo=MADRID)
    event.body = "What we sell"
    event.location = "Room 1"
    assert event.save()

    read = calendar.get_event(event.object_id)
    assert (read.subject, read.start, read.ical_uid) == ("Review", event.start, event.ical_uid)
    assert "What we sell" in read.body
    assert read.location["displayName"] == "Room 1"

    read.subject = "Second review"
    read.start = datetime(2026, 12, 1, 12, tzinfo=MADRID)
    read.end = datetime(2026, 12, 1, 13, tzinfo=MADRID)
    assert read.save()
    assert [kept.subject for kept in calendar.get_events(include_recurring=False)] == ["Second review"]

    assert read.delete()
    assert not graph.box.events
    assert graph.sent == []


def test_a_series_has_instances(calendar: Calendar, graph: GraphServer) -> None:
    event = calendar.new_event("Standup")
    event.start = datetime(2026, 12, 1, 9, tzinfo=MADRID)
    event.end = datetime(2026, 12, 1, 9, 15, tzinfo=MADRID)
    event.recurrence.set_weekly(
        1,
        days_of_week=["tuesday", "thursday"],
        first_day_of_week="monday",
        start=date(2026, 12, 1),
        end=date(2026, 12, 31),
    )
    assert event.save()

    found = list(
        calendar.get_events(
            start_recurring=datetime(2026, 12, 1, tzinfo=MADRID), end_recurring=datetime(2026, 12, 12, tzinfo=MADRID)
        )
    )
    assert [(one.start.day, one.event_type.value) for one in found] == [
        (1, "occurrence"), (3, "occurrence"), (8, "occurrence"), (10, "occurrence"),
    ]  # fmt: skip
    assert {one.series_master_id for one in found} == {event.object_id}
    master = calendar.get_event(event.object_id)
    instances = list(master.get_occurrences(datetime(2026, 12, 1, tzinfo=MADRID), datetime(2026, 12, 4, tzinfo=MADRID)))
    assert [one.object_id for one in instances] == [one.object_id for one in found[:2]]

    instances[0].subject = "Longer standup"
    assert instances[0].save()
    assert instances[1].delete()
    (kept,) = graph.box.events.values()
    assert [one.details["subject"] for one in kept.exceptions.values()] == ["Longer standup"]
    assert [day.isoformat() for day in kept.deleted] == ["2026-12-03"]


def test_a_meeting_mails_its_attendees_and_an_invitation_is_answered(calendar: Calendar, graph: GraphServer) -> None:
    event = calendar.new_event("Offer")
    event.start = datetime(2026, 12, 1, 10, tzinfo=MADRID)
    event.attendees.add("ann@customer.example")
    assert event.save()
    graph.invite("Theirs", "2026-12-02T10:00:00", "2026-12-02T11:00:00")
    (theirs,) = [kept for kept in calendar.get_events(include_recurring=False) if kept.subject == "Theirs"]
    assert theirs.response_status.status.value == "not_responded"
    assert theirs.accept_event(comment="Gladly")
    assert [(mail.kind, mail.to, mail.comment) for mail in graph.sent] == [
        ("invitation", ("ann@customer.example",), ""),
        ("response", ("olga@fabrikam.example",), "Gladly"),
    ]


def test_tasks_are_made_completed_and_deleted(account: Account, graph: GraphServer) -> None:
    todo = account.tasks()
    folder = todo.new_folder("Sales")
    task = folder.new_task("Call Ann")
    task.due = date(2026, 12, 4)
    task.body = "about the offer"
    assert task.save()
    assert {kept.name for kept in todo.list_folders()} == {"Tasks", "Flagged Emails", "Sales"}

    (read,) = folder.get_tasks()
    assert (read.subject, read.due.date(), read.is_completed) == ("Call Ann", date(2026, 12, 4), False)
    read.mark_completed()
    assert read.save()
    (done,) = folder.get_tasks()
    assert done.is_completed
    assert done.delete()
    assert not graph.box.tasks


def test_mail_is_read_with_its_attachments(account: Account, graph: GraphServer) -> None:
    graph.deliver(
        b"From: Ann <ann@customer.example>\r\nTo: emma@contoso.example\r\nSubject: Order\r\nMessage-ID: <1@customer.example>\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
        b"Please find it below.\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=order.csv\r\n\r\n"
        b"1;2\r\n--b--\r\n"
    )
    mailbox = account.mailbox()
    assert "Inbox" in [folder.name for folder in mailbox.get_folders()]
    (message,) = mailbox.inbox_folder().get_messages(limit=5, download_attachments=True)
    assert (message.sender.address, message.subject, message.internet_message_id) == (
        "ann@customer.example", "Order", "<1@customer.example>",
    )  # fmt: skip
    assert message.get_body_text().strip() == "Please find it below."
    (attachment,) = message.attachments
    assert (attachment.name, base64.b64decode(attachment.content)) == ("order.csv", b"1;2")
    assert b"Subject: Order" in message.get_mime_content()
    query = mailbox.new_query().equals("from", "ann@customer.example")
    assert [kept.subject for kept in mailbox.inbox_folder().get_messages(query=query)] == ["Order"]
    moved = message.move(mailbox.archive_folder())
    assert moved
    assert [kept.subject for kept in mailbox.archive_folder().get_messages()] == ["Order"]
