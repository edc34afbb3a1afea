"""The local address directory: which contact or account of the user an e-mail address belongs to.

`Directory` is a value; `DirectoryReader` keeps it current from `/contacts` (email, email2, email3) and
`/accounts` (email), a step at a time (CRM API 6.1, 6.2). Only records the user is responsible for are
read: the API key belongs to the tenant (design 4).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from fm_desktop.crm.client import CrmClient, Row
from fm_desktop.crm.fields import Fields
from fm_desktop.crm.increment import Mark, mark_from, read, row_id
from fm_desktop.crm.where import any_of, linked_to
from fm_desktop.model.items import Party
from fm_desktop.model.text import normal_title


class Source(StrEnum):
    """The two lists, by their path."""

    CONTACTS = "contacts"
    ACCOUNTS = "accounts"

    @property
    def other(self) -> Source:
        return Source.ACCOUNTS if self is Source.CONTACTS else Source.CONTACTS


_ADDRESS_FIELDS = {Source.CONTACTS: ("email", "email2", "email3"), Source.ACCOUNTS: ("email",)}
_OWNER_FIELDS = {Source.CONTACTS: ("salesRepId",), Source.ACCOUNTS: tuple(f"salesRepId{n}" for n in range(1, 6))}


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact or an account: its addresses in lower case, its name, the account a contact belongs to."""

    addresses: tuple[str, ...]
    name: str
    account_id: int | None = None


Entries = Mapping[int, Entry]


@dataclass(frozen=True, slots=True)
class Hit:
    """Whom an address belongs to."""

    party: Party
    name: str


@dataclass(frozen=True)
class Directory:
    """Contacts and accounts by their id."""

    contacts: Entries = field(default_factory=dict)
    accounts: Entries = field(default_factory=dict)

    def find(self, address: str) -> Hit | None:
        """Where several match, a contact before an account, and the one that is in the CRM the longest."""
        return self._by_address.get(normal_address(address))

    def lookup(self, address: str) -> Party:
        """The links of an address, an empty `Party` for a stranger."""
        hit = self.find(address)
        return Party() if hit is None else hit.party

    def addresses(self) -> frozenset[str]:
        return frozenset(self._by_address)

    @cached_property
    def _by_address(self) -> dict[str, Hit]:
        index: dict[str, Hit] = {}
        for each, entry in sorted(self.contacts.items()):
            for address in entry.addresses:
                index.setdefault(address, Hit(Party(each, entry.account_id), entry.name))
        for each, entry in sorted(self.accounts.items()):
            for address in entry.addresses:
                index.setdefault(address, Hit(Party(None, each), entry.name))
        return index


@dataclass(frozen=True)
class DirectoryState:
    """A directory, how far each list has been read, and which is read next."""

    directory: Directory = field(default_factory=Directory)
    marks: Mapping[Source, Mark] = field(default_factory=dict)
    turn: Source = Source.CONTACTS

    @property
    def is_complete(self) -> bool:
        """Whether both lists have been read at least once."""
        return len(self.marks) == len(Source)

    def anew(self) -> DirectoryState:
        """The same, to be read whole again by the next two steps: a record given to a colleague drops out only so."""
        return DirectoryState(self.directory)

    def to_text(self) -> str:
        value: dict[str, Any] = {
            "turn": self.turn.value,
            "marks": {source.value: mark.to_text() for source, mark in self.marks.items()},
        }
        for source in Source:
            value[source.value] = _entries_value(_entries(self.directory, source))
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def state_from(text: str | None) -> DirectoryState:
    """The state in a text; for one that is none an empty state, from which everything is read again."""
    try:
        value: Any = json.loads(text or "null")
        contacts, accounts = (_read_entries(value[source]) for source in Source)
        marks = {Source(name): mark_from(mark) for name, mark in value["marks"].items()}
        return DirectoryState(Directory(contacts, accounts), marks, Source(value["turn"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return DirectoryState()


class DirectoryReader:
    """Reads what changed in the user's contacts and accounts."""

    def __init__(self, client: CrmClient, sales_rep_id: int) -> None:
        self._client = client
        self._sales_rep_id = sales_rep_id

    def step(self, state: DirectoryState) -> DirectoryState:
        """One list brought up to date, the other one with the next call. One request when nothing changed.

        Raises the errors of the port; `state` is as good as before then.
        """
        source = state.turn
        entries = dict(_entries(state.directory, source))
        reading = read(
            self._client, source, self._scope(source), state.marks.get(source, Mark()), self._news(source, entries)
        )
        if reading.complete:
            entries = {}
        for each, row in reading.rows.items():
            entry = self._entry(source, row)
            if entry is None:
                entries.pop(int(each), None)
            else:
                entries[int(each)] = entry
        directory = _with_entries(state.directory, source, entries)
        return DirectoryState(directory, {**state.marks, source: reading.mark}, source.other)

    def _scope(self, source: Source) -> str:
        return any_of([linked_to(name, self._sales_rep_id) for name in _OWNER_FIELDS[source]])

    def _news(self, source: Source, entries: Entries) -> Callable[[Row], bool]:
        return lambda row: self._entry(source, row) != entries.get(int(row_id(row)))

    def _entry(self, source: Source, row: Row) -> Entry | None:
        """None for a record that is deleted, has no address, or is not the user's."""
        fields = Fields(row)
        addresses = tuple(
            dict.fromkeys(filter(None, (normal_address(fields.text(name)) for name in _ADDRESS_FIELDS[source])))
        )
        is_mine = any(fields.link(name) == self._sales_rep_id for name in _OWNER_FIELDS[source])
        if not addresses or not is_mine or fields.flag("deleted"):
            return None
        if source is Source.ACCOUNTS:
            return Entry(addresses, normal_title(fields.text("name")))
        name = normal_title(f"{fields.text('firstName')} {fields.text('lastName')}")
        return Entry(addresses, name, fields.link("accountId"))


def normal_address(address: str) -> str:
    """Trimmed, in lower case; '' for what is no address."""
    address = address.strip().lower()
    return address if "@" in address else ""


def _entries(directory: Directory, source: Source) -> Entries:
    return directory.contacts if source is Source.CONTACTS else directory.accounts


def _with_entries(directory: Directory, source: Source, entries: Entries) -> Directory:
    if source is Source.CONTACTS:
        return replace(directory, contacts=entries)
    return replace(directory, accounts=entries)


def _entries_value(entries: Entries) -> dict[str, Any]:
    return {str(each): [list(entry.addresses), entry.name, entry.account_id] for each, entry in entries.items()}


def _read_entries(value: Mapping[str, Any]) -> dict[int, Entry]:
    return {int(each): Entry(tuple(addresses), name, account) for each, (addresses, name, account) in value.items()}
