"""The mail port: how logging e-mail sees a mailbox, and ForceManager's log of messages, without knowing the protocol.

Both are used from one thread at a time, `MailSource.wait` excepted. Every method raises the errors of
`fm_desktop.port` and no others. Reading never changes a mailbox: nothing is marked as read, moved or deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import BinaryIO, Protocol

from fm_desktop.model.message import Attachment, Direction, Headers


class Role(StrEnum):
    """What a folder is for (RFC 6154). `ALL` holds every message once, so that nothing else is read beside it."""

    INBOX = "inbox"
    SENT = "sent"
    ALL = "all"
    ARCHIVE = "archive"
    OTHER = "other"
    DRAFTS = "drafts"
    JUNK = "junk"
    TRASH = "trash"


@dataclass(frozen=True, slots=True)
class Folder:
    """`id` is its stable key at the service, `name` what the user calls it. `flagged`: the service itself says
    what it is for; otherwise it was told by its name, and the user may be asked."""

    id: str
    name: str
    role: Role
    flagged: bool = True


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message is. `id` is opaque, and right only as long as the folder's cursor is (IMAP: UIDVALIDITY, UID)."""

    folder: str
    id: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A message known by its headers.

    `received`  when the service took it in (INTERNALDATE), in UTC; None where it does not say.
    `size`      in bytes, as stored.
    `key`       the service's own identity of the message, the same in every folder (X-GM-MSGID); '' where it has none.
    `roles`     what the message is beside its folder's role (Gmail's labels, \\Draft): sent, drafts, junk, trash.
    """

    ref: MessageRef
    headers: Headers
    received: datetime | None
    size: int
    key: str = ""
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Broken:
    """A message of which not even the headers could be understood."""

    ref: MessageRef
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some messages, oldest first, and the cursor behind them: saved together, or not at all.

    `restarted`: the cursor given was of no use any more (UIDVALIDITY changed), so that the messages of the chosen
    history are listed again; they are told from new ones by their identity.
    """

    found: tuple[Heading | Broken, ...]
    cursor: str
    restarted: bool = False


class MailSource(Protocol):
    """One mailbox. `requests` counts the round trips made since it was built."""

    @property
    def requests(self) -> int: ...

    def principal(self) -> str:
        """Who the service says we are."""

    def folders(self) -> tuple[Folder, ...]:
        """All folders, those included that are never read: their role says so."""

    def new(self, folder: Folder, cursor: str | None, since: date) -> Iterator[Batch]:
        """The headers of what came since the cursor; with None, or one that is of no use any more, of what came
        since a day. At least one batch, in one round trip where nothing is new. Raises `CollectionGone`."""

    def search(self, folder: Folder, addresses: Iterable[str], since: date, before: date) -> Iterator[Batch]:
        """The headers of messages from or to one of the addresses, in a span of days; the cursors are ''."""

    def download(self, ref: MessageRef, into: BinaryIO, limit: int | None = None) -> bool:
        """Writes a message as it is stored (RFC 5322) into a file, its first `limit` bytes at most.
        False if there is more of it. Memory does not grow with its size. Raises `Gone`."""

    def wait(self, folder: Folder, seconds: float) -> bool:
        """Sleeps until something happens in a folder, or the seconds are over, or `wake` is called. True if something
        did. Over a connection of its own: called from its own thread."""

    def wake(self) -> None:
        """Makes `wait` return at once; called from any thread."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A message as it is to be logged for one contact or account: everything already within ForceManager's limits.

    `ext_id` is its identity, the same on every computer. `folder` is the name of the mailbox folder.
    """

    ext_id: str
    direction: Direction
    moment: datetime
    subject: str
    body: str
    sender: str
    to: tuple[str, ...]
    folder: str
    contact_id: int | None
    account_id: int | None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry as ForceManager holds it. `missing` maps names of attachments that have not been uploaded to where their
    bytes go; a name that is in `attachments` and not in `missing` is complete. Names are unique within an entry."""

    id: str
    ext_id: str
    attachments: tuple[str, ...] = ()
    missing: Mapping[str, str] | None = None


class MailLog(Protocol):
    """ForceManager's log of messages: entries are made once and never changed (R12)."""

    @property
    def requests(self) -> int: ...

    def find(self, ext_ids: Iterable[str]) -> Mapping[str, Logged]:
        """Entries by identity, the probe; absent ones are left out. Where there are two of one identity, the older."""

    def create(self, entry: LogEntry) -> Logged:
        """Raises `OutcomeUnknown` where it may have been stored: never sent again without a `find` before it."""

    def upload(self, locator: str, attachment: Attachment) -> None:
        """Sends an attachment's bytes to its place, streamed; may be repeated."""

    def recent(self, contact_id: int | None, account_id: int | None, limit: int) -> tuple[LogEntry, ...]:
        """The newest logged messages of the user with a contact or an account (R13); `attachments` is left empty."""
