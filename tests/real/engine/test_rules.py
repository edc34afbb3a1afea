"""R20-R23 and R25-R27 over HTTP: events, tasks, invitations, people, notices, on both servers."""

from __future__ import annotations

from typing import Any

import pytest

from fm_desktop.model.items import Party
from fm_desktop.sandbox.errors import ApiError
from fm_desktop.sync.plan import Decision
from tests.fakes.memory import MemoryDirectory
from tests.real.engine.scene import (
    BOSS,
    EMMA_ORGANISES,
    Scene,
    attendee,
    calendar,
    crm_date,
    day,
    emma_invited,
    madrid,
    single,
    values,
    vtodo,
)


def review(answer: str = "NEEDS-ACTION", *lines: str) -> bytes:
    return single("Review", BOSS, attendee("boss@client.example", "ACCEPTED"), emma_invited(answer), *lines)


def pitch(*lines: str) -> bytes:
    """An own meeting with one other person."""
    return single("Pitch", EMMA_ORGANISES, emma_invited("ACCEPTED"), attendee("client@acme.example"), *lines)


def own_meeting_changed(scene: Scene, verb: str) -> bytes:
    """In the CRM, since the last cycle. What the calendar holds of it."""
    scene.put("pitch", pitch())
    scene.sync()
    before = scene.raw("pitch")
    if verb == "edit":
        scene.edit("Pitch", subject="Pitch II")
    else:
        scene.drop("Pitch")
    return before


# --- R20, R21 ---


def test_R20_events_and_tasks_of_both_sides_are_on_both_sides(scene: Scene) -> None:
    scene.put("dentist", single("Dentist", "DESCRIPTION:Bring the card", "LOCATION:Calle Mayor 1"))
    scene.put("offer", calendar(vtodo("uid-offer", "Write offer", f"DUE;VALUE=DATE:{day(3):%Y%m%d}")))
    scene.add("Visit Acme", crm_date(2), "12:00", "13:30", comment="Ask for the plans")
    scene.add("Call Acme", crm_date(4), "00:00", "00:00", task=True, allDay=True)
    report = scene.sync()
    everything = ["Call Acme", "Dentist", "Visit Acme", "Write offer"]
    assert scene.titles() == everything
    assert scene.dav_titles() == everything
    assert (report.crm.created, report.provider.created) == (2, 2)
    dentist = scene.row("Dentist")
    assert (dentist["startDate"], dentist["startHour"], dentist["endHour"]) == (crm_date(2), "09:00", "10:00")
    assert dentist["comment"].startswith("Bring the card\n")
    assert "Place: Calle Mayor 1" in dentist["comment"]
    assert not dentist["readOnly"]
    assert scene.row("Write offer")["task"]
    assert scene.row("Write offer")["startDate"] == crm_date(3)
    visit = scene.copy("Visit Acme")
    assert values(visit, "DESCRIPTION") == ["Ask for the plans"]
    assert b"BEGIN:VTODO" in scene.copy("Call Acme")
    assert values(scene.copy("Call Acme"), "DUE") == [f"{day(4):%Y%m%d}"]
    scene.quiet()


@pytest.mark.parametrize("born", ["crm", "calendar"])
def test_R20_a_task_is_completed_and_reopened_from_either_side(scene: Scene, born: str) -> None:
    if born == "crm":
        scene.add("Call", crm_date(4), "00:00", "00:00", task=True, allDay=True)
    else:
        scene.put("call", calendar(vtodo("uid-call", "Call", f"DUE;VALUE=DATE:{day(4):%Y%m%d}")))
    scene.sync()
    scene.edit("Call", completed=True)
    scene.later()
    assert values(scene.copy("Call"), "STATUS") == ["COMPLETED"]
    assert values(scene.copy("Call"), "COMPLETED")
    name = scene.name_of("Call")
    scene.replace(name, "STATUS:COMPLETED", "STATUS:NEEDS-ACTION")
    scene.later()
    assert not scene.row("Call")["completed"]
    scene.quiet()


def test_R20_many_new_items_at_once_at_a_server_that_takes_one_write_at_a_time(scene: Scene) -> None:
    """Xandikos refuses a second write while it is busy with the first (423)."""
    for number in range(24):
        scene.add(f"Visit {number:02}", crm_date(2 + number % 5))
    report = scene.sync()
    assert report.provider.created == 24
    assert scene.dav_titles() == scene.titles()
    for number in range(0, 24, 2):
        scene.edit(f"Visit {number:02}", comment="Bring the plans")
    assert scene.later().provider.updated == 12
    scene.quiet()


EDITS: list[tuple[str, dict[str, Any], dict[str, str], str, list[str]]] = [
    ("title", {"subject": "New"}, {"SUMMARY:Old": "SUMMARY:New"}, "SUMMARY", ["New"]),
    ("text", {"comment": "Bring it"}, {"DESCRIPTION:old text": "DESCRIPTION:Bring it"}, "DESCRIPTION", ["Bring it"]),
]


@pytest.mark.parametrize(("field", "at_crm", "at_calendar", "line", "expected"), EDITS, ids=[each[0] for each in EDITS])
@pytest.mark.parametrize("born", ["crm", "calendar"])
def test_R21_R22_an_own_items_edit_appears_on_the_other_side(
    scene: Scene,
    born: str,
    field: str,
    at_crm: dict[str, Any],
    at_calendar: dict[str, str],
    line: str,
    expected: list[str],
) -> None:
    if born == "crm":
        scene.add("Old", crm_date(2), "09:00", "10:00", comment="old text")
    else:
        scene.put("old", single("Old", "DESCRIPTION:old text"))
    scene.sync()
    name = scene.name_of("Old")
    scene.edit("Old", **at_crm)
    scene.later()
    assert values(scene.raw(name), line) == expected
    scene.quiet()
    (old, new) = next(iter(at_calendar.items()))
    scene.replace(name, new, old)
    scene.later()
    (row,) = scene.rows()
    assert (row["subject"], row["comment"]) == ("Old", "old text" if field == "text" else row["comment"])
    scene.quiet()


@pytest.mark.parametrize("born", ["crm", "calendar"])
def test_R21_R22_a_move_in_either_side_moves_the_other(scene: Scene, born: str) -> None:
    if born == "crm":
        scene.add("Visit", crm_date(2), "09:00", "10:00")
    else:
        scene.put("visit", single("Visit"))
    scene.sync()
    scene.edit("Visit", startDate=crm_date(3), endDate=crm_date(3), startHour="17:15", endHour="18:45")
    scene.later()
    name = scene.name_of("Visit")
    scene.quiet()
    moved = single("Visit", uid=values(scene.raw(name), "UID")[0], when=madrid(5, "0800", "0930"))
    scene.put(name, moved)
    scene.later()
    row = scene.row("Visit")
    assert (row["startDate"], row["startHour"], row["endHour"]) == (crm_date(5), "08:00", "09:30")
    scene.quiet()


@pytest.mark.parametrize("born", ["crm", "calendar"])
@pytest.mark.parametrize("deleted", ["crm", "calendar"])
def test_R21_R22_an_own_items_deletion_is_followed(scene: Scene, born: str, deleted: str) -> None:
    if born == "crm":
        scene.add("Short", crm_date(2))
    else:
        scene.put("short", single("Short"))
    scene.sync()
    if deleted == "crm":
        scene.drop("Short")
    else:
        scene.remove(scene.name_of("Short"))
    scene.later()
    assert scene.titles() == scene.dav_titles() == []
    scene.quiet()


def test_R20_a_timed_event_becomes_all_day_and_back_from_either_side(scene: Scene) -> None:
    scene.put("trip", single("Trip"))
    scene.sync()
    scene.edit("Trip", allDay=True, startDate=crm_date(2), endDate=crm_date(3))
    scene.later()
    raw = scene.raw("trip")
    assert (values(raw, "DTSTART"), values(raw, "DTEND")) == ([f"{day(2):%Y%m%d}"], [f"{day(4):%Y%m%d}"])
    scene.quiet()
    scene.put("trip", single("Trip", when=madrid(6, "1000", "1100")))
    scene.later()
    row = scene.row("Trip")
    assert (row["allDay"], row["startDate"], row["startHour"]) == (False, crm_date(6), "10:00")
    scene.quiet()


# --- R22, R26 ---


def test_R22_an_invitation_is_locked_and_the_crm_refuses_to_edit_it(scene: Scene) -> None:
    scene.put("review", review())
    scene.sync()
    row = scene.row("Review")
    assert row["readOnly"]
    with pytest.raises(ApiError, match="read only"):
        scene.edit("Review", subject="Mine")
    scene.quiet()


def test_R22_an_edit_the_crm_lets_through_on_an_invitation_is_put_back_and_told(scene: Scene) -> None:
    scene.put("review", review("ACCEPTED", "DESCRIPTION:Agenda follows"))
    scene.sync()
    before = scene.raw("review")
    scene.crm.switches.set({"read_only_enforced": False})
    scene.edit("Review", subject="Mine", comment="gone", startHour="11:00", endHour="12:00")
    report = scene.later()
    row = scene.row("Review")
    assert (row["startHour"], row["endHour"], row["readOnly"]) == ("09:00", "10:00", True)
    assert row["comment"].startswith("Agenda follows\n")
    assert report.provider.total == 0
    assert scene.raw("review") == before
    assert scene.notices() == ["put-back", "first-import"]
    scene.quiet()


def test_R22_a_deletion_the_crm_lets_through_on_an_invitation_is_put_back_and_told(scene: Scene) -> None:
    scene.put("review", review())
    scene.sync()
    scene.crm.switches.set({"read_only_enforced": False})
    scene.drop("Review")
    report = scene.later()
    assert scene.row("Review")["readOnly"]
    assert (report.crm.created, report.provider.total) == (1, 0)
    assert scene.notices() == ["put-back", "first-import"]
    scene.quiet()


def test_R22_the_lock_itself_taken_off_in_the_crm_is_put_back(scene: Scene) -> None:
    scene.put("review", review())
    scene.sync()
    scene.edit("Review", readOnly=False, subject="Mine")
    scene.later()
    assert scene.row("Review")["readOnly"]
    scene.quiet()


def test_R22_an_invitation_withdrawn_or_cancelled_leaves_the_crm(scene: Scene) -> None:
    scene.put("review", review())
    scene.put("lunch", single("Lunch", BOSS, emma_invited(), "STATUS:CONFIRMED"))
    scene.sync()
    assert scene.titles() == ["Lunch", "Review"]
    scene.replace("review", "SUMMARY:Review", "STATUS:CANCELLED\r\nSUMMARY:Review")
    scene.remove("lunch")
    report = scene.later()
    assert scene.titles() == []
    assert report.provider.total == 0
    scene.quiet()


def test_R26_an_invitation_not_answered_is_there_and_the_answer_follows(scene: Scene) -> None:
    scene.put("review", review())
    scene.sync()
    assert "Your answer: not answered yet" in scene.row("Review")["comment"]
    for answer, shown in (("TENTATIVE", "maybe"), ("ACCEPTED", "accepted"), ("DECLINED", "declined")):
        scene.put("review", review(answer))
        scene.later()
        assert f"Your answer: {shown}" in scene.row("Review")["comment"]
    scene.quiet()


def test_R22_an_own_meeting_with_people_can_be_edited_in_the_crm(scene: Scene) -> None:
    scene.put("pitch", pitch())
    scene.sync()
    assert not scene.row("Pitch")["readOnly"]
    scene.quiet()


def test_R22_events_of_a_calendar_that_can_only_be_read_are_locked(odd: Scene, read_only_calendar: None) -> None:
    odd.put("holiday", single("Holiday"))
    odd.sync()
    assert odd.row("Holiday")["readOnly"]
    odd.crm.switches.set({"read_only_enforced": False})
    odd.edit("Holiday", subject="Work")
    odd.later()
    assert odd.titles() == odd.dav_titles() == ["Holiday"]
    odd.drop("Holiday")
    odd.later()
    assert odd.titles() == odd.dav_titles() == ["Holiday"]
    odd.quiet()


# --- R23 ---


def test_R23_strangers_are_plain_addresses_and_known_people_the_chip(scene: Scene) -> None:
    assert isinstance(scene.directory, MemoryDirectory)
    scene.directory.parties["ana@acme.example"] = Party(2, 1)
    scene.put("lunch", single("Lunch", EMMA_ORGANISES, emma_invited("ACCEPTED"), attendee("bob@nowhere.example"),
                              attendee("ana@acme.example", "ACCEPTED", "Ana Ruiz")))  # fmt: skip
    scene.sync()
    row = scene.row("Lunch")
    assert (row["contactId"]["id"], row["accountId"]["id"]) == (2, 1)
    assert "- bob@nowhere.example (not answered yet)" in row["comment"]
    assert "- Ana Ruiz <ana@acme.example> (accepted)" in row["comment"]
    scene.quiet()


# --- R25, R27 ---


def test_R25_a_first_import_is_one_summary_and_then_new_events_only(scene: Scene) -> None:
    for number in range(3):
        scene.put(f"m{number}", single(f"Meeting {number}"))
    scene.sync()
    assert scene.notices() == ["first-import"]
    scene.put("late", single("Late one"))
    scene.add("Visit", crm_date(3))
    scene.later()
    scene.replace("late", "SUMMARY:Late one", "SUMMARY:Later one")
    scene.replace(scene.name_of("Visit"), "SUMMARY:Visit", "SUMMARY:Visit Acme")
    scene.later()
    assert scene.notices() == ["new", "first-import"]


@pytest.mark.parametrize("verb", ["edit", "drop"])
def test_R27_a_change_that_would_mail_others_waits_and_is_done_when_approved(scene: Scene, verb: str) -> None:
    before = own_meeting_changed(scene, verb)
    report = scene.later()
    assert report.held == 1
    assert scene.raw("pitch") == before
    held = scene.engine.state.held.waiting()
    assert "sends mail to 1 other person" in held[0].reason
    scene.engine.state.held.decide([held[0].id], Decision.APPROVED)
    scene.later()
    expected = ["Pitch II"] if verb == "edit" else []
    assert scene.titles() == scene.dav_titles() == expected
    scene.quiet()


@pytest.mark.parametrize("verb", ["edit", "drop"])
def test_R27_a_change_not_approved_is_put_back(scene: Scene, verb: str) -> None:
    before = own_meeting_changed(scene, verb)
    scene.later()
    (held,) = scene.engine.state.held.waiting()
    scene.engine.state.held.decide([held.id], Decision.KEEP)
    scene.later()
    assert scene.titles() == scene.dav_titles() == ["Pitch"]
    assert scene.raw("pitch") == before
    scene.quiet()


def test_R27_what_goes_to_the_crm_never_asks_it_to_notify_and_crm_events_invite_no_one(scene: Scene) -> None:
    scene.put("pitch", pitch())
    scene.add("Visit", crm_date(3), contactId=1, accountId=1)
    scene.sync()
    assert not any(row["sendNotification"] for row in scene.rows())
    raw = scene.copy("Visit")
    assert values(raw, "ATTENDEE") == values(raw, "ORGANIZER") == []
