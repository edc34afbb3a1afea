"""The kinds of values a record holds: how each is written by a client, stored, shown and compared.

Shown and written forms differ where the vendor's do: links are read as `{id, value}` and written as
a bare id, calendar dates are `YY/MM/DD`, audit dates are UTC with zero to three decimals, the moment of
a message is read as an object and written as a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from fm_desktop.sandbox.clock import moment_text
from fm_desktop.sandbox.errors import invalid

_HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_DAY = re.compile(r"\d{2}/\d{2}/\d{2}")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LARGEST = 2**63 - 1
ADDRESS_SEPARATOR = ", "  # undocumented, chosen here
FILE_NAME_LIMIT = 255


class Kind(StrEnum):
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    DAY = "day"
    HOUR = "hour"
    MOMENT = "moment"
    INSTANT = "instant"
    LINK = "link"
    LINKS = "links"
    ADDRESSES = "addresses"
    FILES = "files"


TEXTS = frozenset({Kind.TEXT, Kind.ADDRESSES})
SQL_TYPES = {
    Kind.INTEGER: "INTEGER",
    Kind.NUMBER: "REAL",
    Kind.BOOLEAN: "INTEGER",
    # The vendor's database is taken to compare texts without regard to case, as its kind does by default.
    Kind.TEXT: "TEXT COLLATE NOCASE",
    Kind.DAY: "TEXT",
    Kind.HOUR: "TEXT",
    Kind.MOMENT: "TEXT",
    Kind.INSTANT: "TEXT",
    Kind.LINK: "INTEGER",
    Kind.LINKS: "TEXT",
    Kind.ADDRESSES: "TEXT COLLATE NOCASE",
}
JSON_TYPES = {
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.TEXT: "string",
    Kind.DAY: "string",
    Kind.HOUR: "string",
    Kind.MOMENT: "string",
    Kind.INSTANT: "object",
    Kind.LINK: "object",
    Kind.LINKS: "array",
    Kind.ADDRESSES: "string",
    Kind.FILES: "array",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a resource.

    `table`     the resource a link points to.
    `label`     the name under which a link shows its text (`description` on users, else `value`).
    `bare`      a link that is read as its id alone.
    `default`   stored when a create leaves the field out.
    `schema_name` where the schema spells the name otherwise than the records do.
    """

    name: str
    kind: Kind = Kind.TEXT
    max_length: int | None = None
    table: str = ""
    label: str = "value"
    bare: bool = False
    read_only: bool = False
    required: bool = False
    nullable: bool = True
    default: Any = None
    description: str = ""
    schema_name: str = ""
    indexed: bool = False


def parse(field: Field, value: object, *, cut: bool) -> Any:
    """The stored form of what a client wrote. Raises `ApiError` 400 naming the field.

    With `cut`, a text over the limit is cut silently instead of refused.
    """
    if value is None:
        if field.nullable:
            return None
        raise invalid(f"{field.name}: may not be null")
    if field.kind is Kind.TEXT:
        return _text(field, value, cut)
    if field.kind is Kind.ADDRESSES:
        return _addresses(field, value, cut)
    if field.kind is Kind.FILES:
        return _files(field, value, cut)
    return _PARSERS[field.kind](field, value)


def _text(field: Field, value: object, cut: bool) -> str:
    if not isinstance(value, str):
        raise invalid(f"{field.name}: a text is needed, not {_shown(value)}")
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        raise invalid(f"{field.name}: half of a surrogate pair is no character")
    if field.max_length is not None and len(value) > field.max_length:
        if not cut:
            raise invalid(f"{field.name}: {len(value)} characters are more than the {field.max_length} allowed")
        return value[: field.max_length]
    return value


def _addresses(field: Field, value: object, cut: bool) -> str:
    """Sources disagree whether recipients are a list or a text: both are taken, and a text is stored."""
    given: list[object] = value if isinstance(value, list) else [value]
    addresses = [each for each in given if isinstance(each, str) and each.strip()]
    if not addresses or len(addresses) < len(given):
        raise invalid(f"{field.name}: a list of addresses is needed, not {_shown(value)}")
    return _text(field, ADDRESS_SEPARATOR.join(addresses), cut)


def _files(field: Field, value: object, cut: bool) -> list[dict[str, Any]]:
    """What a record says of the files that belong to it; their bytes come by themselves (`uploads`)."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise invalid(f"{field.name}: a list of objects with name and size is needed, not {_shown(value)}")
    return [_file(field, each, cut) for each in value]


def _file(field: Field, value: dict[str, Any], cut: bool) -> dict[str, Any]:
    name = _text(Field(f"{field.name}.name", max_length=FILE_NAME_LIMIT), value.get("name"), cut)
    size = _integer(Field(f"{field.name}.size"), value.get("size"))
    if not name.strip() or size < 0:
        raise invalid(f"{field.name}: a file has a name, and a size of zero or more, unlike {_shown(value)}")
    return {"name": name, "size": size}


def _integer(field: Field, value: object) -> int:
    # Sources disagree whether permissionLevel is a text or a number: both are taken.
    if field.name == "permissionLevel" and isinstance(value, str) and re.fullmatch(r"[1-5]", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
        raise invalid(f"{field.name}: a whole number is needed, not {_shown(value)}")
    if field.name == "permissionLevel" and not 1 <= value <= 5:
        raise invalid(f"permissionLevel: {value} is not between 1 and 5")
    return value


def _number(field: Field, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LARGEST:
        raise invalid(f"{field.name}: a number is needed, not {_shown(value)}")
    return float(value)


def _boolean(field: Field, value: object) -> int:
    if not isinstance(value, bool):
        raise invalid(f"{field.name}: true or false is needed, not {_shown(value)}")
    return int(value)


def _day(field: Field, value: object) -> str:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return _iso_day(value)
        except ValueError:
            pass  # the right pattern, but no date of the calendar: answered like any other wrong text
    raise invalid(f"{field.name}: {_shown(value)} is not a date (YY/MM/DD)")


def _iso_day(text: str) -> str:
    # %y follows POSIX: 69 to 99 are the 1900s, 00 to 68 the 2000s.
    return datetime.strptime(text, "%y/%m/%d").replace(tzinfo=UTC).date().isoformat()


def _hour(field: Field, value: object) -> str:
    if isinstance(value, str) and _HOUR.fullmatch(value):
        return value
    raise invalid(f"{field.name}: {_shown(value)} is not a time of day (HH:MM)")


def _moment(field: Field, value: object) -> str:
    if isinstance(value, str):
        try:
            return moment_from(value)
        except ValueError:
            pass  # answered below, with the field's name
    raise invalid(f"{field.name}: {_shown(value)} is not a date and time")


def moment_from(text: str) -> str:
    """The stored form of an ISO 8601 date or date-time; without an offset it is UTC. Raises `ValueError`."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except OverflowError as error:
        raise ValueError(str(error)) from error


def _link(field: Field, value: object) -> int | None:
    if isinstance(value, dict) and "id" in value:
        value = value["id"]
    number = _integer(field, value)
    # Where links are bare ids, -1 stands for none.
    return None if field.bare and number == -1 else number


def _links(field: Field, value: object) -> str:
    if not isinstance(value, list) or not value:
        raise invalid(f"{field.name}: a list of ids is needed, not {_shown(value)}")
    return json.dumps([_link(field, each) for each in value])


_PARSERS: dict[Kind, Callable[[Field, object], Any]] = {
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DAY: _day,
    Kind.HOUR: _hour,
    Kind.MOMENT: _moment,
    Kind.INSTANT: _moment,
    Kind.LINK: _link,
    Kind.LINKS: _links,
}


def comparable(field: Field, literal: str | float | bool) -> str | int | float:
    """The stored form of a literal in a `where`. Raises `ValueError` if the field cannot hold it."""
    kind = field.kind
    text = str(literal).strip()
    if kind is Kind.BOOLEAN:
        if text.lower() not in _COMPARABLE_BOOLEANS:
            raise _incomparable(field, text)
        return _COMPARABLE_BOOLEANS[text.lower()]
    if kind in (Kind.INTEGER, Kind.LINK, Kind.NUMBER):
        return _comparable_number(field, text)
    if kind in (Kind.MOMENT, Kind.INSTANT):
        return moment_from(text)
    if kind is Kind.DAY:
        if not _DAY.fullmatch(text) and not _ISO_DAY.fullmatch(text):
            raise _incomparable(field, text)
        return text if _ISO_DAY.fullmatch(text) else _iso_day(text)
    if kind is Kind.LINKS:
        raise _incomparable(field, text)
    return str(literal)


_COMPARABLE_BOOLEANS = {"true": 1, "false": 0, "1": 1, "0": 0}


def _comparable_number(field: Field, text: str) -> int | float:
    if re.fullmatch(r"[+-]?\d{1,18}", text):
        return int(text)
    if re.fullmatch(r"[+-]?\d{1,18}\.\d{1,18}", text):
        return float(text)
    raise _incomparable(field, text)


def _incomparable(field: Field, text: str) -> ValueError:
    return ValueError(f"{text[:40]!r} cannot be compared with {field.name}")


def _shown(value: object) -> str:
    return json.dumps(value, default=str)[:60]
