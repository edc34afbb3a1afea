"""Headers of some messages at a time. What is asked for never changes a message, and bodies are not part of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from fm_desktop.mailport import Broken, Folder, Heading, MessageRef, Role
from fm_desktop.port import Gone, Malformed
from fm_desktop.providers.imap.connection import Connection, Renumbered
from fm_desktop.providers.imap.errors import Faulty
from fm_desktop.providers.imap.fetching import Data, fetch, moment, sequence_set
from fm_desktop.providers.imap.wire import Client
from fm_desktop.providers.mime.headers import read_headers

_FIELDS: Final = "FROM SENDER TO CC BCC REPLY-TO SUBJECT DATE MESSAGE-ID IN-REPLY-TO REFERENCES X-FM-DESKTOP-NOTICE"
_ITEMS: Final = ("INTERNALDATE", "RFC822.SIZE", "FLAGS", f"BODY.PEEK[HEADER.FIELDS ({_FIELDS})]")
_GMAIL_ITEMS: Final = ("X-GM-MSGID", "X-GM-LABELS")
_HEADER_KEY: Final = b"BODY[HEADER.FIELDS"
GMAIL: Final = b"X-GM-EXT-1"

# What a message says of itself by flags, keywords (RFC 9051, 2.3.2) and Gmail's labels, in lower case. One that is
# marked as deleted is in the trash for its owner, whatever folder it still is in.
_MARKS: Final = {
    b"\\draft": Role.DRAFTS,
    b"\\drafts": Role.DRAFTS,
    b"\\deleted": Role.TRASH,
    b"\\trash": Role.TRASH,
    b"\\spam": Role.JUNK,
    b"\\junk": Role.JUNK,
    b"$junk": Role.JUNK,
    b"\\sent": Role.SENT,
}
# So many bad messages among the some hundred of one batch are a fault of the server, not of the messages.
_MOST_BROKEN: Final = 10


def headings(
    connection: Connection, folder: Folder, validity: int, uids: Sequence[int]
) -> tuple[Heading | Broken, ...]:
    """Those of the messages that are still there, by ascending UID. One that can not be had is `Broken` and does not
    hold up the others. Raises `Renumbered`, `Unreachable`, `Throttled`, `CollectionGone`, `Malformed`."""
    found, reasons = _read(connection, folder, validity, sorted(uids))
    for uid in _still_there(connection, folder, validity, reasons) if reasons else ():
        found[uid] = Broken(reference(folder, validity, uid), reasons[uid])
    return tuple(found[uid] for uid in sorted(found))


def reference(folder: Folder, validity: int, uid: int) -> MessageRef:
    return MessageRef(folder.id, f"{validity}.{uid}")


def _read(
    connection: Connection, folder: Folder, validity: int, uids: list[int]
) -> tuple[dict[int, Heading | Broken], dict[int, str]]:
    """What could be read, and why others could not: what the server refuses is halved until the message is found
    that it stumbles over."""
    found: dict[int, Heading | Broken] = {}
    reasons: dict[int, str] = {}
    faults = 0
    pending = [uids]
    while pending:
        some = pending.pop()
        try:
            answer = _fetched(connection, folder, validity, some)
        except Renumbered:
            raise
        except (Malformed, Gone, Faulty) as error:
            if len(some) > 1:
                pending += [some[len(some) // 2 :], some[: len(some) // 2]]
                continue
            faults += 1
            if faults > _MOST_BROKEN:
                raise
            reasons[some[0]] = str(error)
            continue
        for uid in some:
            data = answer.get(uid, {})
            raw = next((value for key, value in data.items() if key.startswith(_HEADER_KEY)), None)
            if isinstance(raw, bytes):
                found[uid] = _heading(reference(folder, validity, uid), raw, data)
            else:
                reasons[uid] = "The server did not show its headers."
    return found, reasons


def _fetched(connection: Connection, folder: Folder, validity: int, uids: Sequence[int]) -> dict[int, Data]:
    return connection.inside(folder, validity, lambda client: fetch(client, uids, _items(client)))


def _still_there(connection: Connection, folder: Folder, validity: int, uids: Iterable[int]) -> Iterable[int]:
    """Messages that went in the meantime show as empty or as a failure, and are none. The folder is opened anew:
    until then it may be shown as it was."""
    connection.examine(folder)
    listed = sequence_set(sorted(uids))
    answer: Iterable[int] = connection.inside(folder, validity, lambda client: client.search(["UID", listed]))
    return [uid for uid in uids if uid in set(answer)]


def _items(client: Client) -> tuple[str, ...]:
    return _ITEMS + _GMAIL_ITEMS if client.has_capability(GMAIL) else _ITEMS


def _heading(ref: MessageRef, raw: bytes, data: Data) -> Heading:
    size = data.get(b"RFC822.SIZE")
    return Heading(
        ref,
        read_headers(raw),
        moment(data.get(b"INTERNALDATE")),
        size if isinstance(size, int) else len(raw),
        str(data.get(b"X-GM-MSGID") or ""),
        _roles((*_listed(data.get(b"FLAGS")), *_listed(data.get(b"X-GM-LABELS")))),
    )


def _listed(value: object) -> tuple[bytes, ...]:
    return tuple(each for each in value if isinstance(each, bytes)) if isinstance(value, tuple) else ()


def _roles(marks: tuple[bytes, ...]) -> frozenset[Role]:
    return frozenset(_MARKS[each.lower()] for each in marks if each.lower() in _MARKS)
