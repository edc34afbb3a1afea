"""The sandbox over HTTP: the contract of API v4 as it is known, point by point."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fm_desktop.sandbox.errors import ApiError
from fm_desktop.sandbox.keys import FILE_NAME
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sandbox.tenant import STORE_NAME
from tests.servers.sandbox import EMMA, EVENT, JAVIER, as_delivered, sign_in

SAMPLE_RECORD = {  # the fields of the vendor's own sample record
    *("accountId", "allDay", "branchId", "comment", "completed", "contactId", "dateCreated", "dateDeleted"),
    *("dateUpdated", "deleted", "endDate", "endHour", "extId", "id", "opportunityId", "permissionLevel", "readOnly"),
    *("reminder", "salesRepId", "salesRepIdCreated", "salesRepIdDeleted", "salesRepIdUpdated", "sendNotification"),
    *("startDate", "startHour", "subject", "task", "typeId"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(today=date(2026, 11, 25)) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_delivered(server: SandboxServer) -> None:
    as_delivered(server)


@pytest.fixture
def crm(server: SandboxServer) -> Iterator[httpx2.Client]:
    with sign_in(server) as client:
        yield client


def create(crm: httpx2.Client, **changes: Any) -> int:
    answer = crm.post("/calendar", json={**EVENT, **changes})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


def read(crm: httpx2.Client, row_id: int) -> dict[str, Any]:
    answer = crm.get(f"/calendar/{row_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refusal(answer: httpx2.Response) -> tuple[int, int]:
    assert set(answer.json()) == {"code", "error"}
    assert answer.json()["error"]
    return answer.status_code, answer.json()["code"]


# --- sessions ------------------------------------------------------------------------------------


def test_login_gives_a_token_and_several_are_valid_at_once(server: SandboxServer) -> None:
    with sign_in(server) as one, sign_in(server) as two:
        assert one.headers["X-Session-Key"] != two.headers["X-Session-Key"]
        assert one.get("/users").status_code == two.get("/users").status_code == 200


@pytest.mark.parametrize("body", [{}, {"username": "x", "password": "y"}, {"username": 1, "password": None}])
def test_wrong_keys_are_refused(server: SandboxServer, body: dict[str, Any]) -> None:
    assert refusal(httpx2.post(f"{server.url}/login", json=body)) == (401, 401)


def test_the_public_key_alone_does_not_sign_in(server: SandboxServer) -> None:
    answer = httpx2.post(f"{server.url}/login", json={"username": server.public_key, "password": "guess"})
    assert answer.status_code == 401


def test_without_a_session_nothing_is_answered(server: SandboxServer) -> None:
    assert httpx2.get(f"{server.url}/calendar").status_code == 401
    assert httpx2.get(f"{server.url}/calendar", headers={"X-Session-Key": "made up"}).status_code == 401
    assert httpx2.get(f"{server.url}/nonsense").status_code == 401


def test_a_session_ends(server: SandboxServer, crm: httpx2.Client) -> None:
    server.expire_sessions()
    assert crm.get("/users").status_code == 401
    with sign_in(server) as again:
        assert again.get("/users").status_code == 200
    server.switches.token_lifetime = 1e-9
    with sign_in(server) as short:
        assert short.get("/users").status_code == 401


# --- one record ------------------------------------------------------------------------------------


def test_a_new_event_is_read_back_in_the_read_shape(crm: httpx2.Client) -> None:
    answer = crm.post("/calendar", json=EVENT)
    assert answer.status_code == 200
    assert set(answer.json()) == {"id", "Message"}
    row = read(crm, answer.json()["id"])
    assert set(row) == SAMPLE_RECORD | {"city"}
    assert {name: row[name] for name in EVENT if not name.endswith("Id")} == {
        name: value for name, value in EVENT.items() if not name.endswith("Id")
    }
    assert row["accountId"] == {"id": 1, "value": "Bodegas Ribera Alta"}
    assert row["branchId"] == {"id": 1, "value": "Madrid"}
    assert row["salesRepId"] == {"id": EMMA, "value": "Emma Ruiz Navarro"}
    assert row["typeId"] == {"id": 1, "value": "Visit"}
    assert row["contactId"]["id"] == 1
    assert row["opportunityId"] is None
    assert row["extId"] == "ext-1"
    assert (row["completed"], row["readOnly"], row["reminder"], row["permissionLevel"]) == (False, False, -2, 1)
    assert (row["dateUpdated"], row["dateDeleted"], row["deleted"]) == (None, None, False)
    assert (row["salesRepIdCreated"], row["salesRepIdUpdated"], row["salesRepIdDeleted"]) == (EMMA, None, None)
    age = datetime.now(UTC) - datetime.fromisoformat(row["dateCreated"])
    assert row["dateCreated"].endswith("Z")
    assert abs(age) < timedelta(minutes=1)


def test_field_names_are_taken_in_any_case_and_links_as_objects(crm: httpx2.Client) -> None:
    row = read(crm, create(crm, Completed=True, accountId={"id": 2, "value": "whatever"}))
    assert row["completed"] is True
    assert row["accountId"]["id"] == 2


def test_an_update_changes_only_what_it_names(crm: httpx2.Client) -> None:
    row_id = create(crm)
    before = read(crm, row_id)
    answer = crm.put(f"/calendar/{row_id}", json={"subject": "New", "accountId": None})
    assert (answer.status_code, set(answer.json())) == (200, {"Message"})
    after = read(crm, row_id)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"subject", "accountId", "dateUpdated", "salesRepIdUpdated"}
    assert datetime.fromisoformat(after["dateUpdated"]) > datetime.fromisoformat(after["dateCreated"])


def test_a_deletion_is_soft_and_leaves_dateupdated_alone(crm: httpx2.Client) -> None:
    row_id = create(crm)
    before = read(crm, row_id)
    answer = crm.delete(f"/calendar/{row_id}")
    assert (answer.status_code, answer.json()) == (200, {"Message": "entity deleted"})
    after = read(crm, row_id)
    assert {name for name in after if after[name] != before[name]} == {"deleted", "dateDeleted", "salesRepIdDeleted"}
    assert row_id in [row["id"] for row in crm.get("/calendar", headers={"Count": "1000"}).json()]
    assert refusal(crm.delete(f"/calendar/{row_id}")) == (400, -1)
    assert refusal(crm.put(f"/calendar/{row_id}", json={"subject": "x"})) == (400, -1)


def test_whether_a_deleted_record_is_read_by_id_is_a_switch(server: SandboxServer, crm: httpx2.Client) -> None:
    row_id = create(crm)
    crm.delete(f"/calendar/{row_id}")
    server.switches.deleted_by_id = "missing"
    assert refusal(crm.get(f"/calendar/{row_id}")) == (400, -1)


@pytest.mark.parametrize("row_id", ["999999", "0", "-1", "abc", "1.5", "99999999999999999999999", "0" * 30 + "9" * 30])
def test_a_record_that_is_not_there(crm: httpx2.Client, row_id: str) -> None:
    for answer in (
        crm.get(f"/calendar/{row_id}"),
        crm.put(f"/calendar/{row_id}", json={"subject": "x"}),
        crm.delete(f"/calendar/{row_id}"),
    ):
        assert answer.status_code == 400
        assert answer.json() == {"code": -1, "error": "not exist"}


@pytest.mark.parametrize("path", ["/nonsense", "/nonsense/1", "/nonsense/schema", "/a/b/c", "/Calendar", "/calendar/"])
def test_an_unknown_resource(crm: httpx2.Client, path: str) -> None:
    assert refusal(crm.get(path)) == (400, 910)


def test_audit_dates_grow_with_every_write(crm: httpx2.Client) -> None:
    stamps = [datetime.fromisoformat(read(crm, create(crm))["dateCreated"]) for _ in range(20)]
    assert stamps == sorted(set(stamps))


def test_the_writer_is_the_owner_unless_named(crm: httpx2.Client) -> None:
    other = {"X-Sandbox-User": str(JAVIER)}
    row_id = crm.post("/calendar", json=EVENT, headers=other).json()["id"]
    crm.put(f"/calendar/{row_id}", json={"subject": "x"}, headers=other)
    crm.delete(f"/calendar/{row_id}", headers=other)
    row = read(crm, row_id)
    assert [row[f"salesRepId{what}"] for what in ("Created", "Updated", "Deleted")] == [JAVIER] * 3
    assert refusal(crm.post("/calendar", json=EVENT, headers={"X-Sandbox-User": "999"})) == (400, 902)


def test_extid_is_not_unique(crm: httpx2.Client) -> None:
    ids = {create(crm, extId="twice"), create(crm, extId="twice")}
    assert {row["id"] for row in crm.get("/calendar", params={"where": "extId='twice'"}).json()} == ids


def test_read_only_fields_sent_back_are_passed_over(crm: httpx2.Client) -> None:
    row_id = create(crm)
    crm.put(f"/calendar/{row_id}", json={"id": 5, "dateCreated": "2000-01-01T00:00:00Z", "deleted": True})
    row = read(crm, row_id)
    assert row["id"] == row_id
    assert row["deleted"] is False
    assert row["dateCreated"] > "2026"


# --- validation ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"subject": None}, "subject"),
        ({"subject": 5}, "subject"),
        ({"subject": "x" * 251}, "subject"),
        ({"comment": "x" * 6001}, "comment"),
        ({"extId": "x" * 101}, "extId"),
        ({"startDate": "2026-11-25"}, "startDate"),
        ({"startDate": "26/02/30"}, "startDate"),
        ({"startDate": None}, "startDate"),
        ({"startHour": "24:00"}, "startHour"),
        ({"startHour": "9:00"}, "startHour"),
        ({"startHour": None}, "startHour"),
        ({"endHour": None}, "endDate and endHour"),
        ({"endDate": "26/11/24"}, "before"),
        ({"endHour": "09:59"}, "before"),
        ({"allDay": True, "endDate": "26/11/24"}, "before"),
        ({"accountId": 99999}, "accountId"),
        ({"contactId": 99999}, "contactId"),
        ({"opportunityId": 99999}, "opportunityId"),
        ({"branchId": 99999}, "branchId"),
        ({"salesRepId": 99999}, "salesRepId"),
        ({"salesRepId": None}, "salesRepId"),
        ({"typeId": "1"}, "typeId"),
        ({"accountId": 2**70}, "accountId"),
        ({"task": 1}, "task"),
        ({"permissionLevel": 6}, "permissionLevel"),
        ({"reminder": True}, "reminder"),
        ({"location": "here"}, "location"),
    ],
)
def test_what_makes_no_sense_is_refused_and_named(crm: httpx2.Client, changes: dict[str, Any], named: str) -> None:
    before = crm.get("/calendar", params={"order": "id"}, headers={"Count": "1"}).json()[0]["id"]
    answer = crm.post("/calendar", json={**EVENT, **changes})
    assert refusal(answer) == (400, 902)
    assert named in answer.json()["error"]
    row_id = create(crm)
    assert row_id == before + 1
    assert refusal(crm.put(f"/calendar/{row_id}", json=changes)) == (400, 902)
    assert read(crm, row_id)["dateUpdated"] is None


@pytest.mark.parametrize("name", ["subject", "startDate", "startHour", "branchId", "salesRepId", "typeId"])
def test_what_a_new_event_needs(crm: httpx2.Client, name: str) -> None:
    answer = crm.post("/calendar", json={key: value for key, value in EVENT.items() if key != name})
    assert refusal(answer) == (400, 902)
    assert name in answer.json()["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b'{"subject": NaN}', b"[" * 100_000, b"\xff\xfe"])
def test_a_body_that_is_no_json_object(crm: httpx2.Client, body: bytes) -> None:
    assert refusal(crm.post("/calendar", content=body)) == (400, 902)


def test_half_a_character_is_refused(crm: httpx2.Client) -> None:
    body = json.dumps({**EVENT, "comment": "\ud83d"})
    assert refusal(crm.post("/calendar", content=body.encode())) == (400, 902)


def test_an_update_is_checked_against_the_rest_of_the_record(crm: httpx2.Client) -> None:
    row_id = create(crm)
    assert refusal(crm.put(f"/calendar/{row_id}", json={"startHour": "12:00"})) == (400, 902)
    assert crm.put(f"/calendar/{row_id}", json={"startHour": "12:00", "endHour": "12:00"}).status_code == 200


def test_texts_over_their_limit_are_cut_where_the_switch_says_so(server: SandboxServer, crm: httpx2.Client) -> None:
    server.switches.overflow = "cut"
    row = read(crm, create(crm, comment="c" * 7000, subject="s" * 300))
    assert (row["comment"], row["subject"]) == ("c" * 6000, "s" * 250)


def test_all_day_items_end_on_their_last_day_and_need_no_hours(crm: httpx2.Client) -> None:
    row = read(crm, create(crm, allDay=True, startHour=None, endHour=None, endDate="26/11/27"))
    assert (row["allDay"], row["startDate"], row["endDate"]) == (True, "26/11/25", "26/11/27")


@pytest.mark.parametrize("day", ["70/01/01", "99/12/31", "00/02/29", "38/01/19", "68/12/31"])
def test_two_digit_years_are_kept(crm: httpx2.Client, day: str) -> None:
    assert read(crm, create(crm, startDate=day, endDate=day))["startDate"] == day


def test_an_item_may_have_no_end(crm: httpx2.Client) -> None:
    row = read(crm, create(crm, task=True, endDate=None, endHour=None))
    assert (row["task"], row["endDate"], row["endHour"]) == (True, None, None)


# --- read-only records -----------------------------------------------------------------------------


def test_a_read_only_record_yields_only_to_who_says_what_it_shall_be(crm: httpx2.Client) -> None:
    row_id = create(crm, readOnly=True)
    for answer in (crm.put(f"/calendar/{row_id}", json={"subject": "x"}), crm.delete(f"/calendar/{row_id}")):
        assert refusal(answer) == (400, 903)
        assert "read only" in answer.json()["error"]
    assert read(crm, row_id)["subject"] == EVENT["subject"]
    assert crm.put(f"/calendar/{row_id}", json={"subject": "mine", "readOnly": True}).status_code == 200
    assert read(crm, row_id)["subject"] == "mine"
    assert crm.delete(f"/calendar/{row_id}").status_code == 400
    assert crm.put(f"/calendar/{row_id}", json={"readonly": False}).status_code == 200
    assert crm.delete(f"/calendar/{row_id}").status_code == 200


def test_the_crm_can_let_edits_of_read_only_records_through(server: SandboxServer, crm: httpx2.Client) -> None:
    server.switches.read_only_enforced = False
    row_id = create(crm, readOnly=True)
    assert crm.put(f"/calendar/{row_id}", json={"subject": "let through"}).status_code == 200
    assert read(crm, row_id)["readOnly"] is True
    assert crm.delete(f"/calendar/{row_id}").status_code == 200


# --- lists -------------------------------------------------------------------------------------------


def test_pages_count_from_zero_and_hold_fifty(crm: httpx2.Client) -> None:
    pages = [crm.get("/contacts", params={"page": page}).json() for page in range(4)]
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    assert [row["id"] for page in pages for row in page] == list(range(1, 121))
    assert crm.get("/contacts").json() == pages[0]


@pytest.mark.parametrize("header", ["Count", "X-FM-Entity-Count"])
def test_the_page_size_is_asked_for_in_a_header(crm: httpx2.Client, header: str) -> None:
    page = crm.get("/contacts", params={"page": "3"}, headers={header: "7"}).json()
    assert [row["id"] for row in page] == list(range(22, 29))


def test_a_page_never_holds_more_than_the_maximum(server: SandboxServer, crm: httpx2.Client) -> None:
    server.switches.max_page_size = 30
    assert len(crm.get("/contacts", headers={"Count": "9999"}).json()) == 30


@pytest.mark.parametrize(
    ("params", "headers"),
    [({"page": "-1"}, {}), ({"page": "x"}, {}), ({}, {"Count": "0"}), ({}, {"Count": "many"})],
)
def test_a_page_that_makes_no_sense(crm: httpx2.Client, params: dict[str, str], headers: dict[str, str]) -> None:
    assert refusal(crm.get("/contacts", params=params, headers=headers)) == (400, 902)


def test_order_is_descending_with_empty_values_last(crm: httpx2.Client) -> None:
    row_id = create(crm)
    crm.put(f"/calendar/{row_id}", json={"subject": "x"})
    rows = crm.get("/calendar", params={"order": "dateUpdated"}, headers={"Count": "1000"}).json()
    assert rows[0]["id"] == row_id
    assert rows[-1]["dateUpdated"] is None
    names = [row["name"] for row in crm.get("/accounts", params={"order": "name"}).json()]
    assert names == sorted(names, key=str.lower, reverse=True)
    assert refusal(crm.get("/accounts", params={"order": "nonsense"})) == (400, 901)


def test_where_narrows_a_list(crm: httpx2.Client) -> None:
    row_id = create(crm, subject="it's special")
    found = crm.get("/calendar", params={"where": "subject='it''s special' AND salesRepId=1 AND deleted=false"}).json()
    assert [row["id"] for row in found] == [row_id]
    assert crm.get("/users", params={"where": "firstName=Emma"}).json()["code"] == 901
    assert [row["email"] for row in crm.get("/users", params={"where": "name=Emma"}).json()] == ["emma@example.com"]
    for wrong in ("nonsense=1", "id=", "id=1; DROP TABLE calendar"):
        assert refusal(crm.get("/calendar", params={"where": wrong})) == (400, 901)


def test_incremental_reading_by_the_three_dates(crm: httpx2.Client) -> None:
    first, second, third = create(crm), create(crm), create(crm)
    mark = read(crm, third)["dateCreated"]
    crm.put(f"/calendar/{first}", json={"subject": "x"})
    crm.delete(f"/calendar/{second}")
    new = create(crm)
    where = f"salesRepId=1 AND (dateCreated>'{mark}' OR dateUpdated>'{mark}' OR dateDeleted>'{mark}')"
    assert [row["id"] for row in crm.get("/calendar", params={"where": where}).json()] == [first, second, new]


# --- the other resources -------------------------------------------------------------------------------


def test_the_zone_of_a_user_is_found_by_the_branch(crm: httpx2.Client) -> None:
    zones = {}
    for user in crm.get("/users", params={"where": "deleted=false"}).json():
        assert set(user["branches"][0]) == {"id", "description"}
        branch = crm.get(f"/branches/{user['branches'][0]['id']}").json()
        zones[user["name"]] = crm.get(f"/timezones/{branch['timeZoneId']['id']}").json()["idIanaZone"]
    assert zones["Emma"] == "Europe/Madrid"
    assert set(zones.values()) == {"Europe/Madrid", "Europe/London", "America/Bogota"}


def test_users_link_by_description_and_one_is_deleted(crm: httpx2.Client) -> None:
    users = crm.get("/users").json()
    assert users[0]["managerId"] == {"id": 3, "description": "Lucía Serrano Gil"}
    assert [user["deleted"] for user in users] == [False] * 5 + [True]
    assert users[5]["dateUpdated"] is None
    assert users[5]["dateDeleted"] is not None


def test_schema_names_types_limits_and_tables(crm: httpx2.Client) -> None:
    properties = crm.get("/calendar/schema").json()["properties"]
    assert properties["comment"]["maxLength"] == 6000
    assert properties["comment"]["type"] == ["string", "null"]
    assert properties["dateCreated"]["readOnly"] is True
    assert properties["accountId"]["table"] == "accounts"
    assert properties["accountId"]["required"] == ["id"]
    assert "Completed" in properties
    assert "completed" not in properties


def test_accounts_and_contacts_are_written_too(crm: httpx2.Client) -> None:
    account = crm.post("/accounts", json={"name": "New", "branchId": 1, "salesRepId1": 1, "email": "a@new.example"})
    contact = {"firstName": "N", "lastName": "N", "accountId": account.json()["id"], "salesRepId": 1}
    answer = crm.post("/contacts", json={**contact, "email3": "c@new.example"})
    found = crm.get("/contacts", params={"where": "email3='C@NEW.example'"}).json()
    assert [row["id"] for row in found] == [answer.json()["id"]]
    assert found[0]["accountId"]["value"] == "New"
    assert "UseCompanyAddress" in found[0]
    assert refusal(crm.post("/contacts", json={"firstName": "only"})) == (400, 902)
    assert crm.delete(f"/contacts/{found[0]['id']}").status_code == 200


# --- sample data ---------------------------------------------------------------------------------------


def test_the_sample_tenant_is_the_same_for_the_same_day(tmp_path: Path) -> None:
    today = date(2026, 3, 4)
    with SandboxServer(tmp_path / "one", today=today) as one, SandboxServer(tmp_path / "two", today=today) as two:
        for resource in ("users", "accounts", "contacts", "calendar"):
            assert one.store.rows(resource) == two.store.rows(resource)


def test_the_sample_tenant_is_as_large_as_promised_and_has_this_week() -> None:
    with SandboxServer(today=date(2027, 1, 1)) as fresh:
        store = fresh.store
        assert [len(store.rows(each)) for each in ("branches", "users", "accounts", "contacts")] == [3, 6, 40, 120]
        agenda = store.rows("calendar", "salesRepId=1 AND deleted=false")
        assert {row["startDate"] for row in agenda} >= {
            f"{day:%y/%m/%d}" for day in (date(2026, 12, 28), date(2027, 1, 1))
        }
        assert sum(row["task"] for row in agenda) == 5
        assert len(agenda) == 25
        addresses = [row[name] for row in store.rows("contacts") for name in ("email", "email2", "email3") if row[name]]
        assert all(address.endswith(".example") for address in addresses)
        assert len(addresses) == len(set(addresses))
        for row in agenda:
            if row["contactId"]:
                assert store.get("contacts", row["contactId"]["id"])["accountId"] == row["accountId"]


# --- the server itself ---------------------------------------------------------------------------------


def test_records_and_keys_stay_in_the_folder(tmp_path: Path) -> None:
    with SandboxServer(tmp_path) as before, sign_in(before) as crm:
        row_id = create(crm)
        keys = before.keys
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    with SandboxServer(tmp_path) as after, sign_in(after) as crm:
        assert after.keys == keys
        assert read(crm, row_id)["extId"] == "ext-1"


def test_a_stopped_server_comes_back_on_its_port_and_forgets_no_record() -> None:
    with SandboxServer(sample_data=True) as own:
        row_id = own.store.create("calendar", EVENT)
        url = own.url
        own.stop()
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"{url}/users")
        own.start()
        assert own.url == url
        with sign_in(own) as crm:
            assert read(crm, row_id)["id"] == row_id


def test_only_the_loopback_interface() -> None:
    for host in ("0.0.0.0", "192.0.2.1", "example.com", "::"):
        with pytest.raises(ValueError, match="binds to"):
            SandboxServer(host=host)


def test_a_foreign_host_name_is_not_answered(server: SandboxServer) -> None:
    answer = httpx2.get(f"{server.origin}/sandbox/requests", headers={"Host": "evil.example"})
    assert answer.status_code == 421


def test_a_folder_of_another_version_is_told_plainly(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / STORE_NAME)
    db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(ValueError, match="another version"):
        SandboxServer(tmp_path)


# --- the store, as tests and the page use it ---------------------------------------------------------------


def test_the_store_acts_like_a_person_in_the_crm(server: SandboxServer) -> None:
    store = server.store
    row_id = store.create("calendar", EVENT, user=JAVIER)
    assert store.get("calendar", row_id)["salesRepIdCreated"] == JAVIER
    store.update("calendar", row_id, {"subject": "by hand", "readOnly": True})
    assert [row["id"] for row in store.rows("calendar", "subject='by hand'")] == [row_id]
    for refused in (
        lambda: store.update("calendar", row_id, {"subject": "x"}),
        lambda: store.delete("calendar", row_id),
        lambda: store.create("calendar", {"startDate": date(2026, 1, 1)}),
        lambda: store.get("calendar", 999_999),
        lambda: store.rows("nonsense"),
    ):
        with pytest.raises(ApiError):
            refused()
    store.update("calendar", row_id, {"readOnly": False})
    store.delete("calendar", row_id)
    assert store.get("calendar", row_id)["deleted"] is True


def test_many_records_are_loaded_in_one_go_or_not_at_all(server: SandboxServer, crm: httpx2.Client) -> None:
    before = server.store.rows("calendar")
    row_ids = server.store.load("calendar", ({**EVENT, "subject": f"number {n}"} for n in range(2500)))
    found = [
        row["id"]
        for page in range(3)
        for row in crm.get(
            "/calendar", params={"page": page, "where": "subject LIKE 'number %'"}, headers={"Count": "1000"}
        ).json()
    ]
    assert found == row_ids
    with pytest.raises(ApiError):
        server.store.load("calendar", [EVENT, {**EVENT, "startHour": "25:00"}])
    assert len(server.store.rows("calendar")) == len(before) + 2500


def test_writes_from_several_threads_keep_their_order(server: SandboxServer) -> None:
    store = server.store
    with ThreadPoolExecutor(4) as pool:
        row_ids = list(pool.map(lambda _: store.create("calendar", EVENT), range(200)))
    assert len(set(row_ids)) == 200
    stamps = [datetime.fromisoformat(store.get("calendar", each)["dateCreated"]) for each in sorted(row_ids)]
    assert stamps == sorted(set(stamps))
