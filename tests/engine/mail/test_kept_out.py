"""What is never logged: by its folder, by the user's choice, by its conversation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fm_desktop.mailport import Role
from fm_desktop.model.items import Party
from fm_desktop.port import OutcomeUnknown, Throttled
from fm_desktop.sync.mail.conversations import NoConversation
from tests.fakes.letters import ALL_MAIL, ANN, ARCHIVE, DRAFTS, EMMA, INBOX, JUNK, NOW, SENT, letter, sent
from tests.fakes.mail import MailWorld, MemoryMail


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


def test_R10_a_message_without_an_id_that_was_taken_out_is_logged_for_no_contact_to_come(world):
    world.mail.put(SENT, sent("Secret plan", [ANN, "new@later.example"], message_id=""))
    world.log()
    conversations = world.cycle.tables.conversations
    conversations.exclude("secret")
    world.people.people["new@later.example"] = Party(77, 50)
    world.log()
    assert world.subjects() == ["Secret plan"]
    conversations.include("secret")
    assert conversations.excluded() == frozenset()
    world.log()
    assert world.subjects() == ["Secret plan", "Secret plan"]


def test_taking_in_what_was_never_out_reads_no_folder_anew(world):
    world.mail.put(INBOX, letter("Plan", message_id="a@x"))
    world.log()
    world.cycle.tables.conversations.include("plan")
    assert world.store.value("SELECT count(*) FROM mail_folder WHERE cursor IS NULL AND listed") == 0


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
