"""What is logged, for whom, and what is not, on a mailbox and a CRM in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fm_desktop.mailport import Role
from fm_desktop.model.items import Party
from fm_desktop.port import OutcomeUnknown, Refused, Side, SignInNeeded, Throttled
from fm_desktop.sync.mail.conversations import NoConversation
from fm_desktop.sync.report import Outcome
from tests.fakes.mail import (
    ALL_MAIL,
    ANN,
    ARCHIVE,
    AWAY,
    BOB,
    DRAFTS,
    EMMA,
    INBOX,
    JUNK,
    LOST,
    NOW,
    RECEIVED,
    SENT,
    SENT_WORD,
    STRANGER,
    MailWorld,
    MemoryMail,
    letter,
    sent,
)  # fmt: skip


@pytest.fixture
def world(tmp_path):
    return MailWorld(tmp_path)


# --- R10: what the user sends to and receives from contacts and accounts -----------------------------


def test_R10_mail_from_and_to_contacts_is_logged_and_that_of_strangers_is_not_even_downloaded(world):
    world.mail.put(INBOX, letter("From Ann"), letter("Buy now", STRANGER), letter("Newsletter", "news@other.example"))
    world.mail.put(SENT, sent("To Bob", [BOB]), sent("To a friend", ["friend@home.example"]))
    report = world.log()
    assert report.logged == 2
    assert world.logged() == [("From Ann", RECEIVED, 1), ("To Bob", SENT_WORD, 2)]
    assert sorted(world.mail.downloads) == ["From Ann", "To Bob"]
    assert world.state_of("Buy now") == ("", "")


def test_R10_a_message_sent_elsewhere_and_seen_in_the_sent_folder_is_logged_as_sent(world):
    world.mail.put(SENT, sent("From the phone", cc=[BOB]))
    world.log()
    assert world.logged() == [("From the phone", SENT_WORD, 1), ("From the phone", SENT_WORD, 2)]


def test_the_sender_says_the_direction_whatever_the_folder(world):
    world.mail.put(INBOX, sent("My own in the inbox"))
    world.mail.put(SENT, letter("Theirs in Sent"))
    world.log()
    assert world.logged() == [("My own in the inbox", SENT_WORD, 1), ("Theirs in Sent", RECEIVED, 1)]


def test_one_record_for_each_contact_and_for_an_account_of_which_no_contact_is_on_it(world):
    world.mail.put(SENT, sent("To all", [ANN, "info@client.example"], cc=["info@shop.example"], bcc=[BOB]))
    world.log()
    assert [(each.contact_id, each.account_id) for each in world.entries] == [(1, 10), (None, 20), (2, 10)]
    assert len({each.ext_id for each in world.entries}) == 3


def test_a_received_message_is_logged_for_its_writer_not_for_its_other_readers(world):
    world.mail.put(INBOX, letter("Round", ANN, [EMMA, BOB]), letter("Fake", STRANGER, reply_to=[ANN]))
    world.log()
    assert world.logged() == [("Round", RECEIVED, 1)]


def test_two_addresses_of_one_contact_make_one_record(world):
    world.people.people["ann.private@home.example"] = Party(1, 10)
    world.mail.put(SENT, sent("Both", [ANN, "ann.private@home.example"]))
    world.log()
    assert len(world.entries) == 1


# --- never logged ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message", "why"),
    [
        ({}, letter("x", roles=frozenset({Role.DRAFTS})), "put-away"),
        ({}, sent("x", notice=True), "notice"),
        ({}, letter("x", date=NOW - timedelta(days=400)), "old"),
        ({"never_log": frozenset({ANN})}, letter("x"), "never"),
        ({"never_log": frozenset({"client.example"})}, letter("x"), "never"),
        ({"never_log": frozenset({"lawyer.example"})}, letter("x", cc=["me@office.lawyer.example"]), "never"),
        ({"exclude_tag": "[Private]"}, letter("Re: [PRIVATE] x"), "tag"),
    ],
)  # fmt: skip
def test_R10_what_the_user_keeps_out_is_not_logged_and_the_state_knows_why(tmp_path, options, message, why):
    world = MailWorld(tmp_path, **options)
    world.mail.put(INBOX, message)
    world.log()
    assert world.entries == []
    assert world.mail.downloads == []
    assert world.state_of(message.headers.subject) == ("ignored", why)


def test_own_mail_to_oneself_is_no_contact_even_where_the_crm_has_one_of_that_address(world):
    world.people.people[EMMA] = Party(3, 30)
    world.mail.put(SENT, sent("Note to self", [EMMA]))
    world.log()
    assert world.entries == []


def test_colleagues_are_logged_only_where_the_user_wants_it(tmp_path):
    for wanted in (False, True):
        (tmp_path / str(wanted)).mkdir()
        world = MailWorld(tmp_path / str(wanted), log_internal=wanted)
        world.people.people["boss@example.com"] = Party(4, 40)
        world.mail.put(SENT, sent("Internal", ["boss@example.com"]), sent("Both", [ANN, "boss@example.com"]))
        world.log()
        assert world.subjects() == (["Both", "Both", "Internal"] if wanted else ["Both"])


def test_people_at_the_same_public_mail_service_are_no_colleagues(tmp_path):
    world = MailWorld(tmp_path, own=frozenset({"emma@gmail.com"}))
    world.people.people["client@gmail.com"] = Party(5, 50)
    world.mail.put(INBOX, letter("Hi", "client@gmail.com", ["emma@gmail.com"]))
    world.log()
    assert world.subjects() == ["Hi"]


def test_drafts_and_spam_are_not_even_read(tmp_path):
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT, JUNK, DRAFTS)))
    for folder in (JUNK, DRAFTS):
        world.mail.put(folder, letter(f"In {folder.name}"))
    world.log()
    assert world.entries == []
    assert not [each for each in world.mail.calls if "Junk" in each or "Drafts" in each]


def test_where_one_folder_holds_everything_nothing_else_is_read(tmp_path):
    world = MailWorld(tmp_path, MemoryMail((INBOX, ALL_MAIL)))
    world.mail.put(INBOX, letter("Ann", key="7"))
    world.mail.put(ALL_MAIL, letter("Ann", key="7"))
    world.log()
    assert world.subjects() == ["Ann"]
    assert not [each for each in world.mail.calls if "INBOX" in each]


def test_folders_that_the_user_names_are_the_only_ones_read(tmp_path):
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT, ARCHIVE)), folders=("archive",))
    world.mail.put(INBOX, letter("In the inbox"))
    world.mail.put(ARCHIVE, letter("In the archive"))
    world.log()
    assert world.subjects() == ["In the archive"]


# --- the same message ------------------------------------------------------------------------------


def test_a_message_in_several_folders_is_logged_once(tmp_path):
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT, ARCHIVE)))
    message = letter("Everywhere")
    for folder in (INBOX, SENT, ARCHIVE):
        world.mail.put(folder, message)
    world.log()
    world.mail.put(ARCHIVE, message)
    world.log()
    assert world.subjects() == ["Everywhere"]


def test_one_message_id_with_other_content_is_two_messages(world):
    world.mail.put(INBOX, letter("First", message_id="same@x"), letter("Second", message_id="same@x"))
    world.log()
    assert world.subjects() == ["First", "Second"]


def test_without_a_message_id_copies_are_one_message_and_others_are_not(tmp_path):
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT, ARCHIVE)))
    message = letter("No id", message_id="")
    world.mail.put(INBOX, message, letter("No id", message_id="", date=NOW - timedelta(hours=1)))
    world.mail.put(ARCHIVE, message)
    world.log()
    assert world.subjects() == ["No id", "No id"]


def test_a_copy_of_a_sent_message_under_another_message_id_is_recognised(tmp_path):
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT)))
    world.mail.put(INBOX, sent("Offer", message_id="by-the-server@x", date=NOW - timedelta(hours=2, seconds=-2)))
    world.mail.put(SENT, sent("Offer", message_id="by-the-program@x"))
    world.log()
    assert world.subjects() == ["Offer"]


def test_two_like_messages_in_the_sent_folder_are_two(world):
    world.mail.put(SENT, sent("Reminder"), sent("Reminder"))
    world.log()
    assert world.subjects() == ["Reminder", "Reminder"]


def test_every_computer_gives_a_record_the_same_identity(world):
    world.mail.put(INBOX, letter("One"))
    world.mail.put(SENT, sent("Two", [ANN, BOB]))
    world.log()
    world.reopen("another computer")
    report = world.log()
    assert (report.logged, len(world.entries)) == (0, 3)
    assert world.complete()


# --- reading on ------------------------------------------------------------------------------------


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


# --- people come and go ----------------------------------------------------------------------------


def test_R10_a_contact_added_later_brings_its_mail_of_the_chosen_history(world):
    new = "carl@later.example"
    for day in (2, 20, 100):
        moment = NOW - timedelta(days=day)
        world.mail.put(INBOX, letter(f"{day} days ago", new, date=moment, received=moment))
    world.mail.put(SENT, sent("To Carl", [ANN, new]))
    world.log()
    assert world.logged() == [("To Carl", SENT_WORD, 1)]
    world.people.people[new] = Party(3, 30)
    world.log()
    assert world.logged() == [
        ("2 days ago", RECEIVED, 3), ("20 days ago", RECEIVED, 3), ("To Carl", SENT_WORD, 1), ("To Carl", SENT_WORD, 3),
    ]  # fmt: skip
    world.mail.calls.clear()
    assert world.log().logged == 0
    assert not [each for each in world.mail.calls if each.startswith("search")]


def test_many_new_addresses_are_looked_for_a_few_at_a_time(world):
    for number in range(50):
        world.mail.put(INBOX, letter(f"m{number}", f"c{number}@many.example"))
    world.log()
    world.people.people |= {f"c{number}@many.example": Party(100 + number, None) for number in range(50)}
    outcomes = [world.log().outcome for _ in range(3)]
    assert outcomes == [Outcome.INCOMPLETE, Outcome.INCOMPLETE, Outcome.DONE]
    assert len(world.entries) == 50
    assert world.log().logged == 0


def test_an_address_that_moves_to_another_contact_logs_nothing_twice(world):
    world.mail.put(INBOX, letter("Old"))
    world.log()
    world.people.people[ANN] = Party(99, 10)
    world.mail.renumber(INBOX)
    world.log()
    assert world.logged() == [("Old", RECEIVED, 1)]


# --- what goes wrong -------------------------------------------------------------------------------


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


# --- conversations ---------------------------------------------------------------------------------


def test_R10_a_conversation_that_was_taken_out_stays_out_with_all_answers_to_come(world):
    world.mail.put(INBOX, letter("Secret plan", message_id="a@x"))
    world.log()
    taken = world.cycle.tables.conversations.exclude("secret")
    assert (taken.subject, taken.logged) == ("Secret plan", 1)
    world.mail.put(SENT, sent("Re: Secret plan", message_id="b@x", thread=("a@x",)))
    world.log()
    world.mail.put(INBOX, letter("Re: Re: Secret plan", message_id="c@x", thread=("b@x",)), letter("Else"))
    world.log()
    assert world.subjects() == ["Else", "Secret plan"]


def test_R10_a_conversation_that_is_taken_in_again_brings_what_was_left_out(world):
    world.mail.put(INBOX, letter("Secret plan", message_id="a@x"))
    world.log()
    conversations = world.cycle.tables.conversations
    conversations.exclude("secret")
    world.mail.put(SENT, sent("Re: Secret plan", message_id="b@x", thread=("a@x",)))
    world.mail.put(INBOX, letter("Else"))
    world.log()
    assert world.subjects() == ["Else", "Secret plan"]
    taken = conversations.include("secret")
    assert taken.logged == 1
    assert conversations.excluded() == frozenset()
    world.mail.put(INBOX, letter("Re: Re: Secret plan", message_id="c@x", thread=("b@x",)))
    world.log()
    assert world.subjects() == ["Else", "Re: Re: Secret plan", "Re: Secret plan", "Secret plan"]


def test_what_waited_when_its_conversation_was_taken_out_is_logged_once_it_is_in_again(world):
    world.people.people["bob@client.example"] = Party(5, 10)
    world.mail.put(SENT, sent("Plan", [ANN, "bob@client.example"], message_id="a@x"))
    world.crm.fail("create", OutcomeUnknown("No answer."))
    world.run()
    conversations = world.cycle.tables.conversations
    conversations.exclude("plan")
    world.log()
    assert len(world.entries) < 2
    conversations.include("plan")
    world.log()
    assert world.subjects() == ["Plan", "Plan"]
    assert world.store.value("SELECT count(*) FROM mail_record WHERE state != 'done'") == 0


def test_a_copy_of_what_was_taken_out_stays_out_too(world):
    world.mail.put(SENT, sent("Plan", message_id="a@x"))
    world.crm.fail("create", Throttled("Slowly."))
    world.run()
    world.cycle.tables.conversations.exclude("plan")
    world.mail.put(INBOX, sent("Plan", message_id="by-the-server@x"))
    world.log()
    assert world.entries == []


def test_a_conversation_is_named_without_doubt(world):
    world.mail.put(INBOX, letter("Offer", message_id="a@x"), letter("Offer", message_id="b@x", date=NOW))
    world.mail.put(SENT, sent("Re: Offer", message_id="c@x", thread=("a@x",)))
    world.log()
    conversations = world.cycle.tables.conversations
    with pytest.raises(NoConversation, match="2 conversations"):
        conversations.exclude("offer")
    number = world.store.value("SELECT id FROM mail_message WHERE message_id = 'c@x'")
    assert conversations.exclude(str(number)).logged == 2
    assert conversations.excluded() == {"a@x", "c@x"}
