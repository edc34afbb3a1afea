"""The properties of items: their order in types.xsd, their addresses (FieldURI), the default shapes, what a client may set.

"ItemShape", "BaseShape" and "Property sets and response shapes in EWS in Exchange" in Microsoft's documentation.
"""

from __future__ import annotations

from tests.servers.ews.errors import EwsError
from tests.servers.ews.xml import Element, local, t

_ITEM = [
    "MimeContent",
    "ItemId",
    "ParentFolderId",
    "ItemClass",
    "Subject",
    "Sensitivity",
    "Body",
    "Attachments",
    "DateTimeReceived",
    "Size",
    "Categories",
    "Importance",
    "InReplyTo",
    "IsSubmitted",
    "IsDraft",
    "IsFromMe",
    "IsResend",
    "IsUnmodified",
    "InternetMessageHeaders",
    "DateTimeSent",
    "DateTimeCreated",
    "ResponseObjects",
    "ReminderDueBy",
    "ReminderIsSet",
    "ReminderNextTime",
    "ReminderMinutesBeforeStart",
    "DisplayCc",
    "DisplayTo",
    "DisplayBcc",
    "HasAttachments",
    "ExtendedProperty",
    "Culture",
    "EffectiveRights",
    "LastModifiedName",
    "LastModifiedTime",
    "IsAssociated",
    "WebClientReadFormQueryString",
    "WebClientEditFormQueryString",
    "ConversationId",
    "UniqueBody",
    "Flag",
    "StoreEntryId",
    "InstanceKey",
    "NormalizedBody",
    "EntityExtractionResult",
    "PolicyTag",
    "ArchiveTag",
    "RetentionDate",
    "Preview",
    "RightsManagementLicenseData",
    "PredictedActionReasons",
    "IsClutter",
    "BlockStatus",
    "HasBlockedImages",
    "TextBody",
    "IconIndex",
]

_OWN = {
    "Item": [],
    "Message": ["Sender", "ToRecipients", "CcRecipients", "BccRecipients", "IsReadReceiptRequested", "IsDeliveryReceiptRequested", "ConversationIndex", "ConversationTopic", "From", "InternetMessageId", "IsRead", "IsResponseRequested", "References", "ReplyTo", "ReceivedBy", "ReceivedRepresenting"],
    "CalendarItem": ["UID", "RecurrenceId", "DateTimeStamp", "Start", "End", "OriginalStart", "IsAllDayEvent", "LegacyFreeBusyStatus", "Location", "When", "IsMeeting", "IsCancelled", "IsRecurring", "MeetingRequestWasSent", "IsResponseRequested", "CalendarItemType", "MyResponseType", "Organizer", "RequiredAttendees", "OptionalAttendees", "Resources", "ConflictingMeetingCount", "AdjacentMeetingCount", "Duration", "TimeZone", "AppointmentReplyTime", "AppointmentSequenceNumber", "AppointmentState", "Recurrence", "FirstOccurrence", "LastOccurrence", "ModifiedOccurrences", "DeletedOccurrences", "MeetingTimeZone", "StartTimeZone", "EndTimeZone", "ConferenceType", "AllowNewTimeProposal", "IsOnlineMeeting", "MeetingWorkspaceUrl", "NetShowUrl", "EnhancedLocation", "StartWallClock", "EndWallClock", "StartTimeZoneId", "EndTimeZoneId", "IntendedFreeBusyStatus", "JoinOnlineMeetingUrl", "OnlineMeetingSettings", "IsOrganizer"],
    "Task": ["ActualWork", "AssignedTime", "BillingInformation", "ChangeCount", "Companies", "CompleteDate", "Contacts", "DelegationState", "Delegator", "DueDate", "IsAssignmentEditable", "IsComplete", "IsRecurring", "IsTeamTask", "Mileage", "Owner", "PercentComplete", "Recurrence", "StartDate", "Status", "StatusDescription", "TotalWork"],
}  # fmt: skip
ORDER = {kind: {name: place for place, name in enumerate([*_ITEM, *own])} for kind, own in _OWN.items()}
_ITEM_NAMES = frozenset(_ITEM)

_DEFAULT = {
    "Item": ["ItemId", "Subject", "Sensitivity", "HasAttachments", "Size", "DateTimeCreated"],
    "Message": ["ItemId", "Subject", "Sensitivity", "Body", "Size", "Attachments", "DateTimeSent", "DateTimeCreated", "HasAttachments", "IsRead", "From", "ToRecipients", "CcRecipients", "BccRecipients", "IsReadReceiptRequested", "IsDeliveryReceiptRequested", "ResponseObjects", "InternetMessageId", "References", "ReplyTo"],
    "CalendarItem": ["ItemId", "Subject", "Attachments", "ResponseObjects", "HasAttachments", "Start", "End", "LegacyFreeBusyStatus", "Location", "CalendarItemType", "Organizer", "RequiredAttendees", "OptionalAttendees", "Resources", "Recurrence", "FirstOccurrence", "LastOccurrence", "ModifiedOccurrences", "DeletedOccurrences", "UID", "Body"],
    "Task": ["ItemId", "Subject", "Attachments", "HasAttachments", "DueDate", "PercentComplete", "StartDate", "Status", "Recurrence", "Body"],
}  # fmt: skip
# FindItem never returns these; they take a GetItem ("FindItem operation": only summary properties).
NOT_IN_FIND = frozenset(["Body", "MimeContent", "Attachments", "RequiredAttendees", "OptionalAttendees", "Resources", "Recurrence", "FirstOccurrence", "LastOccurrence", "ModifiedOccurrences", "DeletedOccurrences", "ToRecipients", "CcRecipients", "BccRecipients", "ReplyTo", "ResponseObjects", "InternetMessageHeaders", "TextBody", "UniqueBody", "NormalizedBody"])  # fmt: skip
# Never part of AllProperties ("BaseShape"): they have to be named.
ONLY_WHEN_NAMED = frozenset(
    ["MimeContent", "ExtendedProperty", "UniqueBody", "NormalizedBody", "TextBody", "StoreEntryId", "Preview"]
)
_READ_ONLY = frozenset(["ItemId", "ParentFolderId", "DateTimeReceived", "Size", "IsSubmitted", "IsFromMe", "IsResend", "IsUnmodified", "DateTimeSent", "DateTimeCreated", "ResponseObjects", "ReminderNextTime", "DisplayCc", "DisplayTo", "DisplayBcc", "HasAttachments", "EffectiveRights", "LastModifiedName", "LastModifiedTime", "ConversationId", "RecurrenceId", "DateTimeStamp", "OriginalStart", "When", "IsMeeting", "IsCancelled", "IsRecurring", "MeetingRequestWasSent", "CalendarItemType", "MyResponseType", "Organizer", "ConflictingMeetingCount", "AdjacentMeetingCount", "Duration", "TimeZone", "AppointmentReplyTime", "AppointmentSequenceNumber", "AppointmentState", "FirstOccurrence", "LastOccurrence", "ModifiedOccurrences", "DeletedOccurrences", "IsComplete", "IsOrganizer", "ConversationTopic", "AssignedTime", "StartTimeZoneId", "EndTimeZoneId", "StartWallClock", "EndWallClock"])  # fmt: skip


def default_names(kind: str) -> list[str]:
    return _DEFAULT[kind]


def name_of(uri: str, kind: str) -> str | None:
    """The element that a FieldURI means in an item of this kind; None where the kind has no such property."""
    prefix, _, name = uri.partition(":")
    owner = {"item": None, "calendar": "CalendarItem", "task": "Task", "message": "Message"}.get(prefix, "-")
    if owner is None:
        return name if name in _ITEM_NAMES else None
    return name if owner == kind and name in ORDER[kind] else None


def settable(name: str) -> bool:
    return name not in _READ_ONLY


def check_settable(name: str, uri: str = "") -> None:
    if not settable(name):
        raise EwsError("ErrorInvalidPropertySet", f"Set action is invalid for property. {uri or name}")


ExtendedKey = tuple[str, str, str]


def property_set(name: str) -> str:
    """A property set by its well-known name, or by its GUID in any case."""
    return _SETS.get(name, name).lower()


def extended_key(path: Element) -> ExtendedKey:
    """What an ExtendedFieldURI names, in one form for all its spellings ("ExtendedFieldURI": the allowed combinations)."""
    kind = path.get("PropertyType", "")
    tag, place = path.get("PropertyTag"), path.get("PropertySetId") or path.get("DistinguishedPropertySetId")
    name, number = path.get("PropertyName"), path.get("PropertyId")
    if tag is not None and place is None and name is None and number is None:
        return ("tag", str(int(tag, 0)), kind)
    if tag is None and place is not None and (name is None) != (number is None):
        place = property_set(place)
        return (place, f"name {name}" if name is not None else f"id {number}", kind)
    raise EwsError("ErrorInvalidExtendedProperty", "The extended property attribute combination is invalid.")


_SETS = {
    "Meeting": "6ed8da90-450b-101b-98da-00aa003f1305",
    "Appointment": "00062002-0000-0000-c000-000000000046",
    "Common": "00062008-0000-0000-c000-000000000046",
    "PublicStrings": "00020329-0000-0000-c000-000000000046",
    "Address": "00062004-0000-0000-c000-000000000046",
    "InternetHeaders": "00020386-0000-0000-c000-000000000046",
    "CalendarAssistant": "11000e07-b51b-40d6-af21-caa85edab1d0",
    "UnifiedMessaging": "4442858e-a9e3-4e80-b900-317a210cc15b",
    "Task": "00062003-0000-0000-c000-000000000046",
}
MEETING_SET = _SETS["Meeting"]


def sort_into(kind: str, properties: list[Element]) -> Element:
    """An item element with its properties in the order of the schema."""
    order = ORDER[kind]
    return t(kind, *sorted(properties, key=lambda each: order[local(each)]))
