"""One record of the sandbox, as API v4 is known: created, read, changed, deleted, and locked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.real.sandbox_api.calls import create, read
from tests.servers.sandbox import EMMA, EVENT, JAVIER, refusal

SAMPLE_RECORD = {  # the fields of the vendor's own sample record
    *("accountId", "allDay", "branchId", "comment", "completed", "contactId", "dateCreated", "dateDeleted"),
    *("dateUpdated", "deleted", "endDate", "endHour", "extId", "id", "opportunityId", "permissionLevel", "readOnly"),
    *("reminder", "salesRepId", "salesRepIdCreated", "salesRepIdDeleted", "salesRepIdUpdated", "sendNotification"),
    *("startDate", "startHour", "subject", "task", "typeId"),
}


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


# --- read-only records ----------------------------------------------------------------------------


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
