"""Messages as they lie in the mailbox of the fakes, who writes them, and its folders."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fm_desktop.mailport import Folder, Role
from fm_desktop.model.message import Headers, Mailbox

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
EMMA, ANN, BOB, STRANGER = "emma@example.com", "ann@client.example", "bob@client.example", "spam@other.example"
INBOX, SENT = Folder("INBOX", "Inbox", Role.INBOX), Folder("Sent", "Sent", Role.SENT)
ARCHIVE, JUNK, DRAFTS = (
    Folder("Archive", "Archive", Role.ARCHIVE),
    Folder("Junk", "Junk", Role.JUNK),
    Folder("Drafts", "Drafts", Role.DRAFTS),
)
ALL_MAIL = Folder("[Gmail]/All Mail", "All Mail", Role.ALL)


@dataclass(frozen=True)
class Letter:
    """A message as it lies in a mailbox."""

    headers: Headers
    received: datetime | None
    text: str = "Hello."
    files: tuple[tuple[str, bytes], ...] = ()
    size: int = 2_000
    key: str = ""
    roles: frozenset[Role] = frozenset()
    broken: str = ""


_numbers = itertools.count(1)


def boxes(*addresses: str) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(each) for each in addresses)


def letter(
    subject: str = "Offer",
    sender: str = ANN,
    to: Iterable[str] = (EMMA,),
    *,
    date: datetime | None = NOW - timedelta(hours=2),
    received: datetime | None = NOW - timedelta(hours=2),
    message_id: str | None = None,
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
    reply_to: Iterable[str] = (),
    thread: tuple[str, ...] = (),
    notice: bool = False,
    **more: object,
) -> Letter:
    made = f"m{next(_numbers)}@client.example" if message_id is None else message_id
    headers = Headers(
        made, date, subject, boxes(sender), boxes(*to), boxes(*cc), boxes(*bcc), boxes(*reply_to), thread, notice
    )
    return Letter(headers, received, **more)  # type: ignore[arg-type]


def sent(subject: str = "Offer", to: Iterable[str] = (ANN,), **more: object) -> Letter:
    return letter(subject, EMMA, to, **more)  # type: ignore[arg-type]
