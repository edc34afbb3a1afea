"""Messages for the mail part of the contract, and their reader."""

from __future__ import annotations

from datetime import UTC, date, datetime

from fm_desktop.mailport import Batch, Folder, MailSource, Role
from tests.contract.stages.stage import ME

ANA = "ana@customer.example"
LONG_AGO, LATER = date(2020, 1, 1), date(2035, 1, 1)


def letter(number: int, sender: str = ANA, to: str = ME, body: str = "Hello", extra: str = "") -> bytes:
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: Message {number}\r\nMessage-ID: <{number}@contract.example>\r\n"
        f"Date: Wed, 25 Nov 2026 10:00:00 +0100\r\n{extra}\r\n{body}\r\n"
    ).encode()


def received(day: int) -> datetime:
    return datetime(2026, 11, day, 12, tzinfo=UTC)


def folder(source: MailSource, role: Role) -> Folder:
    return next(each for each in source.folders() if each.role is role)


class Reader:
    """Keeps the cursor of the inbox, as the scan does."""

    def __init__(self, source: MailSource, role: Role = Role.INBOX, since: date = LONG_AGO) -> None:
        self.source = source
        self.folder = folder(source, role)
        self.since = since
        self.cursor: str | None = None
        self.requests = 0

    def read(self) -> list[Batch]:
        before = self.source.requests
        batches = list(self.source.new(self.folder, self.cursor, self.since))
        self.requests = self.source.requests - before
        self.cursor = batches[-1].cursor
        return batches
