"""R25: with the whole program between a calendar server and Dovecot, a new event is told in the user's own inbox."""

from __future__ import annotations

import email
import email.policy

from tests.real.mail.test_mail_channels import BOTH, meeting, meetings
from tests.servers.command import end, eventually


def inbox(office) -> list[tuple[str, bool]]:
    """The subjects in the inbox, and whether each is unseen."""
    found = []
    for path in office.mail.maildir.files():
        flags = path.name.partition(":2,")[2]
        parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.append((parsed["Subject"], "S" not in flags))
    return found


def test_R25_a_new_event_is_a_message_in_the_own_inbox_unseen_and_never_logged(full_office):
    office = full_office
    office.set_up(channels=BOTH, email="note_new_events = true")
    meeting(office, "First")
    office.sync()
    assert inbox(office) == []
    meeting(office, "Lunch")
    assert office.sync()["state"] == "done"
    expected = [("New in your calendar: Lunch", True)]
    assert (meetings(office), inbox(office)) == (["First", "Lunch"], expected)
    report = office.sync()
    assert (report["emails_logged"], office.records(), inbox(office)) == (0, [], expected)


def test_R25_the_running_program_puts_it_there_too_and_for_the_calendar_alone(full_office):
    office = full_office
    office.set_up(channels='["calendar"]', email="note_new_events = true")
    office.sync()
    with office.loop() as process:
        meeting(office, "Lunch")
        eventually(lambda: inbox(office), "a note in the inbox")
        assert inbox(office) == [("New in your calendar: Lunch", True)]
        assert end(process)[0] == 0


def test_R25_nothing_is_put_there_unless_it_is_switched_on(full_office):
    office = full_office
    office.set_up(channels=BOTH)
    office.sync()
    meeting(office, "Lunch")
    office.sync()
    assert (meetings(office), inbox(office)) == (["Lunch"], [])
