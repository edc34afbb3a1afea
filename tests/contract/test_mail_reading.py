"""New mail by its headers: folders and what they are for, cursors, messages that nobody can understand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fm_desktop.mailport import Folder, MailSource, Role
from fm_desktop.port import CollectionGone
from tests.contract.features import Feature, proves
from tests.contract.letters import ANA, Reader, letter, received
from tests.contract.stages.stage import ME, MailStage
from tests.real.imap.mailbox import headings, subjects

pytestmark = proves(Feature.MAIL_READING)


def test_folders_say_what_they_are_for(source: MailSource) -> None:
    found = source.folders()
    assert {Role.INBOX, Role.SENT, Role.DRAFTS, Role.JUNK, Role.TRASH} <= {each.role for each in found}
    assert len({each.id for each in found}) == len(found)
    assert all(each.name for each in found)


def test_who_the_mailbox_belongs_to_stays_the_same(mail_stage: MailStage) -> None:
    assert mail_stage.connect().principal() == mail_stage.connect().principal() != ""


def test_R10_headers_of_new_messages(mail_stage: MailStage, source: MailSource) -> None:
    raw = letter(1, sender="=?utf-8?q?Ana_Mu=C3=B1oz?= <ANA@customer.example>", extra="Cc: bob@customer.example\r\n")
    mail_stage.postbox.deliver(raw, received=received(25))
    (found,) = headings(Reader(source).read())
    headers = found.headers
    assert headers.message_id == "1@contract.example"
    assert [(each.address, each.name) for each in headers.sender] == [(ANA, "Ana Muñoz")]
    assert [each.address for each in headers.to] == [ME]
    assert [each.address for each in headers.cc] == ["bob@customer.example"]
    assert headers.date == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert found.received == received(25)


def test_R10_what_the_user_sent_is_in_a_folder_of_its_own(mail_stage: MailStage, source: MailSource) -> None:
    mail_stage.postbox.deliver(letter(1, sender=ME, to=ANA), Role.SENT)
    (found,) = headings(Reader(source, Role.SENT).read())
    assert (found.headers.sender[0].address, found.headers.to[0].address) == (ME, ANA)


def test_only_what_came_since_the_cursor_oldest_first(mail_stage: MailStage, source: MailSource) -> None:
    reader = Reader(source)
    mail_stage.postbox.deliver(letter(1))
    assert subjects(reader.read()) == ["Message 1"]
    mail_stage.postbox.deliver(letter(2))
    mail_stage.postbox.deliver(letter(3))
    assert subjects(reader.read()) == ["Message 2", "Message 3"]
    assert subjects(reader.read()) == []


def test_a_look_at_nothing_new_costs_what_it_says(mail_stage: MailStage, source: MailSource) -> None:
    mail_stage.postbox.deliver(letter(1))
    reader = Reader(source)
    reader.read()
    for _ in range(3):
        (batch,) = reader.read()
        assert (batch.found, batch.restarted) == ((), False)
        assert reader.requests == mail_stage.offer.idle_requests


def test_another_computer_goes_on_at_a_cursor(mail_stage: MailStage, source: MailSource) -> None:
    mail_stage.postbox.deliver(letter(1))
    first = Reader(source)
    first.read()
    mail_stage.postbox.deliver(letter(2))
    second = Reader(mail_stage.connect())
    second.cursor = first.cursor
    assert subjects(second.read()) == ["Message 2"]


def test_what_came_before_the_chosen_history_is_not_listed(mail_stage: MailStage, source: MailSource) -> None:
    for day in (5, 10, 25):
        mail_stage.postbox.deliver(letter(day), received=received(day))
    found = subjects(Reader(source, since=date(2026, 11, 20)).read())
    assert "Message 25" in found
    assert "Message 5" not in found


def test_a_cursor_that_is_of_no_use_any_more_starts_again_and_says_so(
    mail_stage: MailStage, source: MailSource
) -> None:
    for number in range(3):
        mail_stage.postbox.deliver(letter(number))
    Reader(source).read()
    reader = Reader(mail_stage.connect())
    reader.read()
    mail_stage.forget_cursors()
    fresh = Reader(mail_stage.connect())
    fresh.cursor = reader.cursor
    batches = fresh.read()
    assert batches[0].restarted
    assert sorted(subjects(batches)) == ["Message 0", "Message 1", "Message 2"]
    assert subjects(fresh.read()) == []


def test_what_was_taken_out_in_between_is_no_error(mail_stage: MailStage, source: MailSource) -> None:
    reader = Reader(source)
    for number in range(3):
        mail_stage.postbox.deliver(letter(number))
    reader.read()
    mail_stage.postbox.remove("1@contract.example")
    mail_stage.postbox.deliver(letter(3))
    assert subjects(reader.read()) == ["Message 3"]


def test_many_messages_come_in_batches_each_with_its_cursor(mail_stage: MailStage, source: MailSource) -> None:
    for number in range(120):
        mail_stage.postbox.deliver(letter(number))
    reader = Reader(source)
    batches = reader.read()
    assert sorted(subjects(batches)) == sorted(f"Message {number}" for number in range(120))
    middle = Reader(mail_stage.connect())
    middle.cursor = batches[0].cursor
    assert subjects(middle.read()) == [each for batch in batches[1:] for each in subjects([batch])]


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n", b"no header at all", b"From: \xff\xfe\r\n\r\nHello", b"From: a@b.example\r\nDate: yesterday\r\n\r\n",
        b"Subject: " + b"x" * 20_000 + b"\r\n\r\nHello", b"To: " + b"a@b.example, " * 2_000 + b"\r\n\r\nHello",
    ],
    ids=["empty", "no header", "no charset", "no date", "long subject", "many people"],
)  # fmt: skip
def test_an_odd_message_stands_in_nobodys_way(mail_stage: MailStage, source: MailSource, raw: bytes) -> None:
    mail_stage.postbox.deliver(letter(1))
    mail_stage.postbox.deliver(raw)
    mail_stage.postbox.deliver(letter(2))
    found = subjects(Reader(source).read())
    assert len(found) == 3
    assert {"Message 1", "Message 2"} <= set(found)


def test_a_folder_that_is_not_there_is_told(source: MailSource) -> None:
    source.folders()
    with pytest.raises(CollectionGone):
        list(source.new(Folder("no such folder", "Old", Role.OTHER), None, date(2026, 1, 1)))


def test_R10_reading_marks_nothing_as_read(mail_stage: MailStage, source: MailSource) -> None:
    for number in range(3):
        mail_stage.postbox.deliver(letter(number))
    Reader(source).read()
    assert mail_stage.postbox.unread() == 3
