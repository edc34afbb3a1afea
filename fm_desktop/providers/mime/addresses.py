"""Address lists of headers (RFC 5322, 3.4 and 4.4) as mailboxes, in time that grows with their length only.

What people and programs write instead is understood as well: semicolons between addresses, commas left out, angle
brackets left open, quotes left open, `mailto:`, an encoded word around name and address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from fm_desktop.model.message import Mailbox
from fm_desktop.model.text import normal_title
from fm_desktop.providers.mime.words import decoded

_LONGEST_ADDRESS = 1_000
_LONGEST_NAME = 200
# Encoded words are one token, because some programs leave commas and blanks in them as they are.
_TOKEN = re.compile(r'\s+|=\?[^\s?]+\?[bBqQ]\?[^?]*\?=|[^\s"(),:;<>@\\]+|.', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_PARENTHESIS = re.compile(r"\\.|[()]", re.DOTALL)
# Nearly all of a mailbox's lists: `Name <address>`, `"Name" <address>` and `address` in ASCII, where nothing has to be
# guessed at. It gives up on anything else, and never looks at a letter more than a few times.
_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}"
_ORDINARY = re.compile(
    r"""(?:(?:[ \t]*"([\t !#-\[\]-~]{0,200})"[ \t]*|([\t !#-'*+./0-9=?A-Z\[\]^_`a-z{|}~-]{0,200}))"""
    rf"<({_ADDRESS})>|[ \t]*({_ADDRESS}))[ \t]*(?:,|\Z)",
    re.ASCII,
)
_KEPT = 2_048
# Dots are wherever people have them: there are real addresses with two in a row, and with one at the end.
_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\]\\]+\Z")
_DOMAIN = re.compile(r"(?:[^\s\"(),:;<>@\[\]\\/]+|\[[0-9A-Fa-f.]+\])\Z")
# Not seen, but copied along: soft hyphen, zero widths, marks of direction, byte order mark; and all controls.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffd]")
_DOTS = re.compile("[\u3002\uff0e\uff61]")


def mailboxes(values: Iterable[str]) -> tuple[Mailbox, ...]:
    """Each address once, in order; what has no address is left out."""
    found: dict[str, Mailbox] = {}
    for value in values:
        for each in _ordinary(value) or _parsed(value):
            found.setdefault(each.address, each)
    return tuple(found.values())


def bare_address(text: str) -> str:
    """A single address in the form mailboxes have it, '' if it is none."""
    text = _INVISIBLE.sub("", text[: 2 * _LONGEST_ADDRESS]).strip()
    if text[:1] == text[-1:] == "'":
        text = text[1:-1]
    local, at, domain = text.rpartition("@")
    local, domain = _local(local.strip()), _domain(domain.strip())
    address = f"{local}@{domain}"
    return address if at and local and domain and len(address) <= _LONGEST_ADDRESS else ""


@dataclass(slots=True)
class _Pending:
    """What was read of one mailbox so far; blanks are words, too. `angle`: the words between `<` and `>`."""

    words: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    has_at: bool = False


def _ordinary(value: str) -> list[Mailbox]:
    """What `_parsed` gives, many times faster; empty for a list that is not of the ordinary form throughout."""
    found: list[Mailbox] = []
    at = 0
    while at < len(value):
        match = _ORDINARY.match(value, at)
        mailbox = _mailbox(match[1] or match[2] or "", match[3] or match[4]) if match else None
        if match is None or mailbox is None:
            return []
        found.append(mailbox)
        at = match.end()
    return found


@lru_cache(_KEPT)
def _mailbox(name: str, text: str) -> Mailbox | None:
    """The same people write and are written to again and again."""
    address = bare_address(text)
    return Mailbox(address, _name([name], address)) if address else None


def _parsed(value: str, *, again: bool = True) -> Iterator[Mailbox]:
    pending, inside = _Pending(), False
    for kind, text in _tokens(value):
        if kind == "," or (kind == ";" and not inside):
            if inside and pending.angle and pending.angle[0] == "@":
                continue
            yield from _finished(pending, again)
            pending, inside = _Pending(), False
        elif kind == "<":
            if pending.angle is not None and not inside:
                # A comma was left out between two.
                yield from _finished(pending, again)
                pending = _Pending()
            pending.angle, inside = pending.angle or [], True
        elif kind == ">":
            inside = False
        elif kind == "comment":
            pending.comments.append(text)
        elif kind == ":":
            if inside:
                # The route before it (RFC 5322, 4.4), or “mailto”.
                pending.angle = []
            elif not pending.has_at:
                # The name of a group, or “mailto”.
                pending.words.clear()
        elif inside:
            pending.angle = pending.angle or []
            pending.angle.append(text)
        else:
            pending.words.append(text)
            pending.has_at = pending.has_at or text == "@"
    yield from _finished(pending, again)


def _tokens(value: str) -> Iterator[tuple[str, str]]:
    """Kinds are the special characters themselves, `comment` (its content) and `word`; quotes stay around words."""
    at, open_quote, open_comment = 0, False, False
    while at < len(value):
        found = None
        if value[at] == '"' and not open_quote:
            found = _QUOTED.match(value, at)
            # Looked for once only: otherwise many of them would be looked for to the end, each.
            open_quote = found is None
        elif value[at] == "(" and not open_comment:
            end = _end_of_comment(value, at)
            open_comment = end is None
            if end is not None:
                yield "comment", _QUOTED_PAIR.sub(r"\1", value[at + 1 : end - 1])
                at = end
                continue
        found = found or _TOKEN.match(value, at)
        assert found is not None
        at, text = found.end(), found.group()
        yield (text if text in ",;:<>" else "word"), " " if text.isspace() else text


def _end_of_comment(value: str, start: int) -> int | None:
    depth = 0
    for found in _PARENTHESIS.finditer(value, start):
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        if depth == 0:
            return found.end()
    return None


def _finished(pending: _Pending, again: bool) -> Iterator[Mailbox]:
    if not pending.angle and not any("@" in each or "=?" in each for each in pending.words):
        return
    address = bare_address("".join(pending.angle or ()))
    if address:
        yield Mailbox(address, _name(pending.words, address) or _name([" ".join(pending.comments)], address))
        return
    bare = _bare(pending.words)
    if len(bare) == 1 and not bare[0].name:
        bare = [Mailbox(bare[0].address, _name([" ".join(pending.comments)], bare[0].address))]
    yield from bare
    if not bare and again:
        text = "".join(_unquoted(each) for each in pending.words)
        if "=?" in text or "@" in text:
            # Some programs encode, or quote, name and address as one.
            yield from _parsed(decoded(text), again=False)


def _bare(words: list[str]) -> list[Mailbox]:
    """Addresses without angle brackets, each with the words before it as its name."""
    found: list[Mailbox] = []
    name: list[str] = []
    for chunk in _chunks(words):
        address = bare_address(chunk) if "@" in chunk else ""
        if address:
            found.append(Mailbox(address, _name(name, address)))
            name = []
        else:
            name += (chunk, " ")
    return found


def _chunks(words: list[str]) -> Iterator[str]:
    """What stands together. Blanks around `@` and dots are obsolete syntax and mean nothing (RFC 5322, 4.4)."""
    chunk: list[str] = []
    apart = False
    for word in words:
        if word.isspace():
            apart = True
            continue
        if apart and chunk and not (word.startswith(("@", ".")) or chunk[-1] in ("@", ".")):
            yield "".join(chunk)
            chunk = []
        chunk.append(word)
        apart = False
    if chunk:
        yield "".join(chunk)


def _name(words: list[str], address: str) -> str:
    name = normal_title(_INVISIBLE.sub(" ", decoded("".join(_unquoted(each) for each in words))))
    if len(name) > 1 and name[0] == name[-1] == "'":
        name = name[1:-1].strip()
    return "" if name.lower() == address else name[:_LONGEST_NAME].rstrip()


def _unquoted(word: str) -> str:
    if len(word) > 1 and word[0] == word[-1] == '"':
        return _QUOTED_PAIR.sub(r"\1", word[1:-1])
    return word


def _tight(text: str) -> str:
    """Without the blanks around dots that the obsolete syntax allows."""
    return ".".join(each.strip() for each in text.split("."))


def _local(text: str) -> str:
    """In lower case; quoted only if it has to be (`"a.b"@c` is `a.b@c`)."""
    bare = _unquoted(text)
    if bare == text:
        bare = _tight(text)
        quoted = ""
    else:
        escaped = bare.replace("\\", "\\\\").replace('"', '\\"')
        quoted = f'"{escaped}"'
    bare = unicodedata.normalize("NFC", bare.lower())
    return bare if _LOCAL.match(bare) else quoted.lower()


def _domain(text: str) -> str:
    """In lower case and Unicode form (RFC 5890), without the root's dot."""
    text = _tight(_DOTS.sub(".", text)).lower().strip(".")
    domain = ".".join(_label(each) for each in text.split("."))
    return domain if _DOMAIN.match(domain) else ""


def _label(text: str) -> str:
    if text.startswith("xn--") and len(text) <= 63:
        try:
            decoded_label = text[4:].encode("ascii").decode("punycode")
        except (UnicodeError, OverflowError):
            return text
        clean = unicodedata.normalize("NFC", decoded_label.lower())
        return clean if clean.isprintable() and not _INVISIBLE.search(clean) and "." not in clean else text
    return unicodedata.normalize("NFC", text)
