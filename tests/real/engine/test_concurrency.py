"""Edits that cross, two computers, lost and old state, the same meetings on both sides."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from fm_desktop.crm.agenda import CrmAgenda
from fm_desktop.port import Side
from fm_desktop.sync.policy import Conflicts
from tests.real.engine.conftest import MakeScene
from tests.real.engine.scene import BOSS, Scene, calendar, crm_date, emma_invited, madrid, single, values, vevent
from tests.servers.account import DavAccount
from tests.servers.proxy import Behaviour, DavProxy, Exchange, Reply


def first(act: Callable[[], object]) -> Behaviour:
    """Somebody acts after we read and right before this request reaches the server."""

    def meanwhile(exchange: Exchange) -> Reply:
        act()
        return exchange.forward()

    return meanwhile


# --- between reading and writing -------------------------------------------------------------------------


def test_an_event_edited_between_our_reading_and_our_write_is_merged(odd: Scene, proxy: DavProxy) -> None:
    odd.put("one", single("One"))
    odd.sync()
    odd.edit("One", comment="From the CRM")
    proxy.on("PUT").then(first(lambda: odd.replace("one", "SUMMARY:One", "SUMMARY:Changed meanwhile")), times=1)
    odd.later()
    raw = odd.raw("one")
    assert (values(raw, "SUMMARY"), values(raw, "DESCRIPTION")) == (["Changed meanwhile"], ["From the CRM"])
    assert odd.row("Changed meanwhile")["comment"] == "From the CRM"
    odd.quiet()


def test_an_event_deleted_between_our_reading_and_our_write_comes_back_with_the_edit(
    odd: Scene, proxy: DavProxy
) -> None:
    odd.put("one", single("One"))
    odd.sync()
    odd.edit("One", comment="From the CRM")
    proxy.on("PUT").then(first(lambda: odd.remove("one")), times=1)
    odd.later()
    assert odd.titles() == odd.dav_titles() == ["One"]
    assert values(odd.copy("One"), "DESCRIPTION") == ["From the CRM"]
    odd.quiet()


def test_an_event_edited_right_before_our_deletion_lives_on(odd: Scene, proxy: DavProxy) -> None:
    odd.put("one", single("One"))
    odd.sync()
    odd.drop("One")
    proxy.on("DELETE").then(first(lambda: odd.replace("one", "SUMMARY:One", "SUMMARY:Still needed")), times=1)
    odd.later()
    assert odd.titles() == odd.dav_titles() == ["Still needed"]
    odd.quiet()


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_a_crm_row_changed_between_our_reading_and_our_write(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    scene.put("one", single("One"))
    scene.sync()
    scene.replace("one", "SUMMARY:One", "SUMMARY:First")
    row = scene.row("One")["id"]
    update = CrmAgenda.update

    def late(self: CrmAgenda, *args: object) -> object:
        monkeypatch.setattr(CrmAgenda, "update", update)
        if act == "edit":
            scene.crm.store.update("calendar", row, {"comment": "Typed meanwhile"})
        else:
            scene.crm.store.delete("calendar", row)
        return update(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(CrmAgenda, "update", late)
    scene.later()
    assert scene.titles() == scene.dav_titles() == ["First"]
    if act == "edit":
        assert values(scene.raw("one"), "DESCRIPTION") == ["Typed meanwhile"]
        assert len(scene.crm.store.rows("calendar")) == 1
    scene.quiet()


# --- both sides ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conflicts", "title", "text"),
    [
        (Conflicts.DEFAULT, "Calendar", "crm"),
        (Conflicts.CALENDAR, "Calendar", "calendar"),
        (Conflicts.CRM, "Crm", "crm"),
    ],
)
def test_the_same_field_changed_on_both_sides(
    account: DavAccount, make_scene: MakeScene, conflicts: Conflicts, title: str, text: str
) -> None:
    scene = make_scene(account, conflicts=conflicts)
    scene.put("one", single("Old", "DESCRIPTION:old", uid="uid-one"))
    scene.sync()
    scene.edit("Old", subject="Crm", comment="crm")
    scene.put("one", single("Calendar", "DESCRIPTION:calendar", uid="uid-one"))
    scene.later()
    raw, row = scene.raw("one"), scene.row(title)
    assert (values(raw, "SUMMARY"), values(raw, "DESCRIPTION")) == ([title], [text])
    assert row["comment"] == text
    lost = {
        value for entry in scene.engine.state.chronicle.entries() for _, field, value in entry.lost if field == "title"
    }
    assert lost == {"Crm" if title == "Calendar" else "Calendar"}
    scene.quiet()


def test_different_fields_changed_on_both_sides_are_both_kept(scene: Scene) -> None:
    scene.put("one", single("Old", uid="uid-one"))
    scene.sync()
    scene.edit("Old", comment="From the CRM")
    scene.put("one", single("Old", uid="uid-one", when=madrid(5, "1700", "1800")))
    scene.later()
    row = scene.row("Old")
    assert (row["startDate"], row["startHour"], row["comment"]) == (crm_date(5), "17:00", "From the CRM")
    assert values(scene.raw("one"), "DESCRIPTION") == ["From the CRM"]
    scene.quiet()


def test_the_same_change_made_on_both_sides_is_no_conflict(scene: Scene) -> None:
    scene.put("one", single("Old", uid="uid-one"))
    scene.sync()
    scene.edit("Old", subject="New")
    scene.put("one", single("New", uid="uid-one"))
    report = scene.later()
    assert report.crm.total == report.provider.total == 0
    scene.quiet()


@pytest.mark.parametrize("born", ["crm", "calendar"])
@pytest.mark.parametrize("deleted", ["crm", "calendar"])
def test_an_edit_wins_over_a_deletion(scene: Scene, born: str, deleted: str) -> None:
    if born == "crm":
        scene.add("Old", crm_date(2))
    else:
        scene.put("one", single("Old"))
    scene.sync()
    name = scene.name_of("Old")
    if deleted == "crm":
        scene.drop("Old")
        scene.replace(name, "SUMMARY:Old", "SUMMARY:Edited")
    else:
        scene.edit("Old", subject="Edited")
        scene.remove(name)
    scene.later()
    assert scene.titles() == scene.dav_titles() == ["Edited"]
    scene.quiet()


def test_deleted_on_both_sides_is_gone(scene: Scene) -> None:
    scene.put("one", single("One"))
    scene.sync()
    scene.drop("One")
    scene.remove("one")
    report = scene.later()
    assert report.crm.total == report.provider.total == 0
    scene.quiet()
    scene.put("one", single("One"))
    scene.later()
    assert scene.titles() == ["One"]
    scene.quiet()


# --- several computers, lost and old state ---------------------------------------------------------------


def fill(scene: Scene) -> list[str]:
    scene.put("dentist", single("Dentist"))
    scene.put("review", single("Review", BOSS, emma_invited()))
    scene.put(
        "series",
        calendar(vevent("uid-series", "Jour fixe", "RRULE:FREQ=WEEKLY;COUNT=3", when=madrid(1, "0900", "0930"))),
    )
    scene.add("Visit", crm_date(3))
    scene.add("Call", crm_date(4), "00:00", "00:00", task=True, allDay=True)
    return ["Call", "Dentist", "Jour fixe", "Jour fixe", "Jour fixe", "Review", "Visit"]


def test_a_reinstall_links_again_and_writes_nothing(scene: Scene) -> None:
    everything = fill(scene)
    scene.sync()
    rows, raws = scene.rows(), scene.account.all(scene.work)
    scene.engine = scene.open("fresh")
    report = scene.sync()
    assert report.crm.total == report.provider.total == 0
    assert (scene.rows(), scene.account.all(scene.work)) == (rows, raws)
    assert scene.titles() == everything
    scene.quiet()
    scene.edit("Visit", subject="Visit 2")
    scene.replace("dentist", "SUMMARY:Dentist", "SUMMARY:Dentist 2")
    scene.later()
    assert {"Dentist 2", "Visit 2"} <= set(scene.titles()) & set(scene.dav_titles())
    scene.quiet()


def test_edits_made_while_the_state_was_lost_are_merged_not_doubled(scene: Scene) -> None:
    fill(scene)
    scene.sync()
    scene.edit("Visit", comment="While away")
    scene.replace("dentist", "SUMMARY:Dentist", "SUMMARY:Dentist 2")
    scene.engine = scene.open("fresh")
    scene.later()
    assert values(scene.copy("Visit"), "DESCRIPTION") == ["While away"]
    assert len(scene.rows()) == 7
    assert len(scene.account.list(scene.work)) == 5
    scene.quiet()


def test_an_old_state_restored_doubles_and_loses_nothing(scene: Scene) -> None:
    scene.put("dentist", single("Dentist"))
    scene.put("leaving", single("Leaving"))
    scene.sync()
    scene.store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(scene.folder / "state.db", scene.folder / "old.db")
    scene.put("new", single("New one"))
    scene.replace("dentist", "SUMMARY:Dentist", "SUMMARY:Dentist 2")
    scene.remove("leaving")
    scene.add("Visit", crm_date(3))
    scene.later()
    scene.engine = scene.open("old")
    scene.later()
    assert scene.titles() == scene.dav_titles() == ["Dentist 2", "New one", "Visit"]
    assert len(scene.crm.store.rows("calendar")) == 4
    scene.quiet()


def test_two_computers_in_turn_make_nothing_twice(scene: Scene) -> None:
    one, two = scene.engine, scene.open("second")
    everything = fill(scene)
    for engine in (one, two, one, two):
        scene.sync(engine)
    assert scene.titles() == everything
    scene.edit("Visit", subject="Visit 2")
    scene.sync(two)
    scene.replace("dentist", "SUMMARY:Dentist", "SUMMARY:Dentist 2")
    scene.sync(one)
    scene.sync(two)
    assert scene.titles() == sorted([*everything[:1], "Dentist 2", *everything[2:6], "Visit 2"])
    assert len(scene.account.list(scene.work)) == 5
    for engine in (one, two):
        report = scene.sync(engine)
        assert report.crm.total == report.provider.total == 0


def test_two_computers_at_the_same_time_leave_one_of_each(scene: Scene) -> None:
    for number in range(8):
        scene.put(f"m{number}", single(f"Meeting {number}"))
        scene.add(f"Visit {number}", crm_date(2 + number))

    def computer(name: str) -> None:
        folder = scene.folder / name
        folder.mkdir()
        # A state file belongs to the thread that opened it.
        with closing(Scene(folder, scene.crm, scene.account)) as other:
            for _ in range(3):
                other.engine.cycle()

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(computer, name) for name in ("second", "third")]:
            each.result()
    scene.sync()
    expected = sorted([f"{what} {number}" for what in ("Meeting", "Visit") for number in range(8)])
    assert scene.dav_titles() == expected
    assert sorted(set(scene.titles())) == expected
    scene.quiet()


def test_the_same_meetings_on_both_sides_are_linked_not_doubled(scene: Scene) -> None:
    scene.put("kick", single("Kick-off", when=madrid(2, "1100", "1200")))
    scene.put("kick2", single("Kick-off", uid="uid-2", when=madrid(3, "1100", "1200")))
    scene.put("other", single("Lunch", when=madrid(3, "1300", "1400")))
    scene.add("Kick-off", crm_date(2), "11:00", "12:00", comment="Ask for the contract")
    scene.add("Lunch", crm_date(4), "13:00", "14:00")
    scene.sync()
    assert scene.titles() == ["Kick-off", "Kick-off", "Lunch", "Lunch"]
    assert len(scene.account.list(scene.work)) == 4
    assert values(scene.raw("kick"), "DESCRIPTION") == ["Ask for the contract"]
    scene.quiet()


def test_a_crm_that_holds_what_another_sync_put_there_is_linked_by_its_mark(scene: Scene) -> None:
    """The rows carry our marks, the state file is new and the titles were edited since."""
    scene.put("one", single("One"))
    scene.sync()
    scene.edit("One", subject="One, edited")
    scene.engine = scene.open("fresh")
    scene.sync()
    assert len(scene.rows()) == 1
    assert len(scene.dav_titles()) == 1
    assert scene.titles() == scene.dav_titles()
    scene.quiet()
    assert scene.sync().requests[Side.CRM] == 1
