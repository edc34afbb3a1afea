"""What is logged, for whom, and as how many records (R10), on a mailbox and a CRM in memory."""

from __future__ import annotations

from datetime import timedelta

from fm_desktop.model.items import Party
from fm_desktop.sync.report import Outcome
from tests.fakes.letters import ANN, ARCHIVE, BOB, EMMA, INBOX, NOW, SENT, STRANGER, letter, sent
from tests.fakes.mail import RECEIVED, SENT_WORD, MailWorld, MemoryMail


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
