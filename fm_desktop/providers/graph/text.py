"""An item's body (itemBody): HTML or text as text of the model, and edits that keep what is not the user's.

The body of an online meeting ends with the service's own block: how to join. Whoever writes a body without it takes
the meeting from everybody ("Preserve the meeting blob", event: update). So the block is no part of the text; its link
is shown with the place, and an edit leaves it as it was.
"""

from __future__ import annotations

import html
import re
from typing import Final

from fm_desktop.model.text import normal_text
from fm_desktop.providers.graph.raw import Json, part, text
from fm_desktop.providers.ical.errors import NotPossible
from fm_desktop.providers.mime.markup import html_to_text

# What the block begins with: a line, or the frame around it.
_MARK: Final = re.compile(r"_{20,}|<div class=[\"']?me-email-text\b[^<>]*>")
_TAGS: Final = re.compile(r"<[^<>]*>")
_OPENING: Final = re.compile(r"<([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?>\s*")
_BODY: Final = re.compile(r"<body(?:\s[^<>]*)?>", re.IGNORECASE)
_HTML: Final = "html"


def text_of(entity: Json) -> str:
    """The text in normal form, without the block of an online meeting."""
    body = part(entity, "body")
    content = _apart(body, join_link(entity))[0]
    return html_to_text(content) if _is_html(body) else normal_text(content)


def join_link(event: Json) -> str:
    """Where an online meeting is joined, '' for another event."""
    return (text(part(event, "onlineMeeting"), "joinUrl") or text(event, "onlineMeetingUrl")).strip()


def new_body(written: str) -> Json:
    return {"contentType": "text", "content": normal_text(written)}


def changed_body(entity: Json, written: str) -> Json | None:
    """The body with another text, None where it says so already. What was HTML stays HTML.

    Raises `NotPossible` where the meeting's block cannot be told from the text.
    """
    if normal_text(written) == text_of(entity):
        return None
    body, link = part(entity, "body"), join_link(entity)
    if not _is_html(body) and not link:
        return new_body(written)
    _, block = _apart(body, link)
    if link and not block and _mentions(text(body, "content"), link):
        raise NotPossible("Its text holds the way into the online meeting, which a change from here could destroy.")
    if not _is_html(body):
        return {"contentType": "text", "content": f"{normal_text(written)}\n{block}" if block else normal_text(written)}
    lines = "<br>\r\n".join(html.escape(line, quote=False) for line in normal_text(written).split("\n"))
    return {"contentType": _HTML, "content": f"<html><body><div>{lines}</div>{block or '</body></html>'}"}


def with_note(entity: Json, note: str) -> Json:
    """The body with a sentence of ours before it."""
    body = part(entity, "body")
    content = text(body, "content")
    if not _is_html(body):
        return new_body(f"{note}\n\n{content}" if content.strip() else note)
    opening = _BODY.search(content)
    begin = opening.end() if opening else 0
    sentence = f"<p>{html.escape(note, quote=False)}</p>"
    return {"contentType": _HTML, "content": f"{content[:begin]}{sentence}{content[begin:]}"}


def _is_html(body: Json) -> bool:
    return text(body, "contentType").lower() == _HTML


def _apart(body: Json, link: str) -> tuple[str, str]:
    """What people wrote, and the block of the online meeting from its first tag on; '' where there is none."""
    content = text(body, "content")
    at = _place(content, link) if link else -1
    marks = [found.start() for found in _MARK.finditer(content, 0, at)] if at >= 0 else []
    if not marks:
        return content, ""
    begin = marks.pop()
    # The line stands right before the frame, where there are both.
    if marks and not _TAGS.sub("", content[marks[-1] : begin]).strip("_ \r\n\t"):
        begin = marks.pop()
    begin = _opened(content, begin) if _is_html(body) else begin
    return content[:begin], content[begin:]


def _opened(content: str, begin: int) -> int:
    """Where the tags begin that stand right before a place, those of the page itself left out."""
    while (tag := content.rfind("<", 0, begin)) >= 0:
        found = _OPENING.fullmatch(content, tag, begin)
        if found is None or found.group(1).lower() in ("html", "body"):
            break
        begin = tag
    return begin


def _place(content: str, link: str) -> int:
    return max(content.find(link), content.find(html.escape(link)))


def _mentions(content: str, link: str) -> bool:
    return _place(content, link) >= 0
