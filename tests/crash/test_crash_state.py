"""A state file that is damaged, and a disk that is full: told, and nothing is made twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.crash.scenarios import SCENARIOS, Scenario, World
from tests.crash.servers import Servers
from tests.crash.stage import Stage

EVENTS = 24


@pytest.fixture
def at_rest(servers: Servers) -> Iterator[Stage]:
    """A computer whose two sides agree."""
    scenario = next(each for each in SCENARIOS if each.name.startswith("created, edited"))
    with servers.stage(scenario, "radicale") as stage, stage.prepared():
        assert "reports" in stage.do(("sync", "rest"))
        yield stage


@pytest.mark.parametrize("damage", ["random bytes", "cut off"])
def test_a_damaged_state_file_is_set_aside_and_links_are_found_again(at_rest: Stage, damage: str) -> None:
    before = at_rest.end()
    state = at_rest.home / "state" / "sync.sqlite3"
    with closing(sqlite3.connect(state)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = state.read_bytes()
    hurt = bytes(7 * number % 251 for number in range(4096))
    state.write_bytes(whole[:1000] + hurt + whole[5096:] if damage == "random bytes" else whole[: len(whole) // 2])
    (report,) = at_rest.do(("sync",))["reports"]
    assert (report["outcome"], report["writes"]) == ("done", 0), report
    assert at_rest.end() == before
    assert len(list(state.parent.glob("sync.sqlite3.damaged-*"))) >= 1
    at_rest.world.calendars.hand.retitle("Meeting 7", "Meeting 7 renamed")
    at_rest.do(("rest",))
    assert "Meeting 7 renamed" in [each["subject"] for each in at_rest.crm.rows()]


def _many(world: World) -> None:
    for number in range(EVENTS):
        world.event(f"Meeting {number}", 1 + number // 8, 8 + number % 8, text="x" * 3_000)


@pytest.mark.parametrize("pages", [0, 1, 2, 4])
def test_a_full_disk_is_told_and_doubles_nothing(servers: Servers, pages: int) -> None:
    scenario = Scenario("a full disk", ("radicale",), _many, first=())
    with servers.stage(scenario, "radicale") as stage, stage.prepared():
        told = stage.do(("sync",), pages_more=pages)
        assert "The disk is full" in told["stopped"], told
        last = stage.do(("sync", "rest"))["reports"][-1]
        assert (last["outcome"], last["writes"], last["unknown"], last["problems"]) == ("done", 0, 0, 0), last
        titles = sorted(f"Meeting {number}" for number in range(EVENTS))
        assert sorted(each["subject"] for each in stage.crm.rows()) == titles
        assert stage.world.calendars.hand.titles() == titles
        assert stage.crm.rows("true") == []
