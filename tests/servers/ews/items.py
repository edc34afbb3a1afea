"""GetItem, CreateItem, UpdateItem, DeleteItem, MoveItem, CopyItem ("GetItem operation" and so on; "Handling EWS errors")."""

from __future__ import annotations

import base64
from collections.abc import Callable

from tests.servers.ews import fields, mapi, messages, series
from tests.servers.ews.call import Call, each, people
from tests.servers.ews.errors import EwsError, check_rights, no_change_key, stale
from tests.servers.ews.mailbox import Folder, Item
from tests.servers.ews.view import Shape, item_id
from tests.servers.ews.xml import Element, children, find, local, m, need, t, text

_ANSWERS = {"AcceptItem": "Accept", "TentativelyAcceptItem": "Tentative", "DeclineItem": "Decline"}
_MESSAGE_FLAGS, _UNSENT = ("tag", str(0x0E07), "Integer"), 0x8
_HOMES = {"CalendarItem": "calendar", "Task": "tasks", "Message": "drafts", "Item": "drafts"}


def get_item(call: Call) -> list[Element]:
    shape = Shape.read(need(call.request, "m:ItemShape"))

    def act(element: Element) -> list[Element]:
        return [m("Items", call.viewer.show(series.resolve(call.box, element), shape))]

    return each(call, "GetItem", children(find(call.request, "m:ItemIds")), act, "Items")


def create_item(call: Call) -> list[Element]:
    home = find(call.request, "m:SavedItemFolderId")

    def act(element: Element) -> list[Element]:
        if local(element) in _ANSWERS:
            return [m("Items", *_answer(call, element))]
        if local(element) == "CancelCalendarItem":
            return [m("Items", *_cancel(call, element))]
        folder = call.folder(children(home)[0]) if home is not None else None
        made = _create(call, element, folder)
        return [m("Items", fields.sort_into(made.kind, [item_id(made)])) if made.id else m("Items")]

    return each(call, "CreateItem", children(find(call.request, "m:Items")), act, "Items")


def _create(call: Call, element: Element, folder: Folder | None) -> Item:
    kind = local(element)
    if kind not in fields.ORDER:
        raise EwsError("ErrorInvalidRequest", f"This double keeps no {kind}.")
    check_rights(folder is None or folder.writable, creates=True)
    if kind == "CalendarItem":
        return _create_meeting(call, element, folder)
    item = call.writer.create(element)
    if kind == "Message":
        return _create_message(call, element, item, folder)
    item.folder = folder or call.box.distinguished(_HOMES[kind])
    return call.box.add(item)


def _create_meeting(call: Call, element: Element, folder: Folder | None) -> Item:
    sending = call.request.get("SendMeetingInvitations")
    if sending is None:
        raise EwsError("ErrorSendMeetingInvitationsRequired", "SendMeetingInvitations attribute is required.")
    item = call.writer.create(element)
    item.folder = folder or call.box.distinguished("calendar")
    if item.folder.kind != "IPF.Appointment":
        raise EwsError("ErrorInvalidRequest", "A calendar item can be kept in a calendar folder only.")
    if sending != "SendToNone" and people(item):
        item.request_sent = True
        call.mail("MeetingRequest", item, people(item))
    return call.box.add(item)


def _create_message(call: Call, element: Element, item: Item, folder: Folder | None) -> Item:
    disposition = call.request.get("MessageDisposition")
    if disposition is None:
        raise EwsError("ErrorMessageDispositionRequired", "MessageDisposition attribute is required.")
    mime = item.properties.pop("MimeContent", None)
    sends = disposition != "SaveOnly"
    mapi.of_a_new_message(item)
    draft = not sends and not _is_said_to_be_received(item)
    if mime is not None:
        messages.fill(item, base64.b64decode(text(mime)), draft=draft)
    if sends:
        to = [
            text(each, "t:EmailAddress")
            for name in ("ToRecipients", "CcRecipients", "BccRecipients")
            for each in item.properties.get(name, ())
        ]
        if not to:
            raise EwsError("ErrorMissingRecipients", "At least one recipient is needed to send a message.")
        call.mail("Message", item, to)
    if disposition == "SendOnly":
        return item
    item.properties.setdefault("IsDraft", t("IsDraft", "true" if draft else "false"))
    item.properties.setdefault("IsRead", t("IsRead", "true"))
    item.folder = folder or call.box.distinguished("sentitems" if sends else "drafts")
    return call.box.add(item)


def _is_said_to_be_received(item: Item) -> bool:
    """PidTagMessageFlags without mfUnsent (MS-OXCMSG 2.2.1.6), which a client may set before the first save only."""
    flags = item.extended.get(_MESSAGE_FLAGS)
    return flags is not None and not int(text(flags, "t:Value")) & _UNSENT


def _answer(call: Call, element: Element) -> list[Element]:
    """Accepting and declining ("AcceptItem"): SaveOnly answers without a mail to the organiser."""
    reference = need(element, "t:ReferenceItemId")
    item = series.by_id(call.box, reference.get("Id", ""))
    if item.my_response == "Organizer":
        raise EwsError("ErrorCalendarIsOrganizerForAccept", "The organiser cannot answer.")
    stored = item.master or item
    stored.my_response = _ANSWERS[local(element)]
    if call.request.get("MessageDisposition") != "SaveOnly":
        call.mail(stored.my_response, item, [item.organiser[1]])
    if local(element) == "DeclineItem":
        call.box.move(stored, call.box.distinguished("deleteditems"))
    else:
        call.box.touch(stored)
    return [fields.sort_into("CalendarItem", [item_id(stored)])]


def _cancel(call: Call, element: Element) -> list[Element]:
    """The organiser calls a meeting off: those invited are told, and it goes to the deleted items ("CancelCalendarItem",
    "Delete appointments and cancel meetings by using EWS in Exchange")."""
    item = series.by_id(call.box, need(element, "t:ReferenceItemId").get("Id", ""))
    disposition = call.request.get("MessageDisposition")
    if disposition is None:
        raise EwsError("ErrorMessageDispositionRequired", "MessageDisposition attribute is required.")
    if item.my_response != "Organizer":
        raise EwsError("ErrorCalendarIsNotOrganizer", "Only the organiser can cancel a meeting.")
    if item.master is not None:
        raise EwsError("ErrorInvalidRequest", "This double calls off no single date of a series.")
    check_rights(item.folder.writable)
    if disposition != "SaveOnly":
        call.mail("MeetingCancellation", item, people(item))
    return [fields.sort_into("CalendarItem", [item_id(call.box.move(item, call.box.distinguished("deleteditems")))])]


def update_item(call: Call) -> list[Element]:
    def act(change: Element) -> list[Element]:
        identity, updates = children(change)[:2]
        item = _update(call, identity, updates)
        return [m("Items", fields.sort_into(item.kind, [item_id(item)])), m("ConflictResults", t("Count", "0"))]

    return each(call, "UpdateItem", children(find(call.request, "m:ItemChanges")), act, "Items")


def _update(call: Call, identity: Element, updates: Element) -> Item:
    item = series.resolve(call.box, identity)
    check_rights(item.folder.writable)
    resolution = call.request.get("ConflictResolution", "AutoResolve")
    key = identity.get("ChangeKey")
    if key is None and resolution != "AlwaysOverwrite":
        raise no_change_key()
    if resolution == "NeverOverwrite" and key != item.change_key:
        raise stale()
    sending = call.request.get("SendMeetingInvitationsOrCancellations")
    if item.kind == "CalendarItem" and sending is None:
        raise EwsError(
            "ErrorSendMeetingInvitationsOrCancellationsRequired",
            "SendMeetingInvitationsOrCancellations attribute is required.",
        )
    if item.kind == "Message" and call.request.get("MessageDisposition") is None:
        raise EwsError("ErrorMessageDispositionRequired", "MessageDisposition attribute is required.")
    before = set(people(item)) if item.kind == "CalendarItem" else set()
    draft = _copy(item)
    changed = call.writer.update(draft, updates)
    _store(item, draft)
    if item.kind == "CalendarItem":
        _tell(call, item, before, sending or "SendToNone")
    call.box.touch(item, "ReadFlagChange" if changed == {"IsRead"} else "Update")
    return item


def _copy(item: Item) -> Item:
    """Changes are made on a copy: a change that is refused leaves nothing behind."""
    return Item(
        item.kind, item.folder, properties=dict(item.properties), extended=dict(item.extended), uid=item.uid,
        master=item.master, original_start=item.original_start, exceptions=dict(item.exceptions), deleted=set(item.deleted),
    )  # fmt: skip


def _store(item: Item, draft: Item) -> None:
    item.properties, item.extended = draft.properties, draft.extended
    if item.master is not None:
        series.keep_exception(item)
    else:
        item.uid, item.exceptions, item.deleted = draft.uid, draft.exceptions, draft.deleted


def _tell(call: Call, item: Item, before: set[str], sending: str) -> None:
    """Updates to those invited, a request to new ones, a cancellation to those removed. Only the organiser tells."""
    after = set(people(item))
    if item.my_response != "Organizer" or sending == "SendToNone":
        return
    stored = item.master or item
    stored.request_sent = stored.request_sent or bool(after)
    call.mail("MeetingCancellation", item, sorted(before - after))
    call.mail("MeetingRequest", item, sorted(after - before))
    if after and ("Changed" not in sending or after == before):
        stored.sequence += 1
        call.mail("MeetingUpdate", item, sorted(after & before))


def delete_item(call: Call) -> list[Element]:
    def act(element: Element) -> list[Element]:
        _delete(call, series.resolve(call.box, element))
        return []

    return each(call, "DeleteItem", children(find(call.request, "m:ItemIds")), act, None)


def _delete(call: Call, item: Item) -> None:
    check_rights(item.folder.writable)
    if item.kind == "CalendarItem":
        sending = call.request.get("SendMeetingCancellations")
        if sending is None:
            raise EwsError("ErrorSendMeetingCancellationsRequired", "SendMeetingCancellations attribute is required.")
        if sending != "SendToNone" and not item.cancelled:
            own = item.my_response == "Organizer"
            call.mail("MeetingCancellation" if own else "Decline", item, people(item) if own else [item.organiser[1]])
    if item.kind == "Task" and call.request.get("AffectedTaskOccurrences") is None:
        raise EwsError("ErrorAffectedTaskOccurrencesRequired", "AffectedTaskOccurrences attribute is required.")
    if item.master is not None and item.original_start is not None:
        item.master.exceptions.pop(item.original_start, None)
        item.master.deleted.add(item.original_start)
        call.box.touch(item)
    elif call.request.get("DeleteType") == "MoveToDeletedItems":
        call.box.move(item, call.box.distinguished("deleteditems"))
    else:
        call.box.remove(item)


def move_item(call: Call) -> list[Element]:
    return _to_another_folder(call, "MoveItem", call.box.move)


def copy_item(call: Call) -> list[Element]:
    return _to_another_folder(call, "CopyItem", call.box.copy)


def _to_another_folder(call: Call, name: str, bring: Callable[[Item, Folder], Item]) -> list[Element]:
    def act(element: Element) -> list[Element]:
        item, target = series.resolve(call.box, element), call.within("m:ToFolderId")
        check_rights(item.folder.writable or name == "CopyItem")
        check_rights(target.writable, creates=True)
        brought = bring(item, target)
        return [m("Items", fields.sort_into(brought.kind, [item_id(brought)]))]

    return each(call, name, children(find(call.request, "m:ItemIds")), act, "Items")
