"""Names of attached files: safe on every system, never empty, each once in a message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST_NAME = 120
_LONGEST_EXTENSION = 20
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
# Device names of Windows, with any extension.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\Z", re.IGNORECASE)
_EXTENSIONS = {
    "application/gzip": "gz",
    "application/json": "json",
    "application/msword": "doc",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/xml": "xml",
    "application/zip": "zip",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "image/webp": "webp",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/rtf": "rtf",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/xml": "xml",
    "video/mp4": "mp4",
}


def default_name(media_type: str) -> str:
    kind = media_type.partition("/")[0]
    stem = kind if kind in ("image", "audio", "video", "text", "message") else "attachment"
    return f"{stem}.{_EXTENSIONS.get(media_type, 'bin')}"


def safe_name(text: str) -> str:
    """A name that stays in its folder and shows what it is: no path, no controls, no marks of direction (which would
    show “exe.pdf” for a program), at most 120 characters with the extension kept. '' if nothing is left."""
    name = re.split(r"[/\\]", text.rstrip("/\\ "))[-1] if re.search(r"[/\\]", text) else text
    name = "".join(each for each in unicodedata.normalize("NFC", name) if unicodedata.category(each) not in _UNSEEN)
    name = " ".join(_FORBIDDEN.sub("_", name).split()).strip(". ")
    stem, extension = split_name(name)
    if _RESERVED.match(name.split(".")[0].strip()):
        stem = f"_{stem}"
    return _fitted(stem, extension, LONGEST_NAME)


_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def split_name(name: str) -> tuple[str, str]:
    """Stem and extension with its dot, '' if it has none that can be one."""
    stem, dot, extension = name.rpartition(".")
    if not stem or not 0 < len(extension) <= _LONGEST_EXTENSION or " " in extension:
        return name, ""
    return stem, dot + extension


def unique_names(names: Iterable[str]) -> list[str]:
    """The same names, later ones of the same with “ (2)” and so on; upper and lower case are no difference."""
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    unique: list[str] = []
    for name in names:
        each, number = name, numbers.get(name.casefold(), 1)
        while each.casefold() in taken:
            number += 1
            stem, extension = split_name(name)
            mark = f" ({number})"
            each = _fitted(stem, mark + extension, LONGEST_NAME)
        numbers[name.casefold()] = number
        taken.add(each.casefold())
        unique.append(each)
    return unique


def _fitted(stem: str, tail: str, length: int) -> str:
    return stem[: length - len(tail)].rstrip(". ") + tail
