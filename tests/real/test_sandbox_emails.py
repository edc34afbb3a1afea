"""Logged messages in the sandbox: the API, the upload of attachments, the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sandbox.uploads import LIFETIME
from tests.servers.sandbox import EMMA, JAVIER, MESSAGE, as_delivered, sign_in

FIELDS = {
    *("id", "subject", "body", "emailFrom", "emailTo", "type", "date", "accountId", "contactId", "opportunityId"),
    *("salesRepId", "mailFolder", "extId", "attachments", "deleted", "dateCreated", "dateUpdated", "dateDeleted"),
    *("salesRepIdCreated", "salesRepIdUpdated", "salesRepIdDeleted"),
}
BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crm")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[SandboxServer]:
    with SandboxServer(folder, today=date(2026, 11, 25)) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_delivered(server: SandboxServer) -> None:
    as_delivered(server)


@pytest.fixture
def crm(server: SandboxServer) -> Iterator[httpx2.Client]:
    with sign_in(server) as client:
        yield client


@pytest.fixture
def anyone() -> Iterator[httpx2.Client]:
    """Without a session, as locators are used."""
    with httpx2.Client() as client:
        yield client


def create(crm: httpx2.Client, **changes: Any) -> dict[str, Any]:
    answer = crm.post("/emails", json={**MESSAGE, **changes})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def with_files(crm: httpx2.Client, *files: tuple[str, int]) -> dict[str, Any]:
    return create(crm, attachments=[{"name": name, "size": size} for name, size in files])


def read(crm: httpx2.Client, row_id: int) -> dict[str, Any]:
    found: dict[str, Any] = crm.get(f"/emails/{row_id}").json()
    return found


def refusal(answer: httpx2.Response) -> tuple[int, int]:
    assert set(answer.json()) == {"code", "error"}
    assert answer.json()["error"]
    return answer.status_code, answer.json()["code"]


# --- records ---------------------------------------------------------------------------------------


def test_a_new_message_is_read_back_in_the_read_shape(crm: httpx2.Client) -> None:
    made = create(crm)
    assert set(made) == {"id", "Message", "attachments"}
    row = read(crm, made["id"])
    assert set(row) == FIELDS
    assert row["date"] == {"time": "2026-11-25T09:30:00Z", "timeStamp": 1795599000, "timeZone": "UTC"}
    assert (row["accountId"], row["contactId"], row["salesRepId"], row["opportunityId"]) == (1, 1, EMMA, None)
    assert row["emailTo"] == "emma@example.com, javier@example.com"
    assert (row["type"], row["mailFolder"], row["extId"]) == (1, "Inbox", "mail-1")
    assert (row["deleted"], row["dateUpdated"], row["dateDeleted"]) == (False, None, None)
    assert (row["salesRepIdCreated"], row["attachments"]) == (EMMA, [])
    assert row["dateCreated"].endswith("Z")


def test_links_may_be_left_out_or_say_none(crm: httpx2.Client) -> None:
    row = read(crm, create(crm, contactId=-1, accountId=None, opportunityId=-1)["id"])
    assert (row["contactId"], row["accountId"], row["opportunityId"]) == (None, None, None)
    assert refusal(crm.post("/emails", json={**MESSAGE, "contactId": 99999})) == (400, 902)


def test_recipients_are_taken_as_a_list_and_as_a_text(crm: httpx2.Client) -> None:
    assert read(crm, create(crm, emailTo="a@example.com")["id"])["emailTo"] == "a@example.com"
    for wrong in ([], [""], [5], 5, {}):
        assert refusal(crm.post("/emails", json={**MESSAGE, "emailTo": wrong})) == (400, 902)


@pytest.mark.parametrize(
    ("name", "limit"),
    [("body", 4000), ("emailFrom", 180), ("emailTo", 180), ("mailFolder", 180), ("extId", 100), ("subject", 250)],
)
def test_texts_over_their_limit_are_refused_or_cut(
    server: SandboxServer, crm: httpx2.Client, name: str, limit: int
) -> None:
    assert read(crm, create(crm, **{name: "ñ" * limit})["id"])[name] == "ñ" * limit
    answer = crm.post("/emails", json={**MESSAGE, name: "x" * (limit + 1)})
    assert refusal(answer) == (400, 902)
    assert name in answer.json()["error"]
    server.switches.overflow = "cut"
    assert read(crm, create(crm, **{name: "x" * (limit + 1)})["id"])[name] == "x" * limit


def test_the_limit_of_recipients_is_that_of_all_together(crm: httpx2.Client) -> None:
    answer = crm.post("/emails", json={**MESSAGE, "emailTo": ["a@example.com"] * 13})
    assert refusal(answer) == (400, 902)
    create(crm, emailTo=["a@example.com"] * 12)


@pytest.mark.parametrize("name", ["subject", "body", "emailFrom", "emailTo", "type"])
def test_what_a_message_must_say(crm: httpx2.Client, name: str) -> None:
    answer = crm.post("/emails", json={key: value for key, value in MESSAGE.items() if key != name})
    assert refusal(answer) == (400, 902)
    assert name in answer.json()["error"]


@pytest.mark.parametrize("wrong", [{"type": 2}, {"type": "1"}, {"date": "soon"}, {"bcc": "x"}, {"subject": None}])
def test_what_a_message_cannot_say(crm: httpx2.Client, wrong: dict[str, Any]) -> None:
    assert refusal(crm.post("/emails", json={**MESSAGE, **wrong})) == (400, 902)


def test_messages_are_listed_filtered_ordered_and_paged(crm: httpx2.Client) -> None:
    days = ["2026-11-20T08:00:00Z", "2026-11-22T08:00:00Z", "2026-11-21T08:00:00Z"]
    ids = [create(crm, extId=f"list-{day}", date=day, salesRepId=JAVIER)["id"] for day in days]

    def listed(where: str, **more: str) -> list[int]:
        answer = crm.get("/emails", params={"where": where, **more}, headers={"Count": "2"})
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()]

    mine = f"salesRepId={JAVIER} AND extId LIKE 'list-%'"
    assert listed(mine) == ids[:2]
    assert listed(mine, page="1") == ids[2:]
    assert listed(mine, order="date") == [ids[1], ids[2]]
    assert listed("extId IN ('list-2026-11-22T08:00:00Z','nothing')") == [ids[1]]
    assert listed(f"emailTo LIKE '%javier@%' AND date>='2026-11-21' AND salesRepId.id={JAVIER}") == ids[1:]
    assert listed("contactId IS NULL AND extId LIKE 'list-%'") == []


@pytest.mark.parametrize("wrong", ["attachments IS NULL", "attachments='x'", "attachments LIKE '%'", "bcc='x'"])
def test_what_messages_cannot_be_filtered_by(crm: httpx2.Client, wrong: str) -> None:
    assert refusal(crm.get("/emails", params={"where": wrong})) == (400, 901)
    assert refusal(crm.get("/emails", params={"order": "attachments"})) == (400, 901)


def test_the_schema_tells_limits_and_shapes(crm: httpx2.Client) -> None:
    told = crm.get("/emails/schema").json()["properties"]
    assert set(told) == FIELDS
    assert (told["body"]["maxLength"], told["emailTo"]["maxLength"], told["extId"]["maxLength"]) == (4000, 180, 100)
    assert (told["contactId"]["type"], told["contactId"]["table"]) == (["integer", "null"], "contacts")
    assert told["attachments"]["type"] == ["array", "null"]
    assert {name: part["readOnly"] for name, part in told["date"]["properties"].items()} == {
        **{"time": True, "timeStamp": True, "timeZone": True}
    }


def test_R12_a_logged_message_can_be_neither_changed_nor_deleted(server: SandboxServer, crm: httpx2.Client) -> None:
    made = create(crm, attachments=[{"name": "a.pdf", "size": 1}])
    before = read(crm, made["id"])
    assert refusal(crm.put(f"/emails/{made['id']}", json={"subject": "other"})) == (405, 904)
    assert refusal(crm.put(f"/emails/{made['id']}", json={"readOnly": False})) == (405, 904)
    assert refusal(crm.delete(f"/emails/{made['id']}")) == (405, 904)
    attachment = made["attachments"][0]["id"]
    assert refusal(crm.put(f"/documents/{attachment}", json={"name": "other"})) == (405, 904)
    assert refusal(crm.delete(f"/documents/{attachment}")) == (405, 904)
    assert without_locators(read(crm, made["id"])) == without_locators(before)


def without_locators(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "attachments": [{"id": each["id"], "name": each["name"]} for each in row["attachments"]]}


def test_a_missing_message_does_not_exist(crm: httpx2.Client) -> None:
    assert refusal(crm.get("/emails/99999")) == (400, -1)


# --- attachments -----------------------------------------------------------------------------------


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


# --- bad days ----------------------------------------------------------------------------------------


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
