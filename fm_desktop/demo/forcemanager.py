"""A person in ForceManager, over its API. Shares no code with the program, so that it can find it wrong."""

from __future__ import annotations

from typing import Any

import httpx2

Row = dict[str, Any]

_PAGE = 500


class ForceManager:
    """A signed-in user. Every method raises `httpx2.HTTPStatusError` where the CRM refuses."""

    def __init__(self, url: str, public_key: str, private_key: str, address: str) -> None:
        self._client = httpx2.Client(base_url=url, trust_env=False, timeout=30.0)
        login = self._client.post("/login", json={"username": public_key, "password": private_key})
        self._client.headers["X-Session-Key"] = login.raise_for_status().json()["token"]
        (self.user,) = (row for row in self.all("users") if row["email"] == address and not row["deleted"])
        # Who did it, in the audit fields of what is written.
        self._client.headers["X-Sandbox-User"] = str(self.user["id"])

    def close(self) -> None:
        self._client.close()

    def all(self, resource: str) -> list[Row]:
        """Every record, deleted ones too."""
        rows: list[Row] = []
        while True:
            page = len(rows) // _PAGE
            answer = self._client.get(f"/{resource}", params={"page": page}, headers={"Count": str(_PAGE)})
            found = answer.raise_for_status().json()
            rows += found
            if len(found) < _PAGE:
                return rows

    def agenda(self) -> list[Row]:
        """The user's living events and tasks."""
        own = (row for row in self.all("calendar") if row["salesRepId"]["id"] == self.user["id"])
        return [row for row in own if not row["deleted"]]

    def named(self, title: str) -> Row:
        """The one event or task of that title."""
        (row,) = (row for row in self.agenda() if row["subject"] == title)
        return row

    def create(self, **fields: Any) -> None:
        links = {"salesRepId": self.user["id"], "branchId": self.user["branches"][0]["id"]}
        self._client.post("/calendar", json={**links, **fields}).raise_for_status()

    def change(self, title: str, **fields: Any) -> None:
        self._client.put(f"/calendar/{self.named(title)['id']}", json=fields).raise_for_status()

    def delete(self, title: str) -> None:
        self._client.delete(f"/calendar/{self.named(title)['id']}").raise_for_status()
