"""What changes while a message waits to be logged: the user's choices, people, folders, the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fm_desktop.mailport import Folder, Role
from fm_desktop.model.items import Party
from fm_desktop.port import Refused, Throttled, Unreachable
from tests.fakes.letters import ANN, ARCHIVE, BOB, EMMA, INBOX, NOW, SENT, letter, sent
from tests.fakes.mail import LOST, RECEIVED, SENT_WORD, Crash, MailWorld, MemoryMail


def let_wait(world: MailWorld, folder: Folder, *letters) -> None:
    """They are read, and ForceManager has no time for them yet."""
    world.mail.put(folder, *letters)
    world.crm.fail("find", Throttled("Slowly."))
    world.run()


# --- choices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        ({"never_log": frozenset({ANN})}, "never"),
        ({"exclude_tag": "offer"}, "tag"),
        ({"own": frozenset({EMMA, "boss@client.example"})}, "internal"),
    ],
)
def test_R10_what_the_user_keeps_out_while_it_waits_is_not_logged(world, choice, why):
    let_wait(world, INBOX, letter("Offer"))
    world.choices = choice
    world.log()
    assert (world.entries, world.mail.downloads) == ([], [])
    assert world.state_of("Offer") == ("ignored", why)
    world.choices = {}
    world.log()
    assert world.subjects() == ["Offer"]


def test_R10_never_log_holds_for_a_record_of_which_the_answer_was_lost(world):
    world.mail.put(INBOX, letter("Offer", files=(("a.pdf", b"A"),)))
    world.crm.fail("create", LOST)
    world.run()
    world.choices = {"never_log": frozenset({ANN})}
    world.log(minutes=10)
    assert world.entries == []
    world.choices = {}
    world.log(minutes=10)
    assert (world.subjects(), world.complete()) == (["Offer"], True)


def test_R10_a_conversation_that_is_taken_out_while_its_turn_comes_is_not_logged(world):
    world.mail.put(INBOX, letter("Secret plan"))
    find = world.crm.find

    def found(ext_ids):
        world.cycle.tables.conversations.exclude("secret")
        return find(ext_ids)

    world.crm.find = found
    world.log()
    assert world.entries == []


def test_never_log_holds_for_an_address_with_a_tag(tmp_path):
    world = MailWorld(tmp_path, never_log=frozenset({ANN, "lawyer.example"}))
    world.people.people |= {"ann+orders@client.example": Party(1, 10), "bob@not-lawyer.example": Party(2, 10)}
    world.mail.put(INBOX, letter("Order", "ann+orders@client.example"), letter("Hello", "bob@not-lawyer.example"))
    world.log()
    assert world.subjects() == ["Hello"]


def test_another_own_address_turns_the_direction_of_what_waits(world):
    other = "emma.two@example.com"
    world.people.people |= {other: Party(50, None), "emma@home.example": Party(51, None)}
    world.mail.put(SENT, letter("Colleague", other, [ANN]))
    let_wait(world, SENT, letter("From me", "emma@home.example", [ANN]))
    world.choices = {"own": frozenset({EMMA, other, "emma@home.example"})}
    world.log()
    assert world.logged() == [("Colleague", SENT_WORD, 1), ("From me", SENT_WORD, 1)]
    assert {each.sender for each in world.entries} == {other, "emma@home.example"}


def test_an_address_is_no_problem_any_more_once_it_is_the_users(world):
    world.mail.put(SENT, letter("As sales", "sales@example.com", [ANN]))
    world.log()
    assert len(world.problems()) == 1
    world.choices = {"own": frozenset({EMMA, "sales@example.com"})}
    world.log()
    assert (world.subjects(), world.problems()) == (["As sales"], [])


def test_folders_without_mail_are_read_under_new_choices_once(world):
    world.log()
    world.choices = {"exclude_tag": "x"}
    world.log()
    assert world.store.value("SELECT count(*) FROM mail_folder WHERE choices = ?", world.cycle._options.choices) == 2


# --- people ----------------------------------------------------------------------------------------


def test_R10_a_contact_that_is_deleted_or_given_away_before_its_mail_is_logged_gets_none(world):
    let_wait(world, INBOX, letter("Offer"))
    party = world.people.people.pop(ANN)
    world.log()
    assert world.entries == []
    assert world.state_of("Offer") == ("", "")
    world.people.people[ANN] = party
    world.log()
    assert world.logged() == [("Offer", RECEIVED, 1)]


def test_R10_mail_goes_to_the_contact_that_has_the_address_when_it_is_logged(world):
    let_wait(world, SENT, sent("Offer", [ANN, BOB]))
    world.people.people[ANN] = Party(9, 20)
    world.log()
    assert world.logged() == [("Offer", SENT_WORD, 2), ("Offer", SENT_WORD, 9)]


def test_what_was_begun_for_a_contact_is_finished_for_it(world):
    world.mail.put(INBOX, letter("Offer", files=(("a.pdf", b"A"),)))
    world.crm.fail("upload", Throttled("Slowly."))
    world.run()
    world.people.people[ANN] = Party(9, 20)
    world.log()
    assert (world.logged(), world.complete()) == ([("Offer", RECEIVED, 1)], True)


@pytest.mark.parametrize("first", [INBOX, SENT])
def test_R10_who_got_a_copy_in_secret_is_not_forgotten_for_the_copy_that_came_back(world, first):
    letters = {folder: sent("Offer", bcc=bcc, message_id="a@x") for folder, bcc in ((SENT, [BOB]), (INBOX, []))}
    let_wait(world, first, letters.pop(first))
    for folder, each in letters.items():
        world.mail.put(folder, each)
    world.log()
    assert world.logged() == [("Offer", SENT_WORD, 1), ("Offer", SENT_WORD, 2)]


# --- folders ---------------------------------------------------------------------------------------


def test_a_folder_under_another_name_logs_nothing_twice(tmp_path):
    customers = Folder("Customers", "Customers", Role.OTHER)
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT, ARCHIVE)))
    world.mail.put(ARCHIVE, letter("With an id"), letter("Without", message_id=""), letter("Waits"))
    world.crm.fail("create", Refused("Not today."))
    world.run()
    world.mail.add_folder(customers)
    world.mail.put(customers, *world.mail.letters(ARCHIVE))
    world.mail.remove_folder(ARCHIVE)
    for _ in range(3):
        world.log(minutes=90)
    assert world.subjects() == ["Waits", "With an id", "Without"]


def test_R10_a_contact_added_while_a_folder_was_left_out_brings_its_mail_from_there(tmp_path):
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT, ARCHIVE)))
    world.mail.put(ARCHIVE, letter("Filed", "new@x.example"))
    world.log()
    world.choices = {"folders": ("inbox",)}
    world.people.people["new@x.example"] = Party(7, None)
    assert world.log().logged == 0
    world.choices = {}
    world.log()
    assert world.subjects() == ["Filed"]


# --- the clock -------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [4_000, -10_000])
def test_a_clock_that_was_wrong_before_the_first_sign_in_does_not_move_the_history(world, days):
    world.now = NOW + timedelta(days=days)
    world.mail.fail("folders", Unreachable("The certificate is not valid."))
    world.run()
    world.now = NOW
    long_ago = NOW - timedelta(days=300)
    world.mail.put(INBOX, letter("Now"), letter("Long ago", date=long_ago, received=long_ago))
    world.log()
    assert world.subjects() == ["Now"]


def test_a_clock_that_was_ahead_hides_no_mail(world):
    world.now = NOW + timedelta(days=200)
    world.log()
    world.now = NOW
    world.mail.put(INBOX, letter("Now"))
    world.log()
    assert world.subjects() == ["Now"]


def test_a_pause_by_a_clock_that_was_ahead_is_not_waited_for(world):
    world.history_days = 1_000
    world.mail.put(INBOX, letter("Hard"))
    world.now = NOW + timedelta(days=400)
    for _ in range(3):
        world.crm.fail("create", Refused("No."))
        world.run(minutes=60)
    world.now = NOW
    world.log()
    assert world.subjects() == ["Hard"]


def test_a_clock_that_is_behind_finds_the_newest_mail_of_a_new_contact(world):
    seen = []
    search = world.mail.search
    world.mail.search = lambda folder, addresses, since, before: (
        seen.append(before) or search(folder, addresses, since, before)
    )
    world.log()
    world.people.people["new@x.example"] = Party(7, None)
    world.log()
    assert min(seen) > (NOW + timedelta(days=300)).date()


def test_a_clock_that_is_put_back_after_a_crash_makes_no_second_record(world):
    world.mail.put(INBOX, letter("One"))
    world.crm.fail("create", Crash(), stored=True)
    with pytest.raises(Crash):
        world.run()
    world.reopen()
    world.now -= timedelta(hours=3)
    world.crm.lags = True
    world.log(minutes=1)
    world.crm.lags = False
    world.log(minutes=2)
    assert world.subjects() == ["One"]
