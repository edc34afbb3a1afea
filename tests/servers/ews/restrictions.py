"""Search expressions of FindItem ("Restriction", "Contains", "How to: Perform searches")."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.servers.ews import fields, zones
from tests.servers.ews.errors import EwsError
from tests.servers.ews.mailbox import Item
from tests.servers.ews.view import TIMES, Viewer
from tests.servers.ews.xml import Element, children, find, local, text

_COMPARED = {
    "IsEqualTo": lambda a, b: a == b,
    "IsNotEqualTo": lambda a, b: a != b,
    "IsGreaterThan": lambda a, b: a > b,
    "IsGreaterThanOrEqualTo": lambda a, b: a >= b,
    "IsLessThan": lambda a, b: a < b,
    "IsLessThanOrEqualTo": lambda a, b: a <= b,
}
Value = bool | str | float | datetime | None
Values = tuple[Value, ...]  # of a property that has several
_NUMBERS = frozenset(("Integer", "Short", "Long", "Double", "Float", "Currency"))
_NUMERIC = frozenset(
    ("Size", "ReminderMinutesBeforeStart", "AppointmentSequenceNumber", "AppointmentState", "PercentComplete")
)
_TRUTHS = frozenset(("ReminderIsSet", "MeetingRequestWasSent"))
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def matches(viewer: Viewer, item: Item, expression: Element) -> bool:
    return holds(expression, lambda path: value(viewer, item, path))


def holds(expression: Element, look_up: Callable[[Element], Value | Values]) -> bool:
    """Whether an expression holds for what `look_up` finds at its paths; of several values, for one of them."""
    name, parts = local(expression), children(expression)
    if name == "And":
        return all(holds(each, look_up) for each in parts)
    if name == "Or":
        return any(holds(each, look_up) for each in parts)
    if name == "Not":
        return not holds(parts[0], look_up)
    found = look_up(parts[0])
    if name == "Exists":
        return found is not None
    several = found if isinstance(found, tuple) else (found,)
    return any(_holds_for(expression, each, look_up) for each in several)


def _holds_for(expression: Element, found: Value, look_up: Callable[[Element], Value | Values]) -> bool:
    name, parts = local(expression), children(expression)
    if name == "Contains":
        return _contains(expression, found, parts[1].get("Value", ""))
    if name == "Excludes":
        return _excludes(found, parts[1].get("Value", ""))
    if name not in _COMPARED:
        raise EwsError("ErrorUnsupportedQueryFilter", f"{name} is not known to this double.")
    if found is None:
        return name == "IsNotEqualTo"
    target = children(parts[1])[0]
    wanted = coerced(target.get("Value", ""), found) if local(target) == "Constant" else look_up(target)
    return bool(_COMPARED[name](found, wanted)) if type(found) is type(wanted) else name == "IsNotEqualTo"


def value(viewer: Viewer, item: Item, path: Element) -> Value | Values:
    if local(path) == "ExtendedFieldURI":
        return _extended_value(viewer.extended(item, fields.extended_key(path), path), path.get("PropertyType", ""))
    uri = path.get("FieldURI", "")
    name = fields.name_of(uri, item.kind)
    if name is None:
        return None
    if name in ("UID", "Recurrence"):
        raise EwsError("ErrorUnsupportedPathForQuery", f"{uri} cannot be searched.")
    element = viewer.value(item, "TextBody" if name == "Body" else name)
    if element is None:
        return None
    if name == "Categories":
        return tuple(text(each) for each in children(element)) or None
    shown = text(element) or text(element, "t:Mailbox/t:EmailAddress") or text(element, "t:String")
    return typed(shown, kind_of(name))


def _extended_value(found: Element | None, kind: str) -> Value | Values:
    if found is None:
        return None
    values = find(found, "t:Values")
    if values is None:
        return typed(text(found, "t:Value"), kind)
    return tuple(typed(text(each), kind.removesuffix("Array")) for each in children(values)) or None


def sort_key(viewer: Viewer, item: Item, path: Element) -> tuple[bool, Value | Values]:
    found = value(viewer, item, path)
    return (found is not None, found.lower() if isinstance(found, str) else found)


def kind_of(name: str) -> str:
    """The type of what an element shows, as an extended property's is called."""
    if name in _NUMERIC or name.endswith("Count"):
        return "Integer"
    if name.startswith(("Is", "Has")) or name in _TRUTHS:
        return "Boolean"
    return "SystemTime" if name in TIMES or name.startswith("DateTime") or name == "LastModifiedTime" else "String"


def typed(shown: str, kind: str) -> Value:
    """A stored value as it is compared."""
    if kind in _NUMBERS:
        return float(shown)
    if kind == "Boolean":
        return _BOOLEANS[shown]
    return zones.read(shown) if kind == "SystemTime" else shown


def coerced(constant: str, like: Value) -> Value:
    """ "Constant": its text must be coercible into the type of what it is compared with."""
    try:
        if isinstance(like, bool):
            return _BOOLEANS[constant.lower()]
        if isinstance(like, float):
            return float(constant)
        return zones.read(constant) if isinstance(like, datetime) else constant
    except (KeyError, ValueError, EwsError) as error:
        raise EwsError("ErrorInvalidValueForProperty", f"{constant!r} cannot be compared.") from error


def _contains(expression: Element, found: Value, wanted: str) -> bool:
    if found is None:
        return False
    if not isinstance(found, str):
        raise EwsError("ErrorContainsFilterWrongType", "The Contains filter is for properties of type String only.")
    if expression.get("ContainmentComparison", "Exact").startswith("IgnoreCase"):
        found, wanted = found.lower(), wanted.lower()
    mode = expression.get("ContainmentMode", "FullString")
    if mode == "FullString":
        return found == wanted
    if mode.startswith("Prefix"):
        return found.startswith(wanted)
    return wanted in found


def _excludes(found: Value, mask: str) -> bool:
    if found is not None and not isinstance(found, float):
        raise EwsError("ErrorUnsupportedPathForQuery", "Excludes is for properties that are integers.")
    try:
        return found is not None and not int(found) & int(mask, 0)
    except ValueError as error:
        raise EwsError("ErrorInvalidExcludesRestriction", f"{mask!r} is no bit mask.") from error
