"""XML as servers answer it, with elements gone, twice, elsewhere, of other names and with other texts."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from hypothesis import strategies as st
from lxml import etree

from tests.fuzz import bytes_damaged

# fmt: off
TEXTS = (
    "", " ", "x", "0", "-1", "²", "9" * 30, "9" * 5_000, "true", "HTTP/1.1 404 Not Found", "HTTP/1.1 ²00 OK", "HTTP/1.1 " + "9" * 5_000,
    "http://[x/", "https://[::1", "https://elsewhere.example/a", "/cal/a%ff.ics", "/cal/%2e%2e/", "//x", "mailto:%ff@x", "\ufffd", "é",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-11-25", "99999-01-01T00:00:00Z", "P" + "9" * 5_000 + "D",
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\nDTSTART:99991231\nEND:VEVENT\nEND:VCALENDAR", "<b>x</b>", "Romance Standard Time", "\u202e",
)
# fmt: on
PIECES = (
    b"<!-- a comment -->",
    b"<?pi x?>",
    b"<![CDATA[x]]>",
    b"&amp;",
    b"&unknown;",
    b"&#0;",
    b"&#xD800;",
    b"&#x1F;",
    b"<a xmlns='DAV:'/>",
    b"<!DOCTYPE x [<!ENTITY e 'x'>]>",
    b"<x:y/>",
    b"]]>",
    b"<D:propstat/>",
)  # fmt: skip


@st.composite
def _tree_damaged(draw, seeds: Sequence[bytes], most: int) -> bytes:
    root = etree.fromstring(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, most))):
        elements = [each for each in root.iter("*")]
        draw(st.sampled_from(_WAYS))(draw, draw(st.sampled_from(elements)), elements)
    return etree.tostring(root, encoding="utf-8")


def damaged(seeds: Sequence[bytes], most: int = 4) -> st.SearchStrategy[bytes]:
    """One of the seeds with some damage, to its elements or to its bytes."""
    return st.one_of(_tree_damaged(tuple(seeds), most), bytes_damaged.damaged(seeds, PIECES, most=2))


def _text_replaced(draw, element, _) -> None:
    element.text = draw(st.sampled_from(TEXTS))


def _attribute_replaced(draw, element, _) -> None:
    names = sorted(element.attrib) or ["Id"]
    element.set(draw(st.sampled_from(names)), draw(st.sampled_from(TEXTS)))


def _removed(draw, element, _) -> None:
    if element.getparent() is not None:
        element.getparent().remove(element)


def _doubled(draw, element, _) -> None:
    if element.getparent() is not None:
        element.getparent().append(copy.deepcopy(element))


def _moved(draw, element, elements) -> None:
    draw(st.sampled_from(elements)).append(copy.deepcopy(element))


def _renamed(draw, element, elements) -> None:
    element.tag = draw(st.sampled_from(elements)).tag


def _emptied(draw, element, _) -> None:
    for child in list(element):
        element.remove(child)


def _commented(draw, element, _) -> None:
    element.insert(0, draw(st.sampled_from((etree.Comment("x"), etree.ProcessingInstruction("x")))))


_WAYS = (
    _text_replaced,
    _text_replaced,
    _attribute_replaced,
    _removed,
    _doubled,
    _moved,
    _renamed,
    _emptied,
    _commented,
)
