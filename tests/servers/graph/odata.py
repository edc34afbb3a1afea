"""Collections: the system query options, pages, and the choice of properties."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.servers.graph.box import Mailbox
from tests.servers.graph.csdl import schema
from tests.servers.graph.errors import bad_query, bad_request
from tests.servers.graph.filters import predicate
from tests.servers.graph.wire import Reply, Request

LISTING = frozenset({"$select", "$top", "$skip", "$orderby", "$filter", "$count", "$expand"})
ENTITY = frozenset({"$select", "$expand"})
_PAGE = 10
_LONGEST_PAGE = 1000


@dataclass(slots=True)
class Row:
    """One entity on its way out: what is stored, how it is written, and what of it comes with `$expand` only."""

    stored: Any
    wire: dict[str, Any]
    expansions: dict[str, Callable[[dict[str, str]], Any]] = field(default_factory=dict)
    on_select: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a collection holds: its type, what may be filtered and ordered by, and its natural order."""

    type: str
    filterable: frozenset[str] = frozenset()
    sortable: frozenset[str] = frozenset()
    page: int = _PAGE


@dataclass(slots=True)
class Call:
    """One request with the mailbox it is for."""

    box: Mailbox
    request: Request
    server: Any

    @property
    def query(self) -> dict[str, str]:
        return self.request.query

    def context(self, path: str) -> str:
        return f"{self.request.base}/$metadata#{path}"

    def one(self, kind: Kind, row: Row, context: str, status: int = 200) -> Reply:
        """A single entity, as `$select` and `$expand` want it."""
        body = {"@odata.context": self.context(f"{context}/$entity"), **shaped(self.query, kind, row, single=True)}
        headers = {"ETag": body["@odata.etag"]} if "@odata.etag" in body else {}
        return Reply(status, body, kind.type, headers=headers)

    def many(self, kind: Kind, rows: list[Row], context: str) -> Reply:
        """A page of a collection."""
        chosen = ordered(self.query, kind, filtered(self.query, kind, rows))
        start = number(self.query, "$skip", 0, None)
        size = page_size(self, kind)
        body: dict[str, Any] = {"@odata.context": self.context(context)}
        if self.query.get("$count") == "true":
            body["@odata.count"] = len(chosen)
        if start + size < len(chosen):
            body["@odata.nextLink"] = self.link({**self.query, "$skip": str(start + size)})
        body["value"] = [shaped(self.query, kind, row) for row in chosen[start : start + size]]
        return Reply(200, body, f"Collection({kind.type})")

    def link(self, query: dict[str, str]) -> str:
        parameters = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        return f"{self.request.base}{quote(self.request.path, safe='/()=')}?{parameters}"


def page_size(call: Call, kind: Kind) -> int:
    wanted = number(call.query, "$top", call.request.prefer.page_size or kind.page, _LONGEST_PAGE)
    limit = call.box.faults.page_size
    return max(1, min(wanted, _LONGEST_PAGE if limit is None else limit))


def number(query: dict[str, str], name: str, default: int, most: int | None) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isdigit() or (name == "$top" and int(text) == 0) or (most is not None and int(text) > most):
        raise bad_request(f"Invalid value '{text}' for {name} query option found.")
    return int(text)


def filtered(query: dict[str, str], kind: Kind, rows: list[Row]) -> list[Row]:
    text = query.get("$filter")
    if text is None:
        return rows
    keeps = predicate(text, kind.filterable)
    return [row for row in rows if keeps(_Filterable(row))]


class _Filterable(dict[str, Any]):
    """An entity as a filter sees it: extended properties are there, though only an expansion would show them."""

    def __init__(self, row: Row) -> None:
        super().__init__(row.wire)
        name = "singleValueExtendedProperties"
        if name in row.expansions:
            self[name] = [{"id": str(key), "value": value} for key, value in row.stored.extended.items()]


def ordered(query: dict[str, str], kind: Kind, rows: list[Row]) -> list[Row]:
    text = query.get("$orderby")
    if text is None:
        return rows
    for clause in reversed(text.split(",")):
        found = re.fullmatch(r"\s*([\w/]+)(?:\s+(asc|desc))?\s*", clause)
        if found is None or found[1].split("/")[0] not in kind.sortable:
            raise bad_query(f"The property in '{clause}' cannot be used in $orderby.")
        rows = sorted(rows, key=_sort_key(found[1].split("/")), reverse=found[2] == "desc")
    return rows


def _sort_key(steps: list[str]) -> Callable[[Row], str]:
    def key(row: Row) -> str:
        value: Any = row.wire
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        return str(value if value is not None else "").casefold()

    return key


def shaped(query: dict[str, str], kind: Kind, row: Row, *, single: bool = False) -> dict[str, Any]:
    """The entity with what `$select` and `$expand` ask for."""
    wire = dict(row.wire)
    if "$select" in query:
        wire = _selected(query["$select"], kind, row, single)
    for name, options in _expansions(query.get("$expand", "")):
        if name not in row.expansions:
            if _known(kind, name) and not single:
                raise bad_query(f"'{name}' cannot be expanded here.")
            raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{name}'.")
        value = row.expansions[name](options)
        if value is not None:
            wire[name] = value
    return wire


def _selected(text: str, kind: Kind, row: Row, single: bool) -> dict[str, Any]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if not _known(kind, name) and name not in row.wire:
            raise bad_request(
                f"Parsing OData Select and Expand failed: Could not find a property named '{name}' "
                f"on type 'microsoft.{kind.type}'."
            )
    always = {name for name in row.wire if name.startswith("@") or name == "id"}
    chosen = {name: value for name, value in row.wire.items() if name in always or name in names}
    if single:
        chosen.update({name: value for name, value in row.on_select.items() if name in names})
    return chosen


def _known(kind: Kind, name: str) -> bool:
    known = schema()
    return known is None or known.property_of(kind.type, name) is not None


def _expansions(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for part in _split(text, ","):
        found = re.fullmatch(r"\s*(\w+)\s*(?:\((.*)\))?\s*", part, re.DOTALL)
        if found is None:
            raise bad_request(f"Parsing OData Select and Expand failed: '{part}'.")
        options = {}
        for option in _split(found[2] or "", ";"):
            name, _, value = option.partition("=")
            if name.strip() not in ("$filter", "$select", "$top"):
                raise bad_request(f"Parsing OData Select and Expand failed: '{option}'.")
            options[name.strip()] = value
        yield found[1], options


def _split(text: str, mark: str) -> Iterator[str]:
    """The parts between marks that stand in no bracket and no string."""
    depth, quoted, part = 0, False, ""
    for letter in text:
        quoted ^= letter == "'"
        depth += 0 if quoted else (letter == "(") - (letter == ")")
        if letter == mark and not quoted and not depth:
            yield part
            part = ""
        else:
            part += letter
    if part:
        yield part
