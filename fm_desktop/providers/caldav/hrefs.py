"""Paths of DAV resources in one canonical form, because servers escape the same href differently.

The canonical form is the path unquoted, except that an escaped slash, percent sign, question mark or
hash stays escaped (it is part of a name, not of the structure) and bytes that are no UTF-8 stay
escaped too. So it can be turned into a request path again without loss.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote, urlsplit

_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# RFC 3986 section 3.3: what a path may hold without escaping. "%" only ever starts a kept escape.
_PATH_CHARACTERS = "/:@!$&'()*+,;=-._~%"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+=-]{0,199}")
_STRUCTURE = re.compile(r"[/%?#\x00-\x20\x7f]")
_BLANKS = re.compile(r"[\x00-\x20\x7f]")
_NO_UTF8 = re.compile("[\udc80-\udcff]")


def is_address(href: str) -> bool:
    """Is it an absolute URL or a path (RFC 4918 section 8.3), so that it can be taken apart?"""
    try:
        return bool(urlsplit(href.strip()))
    except ValueError:
        return False


def canonical(href: str) -> str:
    """The canonical path of an href that is an address, absolute URL or not."""
    path = _ESCAPES.sub(_unescape, urlsplit(href.strip()).path)
    # Some servers leave blanks as they are, which a request cannot.
    return _BLANKS.sub(_escaped, path)


def _escaped(match: re.Match[str]) -> str:
    return f"%{ord(match.group()):02X}"


def _unescape(match: re.Match[str]) -> str:
    # Byte for byte, so that a form which escapes one character more or less stays the same path.
    text = bytes.fromhex(match.group().replace("%", "")).decode("utf-8", "surrogateescape")
    text = _STRUCTURE.sub(_escaped, text)
    return _NO_UTF8.sub(lambda each: f"%{ord(each.group()) - 0xDC00:02X}", text)


def request_path(path: str) -> str:
    """A canonical path as it is sent."""
    return quote(path, safe=_PATH_CHARACTERS)


def as_folder(path: str) -> str:
    return path if path.endswith("/") else path + "/"


def member(collection: str, uid: str) -> str:
    """The canonical path under which a new resource of that UID is stored in a collection.

    Servers refuse names with slashes, blanks or beyond a file system's limit, so those become a hash.
    """
    name = uid if _PLAIN_NAME.fullmatch(uid) else hashlib.sha256(uid.encode("utf-8")).hexdigest()[:40]
    return f"{as_folder(collection)}{name}.ics"


def is_member(path: str, collection: str) -> bool:
    """Whether `path` is a resource directly inside the collection, and not a collection itself."""
    name = path.removeprefix(as_folder(collection))
    return path.startswith(as_folder(collection)) and name != "" and "/" not in name
