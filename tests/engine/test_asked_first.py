"""What would send mail to other people waits for the user's word (R27)."""

from __future__ import annotations

from fm_desktop.sync.plan import Decision
from tests.engine.steps import PEOPLE, change_waits
from tests.fakes.world import AGENDA, World, event, task


def test_R27_a_change_that_sends_mail_waits_for_the_users_word(world: World) -> None:
    report = change_waits(world)
    assert report.held == 1
    assert world.calendar.mails == []
    (held,) = world.engine.state.held.waiting()
    assert held.reason == "Changing it sends mail to 1 other person"
    world.engine.state.held.decide([held.id], Decision.APPROVED)
    world.sync()
    assert world.calendar.mails == ["client@acme.example"]
    assert world.calendar.titles() == ["Pitch II"]
    world.quiet()


def test_R27_a_change_not_approved_is_put_back_and_mails_no_one(world: World) -> None:
    change_waits(world)
    (held,) = world.engine.state.held.waiting()
    world.engine.state.held.decide([held.id], Decision.KEEP)
    world.sync()
    assert world.crm.titles() == world.calendar.titles() == ["Pitch"]
    assert world.calendar.mails == []
    world.quiet()


def test_R27_what_changes_nothing_that_guests_were_sent_is_not_asked_about(world: World) -> None:
    world.calendar.put("Work", event("Pitch", organiser=PEOPLE[0], participants=PEOPLE))
    world.calendar.put("Work", task("Offer", organiser=PEOPLE[0], participants=PEOPLE))
    world.sync()
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), completed=True)
    report = world.sync()
    assert (report.held, world.calendar.mails) == (0, [])
    assert world.crm.one("Pitch").completed
    world.quiet()
    world.crm.edit(AGENDA, world.crm.key_of("Offer"), completed=True)
    world.crm.edit(AGENDA, world.crm.key_of("Pitch"), completed=False, text="Bring the plans")
    world.sync()
    assert {each.title for each in world.engine.state.held.waiting()} == {"Offer", "Pitch"}
    assert world.calendar.mails == []


def test_R27_deleting_an_own_meeting_with_participants_asks_first(world: World) -> None:
    world.calendar.put("Work", event("Pitch", organiser=PEOPLE[0], participants=PEOPLE))
    world.sync()
    world.crm.remove(AGENDA, world.crm.key_of("Pitch"))
    report = world.sync()
    assert report.held == 1
    assert world.calendar.titles() == ["Pitch"]
    assert world.calendar.mails == []
