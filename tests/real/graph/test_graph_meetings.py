"""Meetings with other people, online meetings, and what is brought back: who is mailed, and what is kept."""

from __future__ import annotations

import pytest

from fm_desktop.sync.plan import Decision
from fm_desktop.sync.undo import undo
from tests.real.engine.scene import crm_date, day
from tests.real.graph.outlook import every_week, person, timed
from tests.real.graph.world import GraphWorld
from tests.servers.graph import GraphServer

CLIENT = {**person("client@acme.example", "Client"), "type": "required"}


@pytest.mark.parametrize("verb", ["edit", "drop"])
def test_R27_a_change_that_mails_others_waits_and_is_done_when_approved(
    world: GraphWorld, server: GraphServer, verb: str
) -> None:
    world.outlook.add("Pitch", attendees=[CLIENT])
    world.sync()
    server.sent.clear()
    if verb == "edit":
        world.edit("Pitch", subject="Pitch II")
    else:
        world.drop("Pitch")
    assert world.later().held == 1
    assert server.sent == []
    (held,) = world.engine.state.held.waiting()
    assert "sends mail to 1 other person" in held.reason
    world.engine.state.held.decide([held.id], Decision.APPROVED)
    world.later()
    world.settle()
    assert world.outlook.titles() == (["Pitch II"] if verb == "edit" else [])
    assert [each.kind for each in server.sent] == (["update"] if verb == "edit" else ["cancellation"])
    assert server.forbidden == []


def test_R27_an_undone_deletion_brings_a_meeting_back_and_invites_nobody(
    world: GraphWorld, server: GraphServer
) -> None:
    world.outlook.add(
        "Pitch",
        attendees=[CLIENT],
        categories=["Red"],
        location={"displayName": "Calle Mayor 1"},
        body={"contentType": "html", "content": "<p>Agenda <b>one</b></p>"},
    )
    world.sync()
    world.drop("Pitch")
    world.later()
    (held,) = world.engine.state.held.waiting()
    world.engine.state.held.decide([held.id], Decision.APPROVED)
    world.later()
    assert world.outlook.titles() == []
    server.sent.clear()
    deleted = next(each for each in world.engine.state.chronicle.entries(5) if each.title == "Pitch")
    undo(world.engine.state, deleted.id)
    world.later()
    # To be on the safe side it is asked about, too.
    (held,) = world.engine.state.held.waiting()
    world.engine.state.held.decide([held.id], Decision.APPROVED)
    world.later()
    world.settle()
    back = world.outlook.event("Pitch")
    assert back["attendees"] == []
    assert (back["categories"], back["location"]["displayName"]) == (["Red"], "Calle Mayor 1")
    assert "client@acme.example" in back["body"]["content"]
    assert "<b>one</b>" in back["body"]["content"]
    assert back["start"]["dateTime"].startswith(str(day(2)))
    assert world.starts("Pitch") == [f"{crm_date(2)} 09:00"]
    assert server.sent == []


def test_edited_text_leaves_the_way_into_an_online_meeting(world: GraphWorld) -> None:
    world.outlook.add("Call", isOnlineMeeting=True, body={"contentType": "text", "content": "Agenda"})
    world.sync()
    link = world.outlook.event("Call")["onlineMeeting"]["joinUrl"]
    row = world.row("Call")
    assert row["comment"].startswith("Agenda\n")
    assert link in row["comment"]
    world.edit("Call", comment=row["comment"].replace("Agenda", "Agenda and prices", 1))
    world.settle()
    call = world.outlook.event("Call")
    assert call["isOnlineMeeting"]
    assert link in call["body"]["content"]
    assert "Agenda and prices" in call["body"]["content"]


def test_event_changed_meanwhile_is_not_written_over(world: GraphWorld, server: GraphServer) -> None:
    """The person at Outlook is faster: between our reading and our writing."""
    world.add("Visit", crm_date(2), "12:00", "13:00")
    world.sync()
    world.edit("Visit", subject="From the CRM")
    provider = world.calendars
    original = provider.update

    def slow(*arguments: object) -> object:
        provider.update = original  # type: ignore[method-assign]
        world.outlook.change("Visit", start=timed(4, "15:00"), end=timed(4, "16:00"))
        return original(*arguments)  # type: ignore[arg-type]

    provider.update = slow  # type: ignore[method-assign, assignment]
    world.engine.cycle()
    world.settle()
    assert world.outlook.titles() == ["From the CRM"]
    assert world.starts("From the CRM") == [f"{crm_date(4)} 15:00"]


def test_what_only_outlook_knows_survives_an_edit_from_the_crm(world: GraphWorld) -> None:
    world.outlook.add(
        "Dentist", categories=["Red"], showAs="oof", importance="high", sensitivity="normal",
        isReminderOn=True, reminderMinutesBeforeStart=45, location={"displayName": "Calle Mayor 1"},
    )  # fmt: skip
    world.sync()
    before = world.outlook.event("Dentist")
    world.edit("Dentist", subject="Dentist II", startHour="11:00", endHour="12:00")
    world.settle()
    after = world.outlook.event("Dentist II")
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed <= {"@odata.etag", "changeKey", "lastModifiedDateTime", "subject", "start", "end"}


def test_series_of_somebody_else_follows_its_organiser(world: GraphWorld, server: GraphServer) -> None:
    weekly = every_week(day(3), 3)
    server.invite(
        "Review", f"{day(3)}T09:00:00", f"{day(3)}T10:00:00", time_zone="Romance Standard Time", pattern=weekly
    )
    world.sync()
    assert world.starts("Review") == [f"{crm_date(3 + 7 * number)} 09:00" for number in range(3)]
    assert all(row["readOnly"] for row in world.rows())
    world.settle()
    assert server.sent == []
