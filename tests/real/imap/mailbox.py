"""Messages to read, a second mail program at the same mailbox, and what a reader gave out."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from datetime import date

from imapclient import IMAPClient

from fm_desktop.mailport import Batch, Broken, Folder, Heading, MailSource, Role
from tests.servers.dovecot import DovecotServer, MailAccount

INBOX = Folder("INBOX", "INBOX", Role.INBOX)
LONG_AGO = date(2020, 1, 1)


def message(
    number: int, sender: str = "ana@customer.example", to: str = "emma@example.com", body: str = "Hello"
) -> bytes:
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: Message {number}\r\nMessage-ID: <{number}@tests.example>\r\n"
        f"Date: Wed, 25 Nov 2026 10:00:00 +0100\r\n\r\n{body}\r\n"
    ).encode()


class Hands:
    """IMAPClient as it is, at the user's mailbox: independent of what is tested."""

    def __init__(self, dovecot: DovecotServer, account: MailAccount) -> None:
        context = ssl.create_default_context(cafile=str(dovecot.ca_file))
        self.client = IMAPClient("localhost", dovecot.tls_port, ssl_context=context, timeout=30)
        self.client.plain_login(account.user, account.password)

    def __enter__(self) -> Hands:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.logout()

    def append(self, raws: Iterable[bytes], folder: str = "INBOX") -> None:
        self.client.multiappend(folder, [{"msg": each} for each in raws])

    def expunge(self, uids: Iterable[int], folder: str = "INBOX") -> None:
        self.client.select_folder(folder)
        self.client.delete_messages(list(uids), silent=True)
        self.client.expunge()

    def flags(self, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        self.client.select_folder(folder, readonly=True)
        uids = self.client.search("ALL")
        return {uid: data[b"FLAGS"] for uid, data in self.client.fetch(uids, ["FLAGS"]).items()}

    def renumber(self, folder: str) -> None:
        """The folder's messages stay and get other UIDs, as after a server's repair or move."""
        self.client.create_folder(f"{folder} aside")
        self.client.select_folder(folder)
        self.client.move(self.client.search("ALL"), f"{folder} aside")
        self.client.unselect_folder()
        self.client.delete_folder(folder)
        self.client.create_folder(folder)
        self.client.select_folder(f"{folder} aside")
        self.client.copy(self.client.search("ALL"), folder)
        self.client.unselect_folder()
        self.client.delete_folder(f"{folder} aside")


def read(source: MailSource, folder: Folder = INBOX, cursor: str | None = None, since: date = LONG_AGO) -> list[Batch]:
    return list(source.new(folder, cursor, since))


def subjects(batches: Iterable[Batch]) -> list[str]:
    """What was found, by subject; a message that could not be had shows as its reason."""
    return [
        each.reason if isinstance(each, Broken) else each.headers.subject for batch in batches for each in batch.found
    ]


def headings(batches: Iterable[Batch]) -> list[Heading]:
    found = [each for batch in batches for each in batch.found]
    assert all(isinstance(each, Heading) for each in found), found
    return [each for each in found if isinstance(each, Heading)]
