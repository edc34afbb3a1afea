"""Mail at Microsoft 365 and Outlook.com by Graph, at its double."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from fm_desktop.mailport import MailSource, Role
from fm_desktop.providers.graph import GraphMail
from tests.contract.stages.connecting import MailboxAtLine
from tests.contract.stages.microsoft import FOLDERS
from tests.contract.stages.stage import ME, MailOffer, Tested
from tests.fakes.tokens import GivenTokens
from tests.servers.command import eventually
from tests.servers.graph import GraphServer, mail


class _Postbox:
    """The person's hands are in the mailbox itself."""

    def __init__(self, server: GraphServer) -> None:
        self._server = server

    def deliver(self, raw: bytes, role: Role = Role.INBOX, *, received: datetime | None = None) -> None:
        with self._server.lock:
            message = self._server.deliver(raw, FOLDERS[role])
            message.received = received or message.received

    def remove(self, message_id: str) -> None:
        """Into the trash, and away from there."""
        with self._server.lock:
            wanted = f"<{message_id}>".encode()
            (message,) = (each for each in self._inbox() if wanted in each.raw)
            for _ in range(2):
                mail.remove(self._server.box, message)

    def unread(self) -> int:
        with self._server.lock:
            return sum(not each.read for each in self._inbox())

    def _inbox(self) -> list[mail.Message]:
        inbox = mail.folder_of(self._server.box, "inbox").key
        return [each for each in self._server.box.messages.values() if each.folder == inbox]


class GraphMailStage(MailboxAtLine):
    name = "graph-mail"
    title = "Mail at Microsoft 365 and Outlook.com"
    tested = Tested.DOUBLE
    offer = MailOffer(
        notices_at_once=False, notes=("New mail is noticed with the next look: nothing is told to a desktop program.",)
    )

    def __init__(self) -> None:
        self._server = GraphServer(ME, "Emma")
        super().__init__(urlsplit(self._server.url).port or 0)
        # The links of its answers lead over the line, too.
        self._server.url = f"http://127.0.0.1:{self._line.port}/v1.0"
        self.postbox = _Postbox(self._server)

    def connected(self) -> MailSource:
        tokens = GivenTokens(lambda: self._server.token)
        return GraphMail(tokens, base=self._server.url, look_seconds=0.05, sleep=lambda _: None)

    def forget_cursors(self) -> None:
        self._server.expire_deltas()

    def waits(self) -> None:
        eventually(lambda: any(each.query.get("$top") == "1" for each in self._server.requests), "the first look")

    def close(self) -> None:
        super().close()
        self._server.stop()
