"""Mail at Exchange on an own server by EWS, at its double."""

from __future__ import annotations

from datetime import datetime

from fm_desktop.mailport import MailSource, Role
from fm_desktop.providers.exchange import Account, ExchangeMail
from tests.contract.stages.connecting import MailboxAtLine
from tests.contract.stages.microsoft import FOLDERS
from tests.contract.stages.stage import ME, MailOffer, Tested
from tests.servers.command import eventually
from tests.servers.ews import EwsServer, Item
from tests.servers.ews.http import PATH
from tests.servers.ews.xml import text, truth


class _Postbox:
    """The person's hands are in the mailbox itself."""

    def __init__(self, server: EwsServer) -> None:
        self._server = server

    def deliver(self, raw: bytes, role: Role = Role.INBOX, *, received: datetime | None = None) -> None:
        self._server.deliver(raw, FOLDERS[role], received=received)

    def remove(self, message_id: str) -> None:
        with self._server.box.changed:
            wanted = f"<{message_id}>".encode()
            (message,) = (each for each in self._inbox() if wanted in each.mime)
            self._server.box.remove(message)

    def unread(self) -> int:
        return sum(not truth(text(each.properties["IsRead"])) for each in self._inbox())

    def _inbox(self) -> list[Item]:
        return self._server.items("inbox")


class EwsMailStage(MailboxAtLine):
    name = "ews-mail"
    title = "Mail at Exchange on an own server"
    tested = Tested.DOUBLE
    offer = MailOffer(notices_at_once=True, notes=("Where a proxy holds its news back, it is looked once a minute.",))

    def __init__(self) -> None:
        self._server = EwsServer(address=ME, name="Emma")
        self._server.start()
        super().__init__(self._server.port)
        self.postbox = _Postbox(self._server)

    def connected(self) -> MailSource:
        account = Account(self._server.user, self._server.password)
        url = f"http://127.0.0.1:{self._line.port}{PATH}"
        return ExchangeMail(account, ME, url=url, sleep=lambda _: None)

    def forget_cursors(self) -> None:
        self._server.expire_sync_states()

    def waits(self) -> None:
        eventually(lambda: self._server.requests.count("FindItem") == 2, "the look after it is told of news")

    def close(self) -> None:
        super().close()
        self._server.close()
