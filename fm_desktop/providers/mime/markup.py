"""HTML as plain text, in one pass whose time and memory grow with its length only, and which nothing can make fail.

Neither lxml with inscriptis nor `html.parser` does for mail: the first lose what is nested deeper than 255 levels,
decode entities twice and pad layout tables to their widest cell; the other needs quadratic time for broken markup.
Nothing is fetched, nothing is run: scripts, styles, images and what the sender hides (preheaders) are left out.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from fm_desktop.model.text import normal_text
from fm_desktop.providers.mime.markup_tokens import Tag, tokens

# fmt: off
_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "dl", "figure"))
_BLOCKS = _PARAGRAPHS | {
    "address", "article", "aside", "body", "caption", "center", "dd", "div", "dt", "fieldset", "figcaption", "footer",
    "form", "header", "hr", "html", "li", "main", "nav", "section", "table", "tbody", "tfoot", "thead", "tr",
}
_VOID = frozenset((
    "area", "base", "basefont", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
))
# fmt: on
# What an opening tag closes, if it is the innermost open one: people leave these end tags out.
_CLOSES = {"li": ("li",), "dt": ("dt", "dd"), "dd": ("dt", "dd"), "td": ("td", "th"), "th": ("td", "th")}
_CLOSES |= {"tr": ("td", "th", "tr"), "option": ("option",)}
_NEVER_SHOWN = frozenset(("datalist", "map", "noframes", "object", "select", "svg", "template", "video", "audio"))
_HIDING = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:max-height|opacity)\s*:\s*0(?![.\d]))",
    re.IGNORECASE,
)
# Single blanks, which are most, stay as they are.
_BLANKS = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")
# Fillers behind a preheader, so that a mail program's list shows nothing else there.
_FILLER = re.compile("(?:[\u034f\u00ad\u200b-\u200f\u2007\ufeff][ \u00a0]*){3,}")
_BLANK_LINES = re.compile(r"\n{3,}")
_CONTENT_ID = re.compile(r"\bcid:([^\"'\s<>)]{1,998})", re.IGNORECASE)
_LONGEST_LINK = 200
_DEEPEST_QUOTE, _DEEPEST_LIST = 10, 10


def html_to_text(markup: str) -> str:
    """In normal form. A page of which everything is hidden is shown as a whole."""
    shown = _rendered(markup, hide=True)
    return shown or _rendered(markup, hide=False)


def content_ids(markup: str) -> frozenset[str]:
    """The parts a page shows by their Content-ID (RFC 2392)."""
    return frozenset(unquote(html.unescape(found)).strip() for found in _CONTENT_ID.findall(markup))


def _rendered(markup: str, *, hide: bool) -> str:
    page = _Page(hide)
    for token in tokens(markup):
        if isinstance(token, str):
            page.words(html.unescape(token))
        elif token.closing:
            page.close(token.name)
        else:
            page.open(token)
    return _BLANK_LINES.sub("\n\n", normal_text(_FILLER.sub("", page.text())))


@dataclass(slots=True)
class _Open:
    """An open element. Of a link: its address, and where its words begin: words written, lines, words in the line."""

    name: str
    hidden: bool = False
    link: str = ""
    label: tuple[int, int, int] = (0, 0, 0)


@dataclass(slots=True)
class _Page:
    """The lines written so far and the elements that are open. `counts` tells without a search whether one is.
    `numbers`: of each open list its next number, None for one with bullets."""

    hide: bool
    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    numbers: list[int | None] = field(default_factory=list)
    link: _Open | None = None
    hidden: int = 0
    written: int = 0
    blank: str = ""
    bullet: str = ""

    def text(self) -> str:
        self.end_line()
        return "\n".join(self.lines)

    def words(self, text: str) -> None:
        if self.hidden:
            return
        if self.counts.get("pre"):
            first, *more = text.replace("\r\n", "\n").split("\n")
            self.write(first)
            for each in more:
                self.new_line()
                self.write(each)
            return
        text = _BLANKS.sub(" ", text)
        if text.startswith(" "):
            self.blank = self.blank or " "
        self.write(text.strip(" "))
        if text != " " and text.endswith(" "):
            self.blank = " "

    def write(self, text: str) -> None:
        if not text:
            return
        if self.line and self.blank:
            self.line.append(self.blank)
        self.blank = ""
        self.line.append(text)
        self.written += 1

    def end_line(self) -> None:
        """Ends the line if there is anything in it."""
        if self.line:
            self.new_line()
        self.blank = ""

    def new_line(self) -> None:
        quotes = min(self.counts.get("blockquote", 0), _DEEPEST_QUOTE)
        indent = "  " * min(max(len(self.numbers) - 1, 0), _DEEPEST_LIST)
        start = "> " * quotes + indent
        self.lines.append(start + self.bullet + "".join(self.line))
        self.bullet = " " * len(self.bullet) if self.line else self.bullet
        self.line.clear()
        self.blank = ""

    def gap(self) -> None:
        """Ends the paragraph: a blank line comes before what follows."""
        self.end_line()
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append("> " * min(self.counts.get("blockquote", 0), _DEEPEST_QUOTE))

    def open(self, tag: Tag) -> None:
        name = tag.name
        self._close_implied(name)
        if not self.hidden:
            self._break_before(name)
        if name in _VOID or tag.empty:
            return
        element = _Open(name)
        if name in _NEVER_SHOWN or (self.hide and _hides(tag)):
            element.hidden = True
            self.hidden += 1
        elif name == "a":
            self._begin_link(element, tag)
        elif name in ("ul", "ol"):
            self.numbers.append(1 if name == "ol" else None)
        self.opened.append(element)
        self.counts[name] = self.counts.get(name, 0) + 1

    def close(self, name: str) -> None:
        if name in ("p", "br") and not self.counts.get(name) and not self.hidden:
            # Browsers make a break of an end tag without a beginning.
            self._break_before(name)
        if not self.counts.get(name):
            return
        while self.opened:
            element = self.opened.pop()
            self._closed(element)
            if element.name == name:
                return

    def _closed(self, element: _Open) -> None:
        name = element.name
        if not self.hidden:
            if element is self.link:
                self._end_link(element)
            if name in _BLOCKS:
                # The quote's mark belongs to its last line, so the line ends first.
                self.end_line()
        self.counts[name] -= 1
        if name in ("ul", "ol") and not element.hidden and self.numbers:
            self.numbers.pop()
        if element.hidden:
            self.hidden -= 1
        elif not self.hidden:
            if name in _PARAGRAPHS:
                self.gap()
            if name == "li":
                self.bullet = ""

    def _close_implied(self, name: str) -> None:
        if self.opened and self.opened[-1].name == "p" and name in _BLOCKS:
            self.close("p")
        for each in _CLOSES.get(name, ()):
            if self.opened and self.opened[-1].name == each:
                self.close(each)

    def _break_before(self, name: str) -> None:
        if name == "br":
            self.new_line()
        elif name in _PARAGRAPHS and not (name in ("ul", "ol") and self.numbers):
            self.gap()
        elif name in _BLOCKS:
            self.end_line()
        if name in ("td", "th") and self.line:
            self.blank = "  "
        elif name == "hr":
            self.write("---")
            self.end_line()
        elif name == "li":
            self._begin_item()

    def _begin_item(self) -> None:
        number = self.numbers[-1] if self.numbers else None
        self.bullet = "- " if number is None else f"{number}. "
        if number is not None:
            self.numbers[-1] = number + 1

    def _begin_link(self, element: _Open, tag: Tag) -> None:
        target = tag.attributes().get("href", "").strip()
        if len(target) <= _LONGEST_LINK and target.lower().startswith(("http://", "https://")):
            element.link = target
            element.label = (self.written, len(self.lines), len(self.line))
        # Links are never within links: the one that is open ends here.
        self.link = element if element.link else None

    def _end_link(self, element: _Open) -> None:
        """Puts a link's address behind its words, unless they say it already."""
        written, lines, words = element.label
        said = "".join(self.line[words:]) if len(self.lines) == lines else ""
        if self.written > written and element.link.rstrip("/") not in said:
            self.blank = " "
            self.write(f"<{element.link}>")
        self.link = None


def _hides(tag: Tag) -> bool:
    lower = tag.inside.lower()
    if "hidden" not in lower and "style" not in lower:
        return False
    attributes = tag.attributes()
    return "hidden" in attributes or _HIDING.search(attributes.get("style", "")) is not None
