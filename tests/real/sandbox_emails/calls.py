"""What the tests of logged messages call again and again."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.servers.sandbox import MESSAGE

FIELDS = {
    *("id", "subject", "body", "emailFrom", "emailTo", "type", "date", "accountId", "contactId", "opportunityId"),
    *("salesRepId", "mailFolder", "extId", "attachments", "deleted", "dateCreated", "dateUpdated", "dateDeleted"),
    *("salesRepIdCreated", "salesRepIdUpdated", "salesRepIdDeleted"),
}


BYTES = {"Content-Type": "application/octet-stream"}


def create(crm: httpx2.Client, **changes: Any) -> dict[str, Any]:
    answer = crm.post("/emails", json={**MESSAGE, **changes})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def with_files(crm: httpx2.Client, *files: tuple[str, int]) -> dict[str, Any]:
    return create(crm, attachments=[{"name": name, "size": size} for name, size in files])


def read(crm: httpx2.Client, row_id: int) -> dict[str, Any]:
    found: dict[str, Any] = crm.get(f"/emails/{row_id}").json()
    return found


def without_locators(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "attachments": [{"id": each["id"], "name": each["name"]} for each in row["attachments"]]}
