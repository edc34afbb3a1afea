"""Dovecot over TLS, as the mail server that every IMAP provider resembles."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Self

import pytest

from fm_desktop.mailport import MailSource, Role
from fm_desktop.providers.imap import ImapSource, Password, Security, Server
from tests.contract.stages.connecting import MailboxAtLine
from tests.contract.stages.stage import MailOffer, Tested
from tests.real.imap.mailbox import Hands
from tests.servers.command import eventually
from tests.servers.dovecot import DovecotServer, MailAccount

_FOLDERS = {
    Role.INBOX: "INBOX", Role.SENT: "Sent", Role.DRAFTS: "Drafts", Role.JUNK: "Spam", Role.TRASH: "Trash",
}  # fmt: skip


class _Postbox:
    """Mail is delivered as a mail server would; the person has another mail program."""

    def __init__(self, server: DovecotServer, account: MailAccount) -> None:
        self._server, self._account = server, account

    def deliver(self, raw: bytes, role: Role = Role.INBOX, *, received: datetime | None = None) -> None:
        self._account.maildir.deliver(raw, _FOLDERS[role], received=received)

    def remove(self, message_id: str) -> None:
        with Hands(self._server, self._account) as hands:
            hands.client.select_folder("INBOX")
            uids = hands.client.search(["HEADER", "Message-ID", message_id])
            hands.expunge(uids)

    def unread(self) -> int:
        with Hands(self._server, self._account) as hands:
            return sum(b"\\Seen" not in flags for flags in hands.flags().values())


class DovecotStage(MailboxAtLine):
    name = "dovecot"
    title = "IMAP (Dovecot)"
    tested = Tested.REAL
    offer = MailOffer(notes=("New mail is noticed at once where the server has IDLE, else with the next look.",))

    def __init__(self, server: DovecotServer) -> None:
        super().__init__(server.tls_port)
        self._server = server
        self._account = server.account()
        self.postbox = _Postbox(server, self._account)

    @classmethod
    def begin(cls, request: pytest.FixtureRequest) -> Self:
        return cls(request.getfixturevalue("dovecot"))

    def connected(self) -> MailSource:
        server = Server("localhost", self._line.port, Security.TLS, self._server.ca_file)
        return ImapSource(server, Password(self._account.user, self._account.password))

    def forget_cursors(self) -> None:
        """Another UIDVALIDITY, as after a repair of the mailbox."""
        root = self._account.maildir.root
        for each in (*root.glob("dovecot.*"), *root.glob("dovecot-uidvalidity*")):
            each.unlink()
        numbers = root / "dovecot-uidlist"
        numbers.write_text(re.sub(r" V\d+ ", " V7 ", numbers.read_text(), count=1))

    def waits(self) -> None:
        looks: list[tuple[int, int, int]] = []

        def at_rest() -> bool:
            lines = self._line.lines
            looks.append((len(lines), sum(each.sent for each in lines), self._line.received))
            return looks[-1][1] > 0 and len(looks) > 8 and len(set(looks[-8:])) == 1

        eventually(at_rest, "the line comes to rest")
