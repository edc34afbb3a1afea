"""What goes wrong while mail is logged: lost answers, refusals, errors that end a cycle."""

from __future__ import annotations

import pytest

from fm_desktop.model.items import Party
from fm_desktop.port import Refused, SignInNeeded, Throttled
from fm_desktop.sync.report import Outcome
from tests.fakes.letters import ANN, ARCHIVE, BOB, INBOX, SENT, STRANGER, letter, sent
from tests.fakes.mail import AWAY, LOST, MailWorld, MemoryMail


@pytest.mark.parametrize("stored", [True, False])
def test_a_lost_answer_makes_no_second_record(world, stored):
    world.mail.put(INBOX, letter("One", files=(("a.pdf", b"A"),)))
    world.crm.fail("create", LOST, stored=stored)
    world.run()
    assert len(world.entries) == stored
    world.log(minutes=1)
    world.log(minutes=2)
    assert (world.subjects(), world.complete()) == (["One"], True)
    assert world.problems() == []


def test_a_lost_answer_is_not_believed_absent_before_the_list_has_had_time(world):
    world.mail.put(INBOX, letter("One"))
    world.crm.fail("create", LOST, stored=True)
    world.crm.lags = True
    world.run()
    world.log(minutes=1)
    world.crm.lags = False
    world.log(minutes=2)
    assert world.subjects() == ["One"]


def test_one_bad_message_stops_no_other_and_is_a_problem_after_three_tries(world):
    world.mail.put(INBOX, letter("Bad", text="!"), letter("Good"))
    for _ in range(3):
        world.log(minutes=60)
    assert world.subjects() == ["Good"]
    (problem,) = world.problems()
    assert "“Bad”" in problem
    assert world.log(minutes=1).logged == 0


def test_what_forcemanager_refuses_becomes_a_problem_that_goes_once_it_is_taken(world):
    world.mail.put(INBOX, letter("Hard"))
    for _ in range(3):
        world.crm.fail("create", Refused("The subject is not allowed."))
        world.log(minutes=60)
    assert "The subject is not allowed." in world.problems()[0]
    world.log(minutes=60 * 24)
    assert (world.subjects(), world.problems()) == (["Hard"], [])


@pytest.mark.parametrize("call", ["folders", "new INBOX", "batch INBOX", "download INBOX"])
@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (SignInNeeded("No."), Outcome.SIGN_IN),
        (Throttled("Slowly."), Outcome.THROTTLED),
        (AWAY, Outcome.UNREACHABLE),
    ],
)
def test_an_error_that_ends_a_cycle_leaves_everything_to_go_on_with(world, call, error, outcome):
    world.mail.put(INBOX, *(letter(f"m{number}") for number in range(5)))
    world.mail.put(SENT, sent("s"))
    world.mail.fail(call, error)
    assert world.run().outcome is outcome
    world.log()
    assert len(world.entries) == 6
    assert world.complete()


@pytest.mark.parametrize("call", ["find", "create", "upload"])
def test_an_error_of_forcemanager_that_ends_a_cycle_leaves_everything_to_go_on_with(world, call):
    world.mail.put(INBOX, letter("One", files=(("a", b"1"), ("b", b"2"))), letter("Two"))
    world.crm.fail(call, Throttled("Slowly."))
    assert world.run().outcome is Outcome.THROTTLED
    world.log()
    assert (world.subjects(), world.complete()) == (["One", "Two"], True)


def test_another_mailbox_behind_the_same_settings_is_not_logged(world):
    world.mail.put(INBOX, letter("Mine"))
    world.log()
    world.mail.who = "somebody@else.example"
    world.mail.put(INBOX, letter("Not mine"))
    world.reopen()
    assert world.run().outcome is Outcome.SIGN_IN
    assert world.subjects() == ["Mine"]


def test_a_message_that_cannot_be_understood_at_all_is_told_once_for_its_folder(world):
    world.mail.put(
        INBOX, letter("x", broken="no end of headers"), letter("y", broken="no end of headers"), letter("ok")
    )
    world.log()
    assert world.subjects() == ["ok"]
    assert len(world.problems()) == 1


def test_a_preview_writes_nothing_and_says_what_would_be_logged(world):
    world.mail.put(INBOX, letter("One"))
    world.mail.put(SENT, sent("Two", [ANN, BOB]), sent("Other", [STRANGER]))
    report = world.run(dry_run=True)
    assert sorted(each.title for each in report.plan) == ["One", "Two", "Two"]
    assert world.entries == []
    assert world.log().logged == 3
    assert world.run(dry_run=True).plan == ()


def test_a_cycle_that_is_cancelled_goes_on_later(world):
    world.mail.put(INBOX, *(letter(f"m{number}") for number in range(4)))
    asked = iter([False] * 6 + [True] * 100)
    assert world.run(cancelled=lambda: next(asked)).outcome is Outcome.CANCELLED
    begun = len(world.entries)
    assert begun < 4
    world.log()
    assert len(world.entries) == 4


def test_a_folder_that_is_not_read_any_more_leaves_nothing_to_wait_for(tmp_path):
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT, ARCHIVE)))
    world.log()
    world.people.people["new@x.example"] = Party(7, None)
    world.mail.fail("search Sent", AWAY)
    world.run()
    world.choices = {"folders": ("inbox",)}
    assert world.log().outcome is Outcome.DONE
