"""Talking to the sandbox CRM in tests: a signed-in HTTP client, what to post, and what a refusal says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from fm_desktop.sandbox.server import SandboxServer

EMMA, JAVIER = 1, 2
EVENT: dict[str, Any] = {
    "subject": "Visit",
    "comment": "first line\nsecond line ñ",
    "task": False,
    "allDay": False,
    "startDate": "26/11/25",
    "startHour": "10:00",
    "endDate": "26/11/25",
    "endHour": "11:30",
    "accountId": 1,
    "contactId": 1,
    "branchId": 1,
    "salesRepId": EMMA,
    "typeId": 1,
    "sendNotification": False,
    "extId": "ext-1",
}
MESSAGE: dict[str, Any] = {
    "subject": "Offer 2026-114",
    "body": "Dear Emma,\nthank you ñ",
    "emailFrom": "ana@example.com",
    "emailTo": ["emma@example.com", "javier@example.com"],
    "type": 1,
    "date": "2026-11-25T10:30:00+01:00",
    "accountId": 1,
    "contactId": 1,
    "salesRepId": EMMA,
    "mailFolder": "Inbox",
    "extId": "mail-1",
}


@contextmanager
def sign_in(server: SandboxServer) -> Iterator[httpx2.Client]:
    """A client with a session of its own; paths are relative to the API's base."""
    with httpx2.Client(base_url=server.url) as client:
        answer = client.post("/login", json={"username": server.public_key, "password": server.private_key})
        answer.raise_for_status()
        client.headers["X-Session-Key"] = answer.json()["token"]
        yield client


def refusal(answer: httpx2.Response) -> tuple[int, int]:
    """The HTTP status and the API's own code of an answer that says no, which says why as well."""
    assert set(answer.json()) == {"code", "error"}
    assert answer.json()["error"]
    return answer.status_code, answer.json()["code"]


def as_delivered(server: SandboxServer) -> None:
    """No faults, no limit on requests, every other switch as it is by default, and the counters at zero."""
    server.faults.clear()
    server.clock_offset = 0.0
    server.switches.set(
        {
            "rate_limit": None,
            "retry_after": None,
            "max_page_size": 1000,
            "overflow": "reject",
            "read_only_enforced": True,
            "deleted_by_id": "row",
            "token_lifetime": 3600,
        }
    )
    server.requests.reset()
