"""Finding the mail of some addresses, on a real Dovecot over TLS."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fm_desktop.mailport import Folder, Role
from fm_desktop.port import CollectionGone
from fm_desktop.providers.imap import ImapSource
from tests.real.imap.mailbox import INBOX, Hands, message, subjects
from tests.servers.dovecot import MailAccount

FIRST, LAST = date(2000, 1, 1), date(2035, 1, 1)


def found(source: ImapSource, *addresses: str, since: date = FIRST, before: date = LAST) -> list[str]:
    return subjects(source.search(INBOX, addresses, since, before))


def test_from_to_cc_and_bcc(account: MailAccount, source: ImapSource) -> None:
    account.maildir.deliver(message(1, sender="Ana <Ana@Customer.example>"))
    account.maildir.deliver(message(2, sender="emma@example.com", to="ana@customer.example"))
    account.maildir.deliver(b"Cc: x@example.com, ana@customer.example\r\n" + message(3, sender="emma@example.com"))
    account.maildir.deliver(b"Bcc: ana@customer.example\r\n" + message(4, sender="emma@example.com"))
    account.maildir.deliver(message(5, sender="bob@customer.example", body="ana@customer.example"))

    assert found(source, "ana@customer.example") == ["Message 1", "Message 2", "Message 3", "Message 4"]


def test_within_days_and_a_day_around_them(account: MailAccount, source: ImapSource) -> None:
    for day in (10, 14, 15, 16, 17, 20):
        account.maildir.deliver(message(day), received=datetime(2026, 11, day, 12, tzinfo=UTC))
    assert found(source, "ana@customer.example", since=date(2026, 11, 15), before=date(2026, 11, 17)) == [
        "Message 14", "Message 15", "Message 16", "Message 17",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "o'brien{1}@customer.example",
        "50%off*best@customer.example",
        '"quoted name"@customer.example',
        "plus+tag@customer.example",
        "or@customer.example",
        "nil@customer.example",
    ],
)
def test_addresses_with_signs_that_mean_something_to_imap(
    account: MailAccount, source: ImapSource, address: str
) -> None:
    account.maildir.deliver(message(1, sender=address))
    account.maildir.deliver(message(2))
    assert found(source, address) == ["Message 1"]


def test_a_domain_is_found_in_both_spellings(account: MailAccount, source: ImapSource) -> None:
    account.maildir.deliver(message(1, sender="ana@xn--mller-kva.example"))
    account.maildir.deliver(message(2, sender="ana@müller.example"))
    account.maildir.deliver(message(3, sender="josé@müller.example"))
    account.maildir.deliver(message(4))
    assert found(source, "ana@müller.example") == ["Message 1", "Message 2"]
    assert found(source, "josé@müller.example", "ana@customer.example") == ["Message 3", "Message 4"]


def test_a_line_break_in_an_address_is_no_command(account: MailAccount, hands: Hands, source: ImapSource) -> None:
    account.maildir.deliver(message(1))
    evil = 'x"\r\na1 STORE 1 +FLAGS (\\Deleted)\r\n'
    assert found(source, evil, "", "ana@customer.example\n", "ana@customer.example") == ["Message 1"]
    assert found(source, evil) == []
    assert hands.flags() == {1: (rb"\Recent",)} or hands.flags() == {1: ()}


def test_hundreds_of_addresses_go_in_a_few_searches(account: MailAccount, source: ImapSource) -> None:
    for number in range(0, 400, 7):
        account.maildir.deliver(message(number, sender=f"person{number}@customer-{number}.example"))
    account.maildir.deliver(message(999, sender="stranger@elsewhere.example"))
    before = source.requests

    addresses = [f"person{number}@customer-{number}.example" for number in range(400)]

    assert found(source, *addresses) == [f"Message {number}" for number in range(0, 400, 7)]
    assert source.requests - before < 40


def test_no_address_is_no_search(source: ImapSource) -> None:
    assert found(source) == []


def test_many_matches_come_in_batches(hands: Hands, source: ImapSource) -> None:
    hands.append(message(each) for each in range(501))
    batches = list(source.search(INBOX, ["ana@customer.example"], FIRST, LAST))
    assert [len(each.found) for each in batches] == [500, 1]
    assert {each.cursor for each in batches} == {""}


def test_a_folder_that_is_gone(source: ImapSource) -> None:
    with pytest.raises(CollectionGone):
        list(source.search(Folder("Nowhere", "Nowhere", Role.OTHER), ["a@b.example"], FIRST, LAST))
