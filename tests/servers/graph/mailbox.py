"""/me and /me/mailboxSettings; and the calls that send mail, which nothing of ours may ever make."""

from __future__ import annotations

from typing import Any

from tests.servers.graph.errors import GraphError
from tests.servers.graph.odata import Call, Kind, Row
from tests.servers.graph.wire import Reply

USER = Kind("graph.user")


def me(call: Call) -> Reply:
    box = call.box
    given, _, surname = box.name.partition(" ")
    wire = {
        "businessPhones": [], "displayName": box.name, "givenName": given, "jobTitle": None, "mail": box.address,
        "mobilePhone": None, "officeLocation": None, "preferredLanguage": "en-US", "surname": surname,
        "userPrincipalName": box.address, "id": "48d31887-5fad-4d73-a9f5-3c356e68a038",
    }  # fmt: skip
    return call.one(USER, Row(box, wire), "users")


def settings(call: Call) -> Reply:
    box = call.box
    language = {"locale": "en-US", "displayName": "English (United States)"}
    body: dict[str, Any] = {
        "@odata.context": call.context(f"users('{box.address.replace('@', '%40')}')/mailboxSettings"),
        "timeZone": box.time_zone,
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "userPurpose": "user",
        "language": language,
        "workingHours": {
            "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": box.time_zone},
        },
    }
    names = call.query["$select"].split(",") if "$select" in call.query else list(body)
    return Reply(
        200, {name: body[name] for name in body if name in ("@odata.context", *names)}, "graph.mailboxSettings"
    )


def time_zone(call: Call) -> Reply:
    context = call.context(f"users('{call.box.address.replace('@', '%40')}')/mailboxSettings/timeZone")
    return Reply(200, {"@odata.context": context, "value": call.box.time_zone}, "Edm.String")


def send(call: Call, **names: str) -> Reply:
    """Mail to other people is not this product's to send: the call is refused, and kept as a failure."""
    call.box.forbidden.append(f"{call.request.method} {call.request.path}")
    raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
