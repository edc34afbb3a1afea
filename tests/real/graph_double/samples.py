"""What the tests of the double post and ask for."""

from __future__ import annotations

from typing import Any

import httpx2

MADRID = "Romance Standard Time"
MARK = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name fm-id"
DECEMBER = {"startDateTime": "2026-12-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"}


def meeting(subject: str = "Review", day: str = "2026-12-01", **more: Any) -> dict[str, Any]:
    return {
        "subject": subject,
        "start": {"dateTime": f"{day}T10:00:00", "timeZone": MADRID},
        "end": {"dateTime": f"{day}T11:00:00", "timeZone": MADRID},
        **more,
    }


def daily(count: int = 5, start: str = "2026-12-01") -> dict[str, Any]:
    span = {"type": "numbered", "numberOfOccurrences": count, "startDate": start}
    return {"pattern": {"type": "daily", "interval": 1}, "range": span}


def guests(*addresses: str) -> list[dict[str, Any]]:
    return [{"type": "required", "emailAddress": {"address": address}} for address in addresses]


def made(http: httpx2.Client, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = http.post(path, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def got(http: httpx2.Client, path: str, **parameters: str) -> dict[str, Any]:
    """`parameters` are written without the dollar sign of the system query options; `Prefer` is a header."""
    prefer = parameters.pop("prefer", None)
    named = {name if name in DECEMBER else f"${name}": value for name, value in parameters.items()}
    answer = http.get(path, params=named or None, headers={"Prefer": prefer} if prefer else {})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refused(answer: httpx2.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


def default_calendar(http: httpx2.Client) -> str:
    return str(got(http, "/me/calendar")["id"])
