"""Logged messages in the sandbox: what the API takes, refuses and lists; none is ever changed (R12)."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.real.sandbox_emails.calls import FIELDS, create, read, without_locators
from tests.servers.sandbox import EMMA, JAVIER, MESSAGE, refusal


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
    [("body", 4000), ("emailFrom", 180), ("emailTo", 180), ("mailFolder", 180), ("extId", 100), ("subject", 255)],
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


def test_a_missing_message_does_not_exist(crm: httpx2.Client) -> None:
    assert refusal(crm.get("/emails/99999")) == (400, -1)
