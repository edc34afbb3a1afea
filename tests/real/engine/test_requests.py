"""What a cycle costs: one request a calendar and one to the CRM when idle, whatever the size."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fm_desktop.port import Side
from fm_desktop.sync.plan import Verb
from tests.real.engine.scene import Scene, crm_date, day, single


def meetings(number: int) -> dict[str, bytes]:
    when = [
        [f"DTSTART:{day(1 + index % 300):%Y%m%d}T{8 + index % 9:02}0000Z", "DURATION:PT30M"] for index in range(number)
    ]
    return {
        f"e{index}.ics": single(f"Meeting {index}", uid=f"uid-{index}", when=when[index]) for index in range(number)
    }


@pytest.mark.timeout(300)  # Radicale's first listing of 10,000 files takes most of it
@pytest.mark.parametrize("size", [100, 10_000])
def test_an_idle_cycle_costs_one_request_a_side_whatever_the_size(radicale_scene: Scene, size: int) -> None:
    """Both sides hold the same meetings already: they are linked, and nothing is written."""
    scene = radicale_scene
    scene.account.fill(scene.work, meetings(size))
    base = {"salesRepId": scene.user, "branchId": 1, "typeId": scene.type, "task": False, "allDay": False}
    scene.crm.store.load("calendar", [{**base, **row} for row in rows(size)])
    report = scene.sync()
    assert report.crm.total == report.provider.total == 0
    assert scene.engine.state.links.without_base() == ()
    scene.offset += timedelta(minutes=2)
    report = scene.sync()
    assert report.crm.total == report.provider.total == 0
    assert report.requests == {Side.CRM: 1, Side.PROVIDER: 1}


def rows(number: int) -> list[dict[str, str]]:
    """The same meetings as rows on Madrid's clock."""
    found = []
    for index in range(number):
        begin = day(1 + index % 300)
        start = datetime(begin.year, begin.month, begin.day, 8 + index % 9, tzinfo=UTC).astimezone(
            ZoneInfo("Europe/Madrid")
        )
        end = start + timedelta(minutes=30)
        found.append({
            "subject": f"Meeting {index}", "startDate": f"{start:%y/%m/%d}", "startHour": f"{start:%H:%M}",
            "endDate": f"{end:%y/%m/%d}", "endHour": f"{end:%H:%M}",
        })  # fmt: skip
    return found


def test_a_first_sync_costs_one_crm_request_a_row(radicale_scene: Scene) -> None:
    scene = radicale_scene
    scene.account.fill(scene.work, meetings(200))
    report = scene.sync()
    assert report.crm.created == 200
    assert report.requests[Side.CRM] <= 1.05 * 200
    scene.quiet()


def test_a_first_sync_to_the_calendar_costs_one_request_an_event(radicale_scene: Scene) -> None:
    scene = radicale_scene
    for number in range(40):
        scene.add(f"Visit {number}", crm_date(1 + number % 20))
    report = scene.sync()
    assert report.provider.created == 40
    # Signing in, the lists, the writes, and one report with its multiget to read them back.
    assert report.requests[Side.PROVIDER] <= 40 + 14
    scene.quiet()


def test_an_update_costs_two_requests_at_the_crm_and_one_at_the_calendar(radicale_scene: Scene) -> None:
    scene = radicale_scene
    scene.put("one", single("One"))
    scene.add("Visit", crm_date(3))
    scene.sync()
    scene.quiet()
    scene.replace("one", "SUMMARY:One", "SUMMARY:First")
    report = scene.later()
    # Read and write; a list before and after, the one with news followed by the empty page that ends it.
    assert report.requests[Side.CRM] <= 2 + 3
    scene.edit("Visit", subject="Visit 2")
    report = scene.later()
    assert report.provider.updated == 1
    assert report.requests[Side.PROVIDER] <= 1 + 3
    assert {entry.verb for entry in scene.engine.state.chronicle.entries()} == {Verb.CREATE, Verb.UPDATE}
