"""A mailbox at Microsoft 365 or Outlook.com as a mail source."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import BinaryIO, Final

import httpx2

from fm_desktop.mailport import Batch, Folder, MessageRef
from fm_desktop.providers.graph import mail_listing
from fm_desktop.providers.graph.account import Account, ask_account
from fm_desktop.providers.graph.mail_folders import Folders
from fm_desktop.providers.graph.raw import text
from fm_desktop.providers.graph.session import BASE, Call, GraphSession, segment
from fm_desktop.providers.outlook.mail import Watch, with_addresses
from fm_desktop.providers.tokens import AccessTokens
from fm_desktop.providers.transfer import Purpose

# Graph tells of new mail only to a web server that can be reached from outside: here it is asked.
_LOOK_SECONDS: Final = 60.0


class GraphMail:
    """One user's mailbox. Implements `MailSource`. Nothing of it is ever changed, nor marked as read."""

    def __init__(
        self,
        tokens: AccessTokens,
        *,
        base: str = BASE,
        client: httpx2.Client | None = None,
        look_seconds: float = _LOOK_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = GraphSession(tokens, base=base, client=client, sleep=sleep)
        self._folders = Folders(self._session)
        self._account: Account | None = None
        self._watch = Watch(self._newest, look_seconds)

    def __repr__(self) -> str:
        return f"GraphMail({self._session!r})"

    @property
    def requests(self) -> int:
        return self._session.requests

    def principal(self) -> str:
        self._account = self._account or ask_account(self._session)
        return self._account.id

    def folders(self) -> tuple[Folder, ...]:
        return self._folders.all()

    def new(self, folder: Folder, cursor: str | None, since: date) -> Iterator[Batch]:
        return mail_listing.new(self._session, folder, cursor, since)

    def search(self, folder: Folder, addresses: Iterable[str], since: date, before: date) -> Iterator[Batch]:
        """Headers of the span are looked through here: Graph cannot filter by recipient, and its search knows a
        thousand messages at most, and new ones later."""
        return with_addresses(mail_listing.between(self._session, folder, since, before), addresses)

    def download(self, ref: MessageRef, into: BinaryIO, limit: int | None = None) -> bool:
        call = Call("GET", f"me/messages/{segment(ref.id)}/$value", Purpose.READ_ITEM, "the message")
        return self._session.stream(call, into, limit)

    def wait(self, folder: Folder, seconds: float) -> bool:
        return self._watch.wait(folder, seconds)

    def wake(self) -> None:
        self._watch.wake()

    def close(self) -> None:
        """Ends a `wait` that is going on, too."""
        self._watch.close()
        self._session.close()

    def _newest(self, folder: Folder) -> str:
        params = {"$select": "id", "$orderby": "receivedDateTime desc", "$top": "1"}
        target = f"me/mailFolders/{segment(folder.id)}/messages"
        call = Call("GET", target, Purpose.READ, f"the folder “{folder.name}”", params)
        entries = self._session.entity(call).get("value")
        return text(entries[0], "id") if isinstance(entries, list) and entries else ""
