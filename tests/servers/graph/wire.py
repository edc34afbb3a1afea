"""Requests and replies between the HTTP front and the resources."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.servers.graph.csdl import SchemaError, schema
from tests.servers.graph.errors import bad_request


@dataclass(frozen=True, slots=True)
class Prefer:
    """What the client asks for in `Prefer` headers; anything else there is ignored, as RFC 7240 says."""

    immutable_ids: bool = False
    time_zone: str = "UTC"
    body_type: str | None = None
    page_size: int | None = None
    applied: tuple[str, ...] = ()

    @classmethod
    def read(cls, values: list[str]) -> Prefer:
        found = {
            name.lower(): (quoted or plain)
            for name, quoted, plain in re.findall(r'([\w.\-]+)\s*=\s*(?:"([^"]*)"|([^\s,;]+))', ", ".join(values))
        }
        size = found.get("odata.maxpagesize")
        body_type = found.get("outlook.body-content-type")
        zone = found.get("outlook.timezone")
        applied = [f'outlook.timezone="{zone}"'] if zone else []
        if body_type in ("text", "html"):
            applied.append(f'outlook.body-content-type="{body_type}"')
        if size:
            applied.append(f"odata.maxpagesize={size}")
        return cls(
            immutable_ids=found.get("idtype") == "ImmutableId",
            time_zone=zone or "UTC",
            body_type=body_type,
            page_size=int(size) if size and size.isdigit() and int(size) > 0 else None,
            applied=tuple(applied),
        )


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""
    prefer: Prefer = Prefer()
    base: str = ""

    def entity(self, type_name: str) -> dict[str, Any]:
        """The JSON body, checked as a `type_name`."""
        body = self.json()
        known = schema()
        if known is None:
            return body
        try:
            checked = known.check_request(type_name, body)
        except SchemaError as error:
            raise bad_request(f"Invalid request body: {error}", "RequestBodyRead") from error
        return dict(checked)

    def json(self) -> dict[str, Any]:
        if not self.headers.get("content-type", "").lower().startswith("application/json"):
            raise bad_request(
                "A supported MIME type could not be found that matches the content type of the request.",
                "ErrorInvalidContentType",
            )
        try:
            body = json.loads(self.body)
        except ValueError as error:
            raise bad_request("Unable to read JSON request payload.") from error
        if not isinstance(body, dict):
            raise bad_request("Empty Payload. JSON content expected.")
        return body

    def parameters(self, allowed: dict[str, type]) -> dict[str, Any]:
        """The parameters of an action: their names are compared without case, unknown ones are refused."""
        body = self.json() if self.body else {}
        names = {name.lower(): name for name in allowed}
        found = {}
        for given, value in body.items():
            name = names.get(given.lower())
            if name is None or not (value is None or isinstance(value, allowed[name])):
                raise bad_request(f"The parameter '{given}' in the request payload is not a valid parameter.")
            found[name] = value
        return found


@dataclass(slots=True)
class Reply:
    """An answer. A JSON body always says which type of the schema it is."""

    status: int
    body: dict[str, Any] | None = None
    type: str | None = None
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


NO_CONTENT = 204
