"""Two computers of one user log the same mailbox, and hear of a new message in the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fm_desktop.sync.mail.turns import LONGEST, REMEMBERED
from tests.fakes.letters import INBOX, letter
from tests.fakes.mail import MailWorld


@pytest.fixture
def office(tmp_path):
    return MailWorld(tmp_path)


@pytest.fixture
def home(tmp_path, office):
    (tmp_path / "home").mkdir()
    other = MailWorld(tmp_path / "home", office.mail)
    other.crm, other.people = office.crm, office.people
    other.reopen()
    return other


def both_at_once(first: MailWorld, second: MailWorld, *, minutes: float = 2) -> None:
    """The second one has its whole cycle between the first one's look at ForceManager and its create."""
    create = first.crm.create

    def created(entry):
        first.crm.create = create
        second.log(minutes=minutes)
        return create(entry)

    first.crm.create = created
    first.log(minutes=minutes)
    first.crm.create = create
    second.log(minutes=minutes)


def test_R10_what_comes_while_two_computers_run_is_logged_once(office, home):
    office.mail.put(INBOX, letter("Before"))
    office.log()
    home.log()
    for number in range(20):
        office.mail.put(INBOX, letter(f"m{number}"))
        pair = (office, home) if number % 2 else (home, office)
        both_at_once(*pair)
    both_at_once(office, home, minutes=20)
    subjects = office.subjects()
    assert (len(subjects), len(set(subjects))) == (21, 21)


def test_the_first_computer_goes_on_at_once_and_the_second_leaves_new_mail_to_it(office, home):
    office.mail.put(INBOX, letter("Before"))
    office.log()
    home.log()
    office.mail.put(INBOX, letter("New"))
    assert home.log().logged == 0
    assert office.log().logged == 1
    assert home.log(minutes=10).logged == 0


def test_the_second_computer_logs_what_the_first_does_not(office, home):
    office.mail.put(INBOX, letter("Before"))
    office.log()
    home.log()
    home.mail.put(INBOX, letter("New"))
    home.log()
    assert home.log(minutes=LONGEST / timedelta(minutes=1)).logged == 1


def test_a_record_that_another_computer_made_since_the_last_look_is_not_made_again(office, home):
    office.mail.put(INBOX, letter("Before"))
    office.log()
    home.log()
    office.mail.put(INBOX, letter("New"))
    home.log()
    find, asked = home.crm.find, []

    def found(ext_ids):
        answer = find(ext_ids)
        if not asked:
            asked.append(True)
            office.log()
        return answer

    home.crm.find = found
    assert home.log(minutes=10).logged == 0
    assert home.subjects() == ["Before", "New"]


def test_who_has_been_alone_for_days_waits_for_nobody(office, home):
    office.mail.put(INBOX, letter("Before"))
    office.log()
    home.log()
    home.now += REMEMBERED
    home.mail.put(INBOX, letter("New"))
    assert home.log().logged == 1


def test_one_computer_alone_looks_once_for_all_records_and_never_waits(office):
    office.mail.put(INBOX, *(letter(f"m{number}") for number in range(10)))
    before = office.crm.requests
    assert office.log().logged == 10
    assert office.crm.requests - before == 11
