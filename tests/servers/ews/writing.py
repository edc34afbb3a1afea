"""What a write puts into an item: the properties as they are stored, the rules of calendar items and tasks.

"CreateItem operation (calendar item)", "CreateItem operation (task)", "IsAllDayEvent", "Status", "PercentComplete".
"""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.servers.ews import fields, from_icalendar, mapi, recurrence, series, zones
from tests.servers.ews.errors import EwsError
from tests.servers.ews.mailbox import Item, Mailbox
from tests.servers.ews.view import as_document
from tests.servers.ews.xml import Element, children, copy, find, local, t, text, truth

_TIMES = frozenset(["Start", "End", "ReminderDueBy", "DueDate", "StartDate", "CompleteDate"])
_RESETS_EXCEPTIONS = frozenset({"Recurrence", "Start", "End", "StartTimeZone"})
_OF_EACH_DATE = ("Body", "Location", "Categories")  # what iCalendar says anew of a changed date, or it has none
_CLASSES = {"CalendarItem": "IPM.Appointment", "Task": "IPM.Task", "Message": "IPM.Note", "Item": "IPM.Note"}
_PREFIX = bytes.fromhex("040000008200E00074C5B7101A82E008")


@dataclass(frozen=True, slots=True)
class Writer:
    box: Mailbox
    zone: ZoneInfo | None
    zone_name: str = "UTC"

    def create(self, element: Element) -> Item:
        """The item of a CreateItem request, not yet in the mailbox."""
        item = Item(local(element), self.box.distinguished("inbox"))
        mime = self._mime(element)
        given = set()
        for each in [*(mime.properties if mime else ()), *children(element)]:
            if mime is None or local(each) != "MimeContent":
                fields.check_settable(local(each))
                given.add(self.put(item, each))
        _default(item, "ItemClass", _CLASSES[item.kind])
        _default(item, "Sensitivity", "Normal")
        _default(item, "Importance", "Normal")
        if item.kind == "CalendarItem":
            self._new_meeting(item, given)
            if mime is not None:
                self._change_dates(item, mime)
        elif item.kind == "Task":
            _default(item, "Status", "NotStarted")
            self.finish_task(item, given)
        return item

    def _mime(self, element: Element) -> from_icalendar.Given | None:
        """What the MIME content of a calendar item says. What the request gives beside it counts more."""
        content = find(element, "t:MimeContent")
        if content is None or local(element) == "Message":
            return None
        if local(element) != "CalendarItem":
            raise EwsError("ErrorMimeContentConversionFailed", "This double reads messages and events only.")
        return from_icalendar.read(text(content), self.zone_name)

    def _change_dates(self, item: Item, mime: from_icalendar.Given) -> None:
        """Takes dates out of a new series, and gives others properties of their own."""
        if not series.is_series(item):
            return
        last = max([*mime.removed, *mime.changed], default=series.start_of(item))
        dates = set(itertools.takewhile(lambda each: each <= last, series.starts(item)))
        if not dates >= mime.changed.keys():
            raise EwsError("ErrorMimeContentConversionFailed", "A changed date is none of its series.")
        item.deleted |= mime.removed & dates
        for original, properties in mime.changed.items():
            changed = series.occurrence(item, original)
            for name in _OF_EACH_DATE:
                changed.properties.pop(name, None)
            for each in properties:
                self.put(changed, each)
            series.keep_exception(changed)

    def put(self, item: Item, element: Element) -> str:
        """Writes a property, and gives the name of the element that it is."""
        name = local(element)
        if name == "ExtendedProperty":
            key = fields.extended_key(children(element)[0])
            if mapi.written_as(key) is not None:
                return self.put(item, mapi.as_element(key, element))
            item.extended[key] = copy(element)
        elif name in _TIMES:
            item.properties[name] = t(name, zones.write(zones.read(text(element), self._default_zone(item))))
        elif name == "Body" and element.get("BodyType") == "HTML":
            item.properties[name] = t("Body", as_document(text(element)), BodyType="HTML")
        elif name == "UID":
            item.uid = text(element)
        elif name in ("StartTimeZone", "EndTimeZone", "MeetingTimeZone"):
            zones.zone(element.get("Id") or element.get("TimeZoneName") or "")
            item.properties[name] = copy(element)
        elif name != "Attachments":
            item.properties[name] = copy(element)
        return name

    def _default_zone(self, item: Item) -> ZoneInfo | None:
        return self.zone or (series.zone_of(item) if item.kind == "CalendarItem" else None)

    def _new_meeting(self, item: Item, given: set[str]) -> None:
        item.organiser, item.my_response = (self.box.name, self.box.address), "Organizer"
        if "Start" not in given:
            half_hour = datetime.now(UTC).replace(minute=30, second=0, microsecond=0)
            item.properties["Start"] = t("Start", zones.write(half_hour))
        if "End" not in given:
            item.properties["End"] = t("End", zones.write(series.start_of(item) + timedelta(minutes=30)))
        for name in ("StartTimeZone", "EndTimeZone"):
            if name not in item.properties:
                item.properties[name] = t(name, Id=self.zone_name)
        _default(item, "LegacyFreeBusyStatus", "Busy")
        _default(item, "IsAllDayEvent", "false")
        _default(item, "ReminderIsSet", "true")
        _default(item, "ReminderMinutesBeforeStart", "15")
        if not item.uid:
            item.uid = new_uid()
        self.finish_meeting(item, given)

    def finish_meeting(self, item: Item, changed: set[str]) -> None:
        """The rules between the properties, after any write."""
        start, end = series.start_of(item), series.end_of(item)
        if end < start:
            raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate")
        if end - start > timedelta(days=5 * 365):
            raise EwsError("ErrorCalendarDurationIsTooLong", "The duration is longer than five years.")
        if truth(text(item.properties.get("IsAllDayEvent"))):
            where = series.zone_of(item)
            first, last = start.astimezone(where), end.astimezone(where)
            after = (
                last.date() if last.time() == datetime.min.time() and last > first else last.date() + timedelta(days=1)
            )
            item.properties["Start"] = t("Start", zones.write(zones.midnight(first.date(), where)))
            item.properties["End"] = t("End", zones.write(zones.midnight(after, where)))
        if "Recurrence" in item.properties:
            recurrence.check(item.properties["Recurrence"], series.start_of(item), series.zone_of(item))
        if item.master is None and changed & _RESETS_EXCEPTIONS:
            item.exceptions.clear()
            item.deleted.clear()

    def finish_task(self, item: Item, changed: set[str]) -> None:
        """Status, percentage and date of completion follow each other; the last one written leads."""
        done = text(item.properties.get("Status")) == "Completed"
        if "Status" not in changed and "PercentComplete" in changed:
            done = float(text(item.properties["PercentComplete"])) >= 100
            part = float(text(item.properties["PercentComplete"])) > 0
            item.properties["Status"] = t("Status", "Completed" if done else "InProgress" if part else "NotStarted")
        elif "Status" not in changed and "CompleteDate" in changed:
            done = "CompleteDate" in item.properties
            item.properties["Status"] = t("Status", "Completed" if done else "NotStarted")
        percent = float(text(item.properties.get("PercentComplete"), default="0"))
        if done or percent >= 100:
            item.properties["PercentComplete"] = t("PercentComplete", "100" if done else "0")
        else:
            item.properties.setdefault("PercentComplete", t("PercentComplete", "0"))
        if done and "CompleteDate" not in item.properties:
            item.properties["CompleteDate"] = t("CompleteDate", zones.write(datetime.now(UTC)))
        if not done:
            item.properties.pop("CompleteDate", None)

    def update(self, item: Item, updates: Element) -> set[str]:
        """Applies the SetItemField, AppendToItemField and DeleteItemField of one change; gives the names changed."""
        changed = set()
        for each in children(updates):
            path, *values = children(each)
            key = fields.extended_key(path) if local(path) == "ExtendedFieldURI" else None
            name = "ExtendedProperty" if key else fields.name_of(path.get("FieldURI", ""), item.kind)
            if name is None:
                raise EwsError("ErrorInvalidPropertySet", f"Property does not fit the item: {path.get('FieldURI')}")
            if name == "MimeContent":
                raise EwsError("ErrorMimeContentConversionFailed", "This double changes nothing by its MIME content.")
            if local(each) == "DeleteItemField":
                changed.add(self._delete(item, name, key))
                continue
            given = children(values[0]) if local(values[0]) in (item.kind, "Item") else []
            if len(given) != 1 or local(given[0]) != name:
                raise EwsError(
                    "ErrorIncorrectUpdatePropertyCount",
                    "An object within a change description must contain one and only one property to modify.",
                )
            if key is not None and fields.extended_key(children(given[0])[0]) != key:
                raise EwsError("ErrorUpdatePropertyMismatch", "The property of the path is not that of the value.")
            fields.check_settable(name, path.get("FieldURI", ""))
            write = self._append if local(each) == "AppendToItemField" else self.put
            changed.add(write(item, given[0]))
        if item.kind == "CalendarItem":
            self.finish_meeting(item, changed)
        elif item.kind == "Task":
            self.finish_task(item, changed)
        return changed

    def _delete(self, item: Item, name: str, key: fields.ExtendedKey | None) -> str:
        written = None if key is None else mapi.written_as(key)
        if written is not None:
            return self._delete(item, written, None)
        if key is not None:
            item.extended.pop(key, None)
        elif not fields.settable(name) or name in ("Start", "End", "UID"):
            raise EwsError("ErrorInvalidPropertyDelete", f"Delete action is invalid for property. {name}")
        else:
            item.properties.pop(name, None)
        return name

    def _append(self, item: Item, element: Element) -> str:
        name = local(element)
        stored = item.properties.get(name)
        if name == "Body":
            kept = t("Body", text(stored) + text(element), BodyType=element.get("BodyType", "Text"))
            self.put(item, kept)
        elif name in (
            "RequiredAttendees",
            "OptionalAttendees",
            "Resources",
            "ToRecipients",
            "CcRecipients",
            "BccRecipients",
        ):
            both = [*children(stored), *children(element)]
            item.properties[name] = t(name, *map(copy, both))
        else:
            raise EwsError("ErrorInvalidPropertyAppend", f"Append action is invalid for property. {name}")
        return name


def new_uid() -> str:
    """A GlobalObjectId as hexadecimal digits ([MS-OXOCAL] 2.2.1.27): made by the server, with its time of creation."""

    ticks = int((datetime.now(UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds() * 10**7)
    made = _PREFIX + bytes(4) + ticks.to_bytes(8, "little") + bytes(8) + (16).to_bytes(4, "little") + uuid.uuid4().bytes
    return made.hex().upper()


def _default(item: Item, name: str, value: str) -> None:
    item.properties.setdefault(name, t(name, value))
