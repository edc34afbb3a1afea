"""What goes wrong with one channel is said of that one: the calendar's cycles go on beside a mailbox in trouble."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fm_desktop.port import PortError, SignInNeeded, Unreachable
from fm_desktop.show import plain
from fm_desktop.sync import control
from fm_desktop.sync.control import Channel
from fm_desktop.sync.report import MailReport, Outcome, Report, together
from fm_desktop.sync.status import Status, note_end, note_success, overview
from tests.fakes.world import World

BOTH = (Channel.EMAIL, Channel.CALENDAR)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
AWAY = MailReport(Outcome.UNREACHABLE, error=Unreachable("imap.example.com cannot be reached."))


class Profile:
    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.store = self.world.engine.state.store

    def ended(self, report: Report, minutes: int = 0) -> Status:
        """How it stands after a cycle that began so many minutes after noon."""
        note_end(self.store, report, BOTH, NOON + timedelta(minutes=minutes))
        return self.status()

    def status(self) -> Status:
        return overview(self.world.engine.state, BOTH)


@pytest.fixture
def profile(tmp_path) -> Profile:
    return Profile(tmp_path)


def whole(calendar: PortError | None = None, mail: MailReport | None = None) -> Report:
    part = Report(Outcome.DONE) if calendar is None else Report(Outcome.SIGN_IN, error=calendar)
    return together(part, mail or MailReport(Outcome.DONE), problems=0)


def test_a_mailbox_that_cannot_be_reached_is_no_trouble_of_the_calendar(profile):
    status = profile.ended(whole(mail=AWAY))
    assert status.of(Channel.CALENDAR).trouble is None
    assert status.of(Channel.EMAIL).trouble == status.trouble
    assert (status.trouble.message, status.trouble.outcome) == (str(AWAY.error), Outcome.UNREACHABLE)
    status = profile.ended(whole())
    assert status.trouble is status.of(Channel.EMAIL).trouble is None


def test_both_are_told_and_the_worse_one_is_that_of_the_whole(profile):
    status = profile.ended(whole(SignInNeeded("The password is another one."), AWAY))
    assert [each.outcome for each in status.troubles()] == [Outcome.SIGN_IN, Outcome.UNREACHABLE]
    assert status.trouble.message == "The password is another one."


def test_what_ends_a_cycle_before_its_parts_is_the_trouble_of_both_and_told_once(profile):
    status = profile.ended(Report(Outcome.UNREACHABLE, error=Unreachable("ForceManager cannot be reached.")))
    assert [status.of(each).trouble.message for each in BOTH] == ["ForceManager cannot be reached."] * 2
    assert len(status.troubles()) == 1


def test_it_is_told_since_when_and_another_trouble_begins_anew(profile):
    profile.ended(whole(mail=AWAY))
    status = profile.ended(whole(mail=AWAY), minutes=9)
    assert status.trouble.at == NOON
    other = MailReport(Outcome.SIGN_IN, error=SignInNeeded("The password is another one."))
    assert profile.ended(whole(mail=other), minutes=10).trouble.at == NOON + timedelta(minutes=10)


@pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.PAUSED, Outcome.STOPPED])
def test_a_part_that_had_no_turn_changes_nothing_of_what_is_known(profile, outcome):
    before = profile.ended(whole(mail=AWAY))
    assert profile.ended(whole(mail=MailReport(outcome)), minutes=2) == before


def test_R05_the_trouble_of_a_paused_channel_waits_with_it(profile):
    profile.ended(whole(mail=AWAY))
    control.pause(profile.store, Channel.EMAIL)
    assert (profile.status().trouble, profile.status().troubles()) == (None, ())
    control.resume(profile.store, Channel.EMAIL)
    assert profile.status().trouble.message == str(AWAY.error)


def test_each_channel_has_its_own_last_success_and_the_former_keys_stay(profile):
    with profile.store.transaction():
        note_success(profile.store, Channel.EMAIL, NOON)
        note_success(profile.store, Channel.CALENDAR, NOON + timedelta(minutes=1))
    status = profile.ended(whole(mail=AWAY))
    assert [status.of(each).last_success for each in BOTH] == [NOON, NOON + timedelta(minutes=1)]
    printed = plain(status)
    assert printed["last_success"] == "2026-11-25T12:01:00+00:00"
    assert printed["trouble"]["message"] == str(AWAY.error)
    assert [each["channel"] for each in printed["lately"]] == ["email", "calendar"]
    assert overview(profile.world.engine.state, (Channel.EMAIL,)).last_success == NOON
