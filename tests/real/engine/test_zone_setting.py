"""The zone that the CRM's wall clock is read in is a setting; changing it moves nobody's meeting by accident."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes import real
from tests.real.engine.scene import Scene, crm_date, single, stamp, values

AFTER = "America/New_York"


@pytest.fixture
def scene(radicale_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A day in Madrid that is in step; then the setting says New York, six hours behind."""
    radicale_scene.put("a", single("Meet", uid="a"))
    radicale_scene.add("Visit", date=crm_date(3), start="10:00", end="11:00")
    radicale_scene.settle()
    monkeypatch.setattr(real, "ZONE", AFTER)
    radicale_scene.options = replace(radicale_scene.options, zone=AFTER)
    radicale_scene.engine = radicale_scene.open("state")
    radicale_scene.settle()
    return radicale_scene


def test_what_was_born_in_the_calendar_stays_there_and_is_written_to_the_crm_anew(scene: Scene) -> None:
    assert values(scene.raw("a"), "DTSTART") == [stamp(2)]
    assert scene.row("Meet")["startHour"] == "03:00"
    scene.edit("Meet", subject="Meet again")
    scene.settle()
    assert values(scene.raw("a"), "DTSTART") == [stamp(2)]
    assert scene.row("Meet again")["startHour"] == "03:00"


def test_what_was_born_in_the_crm_keeps_its_clock_and_the_calendar_follows(scene: Scene) -> None:
    assert scene.row("Visit")["startHour"] == "10:00"
    (start,) = values(scene.copy("Visit"), "DTSTART")
    assert start == stamp(3, "1500") + "Z"
