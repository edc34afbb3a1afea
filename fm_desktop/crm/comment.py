"""The comment of a CRM row: the text of an item, then a marked block with what the CRM has no field for.

    Bring the contract.
    --- Shortened: the first 5,204 of 9,120 characters are shown. The rest is kept in your calendar. ---

    --- From your calendar. Changes below this line are not kept. ---
    Place: Calle Mayor 1

Pure. `split(join(text, details))` gives both back for every text in normal form. A salesperson may edit
the comment at will: what stands above the line is the text, however little is left of the marks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LIMIT = 6_000
"""The longest comment the CRM stores (CRM API 3.1); longer ones may be refused or cut, so none is sent."""

_RULE = "--- From your calendar. Changes below this line are not kept. ---"
_SHORTENED = (
    "--- Shortened: the first {shown:,} of {whole:,} characters are shown. The rest is kept in your calendar. ---"
)

# Tolerant of blanks, dashes and numbers somebody's editor changed.
_RULE_LINE = re.compile(r"\s*[-–—]{2,}\s*From your calendar\. Changes below this line are not kept\.\s*[-–—]*\s*")
_SHORTENED_LINE = re.compile(
    r"\s*[-–—]{2,}\s*Shortened: the first [\d.,\s]+ of ([\d.,\s]+) characters are shown\. "
    r"The rest is kept in your calendar\.\s*[-–—]*\s*"
)
# A line of the text itself that looks like a mark (a comment copied into a calendar) is quoted.
_QUOTE = "> "
_QUOTED = re.compile(r"(?:> )+")
# How far back from the limit a cut looks for the end of a word.
_WORD = 200


@dataclass(frozen=True, slots=True)
class Comment:
    """`whole` is 0, or the length in characters of the text that `text` is the beginning of.

    That beginning may have been edited by the user since it was written.
    """

    text: str
    details: str = ""
    whole: int = 0

    @property
    def shortened(self) -> bool:
        return self.whole > 0


def join(text: str, details: str = "", limit: int = LIMIT, whole: int = 0) -> str:
    """The comment of a text and its details, at most `limit` characters; the text is cut where it must be.

    With `whole`, `text` is only the beginning of a text that long, and is marked so.
    """
    block = _cut(f"{_RULE}\n{details}", limit // 2) if details else ""
    body = _quoted(text)
    gap = "\n\n" if block else ""
    room = limit - _length(gap + block)
    if whole or _length(body) > room:
        whole = max(whole, len(text))
        head = _head(text, room - _length("\n" + _SHORTENED.format(shown=len(text), whole=whole)))
        mark = _SHORTENED.format(shown=len(head), whole=whole)
        body = "\n".join(filter(None, (_quoted(head), mark)))
    return (body + gap if body else "") + block


def split(comment: str) -> Comment:
    """What a comment says. The first line below which changes are not kept counts, further ones are details."""
    lines = comment.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rule = next((index for index, line in enumerate(lines) if _RULE_LINE.fullmatch(line)), len(lines))
    head, details = lines[:rule], lines[rule + 1 :]
    if rule < len(lines) and head and not head[-1].strip():
        head = head[:-1]
    kept = [line for line in head if not _SHORTENED_LINE.fullmatch(line)]
    marks = filter(None, map(_SHORTENED_LINE.fullmatch, head))
    # Whatever was made of the number: nine digits of it are more than any text has characters.
    whole = max((int(re.sub(r"\D", "", mark[1])[:9] or 0) or 1 for mark in marks), default=0)
    return Comment("\n".join(map(_unquoted, kept)), "\n".join(details), whole)


def _length(text: str) -> int:
    """In UTF-16 units, the longest of the ways a server may count: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, limit: int) -> str:
    """The beginning of a text that has at most `limit` units."""
    if _length(text) <= limit:
        return text
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * max(0, limit)]
    return units.decode("utf-16-le", "ignore")


def _head(text: str, limit: int) -> str:
    """As much of a text as fits when quoted, cut at the end of a word where one is near."""
    head = _cut(text, limit)
    while (excess := _length(_quoted(head)) - limit) > 0:
        head = _cut(head, _length(head) - excess)
    if len(head) < len(text) and not text[len(head)].isspace():
        blank = max((head.rfind(each) for each in " \n\t"), default=-1)
        if blank >= len(head) - _WORD and blank > 0:
            head = head[:blank]
    return head.rstrip()


def _is_mark(line: str) -> bool:
    return _RULE_LINE.fullmatch(line) is not None or _SHORTENED_LINE.fullmatch(line) is not None


def _after_quotes(line: str) -> str:
    found = _QUOTED.match(line)
    return line[found.end() :] if found else line


def _quoted(text: str) -> str:
    return "\n".join(_QUOTE + line if _is_mark(_after_quotes(line)) else line for line in text.split("\n"))


def _unquoted(line: str) -> str:
    rest = _after_quotes(line)
    return line.removeprefix(_QUOTE) if rest != line and _is_mark(rest) else line
