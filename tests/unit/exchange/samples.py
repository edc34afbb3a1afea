"""Items as Exchange shows them."""

from __future__ import annotations

from fm_desktop.providers.exchange.events import raw_of
from fm_desktop.providers.exchange.xml import Element, parse
from tests.unit.exchange.wire import NAMESPACES

OWN = "emma@example.com"
IDENTITY = (
    "<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId='c11ff724-aa03-4555-9952-8fa248a11c3e' "
    "PropertyName='External ID' PropertyType='String'/><t:Value>{}</t:Value></t:ExtendedProperty>"
)


def item(inside: str, tag: str = "CalendarItem", identity: str = "AAA", key: str = "K1") -> Element:
    return parse(f"<t:{tag} {NAMESPACES}><t:ItemId Id='{identity}' ChangeKey='{key}'/>{inside}</t:{tag}>".encode())


def event(inside: str = "", *, title: str = "Visit", identity: str = "AAA", key: str = "K1", zone: str = "Romance Standard Time",
          start: str = "2026-11-25T08:30:00Z", end: str = "2026-11-25T09:30:00Z", uid: str = "u1") -> Element:  # fmt: skip
    return item(
        f"<t:Subject>{title}</t:Subject><t:UID>{uid}</t:UID><t:Start>{start}</t:Start><t:End>{end}</t:End>{inside}"
        f"<t:StartTimeZone Id='{zone}'/>",
        identity=identity,
        key=key,
    )


def meeting(organizer: str = OWN, response: str = "Organizer", inside: str = "") -> Element:
    return event(
        f"<t:IsMeeting>true</t:IsMeeting><t:MyResponseType>{response}</t:MyResponseType>"
        f"<t:Organizer><t:Mailbox><t:Name>O</t:Name><t:EmailAddress>{organizer}</t:EmailAddress></t:Mailbox></t:Organizer>"
        "<t:RequiredAttendees><t:Attendee><t:Mailbox><t:Name>Ann</t:Name><t:EmailAddress>Ann@example.org</t:EmailAddress>"
        f"</t:Mailbox><t:ResponseType>Accept</t:ResponseType></t:Attendee></t:RequiredAttendees>{inside}"
    )


def raw(*items: Element) -> bytes:
    return raw_of(items)
