"""GetServerTimeZones, ResolveNames, ConvertId, GetAttachment, CreateAttachment, GetUserConfiguration."""

from __future__ import annotations

import base64

from tzlocal.windows_tz import win_tz

from tests.servers.ews import series, zones
from tests.servers.ews.call import Call, each, failure, success
from tests.servers.ews.errors import EwsError
from tests.servers.ews.mailbox import Attachment, Item, new_id
from tests.servers.ews.view import attachment_info, item_id
from tests.servers.ews.xml import Element, children, find, local, m, need, t, text, truth


def get_server_time_zones(call: Call) -> list[Element]:
    wanted = [each.text or "" for each in children(find(call.request, "m:Ids"))] or list(win_tz)
    full = truth(call.request.get("ReturnFullTimeZoneData"))
    found = [zones.definition(name, full) for name in wanted if name in win_tz]
    return [success("GetServerTimeZones", m("TimeZoneDefinitions", *found))]


def resolve_names(call: Call) -> list[Element]:
    entry = text(call.request, "m:UnresolvedEntry").lower().removeprefix("smtp:")
    if not (call.box.address.lower().startswith(entry) or entry in call.box.name.lower()):
        return [failure("ResolveNames", EwsError("ErrorNameResolutionNoResults", "No results were found."))]
    who = t(
        "Mailbox",
        t("Name", call.box.name),
        t("EmailAddress", call.box.address),
        t("RoutingType", "SMTP"),
        t("MailboxType", "Mailbox"),
    )
    found = m("ResolutionSet", t("Resolution", who), TotalItemsInView="1", IncludesLastItemInRange="true")
    return [success("ResolveNames", found)]


def convert_id(call: Call) -> list[Element]:
    """Ids are opaque: every format of this double has the same text. The answer says whose mailbox the id is of; what the
    request says of it is not held against that ("ConvertId operation": only its form is looked at)."""
    wanted = call.request.get("DestinationFormat", "EwsId")

    def act(one: Element) -> list[Element]:
        if local(one) != "AlternateId":
            raise EwsError("ErrorInvalidIdMalformed", "There are no public folders here.")
        changed = {"Format": wanted, "Id": one.get("Id", ""), "Mailbox": call.box.address}
        made = m("AlternateId", **changed)
        made.set("{http://www.w3.org/2001/XMLSchema-instance}type", "t:AlternateIdType")
        return [made]

    return each(call, "ConvertId", children(need(call.request, "m:SourceIds")), act, None)


def get_attachment(call: Call) -> list[Element]:
    def act(one: Element) -> list[Element]:
        _, found = _attachment(call, one.get("Id", ""))
        return [m("Attachments", attachment_info(found, content=True))]

    return each(call, "GetAttachment", children(need(call.request, "m:AttachmentIds")), act, "Attachments")


def _attachment(call: Call, wanted: str) -> tuple[Item, Attachment]:
    for item in call.box.items.values():
        for attachment in item.attachments:
            if attachment.id == wanted:
                return item, attachment
    raise EwsError("ErrorInvalidAttachmentId", "The attachment was not found.")


def create_attachment(call: Call) -> list[Element]:
    item = series.resolve(call.box, need(call.request, "m:ParentItemId"))

    def act(one: Element) -> list[Element]:
        if local(one) != "FileAttachment":
            raise EwsError("ErrorInvalidAttachmentId", "This double keeps files only.")
        made = Attachment(
            new_id(), text(one, "t:Name"), text(one, "t:ContentType") or "application/octet-stream",
            base64.b64decode(text(one, "t:Content")), text(one, "t:ContentId") or None, truth(text(one, "t:IsInline")),
        )  # fmt: skip
        item.attachments.append(made)
        call.box.touch(item)
        root = item_id(item)
        identity = t(
            "AttachmentId", Id=made.id, RootItemId=root.get("Id", ""), RootItemChangeKey=root.get("ChangeKey", "")
        )
        return [m("Attachments", t("FileAttachment", identity))]

    return each(call, "CreateAttachment", children(need(call.request, "m:Attachments")), act, "Attachments")


def get_user_configuration(call: Call) -> list[Element]:
    """Outlook on the web keeps the user's time zone there, and other clients read it ("GetUserConfiguration operation")."""
    name = need(call.request, "m:UserConfigurationName")
    if name.get("Name") != "OWA.UserOptions":
        return [
            failure("GetUserConfiguration", EwsError("ErrorItemNotFound", "The configuration object was not found."))
        ]
    folder = call.folder(children(name)[0])
    entry = t("DictionaryEntry", _typed("DictionaryKey", "timezone"), _typed("DictionaryValue", call.state.zone_name))
    kept = t("UserConfigurationName", t("FolderId", Id=folder.id, ChangeKey=folder.change_key), Name="OWA.UserOptions")
    return [success("GetUserConfiguration", m("UserConfiguration", kept, t("Dictionary", entry)))]


def _typed(name: str, value: str) -> Element:
    return t(name, t("Type", "String"), t("Value", value))
