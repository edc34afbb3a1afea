"""The text of one part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO

from fm_desktop.model.text import normal_text
from fm_desktop.providers.mime.bodies import body_of, first_bytes
from fm_desktop.providers.mime.charsets import decode
from fm_desktop.providers.mime.flowed import unflowed
from fm_desktop.providers.mime.markup import content_ids, html_to_text
from fm_desktop.providers.mime.structure import Part

# Nobody reads more of it in ForceManager; the whole part is attached then.
LARGEST_TEXT = 2 * 1024 * 1024
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?([A-Za-z0-9._:-]{2,40})", re.IGNORECASE)
_META_WITHIN = 4096
_SHORT = 300


@dataclass(frozen=True, slots=True)
class PartText:
    """`lost`: characters could not be read. `is_whole`: False if only the beginning is here."""

    text: str
    lost: bool
    is_whole: bool


def text_of(file: BinaryIO, part: Part, limit: int) -> PartText:
    """In normal form; HTML as text. Of the decoded body so many bytes at most."""
    source, lost, is_whole = _source_of(file, part, limit)
    if part.media_type == "text/html":
        return PartText(html_to_text(source), lost, is_whole)
    if part.type.parameters.get("format", "").lower() == "flowed":
        source = unflowed(source, delete_space=part.type.parameters.get("delsp", "").lower() == "yes")
    return PartText(normal_text(source), lost, is_whole)


def shown_content_ids(file: BinaryIO, part: Part) -> frozenset[str]:
    """The other parts that an HTML part shows within itself."""
    return content_ids(_source_of(file, part, LARGEST_TEXT)[0])


def is_meaningful(text: str) -> bool:
    """False for a stand-in that only says that the message is HTML."""
    return any(map(str.isalnum, text)) and not (len(text) < _SHORT and "html" in text.lower())


def _source_of(file: BinaryIO, part: Part, limit: int) -> tuple[str, bool, bool]:
    data, more = first_bytes(body_of(file, part), limit)
    charset = part.type.parameters.get("charset", "")
    if not charset and part.media_type == "text/html":
        found = _META_CHARSET.search(data[:_META_WITHIN])
        charset = found.group(1).decode("ascii") if found else ""
    text, lost = decode(data, charset, cut=more)
    return text, lost, not more
