"""Private events over HTTP: shown as busy, in full or not at all, on both servers."""

from __future__ import annotations

import pytest

from fm_desktop.sync.policy import PrivateEvents
from tests.real.engine.conftest import MakeScene
from tests.real.engine.scene import Scene, single
from tests.servers.account import DavAccount

PRIVATE = ("CLASS:PRIVATE", "DESCRIPTION:knee", "LOCATION:Clinic")


def test_a_private_event_shows_as_busy_and_its_edit_is_put_back(scene: Scene) -> None:
    scene.put("doctor", single("Doctor", *PRIVATE))
    scene.sync()
    row = scene.row("Busy (private)")
    assert row["readOnly"]
    assert "knee" not in str(row)
    assert "Clinic" not in str(row)
    scene.crm.switches.set({"read_only_enforced": False})
    scene.edit("Busy (private)", subject="What is it?", comment="tell me")
    scene.later()
    assert scene.titles() == ["Busy (private)"]
    assert scene.dav_titles() == ["Doctor"]
    scene.drop("Busy (private)")
    scene.later()
    assert scene.titles() == ["Busy (private)"]
    scene.quiet()


@pytest.mark.parametrize(("choice", "expected"), [(PrivateEvents.FULL, ["Doctor"]), (PrivateEvents.SKIP, [])])
def test_private_events_in_full_or_not_at_all(
    account: DavAccount, make_scene: MakeScene, choice: PrivateEvents, expected: list[str]
) -> None:
    scene = make_scene(account, private_events=choice)
    scene.put("doctor", single("Doctor", *PRIVATE))
    scene.sync()
    assert scene.titles() == expected
    scene.quiet()


def test_an_event_made_private_later_hides_its_content(scene: Scene) -> None:
    scene.put("doctor", single("Doctor", "DESCRIPTION:knee"))
    scene.sync()
    scene.replace("doctor", "SUMMARY:Doctor", "CLASS:PRIVATE\r\nSUMMARY:Doctor")
    scene.later()
    assert scene.titles() == ["Busy (private)"]
    assert "knee" not in scene.row("Busy (private)")["comment"]
    scene.quiet()
