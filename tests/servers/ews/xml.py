"""Names and small builders for the XML of Exchange Web Services."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

Element = etree._Element

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
T = "http://schemas.microsoft.com/exchange/services/2006/types"
M = "http://schemas.microsoft.com/exchange/services/2006/messages"
E = "http://schemas.microsoft.com/exchange/services/2006/errors"
NAMES = {"soap": SOAP, "t": T, "m": M}

_Content = Element | str | None


def t(name: str, *content: _Content, **attributes: str) -> Element:
    """An element of the types namespace. None as content is left out."""
    return _build(T, name, content, attributes)


def m(name: str, *content: _Content, **attributes: str) -> Element:
    """An element of the messages namespace."""
    return _build(M, name, content, attributes)


def _build(namespace: str, name: str, content: Iterable[_Content], attributes: dict[str, str]) -> Element:
    element = etree.Element(f"{{{namespace}}}{name}", attributes, nsmap=NAMES)
    for each in content:
        if isinstance(each, str):
            element.text = each
        elif each is not None:
            element.append(each)
    return element


def local(element: Element) -> str:
    """The name without its namespace."""
    return etree.QName(element).localname


def copy(element: Element) -> Element:
    """A copy that stands alone."""
    return etree.fromstring(etree.tostring(element, with_tail=False))


def find(element: Element, path: str) -> Element | None:
    """The first element at a path such as `m:ItemShape/t:BaseShape`."""
    return element.find(path, NAMES)


def need(element: Element, path: str) -> Element:
    found = find(element, path)
    if found is None:
        raise LookupError(f"{local(element)} has no {path}")
    return found


def text(element: Element | None, path: str = "", default: str = "") -> str:
    found = element if element is None or not path else find(element, path)
    return default if found is None or found.text is None else found.text


def truth(value: str | None) -> bool:
    """An xs:boolean."""
    return value is not None and value.strip() in ("true", "1")


def boolean(value: object) -> str:
    return "true" if value else "false"


def children(element: Element | None) -> list[Element]:
    """The child elements, without comments."""
    return [] if element is None else [each for each in element if isinstance(each.tag, str)]
