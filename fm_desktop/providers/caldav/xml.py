"""WebDAV XML (RFC 4918, 4791, 6578): request bodies, and tolerant reading of answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from fm_desktop.port import Malformed
from fm_desktop.providers.caldav.hrefs import canonical, is_address, request_path

DAV = "DAV:"
CALDAV = "urn:ietf:params:xml:ns:caldav"
CALENDARSERVER = "http://calendarserver.org/ns/"
APPLE = "http://apple.com/ns/ical/"
NEXTCLOUD = "http://nextcloud.com/ns"
_PREFIXES = {"D": DAV, "C": CALDAV, "CS": CALENDARSERVER, "A": APPLE, "NC": NEXTCLOUD}

_STATUS_CODE = re.compile(r"[0-9]{3}")
# 418 comes from a hosted server for members that were deleted.
GONE_STATUSES = frozenset({404, 410, 418})


def dav(name: str) -> str:
    return f"{{{DAV}}}{name}"


def caldav(name: str) -> str:
    return f"{{{CALDAV}}}{name}"


GETETAG = dav("getetag")
RESOURCETYPE = dav("resourcetype")
CONTENT_TYPE = dav("getcontenttype")
SYNC_TOKEN = dav("sync-token")
DISPLAY_NAME = dav("displayname")
REPORTS = dav("supported-report-set")
PRIVILEGES = dav("current-user-privilege-set")
CURRENT_USER = dav("current-user-principal")
CALENDAR_DATA = caldav("calendar-data")
COMPONENTS = caldav("supported-calendar-component-set")
HOME_SET = caldav("calendar-home-set")
ADDRESS_SET = caldav("calendar-user-address-set")
DEFAULT_CALENDAR = caldav("schedule-default-calendar-URL")
CTAG = f"{{{CALENDARSERVER}}}getctag"
COLOUR = f"{{{APPLE}}}calendar-color"
DELETED_AT = f"{{{NEXTCLOUD}}}deleted-at"


# --- request bodies ------------------------------------------------------------------------------


def _root(tag: str) -> etree._Element:
    return etree.Element(tag, nsmap=_PREFIXES)


def _serialise(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _add_properties(root: etree._Element, properties: Iterable[str]) -> None:
    wanted = etree.SubElement(root, dav("prop"))
    for each in properties:
        etree.SubElement(wanted, each)


def propfind(properties: Iterable[str]) -> bytes:
    root = _root(dav("propfind"))
    _add_properties(root, properties)
    return _serialise(root)


def sync_collection(token: str) -> bytes:
    """RFC 6578 section 3.2. No limit is asked for: some servers cut at it and lose the rest."""
    root = _root(dav("sync-collection"))
    etree.SubElement(root, SYNC_TOKEN).text = token
    etree.SubElement(root, dav("sync-level")).text = "1"
    _add_properties(root, [GETETAG])
    return _serialise(root)


def multiget(paths: Iterable[str]) -> bytes:
    """RFC 4791 section 7.9."""
    root = _root(caldav("calendar-multiget"))
    _add_properties(root, [GETETAG, CALENDAR_DATA])
    for each in paths:
        etree.SubElement(root, dav("href")).text = request_path(each)
    return _serialise(root)


def query_by_uid(component: str, uid: str) -> bytes:
    """RFC 4791 section 7.8.6: the resources whose UID contains `uid` (the caller compares exactly)."""
    root = _root(caldav("calendar-query"))
    _add_properties(root, [GETETAG, CALENDAR_DATA])
    outer = etree.SubElement(etree.SubElement(root, caldav("filter")), caldav("comp-filter"), name="VCALENDAR")
    inner = etree.SubElement(outer, caldav("comp-filter"), name=component)
    condition = etree.SubElement(inner, caldav("prop-filter"), name="UID")
    etree.SubElement(condition, caldav("text-match"), collation="i;octet").text = uid
    return _serialise(root)


# --- answers -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One response of a multistatus. `status` is that of the whole entry, 200 where it has properties.

    `href` is the address verbatim, `path` its canonical path. `properties` holds only those found.
    """

    href: str
    path: str
    status: int
    properties: Mapping[str, etree._Element]

    @property
    def is_gone(self) -> bool:
        return self.status in GONE_STATUSES

    def text(self, name: str) -> str:
        """The text of a property, '' where it is missing or empty."""
        found = self.properties.get(name)
        return "" if found is None else "".join(str(part) for part in found.itertext()).strip()

    def children(self, name: str) -> frozenset[str]:
        """The tags of the elements inside a property."""
        found = self.properties.get(name)
        return frozenset() if found is None else frozenset(str(each.tag) for each in found)

    def hrefs(self, name: str) -> tuple[str, ...]:
        """The hrefs inside a property, verbatim; what is no address is left out."""
        found = self.properties.get(name)
        texts = () if found is None else ((each.text or "").strip() for each in found.iter(dav("href")))
        return tuple(each for each in texts if each and is_address(each))

    @property
    def etag(self) -> str | None:
        return self.text(GETETAG) or None


@dataclass(frozen=True, slots=True)
class Multistatus:
    """`truncated`: the server said (507) that there is more."""

    entries: tuple[Entry, ...]
    sync_token: str
    truncated: bool


def parse(body: bytes) -> etree._Element:
    """Any XML, without entities and without the network. Raises `Malformed`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(
            f"The calendar server answered something that is not WebDAV ({error}).",
            "Check the server's address, and that no sign-in page of a network stands in between.",
        ) from error
    return root


def multistatus(body: bytes) -> Multistatus:
    """Raises `Malformed` for anything that is no multistatus."""
    root = parse(body)
    if root.tag != dav("multistatus"):
        raise Malformed(
            "The calendar server answered with a page instead of calendar data.",
            "Check the server's address, and that no sign-in page of a network stands in between.",
        )
    entries = tuple(entry for response in root.iter(dav("response")) for entry in _entries(response))
    token = (root.findtext(SYNC_TOKEN) or "").strip()
    return Multistatus(entries, token, any(each.status == 507 for each in entries))


def _entries(response: etree._Element) -> Iterable[Entry]:
    """One response may name several hrefs when it carries a status only (RFC 4918 section 14.24)."""
    properties: dict[str, etree._Element] = {}
    for propstat in response.iterfind(dav("propstat")):
        if 200 <= _status(propstat.findtext(dav("status")), default=200) < 300:
            properties.update((str(each.tag), each) for found in propstat.iterfind(dav("prop")) for each in found)
    # Some servers put a status beside properties; properties that were found outweigh it.
    status = 200 if properties else _status(response.findtext(dav("status")), default=200)
    for href in response.iterfind(dav("href")):
        if href.text and href.text.strip():
            verbatim = href.text.strip()
            if not is_address(verbatim):
                # Left out it would count as absent.
                raise Malformed("The calendar server's list is damaged.")
            yield Entry(verbatim, canonical(verbatim), status, properties)


def _status(line: str | None, default: int) -> int:
    """The code of a status line such as `HTTP/1.1 404 Not Found`."""
    words = (line or "").split()
    return next((int(word) for word in words[:2] if _STATUS_CODE.fullmatch(word)), default)


def preconditions(body: bytes) -> frozenset[str]:
    """The local names of the conditions inside a DAV:error (RFC 4918 section 16), none for other bodies."""
    if b"error" not in body:
        return frozenset()
    try:
        root = parse(body)
    except Malformed:
        # An error page of any other kind: it names no condition, which is an answer in itself.
        return frozenset()
    if root.tag != dav("error"):
        return frozenset()
    return frozenset(etree.QName(each).localname for each in root.iterchildren("*"))
