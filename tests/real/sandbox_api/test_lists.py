"""Lists of the sandbox, as API v4 is known: pages, order, conditions; and the resources beside the calendar."""

from __future__ import annotations

import httpx2
import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.real.sandbox_api.calls import create, read
from tests.servers.sandbox import refusal


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


# --- the other resources --------------------------------------------------------------------------


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
