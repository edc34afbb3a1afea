"""Calendar items in time: start, end and zone of an item, and the occurrences of a series with their own ids.

"Recurrence patterns and EWS" and "Access a recurring series" in Microsoft's documentation: occurrences are no items of
their own; they are found through the master, by an id, by their index, or through a calendar view.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.servers.ews import recurrence, zones
from tests.servers.ews.errors import EwsError, invalid_id, not_found
from tests.servers.ews.mailbox import Item, Mailbox
from tests.servers.ews.xml import Element, find, local, t, text

_OCCURRENCE = b"\x00\x03\x24\x01"  # what the id of an occurrence begins with


def start_of(item: Item) -> datetime:
    return zones.read(text(item.properties["Start"]))


def end_of(item: Item) -> datetime:
    return zones.read(text(item.properties["End"]))


def zone_of(item: Item) -> ZoneInfo:
    found = item.properties.get("StartTimeZone")
    return zones.zone(found.get("Id", "UTC")) if found is not None else ZoneInfo("UTC")


def is_series(item: Item) -> bool:
    return item.kind == "CalendarItem" and item.master is None and "Recurrence" in item.properties


def starts(master: Item) -> Iterator[datetime]:
    """Original starts, deleted ones included."""
    return recurrence.occurrences(master.properties["Recurrence"], start_of(master), zone_of(master))


def occurrence(master: Item, original: datetime) -> Item:
    """One date of the series: the master's properties, under those of the exception where there is one."""
    exception = master.exceptions.get(original)
    length = end_of(master) - start_of(master)
    shared = {name: value for name, value in master.properties.items() if name != "Recurrence"}
    made = Item(
        "CalendarItem", master.folder, occurrence_id(master, original), master=master, original_start=original,
        properties=shared | {"Start": t("Start", zones.write(original)), "End": t("End", zones.write(original + length))},
        extended=dict(master.extended), attachments=master.attachments, created=master.created, modified=master.modified,
        uid=master.uid, organiser=master.organiser, my_response=master.my_response, responses=master.responses,
        cancelled=master.cancelled, request_sent=master.request_sent, sequence=master.sequence,
    )  # fmt: skip
    if exception is not None:
        made.properties.update(exception.properties)
        made.extended.update(exception.extended)
        made.properties = {name: value for name, value in made.properties.items() if name not in exception.lacks}
        made.extended = {key: value for key, value in made.extended.items() if key not in exception.lacks}
    return made


def keep_exception(changed: Item) -> None:
    """Stores what an occurrence has that its master has not, and what it has no longer."""
    master, original = changed.master, changed.original_start
    if master is None or original is None:
        raise AssertionError("only an occurrence is kept as an exception")
    own = {name: value for name, value in changed.properties.items() if master.properties.get(name) is not value}
    extended = {key: value for key, value in changed.extended.items() if master.extended.get(key) is not value}
    lacks = {name for name in master.properties.keys() - changed.properties.keys() if name != "Recurrence"}
    master.exceptions[original] = Item(
        "CalendarItem", master.folder, properties=own, extended=extended,
        lacks=frozenset(lacks | (master.extended.keys() - changed.extended.keys())),
    )  # fmt: skip


def living(master: Item) -> Iterator[Item]:
    return (occurrence(master, each) for each in starts(master) if each not in master.deleted)


def in_view(master: Item, begin: datetime, end: datetime) -> Iterator[Item]:
    """The occurrences that touch a time range, those moved into it included."""
    moved = [occurrence(master, each) for each in master.exceptions]
    for each in starts(master):
        if each >= end + timedelta(days=1):
            break
        if each not in master.deleted and each not in master.exceptions:
            made = occurrence(master, each)
            if touches(made, begin, end):
                yield made
    yield from (each for each in moved if touches(each, begin, end))


def touches(item: Item, begin: datetime, end: datetime) -> bool:
    first, last = start_of(item), end_of(item)
    return (first < end and last > begin) or (first == last and begin <= first < end)


def occurrence_id(master: Item, original: datetime) -> str:
    packed = f"{master.id}|{original.astimezone(UTC).isoformat()}".encode()
    return base64.b64encode(_OCCURRENCE + packed).decode()


def resolve(box: Mailbox, element: Element) -> Item:
    """The item an ItemId, OccurrenceItemId or RecurringMasterItemId means."""
    name = local(element)
    if name == "OccurrenceItemId":
        return _by_index(box.item(element.get("RecurringMasterId", "")), int(element.get("InstanceIndex", "0")))
    if name == "RecurringMasterItemId":
        found = by_id(box, element.get("OccurrenceId", ""))
        if found.master is None:
            raise EwsError("ErrorCalendarCannotUseIdForRecurringMasterId", "The id is not that of an occurrence.")
        return found.master
    return by_id(box, element.get("Id", ""))


def by_id(box: Mailbox, item_id: str) -> Item:
    try:
        packed = base64.b64decode(item_id, validate=True)
        if not packed.startswith(_OCCURRENCE):
            return box.item(item_id)
        master_id, moment = packed.removeprefix(_OCCURRENCE).decode().split("|")
        original = datetime.fromisoformat(moment)
    except (ValueError, binascii.Error) as error:
        raise invalid_id() from error
    master = box.item(master_id)
    if not is_series(master) or original in master.deleted:
        raise not_found()
    return occurrence(master, original)


def _by_index(master: Item, index: int) -> Item:
    if not is_series(master):
        raise EwsError("ErrorCalendarCannotUseIdForOccurrenceId", "The id is not that of a recurring master.")
    for number, each in enumerate(starts(master), 1):
        if number == index:
            if each in master.deleted:
                raise EwsError("ErrorCalendarOccurrenceIsDeletedFromRecurrence", "The occurrence was deleted.")
            return occurrence(master, each)
    raise EwsError("ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", "There is no occurrence of that index.")


def attendees(item: Item) -> dict[str, str]:
    """Addresses, in lower case, and the list each stands in."""
    found = {}
    for name in ("RequiredAttendees", "OptionalAttendees", "Resources"):
        for each in item.properties.get(name, ()):
            address = find(each, "t:Mailbox/t:EmailAddress")
            if address is not None and address.text:
                found[address.text.lower()] = name
    return found


def global_object_id(item: Item, clean: bool) -> bytes:
    """PidLidGlobalObjectId ([MS-OXOCAL] 2.2.1.27), and PidLidCleanGlobalObjectId, which is that of the series."""
    try:
        whole = bytes.fromhex(item.uid)
    except ValueError:
        data = b"vCal-Uid\x01\x00\x00\x00" + item.uid.encode() + b"\x00"
        whole = bytes.fromhex("040000008200E00074C5B7101A82E008") + bytes(20) + len(data).to_bytes(4, "little") + data
    if clean or item.original_start is None:
        return whole[:16] + bytes(4) + whole[20:]
    day = item.original_start.astimezone(zone_of(item)).date()
    return whole[:16] + day.year.to_bytes(2, "big") + bytes([day.month, day.day]) + whole[20:]
