"""How a mailbox is read on from where the last cycle ended, and what moves in it meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fm_desktop.port import Side
from tests.fakes.letters import ANN, ARCHIVE, EMMA, INBOX, NOW, SENT, STRANGER, letter, sent
from tests.fakes.mail import AWAY, MailWorld, MemoryMail


def test_an_idle_cycle_asks_each_folder_once_and_nothing_else(world):
    world.mail.put(INBOX, letter("One"))
    world.log()
    world.mail.calls.clear()
    report = world.log()
    assert report.requests == {Side.CRM: 0, Side.PROVIDER: 2}
    assert sorted(set(world.mail.calls)) == ["batch INBOX", "batch Sent", "new INBOX", "new Sent"]
    assert report.logged == 0


def test_new_mail_is_logged_by_the_next_cycle(world):
    world.log()
    world.mail.put(INBOX, letter("New"))
    assert world.log().logged == 1


def test_the_newest_comes_first(world):
    for day in (5, 1, 9):
        moment = NOW - timedelta(days=day)
        world.mail.put(INBOX, letter(f"{day} days ago", date=moment, received=moment))
    world.log()
    assert [each.subject for each in world.entries] == ["1 days ago", "5 days ago", "9 days ago"]


def test_new_numbers_of_all_messages_make_no_second_records(world):
    world.mail.put(INBOX, *(letter(f"m{number}") for number in range(7)))
    world.log()
    world.mail.renumber(INBOX)
    world.mail.put(INBOX, letter("after"))
    report = world.log()
    assert report.logged == 1
    assert len(world.entries) == 8


def test_a_message_that_is_deleted_before_it_is_read_is_no_trouble(world):
    world.mail.put(INBOX, letter("Deleted"), letter("Stays"))
    world.mail.fail("download INBOX", AWAY)
    assert world.run().error is AWAY
    world.mail.take_away(INBOX, "Deleted")
    world.log()
    assert world.subjects() == ["Stays"]
    assert world.state_of("Deleted") == ("gone", "")
    assert world.problems() == []


def test_a_message_that_is_filed_before_it_is_read_is_found_where_it_went(tmp_path):
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT, ARCHIVE)))
    world.log()
    world.mail.put(INBOX, letter("Filed"))
    world.mail.fail("download INBOX", AWAY)
    world.run()
    world.mail.move(INBOX, ARCHIVE, "Filed")
    world.log()
    assert world.subjects() == ["Filed"]


def test_a_folder_that_is_deleted_or_renamed_takes_nothing_with_it(tmp_path):
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT, ARCHIVE)))
    world.mail.put(ARCHIVE, letter("In the archive"))
    world.log()
    world.mail.remove_folder(ARCHIVE)
    world.log()
    world.mail.add_folder(ARCHIVE)
    world.mail.put(ARCHIVE, letter("In the archive", message_id="other@x"))
    world.log(minutes=90)
    assert world.subjects() == ["In the archive", "In the archive"]
    assert world.problems() == []


def test_a_longer_history_is_read_again_from_its_start(world):
    long_ago = NOW - timedelta(days=100)
    world.mail.put(INBOX, letter("Long ago", date=long_ago, received=long_ago), letter("Now"))
    world.log()
    assert world.subjects() == ["Now"]
    world.history_days = 200
    world.log()
    assert world.subjects() == ["Long ago", "Now"]


@pytest.mark.parametrize(
    ("date", "received", "moment"),
    [
        (None, NOW - timedelta(days=1), NOW - timedelta(days=1)),
        (NOW + timedelta(days=900), NOW - timedelta(days=1), NOW - timedelta(days=1)),
        (NOW - timedelta(days=20_000), NOW - timedelta(days=1), NOW - timedelta(days=1)),
        (NOW - timedelta(days=2), NOW - timedelta(days=1), NOW - timedelta(days=2)),
        (NOW - timedelta(days=2), None, NOW - timedelta(days=2)),
        (None, None, NOW + timedelta(minutes=2)),
    ],
)  # fmt: skip
def test_a_date_that_is_missing_or_cannot_be_true_gives_way_to_that_of_arrival(world, date, received, moment):
    world.mail.put(INBOX, letter("x", date=date, received=received))
    world.log()
    assert [each.moment for each in world.entries] == [moment]


@pytest.mark.parametrize(
    ("before", "after", "logged"),
    [
        ({}, {"own": frozenset({EMMA, "sales@example.com"})}, ["As sales"]),
        ({"never_log": frozenset({ANN})}, {}, ["As Emma"]),
        ({"exclude_tag": "as"}, {}, ["As Emma"]),
    ],
)  # fmt: skip
def test_another_choice_of_the_users_holds_for_the_whole_history(tmp_path, before, after, logged):
    world = MailWorld(tmp_path, **before)
    world.mail.put(SENT, letter("As sales", "sales@example.com", [ANN]), sent("As Emma"))
    world.log()
    first = world.subjects()
    world.choices = after
    world.log()
    assert sorted(set(world.subjects()) - set(first)) == logged
    world.mail.calls.clear()
    world.log()
    assert len(world.mail.calls) == 4


def test_mail_sent_from_an_unknown_address_of_the_user_is_told_and_not_guessed(world):
    world.mail.put(SENT, letter("As sales", "sales@example.com", [ANN]), letter("Filed wrongly", STRANGER, [EMMA]))
    world.log()
    assert world.entries == []
    (problem,) = world.problems()
    assert "sales@example.com" in problem
