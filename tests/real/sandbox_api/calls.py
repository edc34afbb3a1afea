"""What the tests of calendar records call again and again."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.servers.sandbox import EVENT


def create(crm: httpx2.Client, **changes: Any) -> int:
    answer = crm.post("/calendar", json={**EVENT, **changes})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


def read(crm: httpx2.Client, row_id: int) -> dict[str, Any]:
    answer = crm.get(f"/calendar/{row_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
