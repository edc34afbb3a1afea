"""New messages, on a real Dovecot over TLS."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from fm_desktop.mailport import Folder, Heading, Role
from fm_desktop.port import CollectionGone, Gone, Unreachable
from fm_desktop.providers.imap import ImapSource
from tests.real.imap.mailbox import INBOX, Hands, headings, message, read, subjects
from tests.servers.dovecot import MailAccount

WORK = Folder("Work", "Work", Role.OTHER)


def test_headers_of_new_messages_with_what_the_server_knows_of_them(account: MailAccount, source: ImapSource) -> None:
    received = datetime(2026, 11, 25, 9, 0, 7, tzinfo=UTC)
    raw = message(1, sender="=?utf-8?q?Ana_Mu=C3=B1oz?= <ANA@customer.example>")
    account.maildir.deliver(raw, received=received)

    (found,) = headings(read(source))

    assert found.headers.message_id == "1@tests.example"
    assert [(each.address, each.name) for each in found.headers.sender] == [("ana@customer.example", "Ana Muñoz")]
    assert [each.address for each in found.headers.to] == ["emma@example.com"]
    assert found.headers.date == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert found.received == received
    assert found.size == len(raw)
    assert (found.key, found.roles) == ("", frozenset())


def test_a_notice_of_this_program_is_known_by_its_header(account: MailAccount, source: ImapSource) -> None:
    account.maildir.deliver(b"X-FM-Desktop-Notice: 1\r\n" + message(1))
    account.maildir.deliver(message(2))
    assert [each.headers.notice for each in headings(read(source))] == [True, False]


def test_only_what_came_since_the_cursor(account: MailAccount, source: ImapSource) -> None:
    account.maildir.deliver(message(1))
    cursor = read(source)[-1].cursor
    account.maildir.deliver(message(2))
    account.maildir.deliver(message(3))

    batches = read(source, cursor=cursor)

    assert subjects(batches) == ["Message 2", "Message 3"]
    assert not any(each.restarted for each in batches)


def test_nothing_new_is_one_round_trip(account: MailAccount, source: ImapSource) -> None:
    account.maildir.deliver(message(1))
    cursor = read(source)[-1].cursor
    before = source.requests

    (batch,) = read(source, cursor=cursor)

    assert (batch.found, batch.cursor, batch.restarted) == ((), cursor, False)
    assert source.requests - before == 1


def test_an_empty_folder_gives_a_cursor(account: MailAccount, source: ImapSource) -> None:
    (batch,) = read(source)
    account.maildir.deliver(message(1))
    assert subjects(read(source, cursor=batch.cursor)) == ["Message 1"]


def test_the_first_reading_goes_back_to_a_day_and_never_reads_older_ones_later(
    account: MailAccount, source: ImapSource
) -> None:
    for number, day in ((1, 1), (2, 18), (3, 20)):
        account.maildir.deliver(message(number), received=datetime(2026, 11, day, 12, tzinfo=UTC))

    batches = read(source, since=date(2026, 11, 20))

    # A day more than asked for: the server compares days in a zone of its own.
    assert subjects(batches) == ["Message 3"]
    assert subjects(read(source, since=date(2026, 11, 19))) == ["Message 2", "Message 3"]
    assert subjects(read(source, cursor=batches[-1].cursor)) == []


def test_many_messages_come_in_batches_oldest_first(hands: Hands, source: ImapSource) -> None:
    hands.append(message(each) for each in range(1201))

    batches = read(source)

    assert [len(each.found) for each in batches] == [500, 500, 201]
    assert subjects(batches) == [f"Message {each}" for each in range(1201)]
    # Going on behind any batch gives the rest: an interrupted first reading loses and repeats nothing.
    assert subjects(read(source, cursor=batches[0].cursor)) == subjects(batches[1:])
    assert subjects(read(source, cursor=batches[1].cursor)) == subjects(batches[2:])


def test_renumbered_messages_are_listed_again_and_this_is_said(hands: Hands, source: ImapSource) -> None:
    hands.client.create_folder("Work")
    hands.append([message(1), message(2)], "Work")
    cursor = read(source, WORK)[-1].cursor
    hands.renumber("Work")

    batches = read(source, WORK, cursor)

    assert subjects(batches) == ["Message 1", "Message 2"]
    assert all(each.restarted for each in batches)
    again = read(source, WORK, batches[-1].cursor)
    assert (subjects(again), again[-1].restarted) == ([], False)


def test_a_renumbered_folder_never_gives_another_message_for_an_old_reference(hands: Hands, source: ImapSource) -> None:
    import io

    hands.client.create_folder("Work")
    hands.append([message(1), message(2)], "Work")
    first, _ = headings(read(source, WORK))
    hands.expunge([1], "Work")
    hands.renumber("Work")

    with pytest.raises(Gone):
        source.download(first.ref, io.BytesIO())


def test_renumbered_between_two_batches_nothing_is_mixed(hands: Hands, source: ImapSource) -> None:
    hands.client.create_folder("Work")
    hands.append((message(each) for each in range(600)), "Work")
    batches = source.new(WORK, None, date(2020, 1, 1))
    first = next(batches)
    hands.renumber("Work")
    source._reading.close()  # the server would keep showing this connection the folder as it was

    with pytest.raises(Unreachable, match="numbered anew"):
        next(batches)
    again = read(source, WORK, first.cursor)
    assert again[0].restarted
    assert len(subjects(again)) == 600


def test_a_cursor_that_is_none_starts_again(account: MailAccount, source: ImapSource) -> None:
    account.maildir.deliver(message(1))
    for cursor in ("", "{}", "[1]", '{"uidvalidity": "x", "uid": 1}', "17"):
        (batch,) = read(source, cursor=cursor)
        assert (subjects([batch]), batch.restarted) == (["Message 1"], True)


def test_a_mailbox_restored_from_an_older_copy_is_listed_again(account: MailAccount, source: ImapSource) -> None:
    account.maildir.deliver(message(1))
    cursor = json.loads(read(source)[-1].cursor)

    (batch,) = read(source, cursor=json.dumps({**cursor, "uid": 90}))

    assert (subjects([batch]), batch.restarted) == (["Message 1"], True)


@pytest.mark.parametrize("change", ["renamed", "deleted"])
def test_a_folder_that_is_gone_is_told_by_its_name(hands: Hands, source: ImapSource, change: str) -> None:
    hands.client.create_folder("Visits & Über")
    folder = next(each for each in source.folders() if each.name == "Visits & Über")
    cursor = read(source, folder)[-1].cursor
    if change == "renamed":
        hands.client.rename_folder("Visits & Über", "Elsewhere")
    else:
        hands.client.delete_folder("Visits & Über")

    with pytest.raises(CollectionGone, match="“Visits & Über”"):
        read(source, folder, cursor)
    assert read(source)  # the others go on


def test_messages_that_go_while_they_are_read_are_left_out(hands: Hands, source: ImapSource) -> None:
    hands.append(message(each) for each in range(700))
    batches = source.new(INBOX, None, date(2020, 1, 1))
    found = [next(batches)]
    hands.expunge([*range(540, 560), 700])

    found += batches

    numbers = [int(each.removeprefix("Message ")) for each in subjects(found)]
    left_out = {*range(539, 559), 699}
    assert [each for each in numbers if each not in left_out] == [each for each in range(700) if each not in left_out]
    assert subjects(read(source, cursor=found[-1].cursor)) == []


def test_a_message_taken_away_behind_the_servers_back_holds_up_no_other(
    account: MailAccount, source: ImapSource
) -> None:
    for number in range(5):
        account.maildir.deliver(message(number))
    cursor = read(source)[-1].cursor
    for number in range(5, 10):
        account.maildir.deliver(message(number))
    account.maildir.files()[7].unlink()

    assert subjects(read(source, cursor=cursor)) == [f"Message {each}" for each in (5, 6, 8, 9)]


def test_flags_that_say_what_a_message_is(account: MailAccount, hands: Hands, source: ImapSource) -> None:
    for number in range(4):
        account.maildir.deliver(message(number))
    hands.client.select_folder("INBOX")
    hands.client.add_flags([1], [rb"\Draft"])
    hands.client.add_flags([2], [rb"\Deleted"])
    hands.client.add_flags([3], ["$Junk"])

    roles = [each.roles for each in headings(read(source))]

    assert roles == [frozenset({Role.DRAFTS}), frozenset({Role.TRASH}), frozenset({Role.JUNK}), frozenset()]


def test_odd_messages_are_read_all_the_same(account: MailAccount, source: ImapSource) -> None:
    odd = (
        b"",
        b"\r\n\r\nno headers at all",
        b"From: \xff\xfe\xfd\r\nSubject: \xe4\xf6\xfc \x00 \x1b[31m\r\nDate: never\r\n\r\n",
        b"From: a@b.example\r\nTo: " + b", ".join(b"person%d@example.com" % each for each in range(5000)) + b"\r\n\r\n",
        b'Subject: (unbalanced "quotes\\\r\n {12}\r\nFrom: <<<>>>@@,,;;:\r\n\r\n',
    )
    for raw in odd:
        account.maildir.deliver(raw)
    account.maildir.deliver(message(6))

    found = headings(read(source))

    assert len(found) == 6
    assert len(found[3].headers.to) == 5000
    assert found[5].headers.subject == "Message 6"


def test_nothing_is_ever_marked_as_read(account: MailAccount, hands: Hands, source: ImapSource) -> None:
    import io

    for number in range(3):
        account.maildir.deliver(message(number))
    before = hands.flags()

    for each in headings(read(source)):
        assert source.download(each.ref, io.BytesIO())
    list(source.search(INBOX, ["ana@customer.example"], date(2020, 1, 1), date(2030, 1, 1)))
    source.wait(INBOX, 0.1)
    source.close()

    after = hands.flags()
    assert not any(rb"\Seen" in each for each in after.values())
    # \Recent is a matter of sessions (RFC 3501 section 2.3.2); EXAMINE leaves even that to the user's own program.
    assert [set(each) - {rb"\Recent"} for each in after.values()] == [
        set(each) - {rb"\Recent"} for each in before.values()
    ]


def test_folders_by_their_flags_and_by_their_names(hands: Hands, source: ImapSource) -> None:
    for each in ("Elementos enviados", "Gelöschte Elemente", "Customers/Sent", "100% & more"):
        hands.client.create_folder(each)

    found = {each.name: (each.role, each.flagged) for each in source.folders()}

    assert found == {
        "INBOX": (Role.INBOX, True),
        "Sent": (Role.SENT, True),
        "Drafts": (Role.DRAFTS, True),
        "Spam": (Role.JUNK, True),
        "Trash": (Role.TRASH, True),
        "Archive": (Role.ARCHIVE, True),
        "Elementos enviados": (Role.SENT, False),
        "Gelöschte Elemente": (Role.TRASH, False),
        "Customers/Sent": (Role.OTHER, True),
        "100% & more": (Role.OTHER, True),
    } | ({"Customers": (Role.OTHER, True)} if "Customers" in found else {})


def test_every_folder_listed_can_be_read(hands: Hands, source: ImapSource) -> None:
    for each in ("Gelöschte Elemente", "100% & more", 'with "quotes" \\ and spaces', "出张", "a*b"):
        hands.client.create_folder(each)
        hands.append([message(1)], each)
    for folder in source.folders():
        found = read(source, folder)
        if folder.role in (Role.OTHER, Role.TRASH) and folder.name != "Trash":
            assert isinstance(found[0].found[0], Heading), folder
