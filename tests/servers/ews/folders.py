"""GetFolder, FindFolder, CreateFolder, DeleteFolder, SyncFolderHierarchy."""

from __future__ import annotations

from tests.servers.ews import states, zones
from tests.servers.ews.call import Call, each, failure, success
from tests.servers.ews.errors import EwsError
from tests.servers.ews.fields import ExtendedKey, extended_key
from tests.servers.ews.mailbox import Folder
from tests.servers.ews.restrictions import Value, holds, kind_of, typed
from tests.servers.ews.xml import Element, boolean, children, copy, find, local, m, need, t, text, truth

_KINDS = {"IPF.Appointment": "CalendarFolder", "IPF.Task": "TasksFolder", "IPF.Contact": "ContactsFolder"}
_CLASSES = {"CalendarFolder": "IPF.Appointment", "TasksFolder": "IPF.Task", "ContactsFolder": "IPF.Contact"}


def show(call: Call, folder: Folder, shape: Element) -> Element:
    base = text(shape, "t:BaseShape")
    named = {each.get("FieldURI", "").partition(":")[2] for each in children(find(shape, "t:AdditionalProperties"))}
    full = base == "AllProperties"
    if base != "IdOnly":
        named |= {"DisplayName", "TotalCount", "ChildFolderCount", "UnreadCount"}
    if full:
        named |= {"ParentFolderId", "FolderClass", "EffectiveRights", "DistinguishedFolderId"}
    made = t(_KINDS.get(folder.kind, "Folder"), t("FolderId", Id=folder.id, ChangeKey=folder.change_key))
    made.extend(part for name, part in _parts(call, folder) if name in named)
    place = sum(local(each) in _BEFORE_EXTENDED for each in made)
    for path in reversed(children(find(shape, "t:AdditionalProperties"))):
        value = _mapi(call, folder).get(extended_key(path)) if local(path) == "ExtendedFieldURI" else None
        if value is not None:
            made.insert(place, t("ExtendedProperty", copy(path), t("Value", value)))
    return made


_BEFORE_EXTENDED = ("FolderId", "ParentFolderId", "FolderClass", "DisplayName", "TotalCount", "ChildFolderCount")


def _mapi(call: Call, folder: Folder) -> dict[ExtendedKey, str]:
    """The counters and flags of a folder that are reached by property tags only ([MS-OXPROPS])."""
    changes = [each for each in call.box.log if each.folder == folder.id]
    values = {
        (0x10F4, "Boolean"): boolean(folder.hidden),  # PidTagAttributeHidden
        (0x3602, "Integer"): str(len(call.box.within(folder))),  # PidTagContentCount
        (0x3603, "Integer"): str(_unread(call, folder)),  # PidTagContentUnreadCount
        (0x360A, "Boolean"): boolean(call.box.below(folder, deep=False)),  # PidTagSubfolders
        (0x3613, "String"): folder.kind,  # PidTagContainerClass
        (0x6751, "Integer"): str(call.box.next_number),  # PidTagArticleNumberNext
        (0x3008, "SystemTime"): zones.write(folder.created),  # PidTagLastModificationTime
        (0x670A, "SystemTime"): zones.write(
            changes[-1].when if changes else folder.created
        ),  # PidTagLocalCommitTimeMax
    }
    return {("tag", str(tag), kind): value for (tag, kind), value in values.items()}


def _unread(call: Call, folder: Folder) -> int:
    return sum(not truth(text(each.properties.get("IsRead"), default="true")) for each in call.box.within(folder))


def _parts(call: Call, folder: Folder) -> list[tuple[str, Element]]:
    held = call.box.within(folder)
    parts = []
    if folder.parent is not None:
        parts.append(("ParentFolderId", t("ParentFolderId", Id=folder.parent.id, ChangeKey=folder.parent.change_key)))
    parts += [
        ("FolderClass", t("FolderClass", folder.kind)),
        ("DisplayName", t("DisplayName", folder.name)),
        ("TotalCount", t("TotalCount", str(len(held)))),
        ("ChildFolderCount", t("ChildFolderCount", str(len(call.box.below(folder, deep=False))))),
        ("EffectiveRights", _rights(folder)),
    ]
    if folder.distinguished:
        parts.append(("DistinguishedFolderId", t("DistinguishedFolderId", folder.distinguished)))
    if folder.kind in ("IPF.Note", "IPF.Task"):
        parts.append(("UnreadCount", t("UnreadCount", str(_unread(call, folder)))))
    return parts


def _rights(folder: Folder) -> Element:
    names = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read", "ViewPrivateItems")
    return t("EffectiveRights", *(t(name, boolean(folder.writable or name == "Read")) for name in names))


def get_folder(call: Call) -> list[Element]:
    shape = need(call.request, "m:FolderShape")
    wanted = children(find(call.request, "m:FolderIds"))
    return each(call, "GetFolder", wanted, lambda one: [m("Folders", show(call, call.folder(one), shape))], "Folders")


def find_folder(call: Call) -> list[Element]:
    shape = need(call.request, "m:FolderShape")
    deep = call.request.get("Traversal") == "Deep"

    def act(one: Element) -> list[Element]:
        found = [each for each in call.box.below(call.folder(one), deep) if _is_wanted(call, each)]
        view = find(call.request, "m:IndexedPageFolderView")
        offset = int(view.get("Offset", "0")) if view is not None else 0
        most = int(view.get("MaxEntriesReturned", "1000")) if view is not None else 1000
        page = found[offset : offset + most]
        folders = t("Folders", *(show(call, folder, shape) for folder in page))
        last = offset + len(page) >= len(found)
        return [
            m("RootFolder", folders, IndexedPagingOffset=str(offset + len(page)), TotalItemsInView=str(len(found)),
              IncludesLastItemInRange=boolean(last))
        ]  # fmt: skip

    return each(call, "FindFolder", children(find(call.request, "m:ParentFolderIds")), act, None)


def _is_wanted(call: Call, folder: Folder) -> bool:
    restriction = find(call.request, "m:Restriction")

    def look_up(path: Element) -> Value:
        if local(path) == "ExtendedFieldURI":
            known = _mapi(call, folder).get(extended_key(path))
            return None if known is None else typed(known, path.get("PropertyType", ""))
        name = path.get("FieldURI", "").partition(":")[2]
        return next((typed(text(part), kind_of(known)) for known, part in _parts(call, folder) if known == name), None)

    return restriction is None or holds(children(restriction)[0], look_up)


def create_folder(call: Call) -> list[Element]:
    parent = call.within("m:ParentFolderId")

    def act(one: Element) -> list[Element]:
        name, kind = text(one, "t:DisplayName"), text(one, "t:FolderClass") or _CLASSES.get(local(one), "IPF.Note")
        if any(each.name == name for each in call.box.below(parent, deep=False)):
            raise EwsError("ErrorFolderExists", "A folder with the specified name already exists.")
        made = call.box.add_folder(parent, name, kind)
        return [m("Folders", show(call, made, t("FolderShape", t("BaseShape", "IdOnly"))))]

    return each(call, "CreateFolder", children(find(call.request, "m:Folders")), act, "Folders")


def delete_folder(call: Call) -> list[Element]:
    def act(one: Element) -> list[Element]:
        folder = call.folder(one)
        if folder.distinguished:
            raise EwsError("ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
        call.box.remove_folder(folder)
        return []

    return each(call, "DeleteFolder", children(find(call.request, "m:FolderIds")), act, None)


def sync_folder_hierarchy(call: Call) -> list[Element]:
    shape = need(call.request, "m:FolderShape")
    try:
        root = (
            call.within("m:SyncFolderId")
            if find(call.request, "m:SyncFolderId") is not None
            else call.box.distinguished("msgfolderroot")
        )
        known = states.read_known(text(call.request, "m:SyncState"))
    except EwsError as error:
        return [failure("SyncFolderHierarchy", error)]
    there = {each.id: each for each in call.box.below(root, deep=True)}
    changes = m("Changes")
    for folder in there.values():
        if known.get(folder.id) != folder.version:
            changes.append(t("Update" if folder.id in known else "Create", show(call, folder, shape)))
    changes.extend(t("Delete", t("FolderId", Id=gone)) for gone in known if gone not in there)
    state = states.write_known({each.id: each.version for each in there.values()})
    return [success("SyncFolderHierarchy", m("SyncState", state), m("IncludesLastFolderInRange", "true"), changes)]
