"""A message as it is stored, a part at a time, so that memory does not grow with its size."""

from __future__ import annotations

from typing import BinaryIO, Final

from fm_desktop.mailport import Folder, MessageRef
from fm_desktop.providers.imap.connection import Connection
from fm_desktop.providers.imap.errors import gone
from fm_desktop.providers.imap.fetching import Data, fetch

_PART: Final = 1024 * 1024
_ABOUT: Final = "the message"


def download(connection: Connection, folder: Folder, ref: MessageRef, into: BinaryIO, limit: int | None) -> bool:
    """See `MailSource.download`. What was written before an error is of no use. Raises `Gone`, `CollectionGone`,
    `Unreachable`, `Throttled`, `Malformed`."""
    validity, uid = _parsed(ref)
    written = 0
    size = 0
    while True:
        # One byte more than wanted tells whether there is more.
        wanted = _PART if limit is None else min(_PART, limit - written + 1)
        data = _part(connection, folder, validity, uid, written, wanted)
        told = data.get(b"RFC822.SIZE")
        size = told if isinstance(told, int) else size
        part = _bytes(data, written)
        kept = part if limit is None else part[: limit - written]
        into.write(kept)
        written += len(kept)
        if len(kept) < len(part):
            return False
        # A part shorter than asked for is the last one. Where it does not agree with the size, either may be wrong:
        # an empty part settles it, and a message is never cut in silence.
        if not part or (len(part) != wanted and written >= size):
            return True


def _part(connection: Connection, folder: Folder, validity: int, uid: int, start: int, length: int) -> Data:
    items = [f"BODY.PEEK[]<{start}.{length}>"]
    if start == 0:
        items.append("RFC822.SIZE")
    answer = connection.inside(folder, validity, lambda client: fetch(client, [uid], items), _ABOUT)
    if uid not in answer:
        raise gone(_ABOUT)
    return answer[uid]


def _bytes(data: Data, start: int) -> bytes:
    """A part of the body; or all of it from a server that gives no parts. NIL behind the end is nothing."""
    key = b"BODY[]<%d>" % start
    value = data.get(key, data.get(b"BODY[]") if start == 0 else None)
    if value is None and start > 0 and key in data:
        return b""
    if not isinstance(value, bytes):
        raise gone(_ABOUT)
    return value


def _parsed(ref: MessageRef) -> tuple[int, int]:
    validity, dot, uid = ref.id.partition(".")
    if not (dot and validity.isdecimal() and uid.isdecimal()):
        raise gone(_ABOUT)
    return int(validity), int(uid)
