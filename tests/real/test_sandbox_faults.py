"""The sandbox's faults and switches, in-process and over HTTP: each seen from the client's side."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.servers.sandbox import EVENT, as_delivered, sign_in

EVERYTHING = {"Count": "1000"}


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer() as running:
        yield running


@pytest.fixture
def crm(server: SandboxServer) -> Iterator[httpx2.Client]:
    as_delivered(server)
    with sign_in(server) as client:
        server.requests.reset()
        yield client
    server.faults.clear()


def ids(crm: httpx2.Client, **params: str) -> list[int]:
    return [row["id"] for row in crm.get("/calendar", params=params, headers=EVERYTHING).json()]


# --- limits ----------------------------------------------------------------------------------------


def test_requests_over_the_limit_are_refused_and_not_carried_out(server: SandboxServer, crm: httpx2.Client) -> None:
    before = ids(crm)
    server.switches.rate_limit = 0.001
    answers = [crm.post("/calendar", json=EVENT) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 429]
    assert "retry-after" not in answers[1].headers
    assert set(answers[1].json()) == {"code", "error"}
    server.switches.retry_after = 7
    assert crm.get("/calendar").headers["Retry-After"] == "7"
    server.switches.rate_limit = None
    assert ids(crm) == [*before, answers[0].json()["id"]]


def test_four_requests_at_once_are_allowed_by_default() -> None:
    with SandboxServer() as own, httpx2.Client(base_url=own.url) as client:
        assert own.switches.rate_limit == 4.0
        statuses = [client.get("/users").status_code for _ in range(4)]
        assert statuses == [401] * 4


# --- faults ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 503, 408])
def test_a_status_for_the_next_requests(server: SandboxServer, crm: httpx2.Client, status: int) -> None:
    before = ids(crm)
    server.faults.status(status, count=2, method="POST", retry_after=3)
    answers = [crm.post("/calendar", json=EVENT) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers["Retry-After"] == "3"
    assert len(ids(crm)) == len(before) + 1
    assert server.faults.active == []


def test_an_answer_lost_after_storing(server: SandboxServer, crm: httpx2.Client) -> None:
    row_id = crm.post("/calendar", json=EVENT).json()["id"]
    server.faults.lose_answer(count=3)
    with pytest.raises(httpx2.TransportError):
        crm.post("/calendar", json={**EVENT, "extId": "lost"})
    with pytest.raises(httpx2.TransportError):
        crm.put(f"/calendar/{row_id}", json={"subject": "lost"})
    with pytest.raises(httpx2.TransportError):
        crm.delete(f"/calendar/{row_id}")
    row = server.store.get("calendar", row_id)
    assert (row["subject"], row["deleted"]) == ("lost", True)
    assert len(server.store.rows("calendar", "extId='lost'")) == 1
    assert [entry.status for entry in server.requests.log] == [200, None, None, None]


def test_a_connection_dropped_before_storing(server: SandboxServer, crm: httpx2.Client) -> None:
    before = server.store.rows("calendar")
    server.faults.drop(method="POST", count=1)
    with pytest.raises(httpx2.TransportError):
        crm.post("/calendar", json=EVENT)
    assert server.store.rows("calendar") == before
    assert crm.post("/calendar", json=EVENT).status_code == 200


def test_latency(server: SandboxServer, crm: httpx2.Client) -> None:
    server.faults.latency(30, path="/users")
    with pytest.raises(httpx2.ReadTimeout):
        crm.get("/users", timeout=0.05)
    assert crm.get("/branches").status_code == 200


def test_short_pages_go_on_where_the_last_one_ended(server: SandboxServer, crm: httpx2.Client) -> None:
    every = ids(crm)
    server.faults.short_pages(7, path="/calendar")
    pages = [ids(crm, page=str(number)) for number in range(len(every) // 7 + 2)]
    assert len(pages[0]) == 7
    assert [each for page in pages for each in page] == every


def test_stale_lists_until_released(server: SandboxServer, crm: httpx2.Client) -> None:
    before = ids(crm)
    fault = server.faults.stale_reads()
    row_id = crm.post("/calendar", json=EVENT).json()["id"]
    assert ids(crm) == before
    assert crm.get(f"/calendar/{row_id}").status_code == 200
    server.faults.remove(fault)
    assert ids(crm) == [*before, row_id]


def test_stale_lists_catch_up_after_their_lag(server: SandboxServer, crm: httpx2.Client) -> None:
    before = ids(crm)
    server.faults.stale_reads(3600)
    first = crm.post("/calendar", json=EVENT).json()["id"]
    assert ids(crm) == before
    server.faults.clear()
    server.faults.stale_reads(0)
    second = crm.post("/calendar", json=EVENT).json()["id"]
    assert ids(crm) == [*before, first, second]


def test_truncated_json(server: SandboxServer, crm: httpx2.Client) -> None:
    server.faults.truncate(count=2)
    answer = crm.get("/users")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    before = len(server.store.rows("calendar"))
    assert not crm.post("/calendar", json=EVENT).text.endswith("}")
    assert len(server.store.rows("calendar")) == before + 1
    assert len(crm.get("/users").json()) == 6


def test_a_captive_portal(server: SandboxServer, crm: httpx2.Client) -> None:
    before = server.store.rows("calendar")
    server.faults.html(count=1)
    answer = crm.post("/calendar", json=EVENT)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<html" in answer.text
    assert server.store.rows("calendar") == before


def test_the_clock_can_be_wrong(server: SandboxServer, crm: httpx2.Client) -> None:
    server.clock_offset = -86_400
    answer = crm.post("/calendar", json=EVENT)
    stamp = datetime.fromisoformat(server.store.get("calendar", answer.json()["id"])["dateCreated"])
    lag = datetime.now(UTC) - stamp
    assert timedelta(hours=23) < lag < timedelta(hours=25)
    assert abs(parsedate_to_datetime(answer.headers["Date"]) - stamp) < timedelta(minutes=1)


def test_a_fault_may_let_some_requests_pass_and_names_method_and_path(
    server: SandboxServer, crm: httpx2.Client
) -> None:
    server.faults.status(503, method="GET", path="/calendar/*", skip=1, count=1)
    row_id = crm.post("/calendar", json=EVENT).json()["id"]
    statuses = [crm.get(f"/calendar/{row_id}").status_code for _ in range(3)]
    assert statuses == [200, 503, 200]
    assert crm.get("/calendar").status_code == 200


def test_two_faults_at_once(server: SandboxServer, crm: httpx2.Client) -> None:
    server.faults.short_pages(2)
    server.faults.stale_reads()
    crm.post("/calendar", json=EVENT)
    assert ids(crm) == [1, 2]


def test_a_session_that_ended_uses_up_no_store(server: SandboxServer, crm: httpx2.Client) -> None:
    before = server.store.rows("calendar")
    server.expire_sessions()
    server.faults.lose_answer(count=1)
    with pytest.raises(httpx2.TransportError):
        crm.post("/calendar", json=EVENT)
    assert crm.post("/calendar", json=EVENT).status_code == 401
    assert server.store.rows("calendar") == before


@pytest.mark.parametrize("wrong", [("nonsense", None), ("latency", None), ("status", -1), ("short_pages", None)])
def test_a_fault_that_makes_no_sense(server: SandboxServer, wrong: tuple[str, float | None]) -> None:
    with pytest.raises(ValueError):
        server.faults.add(wrong[0], value=wrong[1])
    assert server.faults.active == []


@pytest.mark.parametrize("wrong", [{"overflow": "x"}, {"nonsense": 1}, {"rate_limit": -1}, {"max_page_size": None}])
def test_a_switch_that_makes_no_sense(server: SandboxServer, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        server.switches.set({"retry_after": 5, **wrong})
    assert server.switches.retry_after is None


# --- counters --------------------------------------------------------------------------------------


def test_requests_are_counted_by_method_and_path(server: SandboxServer, crm: httpx2.Client) -> None:
    row_id = crm.post("/calendar", json=EVENT).json()["id"]
    crm.get(f"/calendar/{row_id}")
    crm.put(f"/calendar/{row_id}", json={"subject": "x"})
    crm.get("/calendar", params={"where": "id=1"})
    crm.get("/nonsense")
    counts = server.requests
    assert counts.total == 5
    assert counts.count("GET") == 3
    assert counts.count(path="/calendar/{id}") == 2
    assert counts.count("PUT", "/calendar/{id}") == 1
    assert counts.counts["POST /calendar"] == 1
    assert [(entry.method, entry.path, entry.status) for entry in counts.log[-2:]] == [
        ("GET", "/calendar", 200),
        ("GET", "/nonsense", 400),
    ]
    assert counts.log[-2].query == "where=id%3D1"
    counts.reset()
    assert (counts.total, counts.log) == (0, [])


# --- over HTTP -------------------------------------------------------------------------------------


@pytest.fixture
def admin(server: SandboxServer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.origin, headers={"X-Sandbox-Key": server.admin_key}) as client:
        yield client


@pytest.mark.parametrize("path", ["/sandbox/faults", "/sandbox/requests"])
def test_the_switches_want_the_key(server: SandboxServer, path: str) -> None:
    url = server.origin + path
    assert httpx2.get(url).status_code == 403
    assert httpx2.delete(url, headers={"X-Sandbox-Key": "guess"}).status_code == 403
    assert httpx2.get(url, params={"key": server.private_key}).status_code == 403
    assert httpx2.get(url, params={"key": server.admin_key}).status_code == 200
    assert httpx2.get(url, headers={"Cookie": f"sandbox_key={server.admin_key}"}).status_code == 200


def test_faults_over_http(crm: httpx2.Client, admin: httpx2.Client) -> None:
    fault = {"kind": "status", "value": 500, "count": 1, "method": "GET", "path": "/users"}
    number = admin.post("/sandbox/faults", json=fault).json()["id"]
    shown = admin.get("/sandbox/faults").json()["faults"]
    assert [(each["id"], each["kind"], each["value"]) for each in shown] == [(number, "status", 500)]
    assert [crm.get("/users").status_code for _ in range(2)] == [500, 200]
    number = admin.post("/sandbox/faults", json={"kind": "stale_reads"}).json()["id"]
    assert admin.delete("/sandbox/faults", params={"id": str(number)}).json()["faults"] == []
    for wrong in ({}, {"kind": "nonsense"}, {"kind": "latency"}, {"kind": "drop", "when": "now"}, []):
        assert admin.post("/sandbox/faults", json=wrong).status_code == 400
    assert admin.delete("/sandbox/faults").json()["faults"] == []


def test_switches_over_http(server: SandboxServer, crm: httpx2.Client, admin: httpx2.Client) -> None:
    shown = admin.put("/sandbox/faults", json={"overflow": "cut", "clock_offset": 60}).json()["switches"]
    assert (shown["overflow"], shown["clock_offset"]) == ("cut", 60.0)
    assert (server.switches.overflow, server.clock_offset) == ("cut", 60.0)
    assert admin.put("/sandbox/faults", json={"nonsense": 1}).status_code == 400


def test_counters_over_http_do_not_count_themselves(crm: httpx2.Client, admin: httpx2.Client) -> None:
    crm.get("/users")
    shown = admin.get("/sandbox/requests").json()
    assert (shown["total"], shown["counts"]) == (1, {"GET /users": 1})
    assert shown["log"][0]["status"] == 200
    assert admin.delete("/sandbox/requests").json()["total"] == 0


# --- as a process ----------------------------------------------------------------------------------


def test_as_a_process_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fm_desktop.sandbox", "--json", "--rate", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            facts = json.loads(process.stdout.readline())
            keys = {"username": facts["public_key"], "password": facts["private_key"]}
            token = httpx2.post(f"{facts['url']}/login", json=keys).json()["token"]
            users = httpx2.get(f"{facts['url']}/users", headers={"X-Session-Key": token}).json()
            assert len(users) == 6
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_a_taken_port_is_told_in_a_sentence(server: SandboxServer, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fm_desktop.sandbox", "--data", str(tmp_path), "--port", str(server.port)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("The sandbox cannot run:")
    assert "Traceback" not in ended.stderr
