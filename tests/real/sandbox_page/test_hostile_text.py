"""Nothing that the sandbox's web page shows is run, and no address in a form leads away from it."""

from __future__ import annotations

import httpx2
import lxml.html
from lxml import etree

from fm_desktop.sandbox.server import SandboxServer
from tests.real.sandbox_page.browsing import MARK, add, post, shown, words

EVIL = "<script>alert(1)</script>\"' onmouseover=x <img src=x onerror=y> {{ 7*7 }} javascript:alert(1)"


def test_hostile_text_is_text_on_every_page(page: httpx2.Client, server: SandboxServer) -> None:
    account = server.store.create(
        "accounts",
        {"name": EVIL, "branchId": 1, "salesRepId1": 1, "website": "javascript:alert(1)", "comment": EVIL, "city": EVIL}
        | {"email": '"><script>@x.example'},
    )
    names = {"firstName": EVIL[:90], "lastName": EVIL[:90]}
    contact = server.store.create(
        "contacts", {**names, "accountId": account, "salesRepId": 1, "comment": EVIL, "email": "evil@hostile.example"}
    )
    comment = f"{EVIL}\n\n{MARK}\nPlace: {EVIL}\nOrganiser: {EVIL} <evil@hostile.example>\nYour answer: {EVIL}\n- {EVIL}\n{EVIL}"
    item = add(server, subject=EVIL, comment=comment, accountId=account, contactId=contact, city=EVIL, extId=EVIL[:99])
    plain = add(server, subject=EVIL, comment=comment)
    paths = [
        f"/items/{item}", f"/items/{item}/edit", f"/items/{plain}", "/week?day=2026-11-25", f"/contacts/{contact}",
        f"/accounts/{account}", "/contacts", "/accounts", "/new", f"/list?period=all&q={EVIL[:8]}",
    ]  # fmt: skip
    for path in paths:
        html = shown(page, path)
        assert EVIL[:20] in words(html), f"{path} does not show the text at all"
        for element in lxml.html.fromstring(html).iter(etree.Element):
            assert element.tag not in ("script", "iframe", "object"), path
            assert not [each for each in element.attrib if each.startswith("on") or each == "style"], path
            assert element.get("src") in (None, "/static/icon.svg"), path
            assert not (element.get("href") or "").lower().startswith(("javascript", "data")), path
    server.store.update("accounts", account, {"name": "Harmless"})
    server.store.delete("calendar", item)
    server.store.delete("calendar", plain)
    server.store.delete("contacts", contact)
    server.store.delete("accounts", account)


def test_hostile_addresses_are_not_returned_to(page: httpx2.Client, server: SandboxServer) -> None:
    html = shown(page, "/new", back="//evil.example", contactId='"><b>', day='"><b>')
    assert "evil.example" not in html
    assert "<b>" not in html
    item = add(server, task=True)
    answer = post(page, f"/items/{item}/completed", completed="yes", back="https://evil.example/")
    assert answer.headers["location"].startswith(f"/items/{item}")
