"""Microsoft's schema of Graph v1.0 (CSDL), and the check of every body against it.

The file belongs to Microsoft and is not part of this project: it is looked for in `FM_DESKTOP_GRAPH_CSDL`, else in
`shared/data/graph-csdl` beside a folder above this one. Without it nothing is checked, and the session header says so.
"""

from __future__ import annotations

import base64
import binascii
import functools
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

_EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
_FILE = Path("shared") / "data" / "graph-csdl" / "cleanMetadata-v1.0.xml"
_ANNOTATIONS: dict[str, type | tuple[type, ...]] = {
    "@odata.context": str, "@odata.id": str, "@odata.etag": str, "@odata.type": str, "@odata.nextLink": str,
    "@odata.deltaLink": str, "@odata.count": int, "@odata.mediaContentType": str, "@removed": dict,
}  # fmt: skip
_REQUEST_ANNOTATIONS = frozenset({"@odata.type", "@odata.etag", "@odata.id", "@odata.context"})


class SchemaError(ValueError):
    """A body that does not follow the schema: where, and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Property:
    type: str
    collection: bool
    nullable: bool
    navigation: bool


@dataclass(slots=True)
class Structured:
    name: str
    base: str | None
    open: bool
    abstract: bool
    properties: dict[str, Property] = field(default_factory=dict)


def find_schema() -> Path | None:
    named = os.environ.get("FM_DESKTOP_GRAPH_CSDL")
    if named:
        return Path(named) if Path(named).is_file() else None
    return next((above / _FILE for above in Path(__file__).resolve().parents if (above / _FILE).is_file()), None)


def schema_report() -> list[str]:
    """A line for the header of a test run that has to do without the schema."""
    return (
        [] if find_schema() else ["not run: the check of the Graph double against Microsoft's schema (CSDL not found)"]
    )


@functools.cache
def schema() -> Schema | None:
    path = find_schema()
    return Schema(path) if path is not None else None


class Schema:
    """The types of `microsoft.graph`, read once."""

    def __init__(self, path: Path) -> None:
        self.types: dict[str, Structured] = {}
        self.enums: dict[str, dict[str, str]] = {}
        for found in etree.parse(str(path)).getroot().iter(f"{_EDM}Schema"):
            if found.get("Namespace") == "microsoft.graph":
                self._read(found)

    def _read(self, found: Any) -> None:
        for element in found:
            name = "graph." + (element.get("Name") or "")
            if element.tag == f"{_EDM}EnumType":
                members = [member.get("Name") for member in element.iter(f"{_EDM}Member")]
                self.enums[name] = {member.lower(): member for member in members}
            elif element.tag in (f"{_EDM}EntityType", f"{_EDM}ComplexType"):
                self.types[name] = _structured(name, element)

    def lineage(self, name: str) -> Iterator[Structured]:
        current: str | None = name
        while current is not None:
            known = self.types[current]
            yield known
            current = known.base

    def property_of(self, type_name: str, name: str) -> Property | None:
        return next((t.properties[name] for t in self.lineage(type_name) if name in t.properties), None)

    def is_open(self, type_name: str) -> bool:
        """An open type takes any name; those of Outlook are open for extensions that nobody here registers."""
        return type_name == "graph.openTypeExtension"

    def derives(self, name: str, base: str) -> bool:
        return name in self.types and any(t.name == base for t in self.lineage(name))

    def check_answer(self, type_name: str, body: Any) -> None:
        """Raises SchemaError when `body` is no `type_name` ("graph.event", "Collection(graph.event)")."""
        Check(self, answer=True).top(type_name, body)

    def check_request(self, type_name: str, body: Any) -> Any:
        """The body with the members of enumerations in their own spelling; SchemaError when it is no `type_name`."""
        return Check(self, answer=False).value(type_name, False, body, "")


def _structured(name: str, element: Any) -> Structured:
    made = Structured(
        name, element.get("BaseType"), element.get("OpenType") == "true", element.get("Abstract") == "true"
    )
    for part in element:
        if part.tag in (f"{_EDM}Property", f"{_EDM}NavigationProperty"):
            declared = part.get("Type")
            inner = declared.removeprefix("Collection(").removesuffix(")")
            made.properties[part.get("Name")] = Property(
                inner, inner != declared, part.get("Nullable") != "false", part.tag == f"{_EDM}NavigationProperty"
            )
    return made


@dataclass(slots=True)
class Check:
    """One walk through one body."""

    schema: Schema
    answer: bool

    def top(self, type_name: str, body: Any) -> None:
        inner = type_name.removeprefix("Collection(").removesuffix(")")
        if not isinstance(body, dict):
            raise SchemaError(f"the body is {type(body).__name__}, not an object")
        if "@odata.context" not in body:
            raise SchemaError("no @odata.context")
        if inner in _PRIMITIVES:
            self.value(inner, False, body.get("value"), "value")
            return
        if inner == type_name:
            self.value(inner, False, body, "")
            return
        rest = dict(body)
        entries = rest.pop("value", None)
        if not isinstance(entries, list):
            raise SchemaError("value: not a collection")
        for name, value in rest.items():
            self._annotation(name, value, name)
        if "@odata.nextLink" in rest and "@odata.deltaLink" in rest:
            raise SchemaError("a page has a next link or a delta link, not both")
        for number, entry in enumerate(entries):
            self.value(inner, False, entry, f"value[{number}]")

    def value(self, type_name: str, nullable: bool, value: Any, where: str) -> Any:
        if value is None:
            if nullable:
                return None
            raise SchemaError(f"{where}: null, and not nullable")
        if type_name in self.schema.enums:
            return self._member(type_name, value, where)
        if type_name in self.schema.types:
            return self._structure(type_name, value, where)
        if type_name == "Edm.Boolean" and not self.answer and value in ("true", "false"):
            return value == "true"  # the service reads these words too: O365 has been writing them for years
        test = _PRIMITIVES.get(type_name)
        if test is None:
            raise SchemaError(f"{where}: the schema has no type {type_name}")
        if not test(value):
            raise SchemaError(f"{where}: {value!r} is no {type_name}")
        return value

    def _member(self, type_name: str, value: Any, where: str) -> str:
        members = self.schema.enums[type_name]
        found = members.get(value.lower()) if isinstance(value, str) else None
        if found is None or (self.answer and found != value):
            raise SchemaError(f"{where}: {value!r} is no member of {type_name}")
        return found

    def _structure(self, type_name: str, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise SchemaError(f"{where}: {value!r} is no {type_name}")
        actual = self._actual(type_name, value, where)
        if "@removed" in value:
            self._removed(value, where)
        elif self.answer and self.schema.property_of(actual, "id") and "id" not in value:
            raise SchemaError(f"{where}: an entity without id")
        return {name: self._part(actual, name, part, f"{where}.{name}".lstrip(".")) for name, part in value.items()}

    def _actual(self, type_name: str, value: dict[str, Any], where: str) -> str:
        said = value.get("@odata.type")
        if said is None:
            if self.schema.types[type_name].abstract:
                raise SchemaError(f"{where}: {type_name} is abstract, and @odata.type is not there")
            return type_name
        actual = str(said).removeprefix("#").replace("microsoft.graph.", "graph.")
        if not self.schema.derives(actual, type_name):
            raise SchemaError(f"{where}: {said} is no {type_name}")
        return actual

    def _part(self, actual: str, name: str, part: Any, where: str) -> Any:
        if "@" in name:
            self._annotation(name, part, where)
            return part
        known = self.schema.property_of(actual, name)
        if known is None:
            if self.schema.is_open(actual):
                return part
            raise SchemaError(f"{where}: {actual} has no property '{name}'")
        if not known.collection:
            return self.value(known.type, known.nullable, part, where)
        if not isinstance(part, list):
            raise SchemaError(f"{where}: not a collection")
        return [self.value(known.type, False, entry, f"{where}[{number}]") for number, entry in enumerate(part)]

    def _annotation(self, name: str, value: Any, where: str) -> None:
        target = name if name.startswith("@") else "@" + name.split("@", 1)[1]
        if target not in _ANNOTATIONS or (not self.answer and target not in _REQUEST_ANNOTATIONS):
            raise SchemaError(f"{where}: no such annotation")
        if not isinstance(value, _ANNOTATIONS[target]):
            raise SchemaError(f"{where}: {value!r}")

    def _removed(self, value: dict[str, Any], where: str) -> None:
        if value["@removed"] not in ({"reason": "deleted"}, {"reason": "changed"}) or "id" not in value:
            raise SchemaError(f"{where}: a removed entry has an id and a reason, deleted or changed")


def _matches(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _is_int32(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31


def _is_binary(value: Any) -> bool:
    try:
        return isinstance(value, str) and base64.b64decode(value, validate=True) is not None
    except binascii.Error:
        return False


_PRIMITIVES: dict[str, Callable[[Any], bool]] = {
    "Edm.String": lambda value: isinstance(value, str),
    "Edm.Boolean": lambda value: isinstance(value, bool),
    "Edm.Int32": _is_int32,
    "Edm.Int64": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Edm.Double": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "Edm.Guid": _matches(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "Edm.Date": _matches(r"\d{4}-\d\d-\d\d"),
    "Edm.TimeOfDay": _matches(r"\d\d:\d\d(:\d\d(\.\d{1,12})?)?"),
    "Edm.DateTimeOffset": _matches(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d)"),
    "Edm.Binary": _is_binary,
}
