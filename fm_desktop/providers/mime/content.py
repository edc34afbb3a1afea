"""What a message says and the files it brings, read from a file of its bytes with memory that does not grow with them.

Files are told by where they are in the message; their bytes are decoded when somebody asks for them. Archives are
never opened, and nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from typing import BinaryIO

from fm_desktop.model.message import Attachment, Content
from fm_desktop.model.text import normal_text
from fm_desktop.providers.mime import notes
from fm_desktop.providers.mime.bodies import body_of, first_bytes, size_of
from fm_desktop.providers.mime.fields import fields_of
from fm_desktop.providers.mime.headers import subject_of
from fm_desktop.providers.mime.markup import html_to_text
from fm_desktop.providers.mime.names import default_name, safe_name, unique_names
from fm_desktop.providers.mime.roles import Role, content_id_of, name_of, role_of
from fm_desktop.providers.mime.secure import signed_content, without_pgp
from fm_desktop.providers.mime.structure import Part, Structure, structure_of
from fm_desktop.providers.mime.texts import LARGEST_TEXT, is_meaningful, shown_content_ids, text_of
from fm_desktop.providers.mime.tnef import PackedFile, cut_out, unpack

# What is signed as a whole has to be held in memory to be unwrapped; larger ones are attached as they are.
LARGEST_SIGNED = 16 * 1024 * 1024
_DEEPEST_SIGNED = 3
_HEADER_OF_ATTACHED = 256 * 1024


def read_content(file: BinaryIO, *, complete: bool) -> Content:
    """The content of a message.

    `file`      seekable, with the raw message (RFC 5322) from its beginning. The attachments read from it: it stays
                open, and unchanged, as long as they are used, from one thread at a time.
    `complete`  False if the file ends before the message does. What is cut off is left out, and a note says so.

    Never raises for any bytes; raises what reading the file raises.
    """
    return _content(file, complete, 0)


def _content(file: BinaryIO, complete: bool, depth: int) -> Content:
    structure = structure_of(file)
    reading = _Reading(file, complete, depth)
    reading.take_files(structure.root)
    text = reading.say(structure.root, None) or reading.packed_text
    reading.conclude(structure, text)
    names = unique_names(each.name for each in reading.attachments)
    attachments = tuple(replace(each, name=name) for each, name in zip(reading.attachments, names, strict=True))
    return Content(text, attachments, tuple(dict.fromkeys(reading.notes)))


@dataclass(slots=True)
class _Reading:
    """`unwrapped`: the texts of what was in opaque signatures, by part. `rtf`: envelopes of Outlook with a text that is
    in RTF only. `room`: characters of text still taken."""

    file: BinaryIO
    complete: bool
    depth: int
    attachments: list[Attachment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unwrapped: dict[int, str] = field(default_factory=dict)
    packed_text: str = ""
    rtf: list[Part] = field(default_factory=list)
    is_encrypted: bool = False
    room: int = LARGEST_TEXT

    def take_files(self, root: Part) -> None:
        leaves = list(_leaves(root, None))
        pages = (part for role, part in leaves if role is Role.TEXT and part.media_type == "text/html")
        shown = frozenset[str]().union(*(shown_content_ids(self.file, part) for part in pages))
        has_invitation = any(role is Role.INVITATION for role, _ in leaves)
        for role, part in leaves:
            if role is Role.CALENDAR_FILE:
                if not has_invitation:
                    self._attach(part, name_of(part))
            elif role is Role.FILE:
                if not (part.media_type.startswith("image/") and content_id_of(part) in shown):
                    self._attach(part, name_of(part))
            elif role is Role.MESSAGE:
                self._attach(part, self._name_of_message(part))
            elif role is Role.TNEF:
                self._unpack(part)
            elif role is Role.CMS:
                self._unwrap(part)
            elif role is Role.ENCRYPTED:
                self.is_encrypted = True

    def say(self, part: Part, parent: Part | None) -> str:
        """The text of a part and of what is in it."""
        role = role_of(part, parent)
        if role is Role.TEXT:
            return self._text(part)
        if role is Role.CMS:
            return self.unwrapped.get(id(part), "")
        if role is not Role.CONTAINER:
            return ""
        if part.media_type == "multipart/alternative":
            return self._best(part)
        # Some programs send the same text twice, as plain text and as HTML, but not as alternatives.
        said = {"".join(text.split()): text for text in (self.say(child, part) for child in reversed(part.children))}
        return "\n\n".join(text for text in reversed(said.values()) if text)

    def conclude(self, structure: Structure, text: str) -> None:
        """What can only be told when the whole message was read."""
        for part in () if text else self.rtf:
            # Outlook sends the same text in plain form beside it nearly always, but not this time.
            self._attach_packed(part)
        if self.is_encrypted:
            is_readable = text or self.attachments
            self.notes.append(notes.PARTLY_ENCRYPTED if is_readable else notes.ENCRYPTED)
        limits = (
            (structure.too_many, notes.TOO_MANY_PARTS),
            (structure.too_deep, notes.TOO_DEEP),
            (structure.long_headers, notes.LONG_HEADERS),
        )
        self.notes += (note for reached, note in limits if reached)
        root = structure.root
        if root.children and (root.ended or structure.too_many):
            return
        if not self.complete:
            self.notes.append(notes.CUT)
        elif root.children:
            self.notes.append(notes.DAMAGED)

    def _best(self, part: Part) -> str:
        """One of several forms of the same: plain text unless it only stands in, else the richest there is."""
        plain = [each for each in part.children if each.media_type == "text/plain"]
        stand_in = ""
        for child in plain:
            text = self.say(child, part)
            if is_meaningful(text):
                return text
            stand_in = stand_in or text
        others = (self.say(child, part) for child in reversed(part.children) if child.media_type != "text/plain")
        return next(filter(None, others), stand_in)

    def _text(self, part: Part) -> str:
        found = text_of(self.file, part, self.room)
        text, has_secret = without_pgp(found.text)
        self.is_encrypted = self.is_encrypted or has_secret
        self.room = max(self.room - len(text), 0)
        if found.lost:
            self.notes.append(notes.LOST_CHARACTERS)
        if not found.is_whole:
            is_attached = self._attach(part, name_of(part))
            self.notes.append(notes.LONG_TEXT if is_attached else notes.LONG_TEXT_CUT)
        return text

    def _attach(self, part: Part, name: str) -> bool:
        """False for a file whose end is not there: half a file is of no use to anybody."""
        if not self._is_there(part, name):
            return False
        size = size_of(self.file, part)
        self.attachments.append(Attachment(name, part.media_type, size, partial(body_of, self.file, part)))
        return True

    def _is_there(self, part: Part, name: str) -> bool:
        if self.complete or part.ended:
            return True
        self.notes.append(notes.missing_file(name))
        return False

    def _name_of_message(self, part: Part) -> str:
        block, _ = first_bytes(body_of(self.file, part), _HEADER_OF_ATTACHED)
        subject = subject_of(fields_of(block)).replace("/", "_").replace("\\", "_")
        return safe_name(f"{subject}.eml") if safe_name(subject) else default_name("message/rfc822")

    def _unpack(self, part: Part) -> None:
        if not self._is_there(part, name_of(part)):
            return
        packed = unpack(body_of(self.file, part))
        if packed is None:
            self._attach(part, name_of(part))
            return
        for each in packed.files:
            media_type = each.media_type or "application/octet-stream"
            name = safe_name(each.name) or default_name(media_type)
            self.attachments.append(Attachment(name, media_type, each.size, partial(self._packed_file, part, each)))
        text = normal_text(packed.text) or html_to_text(packed.html)
        self.packed_text = self.packed_text or text
        if not packed.is_whole:
            self._attach_packed(part)
        elif packed.has_rtf and not text:
            self.rtf.append(part)

    def _attach_packed(self, part: Part) -> None:
        self._attach(part, name_of(part))
        self.notes.append(notes.PACKED)

    def _packed_file(self, part: Part, file: PackedFile) -> Iterator[bytes]:
        return cut_out(body_of(self.file, part), file.start, file.size)

    def _unwrap(self, part: Part) -> None:
        """Opens an opaque S/MIME signature (RFC 8551, 3.5.2); what is encrypted stays closed."""
        if not self._is_there(part, name_of(part)):
            return
        kind = part.type.parameters.get("smime-type", "").lower()
        data, more = first_bytes(body_of(self.file, part), LARGEST_SIGNED)
        inner = None if more or self.depth >= _DEEPEST_SIGNED else signed_content(data)
        if inner is not None:
            content = _content(BytesIO(inner), True, self.depth + 1)
            self.attachments += content.attachments
            self.notes += content.notes
            self.unwrapped[id(part)] = content.text
        elif kind == "certs-only":
            return
        elif more or kind in ("signed-data", "compressed-data"):
            self._attach(part, name_of(part))
            self.notes.append(notes.LARGE_SIGNED if more else notes.BROKEN_SIGNED)
        else:
            self.is_encrypted = True


def _leaves(part: Part, parent: Part | None) -> Iterator[tuple[Role, Part]]:
    role = role_of(part, parent)
    if role is Role.CONTAINER:
        for child in part.children:
            yield from _leaves(child, part)
    else:
        yield role, part
