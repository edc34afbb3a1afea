"""What somebody at the sandbox's web page reads, fills in and sends, over plain HTTP."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx2

from fm_desktop.sandbox.server import SandboxServer
from tests.servers.sandbox import EMMA

MARK = "--- From your calendar. Changes below this line are not kept. ---"
EVENT: dict[str, Any] = {
    "subject": "Pitch", "startDate": "26/11/25", "startHour": "10:00", "endDate": "26/11/25", "endHour": "11:00",
    "salesRepId": EMMA, "branchId": 1, "typeId": 4,
}  # fmt: skip
FORM = {
    "kind": "event", "subject": "Lunch", "typeId": "4", "startDate": "2026-11-26", "startHour": "13:00",
    "endDate": "2026-11-26", "endHour": "14:30", "contactId": "1", "comment": "one\r\ntwo",
}  # fmt: skip
PAGES = ["/week", "/list", "/new", "/items/1", "/items/1/edit", "/accounts", "/accounts/1", "/contacts", "/contacts/1"]


def shown(page: httpx2.Client, path: str, status: int = 200, **parameters: Any) -> str:
    answer = page.get(path, params=parameters or None)
    assert answer.status_code == status, answer.text
    return answer.text


def words(html: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).split())


def token(page: httpx2.Client) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', shown(page, "/new"))
    assert found
    return found[1]


def post(page: httpx2.Client, path: str, **fields: str) -> httpx2.Response:
    return page.post(path, data={"csrf": token(page), **fields})


def add(server: SandboxServer, **changes: Any) -> int:
    return server.store.create("calendar", {**EVENT, **changes})


def row(server: SandboxServer, row_id: int) -> dict[str, Any]:
    return server.store.get("calendar", row_id)


def made(answer: httpx2.Response) -> int:
    assert answer.status_code == 303, words(answer.text)
    found = re.match(r"/items/(\d+)\?", answer.headers["location"])
    assert found
    return int(found[1])


def seen(page: httpx2.Client, row_id: int) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', shown(page, f"/items/{row_id}/edit"))
    assert found
    return found[1]
