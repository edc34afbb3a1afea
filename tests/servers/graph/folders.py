"""/me/mailFolders."""

from __future__ import annotations

from typing import Any

from tests.servers.graph import deltas, mail
from tests.servers.graph.box import Ids, Mailbox, container_id
from tests.servers.graph.errors import GraphError, bad_query, bad_request
from tests.servers.graph.mail import Folder
from tests.servers.graph.odata import Call, Kind, Row
from tests.servers.graph.wire import NO_CONTENT, Reply

FOLDER = Kind("graph.mailFolder", frozenset({"displayName", "isHidden"}), frozenset({"displayName"}))


def listed(call: Call, folder: str = mail.ROOT) -> Reply:
    """The folders right below one; hidden ones only with `includeHiddenFolders=true` ("List mailFolders")."""
    hidden = call.query.get("includeHiddenFolders", "false").lower()
    if hidden not in ("true", "false"):
        raise bad_query("includeHiddenFolders is true or false.")
    parent = mail.folder_of(call.box, folder)
    kept = [each for each in call.box.folders.values() if each.parent == parent.key]
    rows = [Row(each, wire(call.box, each)) for each in kept if hidden == "true" or not each.hidden]
    return call.many(FOLDER, rows, _context(call))


def one(call: Call, folder: str) -> Reply:
    kept = mail.folder_of(call.box, folder)
    return call.one(FOLDER, Row(kept, wire(call.box, kept)), _context(call))


def create(call: Call, folder: str = mail.ROOT) -> Reply:
    given = call.request.entity("graph.mailFolder")
    if given.keys() - {"displayName", "isHidden", "@odata.type"} or not given.get("displayName"):
        raise bad_request("A folder is made from displayName and isHidden.", "ErrorInvalidPropertySet")
    parent = mail.folder_of(call.box, folder)
    taken = {each.name.casefold() for each in call.box.folders.values() if each.parent == parent.key}
    if given["displayName"].casefold() in taken:
        raise GraphError(409, "ErrorFolderExists", "A folder with the specified name already exists.")
    made = mail.add_folder(call.box, given["displayName"], parent.key, hidden=bool(given.get("isHidden")))
    return call.one(FOLDER, Row(made, wire(call.box, made)), _context(call), 201)


def delete(call: Call, folder: str) -> Reply:
    kept = mail.folder_of(call.box, folder)
    if kept.well_known is not None:
        raise GraphError(400, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
    for message in [message for message in call.box.messages.values() if message.folder == kept.key]:
        mail.remove(call.box, message)
    del call.box.folders[kept.key]
    ids = Ids(container_id(kept.key), container_id(kept.key))
    call.box.log(("folders",), kept.key, ids, gone=True)
    return Reply(NO_CONTENT)


def delta(call: Call) -> Reply:
    def render(key: str, options: dict[str, str]) -> deltas.Unit:
        kept = call.box.folders.get(key)
        return [wire(call.box, kept)] if kept else []

    def current(options: dict[str, str]) -> list[str]:
        return [folder.key for folder in call.box.folders.values() if folder.well_known != mail.ROOT]

    tracked = deltas.Tracked(("folders",), FOLDER, current, render)
    return deltas.answer(call, tracked, "Collection(mailFolder)", frozenset())


def wire(box: Mailbox, kept: Folder) -> dict[str, Any]:
    messages = [message for message in box.messages.values() if message.folder == kept.key]
    return {
        "id": container_id(kept.key),
        "displayName": kept.name,
        "parentFolderId": container_id(kept.parent) if kept.parent else None,
        "childFolderCount": sum(each.parent == kept.key and not each.hidden for each in box.folders.values()),
        "unreadItemCount": sum(not message.read for message in messages),
        "totalItemCount": len(messages),
        "isHidden": kept.hidden,
    }


def _context(call: Call) -> str:
    return f"users('{call.box.address.replace('@', '%40')}')/mailFolders"
