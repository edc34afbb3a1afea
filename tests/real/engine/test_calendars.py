"""R04 over HTTP: calendars that come, go, are renamed, locked, left out and taken in again; events that move."""

from __future__ import annotations

import pytest
from lxml import etree

from fm_desktop.model.items import Party
from fm_desktop.port import Side
from tests.fakes.memory import MemoryDirectory
from tests.real.engine.conftest import without_write_privileges
from tests.real.engine.scene import EMMA_ORGANISES, Scene, attendee, crm_date, emma_invited, single
from tests.servers import personality as habits
from tests.servers.proxy import DavProxy, Reply

A_DAY = 60 * 25


def second(scene: Scene) -> str:
    """The user's other calendar."""
    return scene.account.make_calendar("private", label="Private")


def test_R04_a_calendar_left_out_and_taken_in_again_loses_and_doubles_nothing(scene: Scene) -> None:
    private = second(scene)
    scene.put("meeting", single("Meeting"))
    scene.put("dentist", single("Dentist"), private)
    scene.sync()
    scene.engine.calendars.deselect("Private", remove_copies=False)
    scene.put("dentist", single("Dentist 2", uid="uid-Dentist"), private)
    scene.settle()
    assert scene.titles() == ["Dentist", "Meeting"]
    scene.engine.calendars.select("Private")
    scene.settle()
    assert scene.titles() == ["Dentist 2", "Meeting"]
    assert len(scene.crm.store.rows("calendar")) == 2


def test_R04_taking_a_calendar_out_can_take_its_copies_along(scene: Scene) -> None:
    private = second(scene)
    scene.put("meeting", single("Meeting"))
    for number in range(8):
        scene.put(f"p{number}", single(f"Private {number}"), private)
    scene.sync()
    scene.engine.calendars.deselect("Private", remove_copies=True)
    scene.settle()
    assert scene.titles() == ["Meeting"]
    assert len(scene.account.list(private)) == 8
    scene.engine.calendars.select("Private")
    scene.settle()
    assert len(scene.titles()) == 9


def test_R04_crm_items_go_to_the_target_calendar(scene: Scene) -> None:
    private = second(scene)
    scene.sync()
    scene.engine.calendars.set_target("Private")
    scene.add("Visit", crm_date(3))
    scene.settle()
    assert (scene.dav_titles(), scene.dav_titles(private)) == ([], ["Visit"])


def test_a_calendar_deleted_at_the_server_deletes_no_row_and_is_told(scene: Scene) -> None:
    private = second(scene)
    scene.put("meeting", single("Meeting"))
    scene.put("dentist", single("Dentist"), private)
    scene.sync()
    scene.account.delete_calendar(private)
    report = scene.later()
    assert report.crm.total == 0
    assert scene.titles() == ["Dentist", "Meeting"]
    assert scene.messages() == ["The calendar “Private” is not there any more."]
    scene.quiet()
    scene.put("meeting2", single("Meeting 2"))
    scene.later(A_DAY)
    assert scene.titles() == ["Dentist", "Meeting", "Meeting 2"]
    second(scene)
    scene.put("dentist", single("Dentist 2", uid="uid-Dentist"), private)
    scene.later(A_DAY)
    scene.settle()
    assert scene.titles() == ["Dentist 2", "Meeting", "Meeting 2"]
    assert len(scene.crm.store.rows("calendar")) == 3


def rename(scene: Scene, calendar: str, name: str) -> None:
    body = (
        '<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>'
        f"<D:displayname>{name}</D:displayname></D:prop></D:set></D:propertyupdate>"
    )
    answer = scene.account.request("PROPPATCH", calendar, body, {"Content-Type": "application/xml"})
    assert answer.status_code == 207


def test_a_calendar_renamed_at_the_server_keeps_everything(scene: Scene) -> None:
    private = second(scene)
    scene.put("dentist", single("Dentist"), private)
    scene.sync()
    rename(scene, private, "Family")
    report = scene.later(A_DAY)
    assert report.crm.total == report.provider.total == 0
    assert "Family" in [each.what.name for each in scene.engine.calendars.all()]
    scene.quiet()


def test_a_new_calendar_is_found_within_a_day(scene: Scene) -> None:
    scene.put("meeting", single("Meeting"))
    scene.sync()
    scene.put("dentist", single("Dentist"), second(scene))
    scene.later(A_DAY)
    assert scene.titles() == ["Dentist", "Meeting"]
    scene.quiet()


def test_a_calendar_made_read_only_locks_its_rows_and_given_back_frees_them(odd: Scene, proxy: DavProxy) -> None:
    odd.put("meeting", single("Meeting"))
    odd.sync()
    assert not odd.row("Meeting")["readOnly"]
    proxy.on("PROPFIND").then(habits.edited(without_write_privileges))
    proxy.on("PUT").then(habits.precondition(403, "D:need-privileges"))
    odd.later(A_DAY)
    assert odd.row("Meeting")["readOnly"]
    odd.crm.switches.set({"read_only_enforced": False})
    odd.edit("Meeting", subject="Mine")
    odd.settle()
    assert odd.titles() == odd.dav_titles() == ["Meeting"]
    proxy.clear()
    odd.later(A_DAY)
    assert not odd.row("Meeting")["readOnly"]
    odd.edit("Meeting", subject="Mine")
    odd.settle()
    assert odd.dav_titles() == ["Mine"]


@pytest.mark.parametrize("born", ["crm", "calendar"])
def test_an_event_moved_between_calendars_keeps_its_row(scene: Scene, born: str) -> None:
    private = second(scene)
    if born == "crm":
        scene.engine.calendars.refresh(scene.calendars, select_new=True)
        scene.engine.calendars.set_target(
            next(c.what.name for c in scene.engine.calendars.all() if c.what.id == scene.work)
        )
        scene.add("Meeting", crm_date(2))
    else:
        scene.put("meeting", single("Meeting"))
    scene.sync()
    row, name = scene.row("Meeting")["id"], scene.name_of("Meeting")
    data = scene.raw(name)
    scene.remove(name)
    scene.put(name, data, private)
    report = scene.later()
    assert report.crm.created == report.crm.deleted == report.provider.total == 0
    assert scene.row("Meeting")["id"] == row
    scene.quiet()
    scene.edit("Meeting", subject="Moved meeting")
    scene.later()
    assert (scene.dav_titles(), scene.dav_titles(private)) == ([], ["Moved meeting"])
    scene.quiet()


def test_an_event_on_its_way_between_two_readings_keeps_its_row(odd: Scene, proxy: DavProxy) -> None:
    """The one calendar is read before the event arrives there, the other after it has left."""
    private = second(odd)
    odd.put("meeting", single("Meeting"))
    odd.sync()
    row = odd.row("Meeting")["id"]
    first, last = (each.what.id for each in odd.engine.calendars.all())
    source, target = (last, first)
    if source != odd.work:
        odd.remove("meeting")
        odd.put("meeting", single("Meeting"), private)
        odd.settle()

    def leave_before(exchange):  # type: ignore[no-untyped-def]
        data = odd.raw("meeting", source)
        odd.remove("meeting", source)
        reply = exchange.forward()
        odd.put("meeting", data, target)
        return reply

    proxy.on("REPORT", path_contains=source, body_contains=habits.SYNC).then(leave_before, times=1)
    odd.later()
    assert odd.row("Meeting")["id"] == row
    assert len(odd.crm.store.rows("calendar")) == 1
    odd.quiet()


def test_one_uid_in_two_calendars_is_one_row(scene: Scene) -> None:
    private = second(scene)
    scene.put("meeting", single("Meeting"))
    scene.put("meeting", single("Meeting"), private)
    scene.sync()
    assert scene.titles() == ["Meeting"]
    scene.quiet()
    scene.edit("Meeting", subject="Meeting 2")
    scene.settle()
    scene.remove("meeting", next(each.what.id for each in scene.engine.calendars.all()))
    scene.later()
    assert len(scene.rows()) == 1
    scene.quiet()


def test_a_calendar_for_events_only_takes_no_tasks(radicale_scene: Scene) -> None:
    scene = radicale_scene
    scene.account.delete_calendar(scene.work)
    scene.account.make_calendar("calendar", ("VEVENT",), label="Work")
    tasks = scene.account.make_calendar("tasks", ("VTODO",), label="Tasks")
    scene.add("Visit", crm_date(3))
    scene.add("Call", crm_date(4), "00:00", "00:00", task=True, allDay=True)
    scene.sync()
    assert (scene.dav_titles(), scene.dav_titles(tasks)) == (["Visit"], ["Call"])
    scene.quiet()


def only_events(tree: etree._Element) -> None:
    for listed in tree.iter("{urn:ietf:params:xml:ns:caldav}supported-calendar-component-set"):
        for each in list(listed):
            if each.get("name") != "VEVENT":
                listed.remove(each)


def test_R20_without_any_task_store_an_event_stands_for_the_task(odd: Scene, proxy: DavProxy) -> None:
    proxy.on("PROPFIND").then(habits.edited(only_events))
    odd.add("Call", crm_date(4), "00:00", "00:00", task=True, allDay=True)
    odd.sync()
    assert b"BEGIN:VEVENT" in odd.copy("Call")
    assert b"TRANSP:TRANSPARENT" in odd.copy("Call")
    odd.quiet()
    odd.edit("Call", completed=True)
    odd.settle()
    (title,) = odd.dav_titles()
    assert title != "Call"
    assert title.endswith("Call")
    odd.replace(odd.name_of(title), title, "Call")
    odd.settle()
    assert not odd.row("Call")["completed"]


def test_R23_a_contact_added_later_becomes_the_chip(scene: Scene) -> None:
    assert isinstance(scene.directory, MemoryDirectory)
    scene.put("lunch", single("Lunch", EMMA_ORGANISES, emma_invited("ACCEPTED"), attendee("bob@acme.example")))
    scene.sync()
    assert scene.row("Lunch")["contactId"] is None
    scene.directory.parties["bob@acme.example"] = Party(3, 1)
    scene.directory.changed = frozenset({"bob@acme.example"})
    scene.later()
    scene.directory.changed = frozenset()
    assert scene.row("Lunch")["contactId"]["id"] == 3
    scene.quiet()


def test_a_calendar_that_is_refused_does_not_stop_the_other_one(odd: Scene, proxy: DavProxy) -> None:
    private = second(odd)
    odd.put("meeting", single("Meeting"))
    odd.put("dentist", single("Dentist"), private)
    odd.sync()
    proxy.on("REPORT", path_contains="/private/").then(lambda exchange: Reply(404))
    proxy.on("PROPFIND", path_contains="/private/").then(lambda exchange: Reply(404))
    odd.replace("meeting", "SUMMARY:Meeting", "SUMMARY:Meeting 2")
    odd.later()
    assert odd.titles() == ["Dentist", "Meeting 2"]
    assert odd.sync().requests[Side.CRM] == 1
