"""The sandbox as a server on this computer: its sample data, its folder, and its store as tests and the page use it."""

from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import httpx2
import pytest

from fm_desktop.sandbox.errors import ApiError
from fm_desktop.sandbox.keys import FILE_NAME
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sandbox.tenant import STORE_NAME
from tests.real.sandbox_api.calls import create, read
from tests.servers.sandbox import EVENT, JAVIER, sign_in

# --- sample data ----------------------------------------------------------------------------------


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


# --- the server itself ----------------------------------------------------------------------------


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


# --- the store, as tests and the page use it ------------------------------------------------------


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
