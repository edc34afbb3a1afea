"""The rules of the product between the sandbox CRM and Graph's double."""

from __future__ import annotations

from tests.real.engine.scene import crm_date, day
from tests.real.graph.outlook import every_week, person, timed, whole
from tests.real.graph.world import GraphWorld
from tests.servers.graph import GraphServer


def test_R20_events_and_tasks_of_both_sides_are_on_both_sides(world: GraphWorld) -> None:
    world.outlook.add(
        "Dentist", location={"displayName": "Calle Mayor 1"}, body={"contentType": "text", "content": "Card"}
    )
    world.outlook.add_task("Write offer", 3)
    world.add("Visit Acme", crm_date(2), "12:00", "13:30", comment="Ask for the plans\nand prices")
    world.add("Call Acme", crm_date(4), "00:00", "00:00", task=True, allDay=True)
    report = world.sync()
    assert (report.crm.created, report.provider.created) == (2, 2)
    assert world.titles() == ["Call Acme", "Dentist", "Visit Acme", "Write offer"]
    assert world.outlook.titles() == ["Dentist", "Visit Acme"]
    assert sorted(each["title"] for each in world.outlook.tasks()) == ["Call Acme", "Write offer"]
    dentist = world.row("Dentist")
    assert (dentist["startDate"], dentist["startHour"], dentist["endHour"]) == (crm_date(2), "09:00", "10:00")
    assert dentist["comment"].startswith("Card\n")
    assert "Place: Calle Mayor 1" in dentist["comment"]
    offer = world.row("Write offer")
    assert (offer["task"], offer["startDate"]) == (True, crm_date(3))
    world.settle()


def test_R21_an_edit_on_either_side_appears_on_the_other(world: GraphWorld) -> None:
    world.outlook.add("Dentist")
    world.add("Visit", crm_date(2), "12:00", "13:00")
    world.sync()
    world.outlook.change("Visit", start=timed(3, "15:00"), end=timed(3, "16:00"))
    world.edit("Dentist", subject="Dentist, new", comment="Bring the card")
    world.settle()
    assert world.starts("Visit") == [f"{crm_date(3)} 15:00"]
    dentist = world.outlook.event("Dentist, new")
    assert "Bring the card" in dentist["body"]["content"]
    world.edit("Visit", startHour="17:00", endHour="18:00")
    world.settle()
    assert world.outlook.event("Visit")["start"]["dateTime"].startswith(f"{day(3)}T16:00")  # 17:00 in Madrid, winter


def test_R21_all_day_events_stay_on_their_days(world: GraphWorld) -> None:
    world.outlook.add("Fair", isAllDay=True, start=whole(4), end=whole(6))
    world.add("Holiday", crm_date(5), "00:00", "00:00", allDay=True)
    world.sync()
    fair = world.row("Fair")
    assert (fair["allDay"], fair["startDate"], fair["endDate"]) == (True, crm_date(4), crm_date(5))
    holiday = world.outlook.event("Holiday")
    assert holiday["isAllDay"]
    assert (holiday["start"]["dateTime"][:10], holiday["end"]["dateTime"][:10]) == (str(day(5)), str(day(6)))
    world.settle()


def test_R20_a_task_is_done_on_either_side(world: GraphWorld) -> None:
    world.outlook.add_task("Write offer")
    world.add("Call Acme", crm_date(4), "00:00", "00:00", task=True, allDay=True)
    world.sync()
    world.outlook.change_task("Call Acme", status="completed")
    world.edit("Write offer", completed=True)
    world.settle()
    assert world.row("Call Acme")["completed"]
    assert world.outlook.task("Write offer")["status"] == "completed"


def test_a_deletion_on_either_side_is_one_on_the_other(world: GraphWorld) -> None:
    world.outlook.add("Dentist")
    world.add("Visit", crm_date(2), "12:00", "13:00")
    world.outlook.add("Stays")
    world.sync()
    world.outlook.remove("Visit")
    world.drop("Dentist")
    world.later()
    world.settle()
    assert world.titles() == ["Stays"]
    assert world.outlook.titles() == ["Stays"]


def test_R22_an_invitation_cannot_be_edited_and_R26_shows_the_answer(world: GraphWorld, server: GraphServer) -> None:
    server.invite("Review", f"{day(2)}T09:00:00", f"{day(2)}T10:00:00")
    world.sync()
    row = world.row("Review")
    assert row["readOnly"]
    assert "Your answer: not answered yet" in row["comment"]
    world.crm.switches.set({"read_only_enforced": False})
    world.edit("Review", subject="Mine")
    world.later()
    world.settle()
    assert world.titles() == ["Review"]
    assert world.outlook.titles() == ["Review"]
    assert server.sent == []


def test_a_called_off_invitation_leaves_the_crm(world: GraphWorld, server: GraphServer) -> None:
    invited = server.invite("Review", f"{day(2)}T09:00:00", f"{day(2)}T10:00:00")
    world.sync()
    server.cancel_invitation(invited)
    world.later()
    world.settle()
    assert world.titles() == []


def test_R24_series_shows_its_dates_and_follows_removed_ones_only(world: GraphWorld) -> None:
    world.outlook.add("Weekly", 3, recurrence=every_week(day(3)))
    world.sync()
    dates = [f"{crm_date(3 + 7 * number)} 09:00" for number in range(4)]
    assert world.starts("Weekly") == dates
    assert all(row["readOnly"] for row in world.rows())
    _, second, third, _ = world.outlook.dates("Weekly")
    world.outlook.change_date(second, start=timed(11, "16:00"), end=timed(11, "17:00"))
    world.outlook.remove_date(third)
    world.settle()
    assert world.starts("Weekly") == [dates[0], dates[1], dates[3]]


def test_R24_a_whole_series_moves_with_its_rule(world: GraphWorld) -> None:
    world.outlook.add("Weekly", 3, recurrence=every_week(day(3), 2))
    world.sync()
    world.outlook.change("Weekly", start=timed(3, "11:00"), end=timed(3, "12:00"))
    world.settle()
    assert world.starts("Weekly") == [f"{crm_date(3)} 11:00", f"{crm_date(10)} 11:00"]


def test_R27_nobody_is_mailed_for_what_the_user_did_not_do(world: GraphWorld, server: GraphServer) -> None:
    world.outlook.add("Pitch", attendees=[{**person("client@acme.example", "Client"), "type": "required"}])
    mailed = len(server.sent)
    assert mailed == 1
    world.add("Visit", crm_date(2), "12:00", "13:00")
    world.sync()
    world.edit("Visit", comment="More")
    world.settle()
    assert "client@acme.example" in world.row("Pitch")["comment"]
    # Asked first by default: nothing goes out before the answer.
    world.edit("Pitch", subject="Pitch, new")
    world.later()
    assert len(server.sent) == mailed
    assert server.forbidden == []
    assert world.outlook.titles() == ["Pitch", "Visit"]
