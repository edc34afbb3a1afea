"""What the mailbox holds: folders, items, and the log of changes from which every kind of synchronisation is answered.

Ids and change keys are opaque. A change key changes with every write ("EWS identifiers in Exchange": it names a version of
the item); an item that is moved to another folder gets another id, and is gone under the old one ("MoveItem operation").
"""

from __future__ import annotations

import base64
import itertools
import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tests.servers.ews.errors import EwsError, folder_not_found, invalid_id, not_found
from tests.servers.ews.fields import ExtendedKey
from tests.servers.ews.xml import Element

_ID_HEAD = b"\x00\x03\x24\x00"  # AAMkA
_ITEM_ID, _FOLDER_ID = 113, 89  # bytes


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(eq=False, slots=True)
class Folder:
    id: str
    parent: Folder | None
    name: str
    kind: str  # IPF.Note, IPF.Appointment, IPF.Task, IPF.Contact
    distinguished: str | None = None
    version: int = 1
    hidden: bool = False
    writable: bool = True  # what the user may do there: read only, or everything
    created: datetime = field(default_factory=_now)

    @property
    def change_key(self) -> str:
        return _key("F", self.version)


@dataclass(slots=True)
class Attachment:
    id: str
    name: str
    content_type: str
    content: bytes
    content_id: str | None = None
    inline: bool = False


@dataclass(eq=False, slots=True)
class Item:
    kind: str  # CalendarItem, Task, Message, Item
    folder: Folder
    id: str = ""
    version: int = 0
    properties: dict[str, Element] = field(default_factory=dict)
    extended: dict[ExtendedKey, Element] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    mime: bytes = b""
    created: datetime = field(default_factory=_now)
    modified: datetime = field(default_factory=_now)
    number: int = 0  # within the folder: it counts up, and what is moved gets another one
    # Calendar
    uid: str = ""
    organiser: tuple[str, str] = ("", "")  # name, address
    my_response: str = "Unknown"
    responses: dict[str, str] = field(default_factory=dict)
    cancelled: bool = False
    request_sent: bool = False
    sequence: int = 0
    exceptions: dict[datetime, Item] = field(default_factory=dict)  # by original start
    deleted: set[datetime] = field(default_factory=set)
    master: Item | None = None  # of an occurrence or exception
    original_start: datetime | None = None
    lacks: frozenset[str | ExtendedKey] = frozenset()  # of an exception: what its master has and it has not

    @property
    def change_key(self) -> str:
        return _key("I", (self.master or self).version)


@dataclass(frozen=True, slots=True)
class Change:
    number: int
    folder: str
    item: str
    what: str  # Create, Update, Delete, ReadFlagChange
    event: str  # CreatedEvent, ModifiedEvent, DeletedEvent, MovedEvent, NewMailEvent
    when: datetime
    change_key: str = ""
    old: tuple[str, str] = ("", "")  # what was moved or copied: the id it had, and its folder


def _key(letter: str, version: int) -> str:
    return base64.b64encode(f"{letter}Q{version:012d}".encode()).decode()


_FOLDERS = [
    ("msgfolderroot", "Top of Information Store", "IPF.Note"), ("inbox", "Inbox", "IPF.Note"),
    ("drafts", "Drafts", "IPF.Note"), ("sentitems", "Sent Items", "IPF.Note"), ("outbox", "Outbox", "IPF.Note"),
    ("deleteditems", "Deleted Items", "IPF.Note"), ("junkemail", "Junk Email", "IPF.Note"),
    ("calendar", "Calendar", "IPF.Appointment"), ("tasks", "Tasks", "IPF.Task"),
    ("contacts", "Contacts", "IPF.Contact"),
]  # fmt: skip


class Mailbox:
    """One user's mailbox. `changed` is notified after every change; hold it to change more than one thing at once."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address
        self.folders: dict[str, Folder] = {}
        self.items: dict[str, Item] = {}
        self.log: list[Change] = []
        self.changed = threading.Condition(threading.RLock())
        self._numbers = itertools.count(1)
        self._versions = itertools.count(1)
        self.next_number = 1
        root = self.add_folder(None, "Root", "IPF.Note", "root")
        top = self.add_folder(root, _FOLDERS[0][1], _FOLDERS[0][2], _FOLDERS[0][0])
        for distinguished, title, kind in _FOLDERS[1:]:
            self.add_folder(top, title, kind, distinguished)

    # Folders

    def add_folder(self, parent: Folder | None, name: str, kind: str, distinguished: str | None = None) -> Folder:
        with self.changed:
            folder = Folder(new_id(_FOLDER_ID), parent, name, kind, distinguished, next(self._versions))
            self.folders[folder.id] = folder
            return folder

    def distinguished(self, name: str) -> Folder:
        found = next((each for each in self.folders.values() if each.distinguished == name), None)
        if found is None:
            raise folder_not_found()
        return found

    def folder(self, folder_id: str) -> Folder:
        if folder_id in self.folders:
            return self.folders[folder_id]
        raise folder_not_found() if folder_id.startswith("AAMk") else invalid_id()

    def below(self, folder: Folder, deep: bool) -> list[Folder]:
        found = [each for each in self.folders.values() if each.parent is folder]
        return found if not deep else [each for child in found for each in (child, *self.below(child, deep=True))]

    def remove_folder(self, folder: Folder) -> None:
        with self.changed:
            for each in self.below(folder, deep=False):
                self.remove_folder(each)
            for item in self.within(folder):
                self.remove(item)
            del self.folders[folder.id]

    # Items

    def within(self, folder: Folder) -> list[Item]:
        return [each for each in self.items.values() if each.folder is folder]

    def item(self, item_id: str) -> Item:
        if item_id in self.items:
            return self.items[item_id]
        raise not_found() if item_id.startswith("AAMk") else invalid_id()

    def add(self, item: Item, event: str = "CreatedEvent", old: tuple[str, str] = ("", "")) -> Item:
        with self.changed:
            item.id = new_id(_ITEM_ID)
            item.version = next(self._versions)
            item.number, self.next_number = self.next_number, self.next_number + 1
            self.items[item.id] = item
            self._record(item, "Create", event, old)
            return item

    def touch(self, item: Item, what: str = "Update") -> None:
        """Every write gives the item another change key; a change of an occurrence is one of its master."""
        with self.changed:
            item = item.master or item
            item.version = next(self._versions)
            item.modified = _now()
            self._record(item, what, "ModifiedEvent")

    def remove(self, item: Item) -> None:
        with self.changed:
            self.items.pop(item.id, None)
            self._record(item, "Delete", "DeletedEvent")

    def move(self, item: Item, folder: Folder) -> Item:
        with self.changed:
            _check_not_occurrence(item)
            old = (item.id, item.folder.id)
            self.remove(item)
            item.folder = folder
            return self.add(item, "MovedEvent", old)

    def copy(self, item: Item, folder: Folder) -> Item:
        """Another item with the same content, which changes on its own from now on."""
        with self.changed:
            _check_not_occurrence(item)
            made = replace(
                item, folder=folder, properties=dict(item.properties), extended=dict(item.extended),
                attachments=[replace(each, id=new_id(_ITEM_ID)) for each in item.attachments],
                responses=dict(item.responses), exceptions=dict(item.exceptions), deleted=set(item.deleted),
            )  # fmt: skip
            return self.add(made, "CopiedEvent", (item.id, item.folder.id))

    def _record(self, item: Item, what: str, event: str, old: tuple[str, str] = ("", "")) -> None:
        number = next(self._numbers)
        self.log.append(Change(number, item.folder.id, item.id, what, event, _now(), item.change_key, old))
        self.changed.notify_all()


def _check_not_occurrence(item: Item) -> None:
    if item.master is not None:
        raise EwsError("ErrorCalendarCannotMoveOrCopyOccurrence", "Occurrences cannot be moved or copied.")


def new_id(size: int = _ITEM_ID) -> str:
    """Base64 of its ordinary alphabet, as long as Microsoft's examples are: clients tell ids from other names by that."""
    return base64.b64encode(_ID_HEAD + secrets.token_bytes(size - len(_ID_HEAD))).decode()
