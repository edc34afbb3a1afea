"""Bodies: the service keeps HTML of its own making, and gives text only where it is asked for."""

from __future__ import annotations

import html
from typing import Any

from lxml import html as lxml_html

_PAGE = (
    '<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n'
    "<body>\r\n{}\r\n</body>\r\n</html>\r\n"
)
_BLOCKS = frozenset({"div", "p", "li", "tr", "h1", "h2", "h3", "table", "ul", "ol"})


def stored(body: dict[str, Any] | None) -> str:
    """What is kept of an itemBody: a whole page of HTML, or nothing."""
    content = (body or {}).get("content") or ""
    if not content.strip():
        return ""
    if (body or {}).get("contentType", "text").lower() == "text":
        lines = html.escape(content, quote=False).replace("\r\n", "\n").replace("\n", "<br>\r\n")
        return _PAGE.format(f'<div class="PlainText">{lines}</div>')
    return _rewritten(content)


def _rewritten(content: str) -> str:
    tree = lxml_html.document_fromstring(content)
    for element in tree.xpath("//script|//meta|//style"):
        element.drop_tree()
    body = tree.find("body")
    inner = (body.text or "") + "".join(lxml_html.tostring(child, encoding="unicode") for child in body)
    return _PAGE.format(inner)


def text_of(page: str) -> str:
    if not page:
        return ""
    lines = _lines(lxml_html.document_fromstring(page).find("body")).splitlines()
    return "\r\n".join(line.strip() for line in lines).strip()


def _lines(element: Any) -> str:
    text = (element.text or "").replace("\r", "").replace("\n", " ")
    for child in element:
        inner = "\n" if child.tag == "br" else _lines(child)
        if child.tag in _BLOCKS:
            inner = f"\n{inner}\n" if text and not text.endswith("\n") else f"{inner}\n"
        text += inner + (child.tail or "").replace("\r", "").replace("\n", " ")
    return text


def written(page: str, wanted: str | None) -> dict[str, str]:
    """The itemBody for `Prefer: outlook.body-content-type`; HTML is the default."""
    if wanted == "text":
        return {"contentType": "text", "content": text_of(page)}
    return {"contentType": "html", "content": page}


def preview(page: str) -> str:
    return text_of(page)[:255]
