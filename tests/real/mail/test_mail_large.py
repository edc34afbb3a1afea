"""A mailbox of 20,000 messages with 200 to be logged, and what an idle cycle costs afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.real.mail.office import NOW
from tests.servers.command import EMMA

TOTAL, MATCHES = 20_000, 200


@pytest.mark.timeout(400)
def test_R10_of_twenty_thousand_messages_exactly_the_right_ones_are_logged_and_then_nothing(
    office, contact, other_contact
):
    people, every = [contact, other_contact], TOTAL // MATCHES
    expected = []
    for number in range(TOTAL):
        subject, moment = f"Message {number}", NOW - timedelta(minutes=number)
        folder = "Sent" if number % 5 == 0 else "INBOX"
        person = people[number // every % 2]
        address = person.address if number % every == 0 else f"n{number}@other.example"
        ends = (EMMA, address) if folder == "Sent" else (address, EMMA)
        office.deliver(plain(subject, *ends, moment), folder=folder, received=moment)
        if number % every == 0:
            expected.append((subject, person.id, 0 if folder == "Sent" else 1))
    office.set_up()
    report = office.cycle(patience=300)
    assert (report["state"], report["emails_logged"]) == ("done", MATCHES)
    logged = [(each["subject"], each["contactId"], each["type"]) for each in office.records()]
    assert sorted(logged) == sorted(expected)
    requests = office.sandbox.requests
    assert requests.count("POST", "/emails") == MATCHES
    requests.reset()
    idle = office.cycle()
    assert (idle["state"], idle["emails_logged"], requests.total) == ("done", 0, 0)


def plain(subject: str, sender: str, to: str, moment: datetime) -> bytes:
    """As `message`, in a hundredth of the time."""
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{subject.replace(' ', '.')}@tests.example>\r\n"
        f"Date: {format_datetime(moment)}\r\n\r\nThis is {subject.lower()}.\r\n"
    ).encode()
