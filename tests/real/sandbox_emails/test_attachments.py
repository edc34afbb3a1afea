"""Attachments in the sandbox: signed addresses, their bytes, and its bad days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sandbox.uploads import LIFETIME
from tests.real.sandbox_emails.calls import BYTES, create, read, with_files
from tests.servers.sandbox import MESSAGE, refusal


def test_attachments_are_put_where_the_answer_says(crm: httpx2.Client, anyone: httpx2.Client, folder: Path) -> None:
    made = with_files(crm, ("offer.PDF", 5), ("../../evil", 0))
    first, second = made["attachments"]
    assert (first["name"], second["name"]) == ("offer.PDF", "../../evil")
    assert f"/storage/{first['id']:09d}.pdf?" in first["locator"]
    assert f"/storage/{second['id']:09d}?" in second["locator"]
    assert [set(each) for each in read(crm, made["id"])["attachments"]] == [{"id", "name", "locator"}] * 2
    assert anyone.put(first["locator"], content=b"%PDF-", headers=BYTES).status_code == 200
    assert anyone.put(first["locator"], content=b"other", headers=BYTES).status_code == 200  # repeatable
    assert anyone.put(second["locator"], content=b"", headers=BYTES).status_code == 200
    assert read(crm, made["id"])["attachments"] == [
        {"id": first["id"], "name": "offer.PDF"},
        {"id": second["id"], "name": "../../evil"},
    ]
    assert (folder / "files" / f"{first['id']:09d}").read_bytes() == b"other"
    row = crm.get("/emails", params={"where": f"id={made['id']}"}).json()[0]
    assert row["attachments"] == read(crm, made["id"])["attachments"]


def test_a_list_names_attachments_without_locators(crm: httpx2.Client) -> None:
    made = with_files(crm, ("a.txt", 1))
    row = crm.get("/emails", params={"where": f"id={made['id']}"}).json()[0]
    assert row["attachments"] == [{"id": made["attachments"][0]["id"], "name": "a.txt"}]


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("signature=", "signature=0"),
        lambda address: address.replace("expires=", "expires=9"),
        lambda address: address.partition("?")[0],
        lambda address: address.replace(".txt", ".exe"),
        lambda address: address.replace("/storage/0", "/storage/1"),
        lambda address: address.replace("/storage/", "/storage/..%2F"),
    ],
)
def test_only_signed_addresses_take_bytes(
    crm: httpx2.Client, anyone: httpx2.Client, change: Callable[[str], str]
) -> None:
    made = with_files(crm, ("a.txt", 1))
    answer = anyone.put(change(made["attachments"][0]["locator"]), content=b"x", headers=BYTES)
    assert answer.status_code in (403, 404)
    assert "locator" in read(crm, made["id"])["attachments"][0]


def test_a_signed_address_expires_and_reading_the_message_gives_another(
    server: SandboxServer, crm: httpx2.Client, anyone: httpx2.Client
) -> None:
    made = with_files(crm, ("a.txt", 1))
    server.clock_offset = LIFETIME + 60
    late = anyone.put(made["attachments"][0]["locator"], content=b"x", headers=BYTES)
    assert (late.status_code, "expired" in late.text) == (403, True)
    anew = read(crm, made["id"])["attachments"][0]["locator"]
    assert anyone.put(anew, content=b"x", headers=BYTES).status_code == 200


def test_bytes_of_another_size_or_kind_are_refused(crm: httpx2.Client, anyone: httpx2.Client) -> None:
    made = with_files(crm, ("a.txt", 3))
    address = made["attachments"][0]["locator"]
    assert anyone.put(address, content=b"four", headers=BYTES).status_code == 400
    assert anyone.put(address, content=iter([b"abc"]), headers=BYTES).status_code == 411
    assert anyone.put(address, content=b"abc", headers={"Content-Type": "text/html"}).status_code == 403
    assert anyone.get(address).status_code == 405
    assert "locator" in read(crm, made["id"])["attachments"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        "a.txt",
        [5],
        [{"name": "a.txt"}],
        [{"size": 5}],
        [{"name": "", "size": 5}],
        [{"name": "a", "size": -1}],
        [{"name": "a", "size": "5"}],
        [{"name": "a" * 256, "size": 5}],
    ],
)
def test_attachments_have_a_name_and_a_size(server: SandboxServer, crm: httpx2.Client, wrong: object) -> None:
    before = len(server.store.rows("emails")), len(server.store.rows("documents"))
    assert refusal(crm.post("/emails", json={**MESSAGE, "attachments": wrong})) == (400, 902)
    assert (len(server.store.rows("emails")), len(server.store.rows("documents"))) == before


def test_an_upload_that_breaks_off_leaves_nothing(server: SandboxServer, crm: httpx2.Client, folder: Path) -> None:
    made = with_files(crm, ("a.bin", 500_000))
    here = set((folder / "files").iterdir())

    def broken() -> Iterator[bytes]:
        yield b"x" * 200_000
        raise ConnectionError("pulled out")

    address, headers = made["attachments"][0]["locator"], {**BYTES, "Content-Length": "500000"}
    with httpx2.Client() as cut, pytest.raises(ConnectionError):
        cut.put(address, content=broken(), headers=headers)
    server.stop()  # ends once what is under way has ended
    assert set((folder / "files").iterdir()) == here
    server.start()
    assert "locator" in read(crm, made["id"])["attachments"][0]


def test_documents_are_uploaded_the_same_way(crm: httpx2.Client, anyone: httpx2.Client) -> None:
    made = crm.post("/documents", json={"folderId": "-1", "name": "catalogue.pdf"}).json()
    assert set(made) == {"id", "locator"}
    assert isinstance(made["id"], str)
    assert anyone.put(made["locator"], content=b"any size", headers=BYTES).status_code == 200
    row = crm.get(f"/documents/{made['id']}").json()
    assert (row["name"], row["folderId"], row["emailId"], row["size"]) == ("catalogue.pdf", "-1", None, None)


def test_an_answer_lost_after_storing(server: SandboxServer, crm: httpx2.Client, anyone: httpx2.Client) -> None:
    server.faults.lose_answer(method="POST", path="/emails", count=1)
    with pytest.raises(httpx2.TransportError):
        create(crm, extId="lost-1", attachments=[{"name": "a.txt", "size": 1}])
    (row,) = crm.get("/emails", params={"where": "extId='lost-1'"}).json()
    (attachment,) = read(crm, row["id"])["attachments"]
    server.faults.lose_answer(method="PUT", path="/storage/*", count=1)
    with pytest.raises(httpx2.TransportError):
        anyone.put(attachment["locator"], content=b"x", headers=BYTES)
    assert "locator" not in read(crm, row["id"])["attachments"][0]


def test_the_faults_of_the_storage(server: SandboxServer, crm: httpx2.Client, anyone: httpx2.Client) -> None:
    address = with_files(crm, ("a.txt", 1))["attachments"][0]["locator"]
    server.faults.status(429, method="PUT", path="/storage/*", count=1, retry_after=3)
    server.faults.status(500, method="PUT", path="/storage/*", skip=1, count=1)
    server.requests.reset()
    answers = [anyone.put(address, content=b"x", headers=BYTES) for _ in range(3)]
    assert [each.status_code for each in answers] == [429, 500, 200]
    assert answers[0].headers["retry-after"] == "3"
    assert server.requests.counts == {"PUT /storage/{id}": 3}
    server.faults.drop(path="/storage/*", count=1)
    with pytest.raises(httpx2.TransportError):
        anyone.put(address, content=b"x", headers=BYTES)


def test_the_limit_on_requests_is_the_apis_alone(
    server: SandboxServer, crm: httpx2.Client, anyone: httpx2.Client
) -> None:
    address = with_files(crm, ("a.txt", 1))["attachments"][0]["locator"]
    server.switches.rate_limit = 1.0
    statuses = [anyone.put(address, content=b"x", headers=BYTES).status_code for _ in range(5)]
    assert statuses == [200] * 5


def test_lists_of_messages_know_short_pages_and_stale_reads(server: SandboxServer, crm: httpx2.Client) -> None:
    where = {"where": "extId LIKE 'page-%'"}
    ids = [create(crm, extId=f"page-{number}")["id"] for number in range(3)]
    server.faults.short_pages(2, path="/emails")
    assert [each["id"] for each in crm.get("/emails", params=where).json()] == ids[:2]
    server.faults.clear()
    server.faults.stale_reads(path="/emails")
    create(crm, extId="page-9", attachments=[{"name": "late.txt", "size": 1}])
    assert [each["id"] for each in crm.get("/emails", params=where).json()] == ids
