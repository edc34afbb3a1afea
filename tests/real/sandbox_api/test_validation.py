"""What the sandbox takes and what it refuses, as API v4 is known, and that it says which field it is."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.real.sandbox_api.calls import create, read
from tests.servers.sandbox import EVENT, refusal


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
