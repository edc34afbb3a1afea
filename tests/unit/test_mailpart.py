"""When the mail part has its turn beside a calendar, and where new mail is waited for."""

from types import SimpleNamespace

import pytest

from fm_desktop.mailpart import MailPart
from fm_desktop.mailport import Folder, Role
from fm_desktop.port import SignInNeeded, Throttled, Unreachable
from fm_desktop.sync.report import MailReport, Outcome, Report, together

INBOX = Folder("INBOX", "Inbox", Role.INBOX)
AWAY = MailReport(Outcome.UNREACHABLE, error=Unreachable("away"))
FINE = MailReport(Outcome.DONE, logged=2)


class Sides:
    """Both sides, of which the mailbox gives one report after another."""

    email_folders = None

    def __init__(self, *reports: MailReport, calendar: object = "calendar") -> None:
        self.calendar = calendar
        self.source = SimpleNamespace(wake=lambda: None)
        self.mailbox = SimpleNamespace(source=self.source)
        self.reports = list(reports)
        self.turns = 0

    def mail_cycle(self, store: object) -> object:
        tables = SimpleNamespace(folders=SimpleNamespace(arrivals=lambda names: INBOX))
        return SimpleNamespace(run=self._run, tables=tables)

    def _run(self, **_: object) -> MailReport:
        self.turns += 1
        return self.reports.pop(0)


class Part:
    def __init__(self) -> None:
        self.now = 1_000.0
        self.part = MailPart(100.0, lambda: self.now)

    def run(self, sides: Sides, *, after: float = 0.0, dry_run: bool = False) -> MailReport:
        self.now += after
        return self.part.run(sides, None, lambda: False, dry_run=dry_run)


def test_a_mailbox_in_trouble_is_left_alone_for_longer_and_longer_and_the_trouble_stays_told():
    part, sides = Part(), Sides(AWAY, AWAY, AWAY, FINE)
    assert part.run(sides) == AWAY
    assert part.run(sides, after=90).error is AWAY.error
    assert sides.turns == 1
    for after, turns in ((20, 2), (150, 2), (60, 3), (300, 3)):
        part.run(sides, after=after)
        assert sides.turns == turns
    assert part.run(sides, after=110) == FINE


def test_a_mailbox_that_asks_for_a_pause_gets_it():
    part, sides = Part(), Sides(MailReport(Outcome.THROTTLED, error=Throttled("slowly", 500.0)), FINE)
    part.run(sides)
    part.run(sides, after=400)
    assert sides.turns == 1
    assert part.run(sides, after=101) == FINE


def test_a_decision_of_the_user_and_a_preview_ask_at_once():
    part, sides = Part(), Sides(MailReport(Outcome.SIGN_IN, error=SignInNeeded("no")), FINE, AWAY, FINE)
    part.run(sides)
    assert part.run(sides, dry_run=True) == FINE
    part.run(sides)
    part.part.try_soon()
    assert part.run(sides) == FINE


def test_without_a_calendar_the_loop_itself_waits_longer():
    part, sides = Part(), Sides(AWAY, FINE, calendar=None)
    part.run(sides)
    assert part.run(sides) == FINE


def test_new_mail_is_waited_for_while_all_is_well():
    part, sides = Part(), Sides(FINE, AWAY)
    part.run(sides)
    watched = part.part.watched
    assert watched is not None
    assert (watched.source, watched.folder) == (sides.source, INBOX)
    part.run(sides)
    assert part.part.watched is None


@pytest.mark.parametrize(
    ("calendar", "mail", "outcome", "only_mail"),
    [
        (Report(Outcome.DONE), FINE, Outcome.DONE, False),
        (Report(Outcome.DONE), AWAY, Outcome.UNREACHABLE, True),
        (Report(Outcome.STOPPED), AWAY, Outcome.UNREACHABLE, False),
        (Report(Outcome.PAUSED), FINE, Outcome.DONE, False),
        (Report(Outcome.INCOMPLETE), FINE, Outcome.INCOMPLETE, False),
        (Report(Outcome.THROTTLED, error=Throttled("slowly")), AWAY, Outcome.UNREACHABLE, False),
        (Report(Outcome.SIGN_IN, error=SignInNeeded("no")), AWAY, Outcome.SIGN_IN, False),
        (Report(Outcome.DONE), MailReport.halted(), Outcome.DONE, False),
    ],
)
def test_a_cycle_is_called_by_its_worse_part_and_tells_both_errors(calendar, mail, outcome, only_mail):
    whole = together(calendar, mail, problems=3)
    assert (whole.outcome, whole.only_mail, whole.problems, whole.emails_logged) == (outcome, only_mail, 3, mail.logged)
    errors = [each for each in (calendar.error, mail.error) if each is not None]
    assert [each for each in (whole.error, whole.also) if each is not None] in (errors, errors[::-1])
