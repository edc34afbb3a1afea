"""TEXT values, and descriptions that are HTML.

Plain text stays as it is. What is HTML becomes text for the CRM; the HTML itself stays in the raw
component until somebody changes the text.
"""

from __future__ import annotations

import html
import re

from fm_desktop.model.text import normal_text
from fm_desktop.providers.ical.document import Component, Property

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*|/)?>|<![^<>]*>")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);")
_DOCUMENT = re.compile(r"\s*<(?:!doctype html|html|head|body|div|p|span|font|table|ul|ol|meta)\b[^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"(<br\s*/?>)[ \t]*\r?\n", re.IGNORECASE)
_QUOTED_PRINTABLE = re.compile(r"=([0-9A-Fa-f]{2})")
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_BLOCKS = frozenset(
    ("html", "body", "div", "p", "ul", "ol", "li", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre")
)
_HIDDEN = frozenset(("script", "style", "head", "title"))
# libxml2 drops what is nested deeper than 255 without a word, and inscriptis recurses.
_DEEPEST = 200


def unescape(value: str) -> str:
    r"""A TEXT value as text (RFC 5545, 3.3.11): `\n`, `\,`, `\;`, `\\`; other escapes lose their backslash."""
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda found: "\n" if found.group(1) in "nN" else found.group(1), value)


def escape(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def text_of(found: Property | None) -> str:
    """The text of a property, '' without one."""
    if found is None:
        return ""
    value = found.value
    if found.parameter("ENCODING").upper() == "QUOTED-PRINTABLE":
        value = _from_quoted_printable(value, found.parameter("CHARSET"))
    return unescape(value)


def description_of(component: Component, *, is_html: bool) -> str:
    """The description in normal form. `is_html`: this provider's descriptions are HTML even without a sign of it."""
    text = text_of(component.first("DESCRIPTION"))
    if text.strip():
        return readable(text, is_html=is_html)
    return readable(text_of(component.first("X-ALT-DESC")), is_html=True)


def readable(text: str, *, is_html: bool) -> str:
    """Text or HTML as normal text; never fails, whatever the HTML is."""
    if is_html and not _TAG.search(text):
        return normal_text(html.unescape(text) if _ENTITY.search(text) else text)
    if is_html or looks_like_html(text):
        return normal_text(_html_to_text(text))
    return normal_text(text)


def looks_like_html(text: str) -> bool:
    """A text that starts as an HTML fragment and ends with a tag: prose that mentions `<br>` is no HTML."""
    return bool(_DOCUMENT.match(text)) and text.rstrip().endswith(">")


def written(text: str, *, is_html: bool) -> str:
    """Text for a DESCRIPTION. Where those are HTML only `&`, `<` and `>` are escaped, line ends stay."""
    return html.escape(text, quote=False) if is_html else text


def _html_to_text(markup: str) -> str:
    tags = [found for found in _TAG.finditer(markup) if found.group(2)]
    markup_names = {found.group(2).lower() for found in tags}
    if not markup_names & _BLOCKS:
        # Line ends count where nothing else makes lines: Google shows both kinds.
        markup = _BREAK.sub(r"\1", markup).replace("\r\n", "\n").replace("\n", "<br>")
    if _depth(tags) > _DEEPEST:
        return _without_tags(markup)
    return _rendered(markup)


def _depth(tags: list[re.Match[str]]) -> int:
    depth = deepest = 0
    for found in tags:
        if found.group(1):
            depth = max(0, depth - 1)
        elif found.group(2).lower() not in _VOID and not found.group().endswith("/>"):
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _rendered(markup: str) -> str:
    # Imported when first used: most descriptions are plain text.
    import lxml.etree
    import lxml.html
    from inscriptis import Inscriptis

    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, huge_tree=True)
    try:
        root = lxml.html.document_fromstring(markup.replace("\x00", "").encode("utf-8", "replace"), parser=parser)
        _show_links(root)
        return str(Inscriptis(root).get_text())
    except (lxml.etree.LxmlError, RecursionError, ValueError, AttributeError, IndexError, KeyError, TypeError):
        # inscriptis trips over odd attributes in many ways; the text itself is still worth having.
        return _without_tags(markup)


def _show_links(root: object) -> None:
    """Puts the address behind a link's words: the meeting's link is what people need most."""
    import lxml.html

    assert isinstance(root, lxml.html.HtmlElement)
    for link in root.iter("a"):
        target = (link.get("href") or "").strip()
        words = "".join(link.itertext())
        if target.lower().startswith(("http://", "https://")) and target.rstrip("/") not in words:
            tail = lxml.html.Element("span")
            tail.text = f" <{target}>"
            link.append(tail)


def _without_tags(markup: str) -> str:
    """The words alone, in linear time."""
    pieces: list[str] = []
    at, hidden = 0, ""
    for found in _TAG.finditer(markup):
        if not hidden:
            pieces.append(markup[at : found.start()])
        at = found.end()
        name = (found.group(2) or "").lower()
        if hidden:
            hidden = "" if found.group(1) and name == hidden else hidden
        elif name in _HIDDEN and not found.group(1):
            hidden = name
        elif name in _BLOCKS or name == "br":
            pieces.append("\n")
    if not hidden:
        pieces.append(markup[at:])
    lines = (line.strip() for line in html.unescape("".join(pieces)).split("\n"))
    return "\n".join(line for line in lines if line)


def _from_quoted_printable(value: str, charset: str) -> str:
    data = _QUOTED_PRINTABLE.sub(lambda found: chr(int(found.group(1), 16)), value)
    try:
        return data.encode("latin-1").decode(charset or "utf-8")
    except (UnicodeError, LookupError):
        return data
