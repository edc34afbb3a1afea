"""An item's JSON as Graph gave it, in one canonical form: what `Resource.raw` holds."""

from __future__ import annotations

import json
from typing import Any, Final

from fm_desktop.providers.ical.errors import BrokenCalendar
from fm_desktop.untrusted import json_of

Json = dict[str, Any]

ETAG: Final = "@odata.etag"


def canonical(entity: Json) -> bytes:
    """The entity without OData's annotations, which name addresses of the answer and not the item."""
    return json.dumps(plain(entity), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if "@odata." not in name}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def parsed(raw: bytes) -> Json:
    """Raises `BrokenCalendar` for bytes that are no JSON object."""
    try:
        value = json_of(raw)
    except ValueError:
        raise BrokenCalendar("It cannot be read: it is no JSON.") from None
    if not isinstance(value, dict):
        raise BrokenCalendar("It cannot be read: it is no object.")
    return value


def revision_of(entity: Json) -> str | None:
    """The entity tag for a conditional write. Outlook's are made of the change key (outlookItem, changeKey)."""
    etag = entity.get(ETAG)
    if isinstance(etag, str) and etag:
        return etag
    key = text(entity, "changeKey")
    return f'W/"{key}"' if key else None


def text(entity: Json, name: str) -> str:
    """A property that is a string, '' where it is absent, null or something else."""
    value = entity.get(name)
    return value if isinstance(value, str) else ""


def part(entity: Json, name: str) -> Json:
    """A property that is an object, empty where it is absent, null or something else."""
    value = entity.get(name)
    return value if isinstance(value, dict) else {}


def parts(entity: Json, name: str) -> list[Json]:
    """The objects of a property that is a list."""
    value = entity.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
