"""Folders and messages of the double."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from tests.real.graph_double.samples import got, made, refused
from tests.servers.graph import GraphServer

FLAGS = "Integer 0x0E07"
FILED = (
    b"From: Ann Lee <ann@x.example>\r\nTo: emma@contoso.example\r\nCc: Bob <bob@x.example>\r\nSubject: Order\r\n"
    b"Date: Tue, 01 Dec 2026 10:00:00 +0100\r\nMessage-ID: <1@x.example>\r\nX-Own: yes\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
    b"--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=o.csv\r\n\r\n1;2\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Inner\r\n\r\ninside\r\n--b--\r\n"
)


def letter(subject: str = "Hello", author: str = "ann@x.example") -> bytes:
    return f"From: {author}\r\nTo: emma@contoso.example\r\nSubject: {subject}\r\n\r\nHi\r\n".encode()


def subjects(page: dict[str, Any]) -> list[str | None]:
    return [message.get("subject") for message in page["value"]]


def test_folders_have_well_known_names_and_hidden_ones_hide(http: httpx2.Client) -> None:
    names = {folder["displayName"] for folder in got(http, "/me/mailFolders", top="50")["value"]}
    assert {"Inbox", "Sent Items", "Drafts", "Deleted Items", "Junk Email", "Archive"} <= names
    everything = http.get("/me/mailFolders?includeHiddenFolders=true&$top=50").json()["value"]
    assert [folder["displayName"] for folder in everything if folder["isHidden"]] == ["Yammer Root"]
    inbox = got(http, "/me/mailFolders/inbox")
    assert got(http, f"/me/mailFolders/{inbox['id']}")["displayName"] == "Inbox"
    child = made(http, "/me/mailFolders/inbox/childFolders", {"displayName": "Deals"})
    assert got(http, "/me/mailFolders/inbox")["childFolderCount"] == 1
    assert [one["id"] for one in got(http, "/me/mailFolders/inbox/childFolders")["value"]] == [child["id"]]
    refused(http.get("/me/mailFolders/nonsense"), 400, "ErrorInvalidIdMalformed")


def test_a_delivered_message_is_read(http: httpx2.Client, graph: GraphServer) -> None:
    graph.deliver(FILED)
    (message,) = got(http, "/me/mailFolders/inbox/messages")["value"]
    assert (message["subject"], message["internetMessageId"], message["sentDateTime"]) == (
        "Order", "<1@x.example>", "2026-12-01T09:00:00Z",
    )  # fmt: skip
    assert message["from"]["emailAddress"] == {"name": "Ann Lee", "address": "ann@x.example"}
    assert [one["emailAddress"]["address"] for one in message["ccRecipients"]] == ["bob@x.example"]
    assert (message["isDraft"], message["isRead"], message["hasAttachments"]) == (False, False, True)
    assert message["bodyPreview"] == "See below."
    assert "internetMessageHeaders" not in message
    headers = got(http, f"/me/messages/{message['id']}", select="internetMessageHeaders")["internetMessageHeaders"]
    assert {"name": "X-Own", "value": "yes"} in headers
    raw = http.get(f"/me/messages/{message['id']}/$value")
    assert (raw.content, raw.headers["Content-Type"]) == (FILED, "text/plain")


def test_attachments_are_listed_and_read(http: httpx2.Client, graph: GraphServer) -> None:
    message = graph.deliver(FILED)
    path = f"/me/messages/{message.ids.plain}/attachments"
    file, item = got(http, path)["value"]
    assert (file["@odata.type"], file["name"], base64.b64decode(file["contentBytes"])) == (
        "#microsoft.graph.fileAttachment", "o.csv", b"1;2",
    )  # fmt: skip
    assert http.get(f"{path}/{file['id']}/$value").content == b"1;2"
    assert (item["@odata.type"], item["name"]) == ("#microsoft.graph.itemAttachment", "Inner")
    assert b"Subject: Inner" in http.get(f"{path}/{item['id']}/$value").content
    assert "contentBytes" not in got(http, path, select="name,size")["value"][0]


def test_the_delta_of_a_folder_tells_what_comes_and_goes(http: httpx2.Client, graph: GraphServer) -> None:
    graph.deliver(letter("Old"))
    path = "/me/mailFolders/inbox/messages/delta"
    page = got(http, path, select="subject")
    assert [message.keys() for message in page["value"]] == [{"@odata.type", "@odata.etag", "id", "subject"}]
    new = graph.deliver(letter("New"))
    page = http.get(page["@odata.deltaLink"]).json()
    assert subjects(page) == ["New"]
    before = new.ids.plain
    assert http.post(f"/me/messages/{before}/move", json={"destinationId": "archive"}).status_code == 201
    page = http.get(page["@odata.deltaLink"]).json()
    assert [(one["id"], one["@removed"]) for one in page["value"]] == [(before, {"reason": "deleted"})]


def test_the_delta_takes_one_filter_and_one_order(http: httpx2.Client, graph: GraphServer) -> None:
    old = graph.deliver(letter("Old"))
    old.received = old.received.replace(year=2020)
    graph.deliver(letter("New"))
    path = "/me/mailFolders/inbox/messages/delta"
    page = got(http, path, filter="receivedDateTime ge 2026-01-01T00:00:00Z", orderby="receivedDateTime desc")
    assert subjects(page) == ["New"]
    http.patch(f"/me/messages/{old.ids.plain}", json={"isRead": True})
    assert http.get(page["@odata.deltaLink"]).json()["value"] == []
    refused(http.get(f"{path}?$filter=subject eq 'x'"), 400, "ErrorInvalidUrlQuery")
    refused(http.get(f"{path}?$orderby=subject"), 400, "ErrorInvalidUrlQuery")
    refused(http.get(f'{path}?$search="x"'), 400, "ErrorInvalidUrlQuery")


def test_a_moved_message_keeps_only_its_immutable_id(http: httpx2.Client, graph: GraphServer) -> None:
    message = graph.deliver(letter())
    immutable, plain = message.ids.immutable, message.ids.plain
    moved = http.post(
        f"/me/messages/{plain}/move", json={"destinationId": "archive"}, headers={"Prefer": 'IdType="ImmutableId"'}
    ).json()
    assert moved["id"] == immutable
    refused(http.get(f"/me/messages/{plain}"), 404, "ErrorItemNotFound")
    assert got(http, f"/me/messages/{immutable}")["parentFolderId"] == got(http, "/me/mailFolders/archive")["id"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"filter": "from/emailAddress/address eq 'ANN@x.example'"}, ["Order"]),
        ({"search": '"participants:bob@x.example"'}, ["Order"]),
        ({"search": '"from:carl"'}, ["Other"]),
        ({"search": '"from:ann OR from:carl"'}, ["Other", "Order"]),
        ({"search": '"from:ann subject:other"'}, []),
        ({"filter": "receivedDateTime ge 2026-01-01T00:00:00Z", "orderby": "receivedDateTime asc"}, ["Order", "Other"]),
    ],
)
def test_messages_are_found(
    http: httpx2.Client, graph: GraphServer, query: dict[str, str], expected: list[str]
) -> None:
    graph.deliver(FILED).received -= timedelta(days=1)
    graph.deliver(letter("Other", "carl@y.example"))
    assert subjects(got(http, "/me/messages", **query)) == expected


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('$search="x"&$filter=isRead eq true', "ErrorInvalidUrlQuery"),
        ("$search=x", "BadRequest"),
        ('$search="flavour:x"', "BadRequest"),
        ("$filter=isRead eq true&$orderby=receivedDateTime", "InefficientFilter"),
        ("$filter=toRecipients/any(r: r/emailAddress/address eq 'a@b.c')", "BadRequest"),
    ],
)
def test_what_cannot_be_found_is_refused(http: httpx2.Client, query: str, code: str) -> None:
    refused(http.get(f"/me/messages?{query}"), 400, code)


def note(**more: Any) -> dict[str, Any]:
    me = {"emailAddress": {"name": "Emma", "address": "emma@contoso.example"}}
    return {
        "subject": "Note",
        "from": me,
        "toRecipients": [me],
        "body": {"contentType": "text", "content": "Hi"},
        **more,
    }


def test_a_message_put_into_a_folder_is_a_draft_unless_its_flags_say_otherwise(
    http: httpx2.Client, graph: GraphServer
) -> None:
    path = "/me/mailFolders/inbox/messages"
    assert made(http, path, note())["isDraft"] is True
    flags = [{"id": FLAGS, "value": "0"}]
    received = made(http, path, note(singleValueExtendedProperties=flags, isRead=False))
    assert (received["isDraft"], received["isRead"]) == (False, False)
    (kept,) = got(
        http, f"/me/messages/{received['id']}", expand=f"singleValueExtendedProperties($filter=id eq '{FLAGS}')"
    )["singleValueExtendedProperties"]
    assert kept == {"id": FLAGS, "value": "0"}
    refused(http.patch(f"/me/messages/{received['id']}", json={"subject": "x"}), 400, "ErrorInvalidPropertySet")
    assert graph.forbidden == []


def test_a_message_is_put_into_a_folder_as_mime(http: httpx2.Client) -> None:
    path, plain = "/me/mailFolders/inbox/messages", {"Content-Type": "text/plain"}
    answer = http.post(path, content=base64.b64encode(FILED), headers=plain)
    assert (answer.status_code, answer.json()["subject"], answer.json()["isDraft"]) == (201, "Order", True)
    refused(http.post(path, content=b"not base64!", headers=plain), 400, "ErrorMimeContentInvalidBase64String")


def test_a_deleted_message_is_among_the_deleted_and_then_gone(http: httpx2.Client, graph: GraphServer) -> None:
    message = graph.deliver(letter())
    assert http.delete(f"/me/messages/{message.ids.plain}").status_code == 204
    (kept,) = got(http, "/me/mailFolders/deleteditems/messages")["value"]
    assert http.delete(f"/me/messages/{kept['id']}").status_code == 204
    assert not graph.box.messages


def test_the_delta_of_the_folders_tells_folders(http: httpx2.Client) -> None:
    page = got(http, "/me/mailFolders/delta")
    made(http, "/me/mailFolders", {"displayName": "Deals"})
    assert [one["displayName"] for one in http.get(page["@odata.deltaLink"]).json()["value"]] == ["Deals"]


@pytest.mark.parametrize("name", ["send", "reply", "forward", "createReply"])
def test_nothing_may_send(http: httpx2.Client, graph: GraphServer, name: str) -> None:
    message = graph.deliver(letter())
    path = f"/me/messages/{message.ids.plain}/{name}"
    refused(http.post(path, json={}), 403, "ErrorAccessDenied")
    assert graph.forbidden == [f"POST {path}"]
