"""Microsoft's schema of Exchange Web Services (messages.xsd, types.xsd), and the check of every message against it.

Two places of types.xsd are not understood by libxml2 and are repaired in memory: the attribute `xml:lang`, whose schema is
imported from nowhere, and the list of transitions of a time zone, which names the members of a substitution group before
the group itself: without them it allows the same.
"""

from __future__ import annotations

import functools
import threading
from pathlib import Path

from lxml import etree

from tests.servers.schemas import find_schemas

_XS = "{http://www.w3.org/2001/XMLSchema}"


class SchemaError(ValueError):
    """A message that does not follow the schema: line, position and what is wrong, as the checker words it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Schema:
    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        parser = etree.XMLParser()
        parser.resolvers.add(_Repaired(folder / "types.xsd"))
        self._schema = etree.XMLSchema(etree.parse(str(folder / "messages.xsd"), parser))

    def check(self, element: etree._Element) -> None:
        """Checks one element of a SOAP header or body, which must be one that the schema declares."""
        alone = etree.fromstring(etree.tostring(element, with_tail=False))
        with self._lock:  # the list of errors belongs to the schema, not to one check
            if not self._schema.validate(alone):
                first = self._schema.error_log[0]
                raise SchemaError(first.line, first.message)


class _Repaired(etree.Resolver):
    def __init__(self, types: Path) -> None:
        super().__init__()
        self._types = types

    def resolve(self, system_url, public_id, context):  # type: ignore[no-untyped-def]
        if not str(system_url).endswith("types.xsd"):
            return None
        tree = etree.parse(str(self._types))
        for attribute in tree.iter(f"{_XS}attribute"):
            if attribute.get("ref") == "xml:lang":
                del attribute.attrib["ref"]
                attribute.attrib.update({"name": "lang", "type": "xs:language"})
        for element in list(
            tree.iterfind(f"{_XS}complexType[@name='ArrayOfTransitionsType']/{_XS}sequence/{_XS}element")
        ):
            if element.get("ref") != "t:Transition":
                element.getparent().remove(element)
        return self.resolve_string(etree.tostring(tree), context, base_url=self._types.as_uri())


@functools.cache
def schema() -> Schema | None:
    """The schema, or None where this machine has none: then nothing is checked. To be loaded before threads need it."""
    folder = find_schemas("ews-xsd")
    return Schema(folder) if folder else None
