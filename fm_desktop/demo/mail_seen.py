"""The messages ForceManager shows, read back over its API and its page, and where they are not as they must be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from fm_desktop.demo.forcemanager import ForceManager, Row
from fm_desktop.demo.letter import FULL_TEXT, LONGEST_BODY, READ, Letter
from fm_desktop.show import count

_KEY_HEADER = "X-Sandbox-Key"
_NOT_UPLOADED = 404


@dataclass(frozen=True, slots=True)
class Record:
    """One logged message. `name` is the contact's it belongs to, or else the account's; `files` by name, None for one
    whose bytes have not come; `row` is all of it."""

    name: str
    subject: str
    is_sent: bool
    at: datetime
    sender: str
    to: tuple[str, ...]
    text: str
    folder: str
    files: Mapping[str, bytes | None]
    row: Row

    @property
    def key(self) -> tuple[str, str, bool]:
        return self.name, self.subject, self.is_sent


class Reader:
    """Somebody who opens each message in ForceManager, and each file on it."""

    def __init__(self, crm: ForceManager, origin: str, key: str) -> None:
        self._crm = crm
        self._page = httpx2.Client(base_url=origin, headers={_KEY_HEADER: key}, trust_env=False, timeout=30.0)

    def close(self) -> None:
        self._page.close()

    def records(self) -> tuple[Record, ...]:
        """Everything that is logged for Emma, or for nobody; deleted ones too."""
        contacts = {row["id"]: f"{row['firstName']} {row['lastName']}" for row in self._crm.all("contacts")}
        accounts = {row["id"]: str(row["name"]) for row in self._crm.all("accounts")}
        return tuple(self._record(row, contacts, accounts) for row in self._crm.all("emails"))

    def _record(self, row: Row, contacts: Mapping[int, str], accounts: Mapping[int, str]) -> Record:
        if row["contactId"] is not None:
            name = contacts[row["contactId"]]
        else:
            name = accounts.get(row["accountId"], "nobody")
        return Record(
            name=name,
            subject=row["subject"],
            is_sent=row["type"] == 0,
            at=datetime.fromisoformat(row["date"]["time"]),
            sender=row["emailFrom"],
            to=tuple(part.strip() for part in str(row["emailTo"]).replace(",", ";").split(";")),
            text=row["body"],
            folder=row["mailFolder"],
            files={each["name"]: self._file(row["id"], each["id"]) for each in row["attachments"]},
            row=row,
        )

    def _file(self, message: int, file: int) -> bytes | None:
        answer = self._page.get(f"/emails/{message}/attachments/{file}")
        if answer.status_code == _NOT_UPLOADED:
            return None
        return answer.raise_for_status().content


def differences(letters: Iterable[Letter], records: Iterable[Record], user: int) -> list[str]:
    """Where ForceManager does not hold each letter once for each name it belongs to, and nothing else."""
    wanted: dict[tuple[str, str, bool], Letter] = {}
    for letter in letters:
        for name in letter.logged_for:
            wanted.setdefault((name, letter.subject, letter.is_sent), letter)
    found: dict[tuple[str, str, bool], list[Record]] = {}
    for record in records:
        found.setdefault(record.key, []).append(record)
    lines = [_missing(key) for key in sorted(wanted.keys() - found.keys())]
    for key, same in sorted(found.items()):
        if key not in wanted:
            lines.append(f"“{key[1]}” is logged for {key[0]}, which nothing asked for")
        elif len(same) > 1:
            lines.append(f"“{key[1]}” is logged {count(len(same), 'time')} for {key[0]}")
        else:
            lines += [f"“{key[1]}”, {key[0]}: {each}" for each in _between(wanted[key], same[0], user)]
    return lines


def _missing(key: tuple[str, str, bool]) -> str:
    return f"“{key[1]}” is not logged for {key[0]}"


def _between(letter: Letter, record: Record, user: int) -> Iterator[str]:
    pairs: tuple[tuple[str, Any, Any], ...] = (
        ("the date", letter.at.replace(microsecond=0), record.at.replace(microsecond=0)),
        ("the sender", letter.sender_address, record.sender),
        ("the user", user, record.row["salesRepId"]),
        ("deleted", False, bool(record.row["deleted"])),
    )
    yield from (f"{name} must be “{must}”, it is “{does}”" for name, must, does in pairs if must != does)
    for address in letter.to_addresses:
        if address not in record.to:
            yield f"the recipient {address} is missing"
    if record.folder not in READ:
        yield f"it came from the folder “{record.folder}”"
    yield from _between_texts(letter, record)
    yield from _between_files(letter, record)


def _between_texts(letter: Letter, record: Record) -> Iterator[str]:
    if letter.is_long:
        if len(record.text) > LONGEST_BODY or record.text[:1_000] != letter.text[:1_000]:
            yield "the text is not the beginning of the letter's"
        if FULL_TEXT not in record.text:
            yield f"the text does not say that “{FULL_TEXT}” has all of it"
    elif letter.text and not record.text.startswith(letter.text.strip()):
        yield f"the text must be “{letter.text.strip()}”, it is “{record.text}”"
    elif letter.said not in record.text:
        yield f"the text does not say “{letter.said}”"


def _between_files(letter: Letter, record: Record) -> Iterator[str]:
    wanted: dict[str, bytes | None] = {each.name: each.data for each in letter.files}
    found = dict(record.files)
    if letter.is_long:
        full = found.pop(FULL_TEXT, None) or b""
        if full.decode().strip() != letter.text.strip():
            yield f"the file “{FULL_TEXT}” is not the whole text"
    for name in sorted(wanted.keys() | found.keys()):
        if name not in wanted:
            yield f"it has a file “{name}”, which the letter has not"
        elif name not in found:
            yield f"the file “{name}” is missing"
        elif wanted[name] != found[name]:
            yield f"the file “{name}” is not the one that was sent"


def rows_changed(before: Iterable[Record], after: Iterable[Record]) -> list[str]:
    """The records that were there before and are not as they were (R12)."""
    now = {record.row["id"]: record for record in after}
    return [
        f"“{record.subject}”, logged for {record.name}, was changed"
        for record in before
        if now.get(record.row["id"]) != record
    ]


def per_name(records: Iterable[Record]) -> Mapping[str, Counter[str]]:
    """How many were received and sent, and how many files are on them, by the name they are logged for."""
    found: dict[str, Counter[str]] = {}
    for record in records:
        counted = found.setdefault(record.name, Counter())
        counted["sent" if record.is_sent else "received"] += 1
        counted["files"] += sum(data is not None for data in record.files.values())
    return found
