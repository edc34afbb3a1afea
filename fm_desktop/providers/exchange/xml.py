"""EWS as XML: namespaces, building requests, and reading answers without trusting them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

Element = etree._Element

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
MESSAGES: Final = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES: Final = "http://schemas.microsoft.com/exchange/services/2006/types"
ERRORS: Final = "http://schemas.microsoft.com/exchange/services/2006/errors"

S: Final = f"{{{SOAP}}}"
M: Final = f"{{{MESSAGES}}}"
T: Final = f"{{{TYPES}}}"

_PREFIXES: Final = {"soap": SOAP, "m": MESSAGES, "t": TYPES}
_REFERENCE: Final = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NotXml(ValueError):
    """Bytes that are no XML document."""


def parse(data: bytes) -> Element:
    """The document without DTD and entities. Exchange refers to characters that XML 1.0 does not have when an item
    holds them (section 2.2); they become blanks. Raises `NotXml`."""
    for attempt in (data, None):
        source = _REFERENCE.sub(_allowed, data) if attempt is None else attempt
        try:
            root = etree.fromstring(source, _parser())
        except (etree.XMLSyntaxError, ValueError):
            continue
        if root.getroottree().docinfo.internalDTD is None:
            return root
        break
    raise NotXml("not a usable XML document")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
    )


def _allowed(reference: re.Match[bytes]) -> bytes:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    is_character = (
        code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    )
    return reference[0] if is_character else b" "


def clean(value: str) -> str:
    """A text without the characters that no XML document can hold."""
    return _NOT_XML.sub("", value)


def make(tag: str, *children: Element, value: str | None = None, **attributes: str) -> Element:
    """An element of EWS: `m:GetItem`, `t:Subject`."""
    prefix, _, name = tag.partition(":")
    element = etree.Element(f"{{{_PREFIXES[prefix]}}}{name}", nsmap=_PREFIXES)
    for name, each in attributes.items():
        element.set(name, clean(each))
    if value is not None:
        element.text = clean(value)
    element.extend(children)
    return element


def text(element: Element | None, path: str = "") -> str:
    """The text of an element, or of one below it (`t:ItemId/t:Id`); '' where there is none."""
    found = element if not path else at(element, path)
    return "" if found is None else (found.text or "")


def at(element: Element | None, path: str) -> Element | None:
    return None if element is None else element.find(path, _PREFIXES)


def all_at(element: Element | None, path: str) -> list[Element]:
    return [] if element is None else element.findall(path, _PREFIXES)


def attribute(element: Element | None, name: str) -> str:
    return "" if element is None else (element.get(name) or "")


def local_name(element: Element) -> str:
    tag = element.tag
    return str(tag).rpartition("}")[2]


def children(element: Element | None) -> Iterator[Element]:
    return iter(()) if element is None else iter(element)


def to_bytes(element: Element) -> bytes:
    """An element by itself."""
    return etree.tostring(element, encoding="utf-8", with_tail=False)
