"""Properties that are reached by MAPI's own names, and what they are of an item ([MS-OXPROPS], [MS-OXCMSG], [MS-OXOCAL]).

EWS shows most of them as elements, too: both are one stored value, by whichever name it is written. Others are not known
here, as on a mailbox where nobody has set them.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.servers.ews import fields, series, zones
from tests.servers.ews.mailbox import Item
from tests.servers.ews.xml import Element, boolean, children, find, t, text, truth

# PidTagMessageFlags ([MS-OXCMSG] 2.2.1.6).
READ, UNMODIFIED, UNSENT, HAS_ATTACHMENTS, FROM_ME = 0x01, 0x02, 0x08, 0x10, 0x20
_SENSITIVITIES = ("Normal", "Personal", "Private", "Confidential")
_IMPORTANCES = ("Low", "Normal", "High")
_STATUSES = {"1": "Complete", "2": "Flagged"}  # PidTagFlagStatus ([MS-OXOFLAG] 2.2.1.1); without it: not flagged
_Look = Callable[[Item, str], Element | None]


def _tag(number: int, kind: str) -> fields.ExtendedKey:
    return ("tag", str(number), kind)


def _named(place: str, number: int, kind: str) -> fields.ExtendedKey:
    return (fields.property_set(place), f"id {number}", kind)


# The element that shows the same.
_ELEMENTS = {
    _tag(0x001A, "String"): "ItemClass",
    _tag(0x0037, "String"): "Subject",
    _tag(0x0039, "SystemTime"): "DateTimeSent",
    _tag(0x0E06, "SystemTime"): "DateTimeReceived",
    _tag(0x0E08, "Integer"): "Size",
    _tag(0x1000, "String"): "TextBody",
    _tag(0x1035, "String"): "InternetMessageId",
    _tag(0x3007, "SystemTime"): "DateTimeCreated",
    _tag(0x3008, "SystemTime"): "LastModifiedTime",
    _named("Appointment", 0x8208, "String"): "Location",
    _named("Appointment", 0x820D, "SystemTime"): "Start",
    _named("Appointment", 0x820E, "SystemTime"): "End",
    _named("Appointment", 0x8215, "Boolean"): "IsAllDayEvent",
    _named("Appointment", 0x8217, "Integer"): "AppointmentState",
    _named("Task", 0x8104, "SystemTime"): "StartDate",
    _named("Task", 0x8105, "SystemTime"): "DueDate",
    _named("Task", 0x810F, "SystemTime"): "CompleteDate",
    _named("Task", 0x811C, "Boolean"): "IsComplete",
    _named("Common", 0x8501, "Integer"): "ReminderMinutesBeforeStart",
    _named("Common", 0x8503, "Boolean"): "ReminderIsSet",
}
FLAGS = _tag(0x0E07, "Integer")
_SENT, _RECEIVED = _tag(0x0039, "SystemTime"), _tag(0x0E06, "SystemTime")


def _name_in(name: str, names: tuple[str, ...]) -> Callable[[Element], Element]:
    return lambda given: t(name, names[int(text(given, "t:Value"))])


_HEADERS = fields.property_set("InternetHeaders")
_KEYWORDS = (fields.property_set("PublicStrings"), "name Keywords", "StringArray")
_FORMS: dict[fields.ExtendedKey, tuple[str, Callable[[Element], Element]]] = {
    _tag(0x0017, "Integer"): ("Importance", _name_in("Importance", _IMPORTANCES)),
    _tag(0x0036, "Integer"): ("Sensitivity", _name_in("Sensitivity", _SENSITIVITIES)),
    _tag(0x1000, "String"): ("Body", lambda given: t("Body", text(given, "t:Value"), BodyType="Text")),
    _tag(0x1090, "Integer"): (
        "Flag", lambda given: t("Flag", t("FlagStatus", _STATUSES.get(text(given, "t:Value"), "NotFlagged"))),
    ),
    _KEYWORDS: (
        "Categories", lambda given: t("Categories", *(t("String", text(each)) for each in children(find(given, "t:Values")))),
    ),
}  # fmt: skip


def value(item: Item, key: fields.ExtendedKey, look: _Look) -> str | list[str] | None:
    """What the server says of itself; None where only what a client has stored under the name counts."""
    name = _ELEMENTS.get(key)
    if name is not None:
        found = look(item, name)
        return None if found is None else text(found)
    if key[0] == _HEADERS:
        return _header(item, key[1].removeprefix("name "))
    worked_out = _WORKED_OUT.get(key)
    return None if worked_out is None else worked_out(item)


def content(found: str | list[str]) -> Element:
    """The value, or the values, of an ExtendedProperty."""
    return t("Value", found) if isinstance(found, str) else t("Values", *(t("Value", each) for each in found))


def written_as(key: fields.ExtendedKey) -> str | None:
    """The element that is written by a property's name; None where it is no other's and is kept under its own."""
    name = _FORMS[key][0] if key in _FORMS else _ELEMENTS.get(key)
    return name if name is not None and fields.settable(name) else None


def as_element(key: fields.ExtendedKey, given: Element) -> Element:
    """What an ExtendedProperty says, as the element of `written_as`."""
    name, form = _FORMS.get(key, (_ELEMENTS.get(key, ""), None))
    return t(name, text(given, "t:Value")) if form is None else form(given)


def _header(item: Item, name: str) -> str | None:
    """A header of the message ("DistinguishedPropertySetId": InternetHeaders)."""
    shown = children(item.properties.get("InternetMessageHeaders"))
    return next((text(each) for each in shown if each.get("HeaderName", "").lower() == name.lower()), None)


def _headers(item: Item) -> str | None:
    """PidTagTransportMessageHeaders ([MS-OXOMSG]): the head of a message as it came."""
    end = item.mime.find(b"\r\n\r\n")
    return item.mime[: end + 2].decode("ascii", "replace") if end >= 0 else None


def _status(item: Item) -> str | None:
    wanted = text(item.properties.get("Flag"), "t:FlagStatus")
    return next((number for number, name in _STATUSES.items() if name == wanted), None)


def _number_in(name: str, names: tuple[str, ...]) -> Callable[[Item], str | None]:
    return lambda item: str(names.index(text(item.properties[name]))) if name in item.properties else None


def flags_of(item: Item) -> int:
    found = UNMODIFIED if item.created == item.modified else 0
    found |= READ if truth(text(item.properties.get("IsRead"), default="true")) else 0
    found |= UNSENT if truth(text(item.properties.get("IsDraft"))) else 0
    found |= HAS_ATTACHMENTS if item.attachments else 0
    return found


_WORKED_OUT: dict[fields.ExtendedKey, Callable[[Item], str | list[str] | None]] = {
    FLAGS: lambda item: str(flags_of(item)),
    _tag(0x0017, "Integer"): _number_in("Importance", _IMPORTANCES),
    _tag(0x0036, "Integer"): _number_in("Sensitivity", _SENSITIVITIES),
    _tag(0x007D, "String"): _headers,
    _tag(0x0E1B, "Boolean"): lambda item: boolean(item.attachments),
    _tag(0x1090, "Integer"): _status,
    _KEYWORDS: lambda item: [text(each) for each in children(item.properties.get("Categories"))] or None,
    # PidTagInternetArticleNumber: the store counts the items of a folder.
    _tag(0x0E23, "Integer"): lambda item: str(item.number),
    # PidLidRecurring, of the series and of its dates.
    _named("Appointment", 0x8223, "Boolean"): lambda item: (
        boolean(item.master is not None or series.is_series(item)) if item.kind == "CalendarItem" else None
    ),
}


def of_a_new_message(item: Item) -> None:
    """What a client may say of a message before it is saved first, and never again: whether it is a draft or read, when
    it was sent and when it came ([MS-OXCMSG] 2.2.1.6; such a message is neither sent nor received by this)."""
    flags = item.extended.pop(FLAGS, None)
    if flags is not None:
        number = int(text(flags, "t:Value"))
        item.properties["IsDraft"] = t("IsDraft", boolean(number & UNSENT))
        item.properties.setdefault("IsRead", t("IsRead", boolean(number & READ)))
    for key, name in ((_SENT, "DateTimeSent"), (_RECEIVED, "DateTimeReceived")):
        given = item.extended.pop(key, None)
        if given is not None:
            item.properties[name] = t(name, zones.write(zones.read(text(given, "t:Value"))))
