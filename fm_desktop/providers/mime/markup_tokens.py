"""HTML as tags and the text between them, in linear time. Comments, scripts, styles and titles are left out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

# A quoted value counts behind `=` only: an apostrophe anywhere else must not swallow the text up to the next one.
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*+)((?:[^>=]|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)>")
_SIMPLE_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*+)([^>]*+)>")
_DECLARATION = re.compile(r"<[!?/][^>]*+>")
_ATTRIBUTE = re.compile(r"([A-Za-z][\w:-]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"']++)))?+")
_RAW = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed")
_MOST_ATTRIBUTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Tag:
    """`name` in lower case; `empty` is written `<name/>`."""

    name: str
    closing: bool
    empty: bool
    inside: str

    def attributes(self) -> dict[str, str]:
        """By name in lower case, with entities decoded; the first counts where one is given twice."""
        found: dict[str, str] = {}
        for name, *values in _ATTRIBUTE.findall(self.inside[:_MOST_ATTRIBUTES]):
            found.setdefault(name.lower(), html.unescape("".join(values)))
        return found


def tokens(markup: str) -> Iterator[str | Tag]:
    """Texts still with their entities."""
    at = shown = 0
    # Once something is known to be found no more it is not looked for again: that would take quadratic time.
    tag, lost, last = _TAG, set[str](), markup.rfind(">")
    while True:
        at = markup.find("<", at)
        if at < 0 or at > last:
            break
        end = _end_of_comment(markup, at, lost)
        found = None
        if end is None:
            found = tag.match(markup, at)
            if found is None and markup[at + 1 : at + 2].isalpha():
                tag = _SIMPLE_TAG
                found = tag.match(markup, at)
            other = None if found else _DECLARATION.match(markup, at)
            end = found.end() if found else other.end() if other else None
        if end is None:
            at += 1
            continue
        if shown < at:
            yield markup[shown:at]
        if found is not None:
            name = found.group(2).lower()
            empty = found.group(3).endswith("/")
            yield Tag(name, bool(found.group(1)), empty, found.group(3))
            if name in _RAW and not found.group(1):
                end = _end_of_raw(markup, end, name, lost)
        at = shown = end
    if shown < len(markup):
        yield markup[shown:]


def _end_of_comment(markup: str, at: int, lost: set[str]) -> int | None:
    """None if there is no comment here; one that is never closed ends with its first tag's end."""
    if not markup.startswith("<!--", at) or "comment" in lost:
        return None
    end = markup.find("-->", at + 2)
    if end < 0:
        lost.add("comment")
        return None
    return end + 3


def _end_of_raw(markup: str, at: int, name: str, lost: set[str]) -> int:
    """Behind what is no markup; if it never ends, the text after it is worth more than the rule that it all belongs
    to it."""
    if name in lost:
        return at
    found = re.compile(rf"</{name}\b[^>]*+>", re.IGNORECASE).search(markup, at)
    if found is None:
        lost.add(name)
        return at
    return found.end()
