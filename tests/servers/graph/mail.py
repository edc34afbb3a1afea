"""Mail as it is stored: folders, messages, and how a message gets in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.servers.graph import mime
from tests.servers.graph.box import (
    Ids,
    Mailbox,
    Scope,
    container_id,
    found,
    item_ids,
    new_key,
    read_container_id,
    read_item_id,
)
from tests.servers.graph.errors import not_found
from tests.servers.graph.events import Attachment
from tests.servers.graph.extended import Extended

WELL_KNOWN = {
    "inbox": "Inbox", "sentitems": "Sent Items", "drafts": "Drafts", "deleteditems": "Deleted Items",
    "junkemail": "Junk Email", "archive": "Archive", "outbox": "Outbox", "conversationhistory": "Conversation History",
}  # fmt: skip
ROOT = "msgfolderroot"


@dataclass(slots=True, eq=False)
class Folder:
    key: str
    name: str
    parent: str
    well_known: str | None = None
    hidden: bool = False


@dataclass(slots=True, eq=False)
class Message:
    """`parts` is the message as a person reads it; `raw` its MIME form."""

    key: str
    folder: str
    raw: bytes
    parts: mime.Parts
    received: datetime
    created: datetime
    modified: datetime
    version: int
    read: bool = False
    draft: bool = False
    moved: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    extended: Extended = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)

    @property
    def ids(self) -> Ids:
        return item_ids(self.key, self.moved)

    @property
    def change_key(self) -> str:
        return f"CQAAABYAAABlpG5kdbGfRYDoqCw8{self.version:08X}"

    @property
    def etag(self) -> str:
        return f'W/"{self.change_key}"'

    @property
    def scope(self) -> Scope:
        return ("messages", self.folder)


def provision(box: Mailbox) -> None:
    root = add_folder(box, "Top of Information Store", "", well_known=ROOT)
    for known, name in WELL_KNOWN.items():
        add_folder(box, name, root.key, well_known=known)
    add_folder(box, "Yammer Root", root.key, hidden=True)


def add_folder(box: Mailbox, name: str, parent: str, *, well_known: str | None = None, hidden: bool = False) -> Folder:
    made = Folder(new_key(), name, parent, well_known, hidden)
    box.folders[made.key] = made
    box.log(("folders",), made.key, Ids(container_id(made.key), container_id(made.key)))
    return made


def folder_of(box: Mailbox, text: str) -> Folder:
    """The folder of an id, or of a well-known name, which takes the place of an id everywhere."""
    known = next((folder for folder in box.folders.values() if folder.well_known == text.lower()), None)
    return known or found(box.folders, read_container_id(text))


def deliver(box: Mailbox, raw: bytes, folder: str) -> Message:
    """A message arrives as it came over the wire."""
    kept = folder_of(box, folder)
    return store(box, kept, raw, read=kept.well_known == "sentitems", draft=kept.well_known == "drafts")


def store(box: Mailbox, folder: Folder, raw: bytes, *, read: bool, draft: bool) -> Message:
    now = box.now()
    parts = mime.read(raw)
    made = Message(new_key(), folder.key, raw, parts, now, now, now, box.next_number(), read, draft)
    for part in parts.files:
        kept = _attachment(new_key(), part, now)
        made.attachments[kept.key] = kept
    box.messages[made.key] = made
    box.hide_for_a_while(made.key)
    touch(box, made)
    return made


def _attachment(key: str, part: mime.File, now: datetime) -> Attachment:
    return Attachment(
        key, part.name, part.content_type, part.content, part.inline, part.content_id, now.astimezone(UTC)
    )


def touch(box: Mailbox, message: Message) -> None:
    message.version = box.next_number()
    message.modified = box.now()
    box.log(message.scope, message.key, message.ids)


def move(box: Mailbox, message: Message, folder: Folder) -> None:
    """Its plain id dies with the move; the immutable one stays."""
    box.log(message.scope, message.key, message.ids, gone=True)
    message.folder = folder.key
    message.moved += 1
    touch(box, message)


def remove(box: Mailbox, message: Message) -> None:
    """Deleting puts a message among the deleted ones, and away for good from there."""
    bin_ = folder_of(box, "deleteditems")
    if message.folder != bin_.key:
        move(box, message, bin_)
        return
    del box.messages[message.key]
    box.log(message.scope, message.key, message.ids, gone=True)


def find(box: Mailbox, text: str, folder: str | None = None) -> Message:
    item = read_item_id(text)
    message = found(box.messages, item.key)
    if item.moved not in (None, message.moved) or item.suffix:
        raise not_found()
    if folder is not None and message.folder != folder_of(box, folder).key:
        raise not_found()
    return message
