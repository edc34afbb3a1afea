"""A mailbox at an Exchange server as a mail source."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import BinaryIO, Final

from fm_desktop.mailport import Batch, Folder, MessageRef
from fm_desktop.providers.exchange import discovery, mail_listing
from fm_desktop.providers.exchange.connection import Connection
from fm_desktop.providers.exchange.download import download
from fm_desktop.providers.exchange.folders import all_folders, mail_folders_of
from fm_desktop.providers.exchange.operations import newest_item
from fm_desktop.providers.exchange.session import Call
from fm_desktop.providers.exchange.signing import Account
from fm_desktop.providers.exchange.streaming import Stream
from fm_desktop.providers.exchange.xml import at, attribute
from fm_desktop.providers.outlook.mail import Watch, with_addresses
from fm_desktop.providers.transfer import Purpose

_LOOK_SECONDS: Final = 60.0


class ExchangeMail:
    """One user's mailbox. Implements `MailSource`. Nothing of it is ever changed, nor marked as read.

    `found` is what an `ExchangeProvider` of the same mailbox found, so that it is not asked for twice.
    """

    def __init__(
        self,
        account: Account,
        address: str,
        *,
        url: str | None = None,
        found: str | None = None,
        discover: Callable[[str, Account], str] = discovery.ews_url,
        look_seconds: float = _LOOK_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = Connection(account, address, url=url, discover=discover, sleep=sleep)
        if found is not None:
            self._connection.resume(found)
        self._stream: Stream | None = None
        self._streaming = threading.Lock()
        self._closed = False
        self._watch = Watch(self._newest, look_seconds, self._is_told)

    def __repr__(self) -> str:
        return f"ExchangeMail({self._connection!r})"

    @property
    def requests(self) -> int:
        return self._connection.requests

    def principal(self) -> str:
        return self._connection.mailbox().id

    def folders(self) -> tuple[Folder, ...]:
        return mail_folders_of(all_folders(self._connection.session()))

    def new(self, folder: Folder, cursor: str | None, since: date) -> Iterator[Batch]:
        return mail_listing.new(self._connection.session(), folder, cursor, since)

    def search(self, folder: Folder, addresses: Iterable[str], since: date, before: date) -> Iterator[Batch]:
        """Headers of the span are looked through here: a restriction cannot name recipients (FindItem, remarks)."""
        return with_addresses(mail_listing.between(self._connection.session(), folder, since, before), addresses)

    def download(self, ref: MessageRef, into: BinaryIO, limit: int | None = None) -> bool:
        return download(self._connection.session(), ref.id, into, limit)

    def wait(self, folder: Folder, seconds: float) -> bool:
        with self._streaming:
            is_due = self._stream is None or self._stream.folder.id != folder.id
            if is_due and not (self._closed or self._watch.is_woken):
                self._end_stream()
                self._stream = Stream(self._connection.session, folder, self._watch.look)
                self._stream.start()
        return self._watch.wait(folder, seconds)

    def wake(self) -> None:
        """Nobody waits any more, so that the server is not listened to either."""
        self._watch.wake()
        with self._streaming:
            self._end_stream()

    def close(self) -> None:
        """Ends a `wait` that is going on, too."""
        self._watch.close()
        with self._streaming:
            self._closed = True
            self._end_stream()
        self._connection.close()

    def _is_told(self) -> bool:
        stream = self._stream
        return stream is not None and stream.is_live and stream.is_alive()

    def _end_stream(self) -> None:
        if self._stream is not None:
            self._stream.end()
            self._stream = None

    def _newest(self, folder: Folder) -> str:
        call = Call(newest_item(folder.id), Purpose.READ, f"the folder “{folder.name}”")
        found = self._connection.session().one(call)
        stream = self._stream
        if stream is not None:
            stream.allow()
        return attribute(at(found, "m:RootFolder/t:Items/*/t:ItemId"), "Id")
