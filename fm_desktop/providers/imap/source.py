"""A mailbox read over IMAP (RFC 9051, RFC 3501) as a mail source: put together from the parts of this package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import BinaryIO

from imapclient.response_parser import parse_response

from fm_desktop.mailport import Batch, Folder, MessageRef, Role
from fm_desktop.providers.imap import download, finding, listing
from fm_desktop.providers.imap.connection import Connection
from fm_desktop.providers.imap.folders import Listed, folders_of, roles_are_told
from fm_desktop.providers.imap.headings import GMAIL
from fm_desktop.providers.imap.server import Credentials, Server
from fm_desktop.providers.imap.waiting import Waiter
from fm_desktop.providers.imap.wire import Client

_FOLDERS = "the list of folders"


class ImapSource:
    """One user's mailbox. Implements `MailSource`. Signing in happens on the first use.

    Folders are opened read-only and messages fetched with PEEK, so that nothing is ever marked as read. Reading and
    waiting have a connection each; `requests` counts the round trips of both, those of signing in included.
    """

    def __init__(self, server: Server, credentials: Credentials) -> None:
        self._user = credentials.user
        self._server = server
        self._reading = Connection(server, credentials)
        self._waiter = Waiter(Connection(server, credentials))
        self._folders: dict[str, Folder] = {}

    def __repr__(self) -> str:
        return f"ImapSource({self._server.host})"

    @property
    def requests(self) -> int:
        return self._reading.requests + self._waiter.requests

    def principal(self) -> str:
        """The user name that was let in: IMAP tells no other."""
        self._reading.run(lambda client: client.capabilities(), "the mailbox")
        return self._user

    def folders(self) -> tuple[Folder, ...]:
        found = self._reading.run(_list, _FOLDERS)
        self._folders = {each.id: each for each in found}
        return found

    def new(self, folder: Folder, cursor: str | None, since: date) -> Iterator[Batch]:
        return listing.new(self._reading, folder, cursor, since, self._waiter.opened)

    def search(self, folder: Folder, addresses: Iterable[str], since: date, before: date) -> Iterator[Batch]:
        return finding.find(self._reading, folder, addresses, since, before)

    def download(self, ref: MessageRef, into: BinaryIO, limit: int | None = None) -> bool:
        folder = self._folders.get(ref.folder) or Folder(ref.folder, ref.folder, Role.OTHER)
        return download.download(self._reading, folder, ref, into, limit)

    def wait(self, folder: Folder, seconds: float) -> bool:
        return self._waiter.wait(folder, seconds)

    def wake(self) -> None:
        self._waiter.wake()

    def close(self) -> None:
        """Ends a `wait` that is going on, too."""
        self._waiter.close()
        self._reading.close()


def _list(client: Client) -> tuple[Folder, ...]:
    listed: list[Listed] = client.list_folders()
    if not roles_are_told(listed) and client.has_capability("SPECIAL-USE") and client.has_capability("LIST-EXTENDED"):
        # RFC 6154 lets a server tell of them only when asked: flags come apart from the list, and are put to it.
        told = [each for each in client.wire.list_special_use() if each]
        parsed = iter(parse_response(told))
        special = {name: flags for flags, _, name in zip(parsed, parsed, parsed, strict=True)}
        listed = [((*flags, *special.get(name, ())), separator, name) for flags, separator, name in listed]
    return folders_of(listed, gmail=client.has_capability(GMAIL))
