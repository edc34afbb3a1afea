"""SyncFolderItems ("SyncFolderItems operation", "MaxChangesReturned": at most 512).

A calendar is told by its single items and masters: occurrences and exceptions never come as changes of their own.
"""

from __future__ import annotations

from tests.servers.ews.call import Call, failure, success
from tests.servers.ews.errors import EwsError
from tests.servers.ews.mailbox import Change
from tests.servers.ews.states import SyncPoint, invalid
from tests.servers.ews.view import Shape
from tests.servers.ews.xml import Element, boolean, find, m, need, t, text

_NOT_IN_SYNC = frozenset(["Body", "MimeContent", "Attachments", "TextBody", "UniqueBody", "NormalizedBody"])


def sync_folder_items(call: Call) -> list[Element]:
    with call.box.changed:
        try:
            return [_sync(call)]
        except EwsError as error:
            return [failure("SyncFolderItems", error)]


def _sync(call: Call) -> Element:
    folder = call.within("m:SyncFolderId")
    shape = Shape.read(need(call.request, "m:ItemShape"))
    point = SyncPoint.read(text(call.request, "m:SyncState"), folder.id)
    if text(call.request, "m:SyncState") and point.generation < call.state.generation:
        raise invalid()
    most = min(int(text(call.request, "m:MaxChangesReturned")), call.state.page)
    log = [each for each in call.box.log if each.folder == folder.id]
    waiting = _waiting(log, point)
    page, rest = waiting[:most], waiting[most:]
    newest = call.box.log[-1].number if call.box.log else 0
    generation = call.state.generation
    if rest:
        after = SyncPoint(folder.id, point.base, page[-1][0], newest, generation)
    else:
        after = SyncPoint(folder.id, newest, newest, newest, generation)
    ignored = {each.get("Id") for each in find(call.request, "m:Ignore") or ()}
    changes = m("Changes", *(_show(call, shape, item, what) for _, item, what in page if item not in ignored))
    return success(
        "SyncFolderItems", m("SyncState", after.write()), m("IncludesLastItemInRange", boolean(not rest)), changes
    )


def _waiting(log: list[Change], point: SyncPoint) -> list[tuple[int, str, str]]:
    """What is to be told, in order: number of the last change, item, kind of change."""
    found = []
    histories: dict[str, list[Change]] = {}
    for each in log:
        histories.setdefault(each.item, []).append(each)
    for item, history in histories.items():
        fresh = [each for each in history if each.number > point.at]
        if not fresh:
            continue
        known = _is_known(history, point)
        gone = fresh[-1].what == "Delete"
        if gone and known:
            found.append((fresh[-1].number, item, "Delete"))
        elif not gone:
            only_read = known and all(each.what == "ReadFlagChange" for each in fresh)
            found.append((fresh[-1].number, item, "ReadFlagChange" if only_read else "Update" if known else "Create"))
    return sorted(found)


def _is_known(history: list[Change], point: SyncPoint) -> bool:
    before = [each for each in history if each.number <= point.base]
    told = [each for each in history if point.base < each.number <= point.seen]
    if told and told[-1].number <= point.at:
        return told[-1].what != "Delete"
    return bool(before) and before[-1].what != "Delete"


def _show(call: Call, shape: Shape, item_id: str, what: str) -> Element:
    if what == "Delete":
        return t("Delete", t("ItemId", Id=item_id))
    item = call.box.item(item_id)
    if what == "ReadFlagChange":
        read = text(item.properties.get("IsRead"), default="false")
        return t("ReadFlagChange", t("ItemId", Id=item.id, ChangeKey=item.change_key), t("IsRead", read))
    return t(what, call.viewer.show(item, shape, _NOT_IN_SYNC))
