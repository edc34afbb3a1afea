"""Answers of WebDAV servers are read tolerantly, and never with entities or the network."""

from __future__ import annotations

import pytest
from lxml import etree

from fm_desktop.port import Malformed
from fm_desktop.providers.caldav import xml

ANSWER = b"""<?xml version="1.0"?>
<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
 <d:response><d:href> /cal/a%40b.ics </d:href><d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop>
  <d:status>HTTP/1.1 200 OK</d:status></d:propstat>
  <d:propstat><d:prop><c:calendar-data/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>
 <d:response><d:href>/cal/gone1.ics</d:href><d:href>/cal/gone2.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>
 <d:response><d:href>/cal/teapot.ics</d:href><d:status>HTTP/1.1 418 Gone</d:status></d:response>
 <d:response><d:href>/cal/both.ics</d:href><d:status>HTTP/1.1 200 OK</d:status>
  <d:propstat><d:prop><d:getetag>"2"</d:getetag></d:prop></d:propstat></d:response>
 <d:response><d:href/></d:response>
 <d:sync-token> token-2 </d:sync-token>
</d:multistatus>"""


def test_entries_statuses_and_token() -> None:
    page = xml.multistatus(ANSWER)
    found = {each.path: each for each in page.entries}
    assert found["/cal/a@b.ics"].etag == '"1"'
    assert xml.CALENDAR_DATA not in found["/cal/a@b.ics"].properties
    assert {path for path, each in found.items() if each.is_gone} == {
        "/cal/gone1.ics",
        "/cal/gone2.ics",
        "/cal/teapot.ics",
    }
    assert found["/cal/both.ics"].etag == '"2"'
    assert len(found) == 5
    assert page.sync_token == "token-2"
    assert not page.truncated


def test_cut_is_seen() -> None:
    body = ANSWER.replace(b"418 Gone", b"507 Insufficient Storage")
    assert xml.multistatus(body).truncated


@pytest.mark.parametrize("body", [b"", b"<html><p>", b"not xml", b"<html/>", b"\xff\xfe", ANSWER[:200]])
def test_anything_else_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        xml.multistatus(body)


def test_entities_are_not_expanded() -> None:
    bomb = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "x"><!ENTITY file SYSTEM "file:///etc/hostname">]>
    <multistatus xmlns="DAV:"><response><href>/a.ics</href><propstat><prop><getetag>&a;&file;</getetag></prop></propstat></response></multistatus>"""
    (entry,) = xml.multistatus(bomb).entries
    assert "x" not in (entry.etag or "").replace("&", "").replace("file", "")


def test_conditions_of_an_error() -> None:
    body = b'<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:no-uid-conflict/><!-- why --></D:error>'
    assert xml.preconditions(body) == {"no-uid-conflict"}
    assert xml.preconditions(b"<html>error</html>") == frozenset()
    assert xml.preconditions(b"error: no") == frozenset()
    assert xml.preconditions(b"") == frozenset()


def test_requests_escape_what_they_carry() -> None:
    tree = etree.fromstring(xml.query_by_uid("VEVENT", "<&\"'>"))
    assert tree.findtext(".//{urn:ietf:params:xml:ns:caldav}text-match") == "<&\"'>"
    hrefs = [each.text for each in etree.fromstring(xml.multiget(["/cal/a b&c.ics"])).iter("{DAV:}href")]
    assert hrefs == ["/cal/a%20b&c.ics"]
    assert etree.fromstring(xml.sync_collection("")).find("{DAV:}sync-token") is not None
