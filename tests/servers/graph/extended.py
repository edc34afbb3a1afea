"""Extended properties ("Outlook extended properties overview") and open extensions of an item."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.servers.graph.errors import bad_request

_ID = re.compile(
    r"(?P<type>String|Integer|Boolean|SystemTime|CLSID|Binary|Double|Long|Short) "
    r"(?:(?P<tag>0x[0-9A-Fa-f]{1,4})|(?P<set>\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}) "
    r"(?P<how>Name|Id) (?P<name>.+))"
)


@dataclass(frozen=True, slots=True)
class PropertyId:
    """The name of a MAPI property; the same whatever the case of its set and of its tag."""

    text: str

    @classmethod
    def read(cls, text: str) -> PropertyId:
        found = _ID.fullmatch(text)
        if found is None:
            raise bad_request(f"The property id '{text}' is invalid.", "ErrorInvalidExtendedProperty")
        if found["tag"]:
            return cls(f"{found['type']} 0x{int(found['tag'], 16):04X}")
        return cls(f"{found['type']} {found['set'].lower()} {found['how']} {found['name']}")

    def __str__(self) -> str:
        return self.text


Extended = dict[PropertyId, str]


def store(extended: Extended, given: list[dict[str, Any]] | None) -> None:
    """Sets what is given; null deletes."""
    for entry in given or ():
        if set(entry) - {"id", "value"} or not entry.get("id"):
            raise bad_request("An extended property has an id and a value.", "ErrorInvalidExtendedProperty")
        name = PropertyId.read(entry["id"])
        if entry.get("value") is None:
            extended.pop(name, None)
        else:
            _typed(name, entry["value"])
            extended[name] = entry["value"]


def _typed(name: PropertyId, value: str) -> None:
    if name.text.startswith(("Integer ", "Long ", "Short ")) and not re.fullmatch(r"-?\d+", value):
        raise bad_request(f"'{value}' is no {name.text.split(' ')[0]}.", "ErrorInvalidExtendedPropertyValue")


def expansion(extended: Extended) -> Callable[[dict[str, str]], list[dict[str, str]] | None]:
    """`$expand=singleValueExtendedProperties($filter=id eq '...')`: only those that are named, nothing when none is there."""

    def expand(options: dict[str, str]) -> list[dict[str, str]] | None:
        names = re.findall(r"(?i)\bid\s+eq\s+'((?:[^']|'')*)'", options.get("$filter", ""))
        rest = re.sub(r"(?i)\(*id\s+eq\s+'(?:[^']|'')*'\)*|\s+or\s+", "", options.get("$filter", ""))
        if not names or rest.strip() or set(options) != {"$filter"}:
            raise bad_request(
                "Extended properties are expanded with $filter=id eq '...' only.", "ErrorInvalidExtendedProperty"
            )
        wanted = [PropertyId.read(name.replace("''", "'")) for name in names]
        return [{"id": str(name), "value": extended[name]} for name in wanted if name in extended] or None

    return expand


def read_extension(given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name of an open extension, and its own members, which are simple values ("openTypeExtension resource type")."""
    name = given.get("extensionName")
    kind = str(given.get("@odata.type", "")).removeprefix("#")
    if not isinstance(name, str) or not name or kind != "microsoft.graph.openTypeExtension":
        raise bad_request("An open extension says its @odata.type and its extensionName.")
    members = {key: value for key, value in given.items() if key not in ("@odata.type", "extensionName", "id")}
    return name, members


def write_extension(name: str, members: dict[str, Any]) -> dict[str, Any]:
    kind = "microsoft.graph.openTypeExtension"
    shown = {key: value for key, value in members.items() if value is not None}
    return {"@odata.type": f"#{kind}", "id": f"{kind}.{name}", "extensionName": name, **shown}
