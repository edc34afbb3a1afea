"""One message, file or folder that goes wrong every time: the others are logged, and the user is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fm_desktop.mailport import Logged
from fm_desktop.model.items import Party
from fm_desktop.port import Malformed, PortError, Refused, Unreachable
from fm_desktop.sync.report import Outcome
from tests.fakes.letters import ANN, ARCHIVE, BOB, INBOX, NOW, SENT, letter, sent
from tests.fakes.mail import AWAY, LOST, SENT_WORD, MailWorld, MemoryMail

OLD = letter("Old", date=NOW - timedelta(days=3))
BAD = letter("Bad", files=(("a.pdf", b"A"),))


def failing(error: Exception, when):
    def call(*args):
        if when(*args):
            raise error

    return call


# --- one message -----------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [AWAY, KeyError("unforeseen")])
@pytest.mark.parametrize("call", ["download", "upload"])
def test_a_message_at_which_a_server_fails_every_time_keeps_no_other_waiting(world, call, error):
    world.mail.put(INBOX, OLD, BAD)
    if call == "upload":
        world.crm.upload = failing(error, lambda *_: True)
    else:
        download, fails = world.mail.download, failing(error, lambda ref, *_: ref.id.endswith("/2"))
        world.mail.download = lambda ref, into, limit: fails(ref) or download(ref, into, limit)
    reports = [world.run(minutes=60) for _ in range(4)]
    assert "Old" in world.subjects()
    assert "“Bad”" in world.problems()[0]
    assert reports[-1].error is None


def test_a_service_that_is_away_is_not_taken_for_the_fault_of_messages(world):
    world.mail.put(INBOX, *(letter(f"m{number}") for number in range(9)))
    for _ in range(6):
        world.mail.fail("download INBOX", *[AWAY] * 9)
        assert world.run(minutes=3).outcome is Outcome.UNREACHABLE
        assert len(world.mail.errors["download INBOX"]) >= 6
        world.mail.errors.clear()


def test_stopping_is_no_failure_of_the_message_that_is_just_sent(world):
    world.mail.put(INBOX, BAD)
    stopped = []

    def upload(*_):
        stopped.append(True)
        raise Unreachable("Syncing is being stopped.")

    world.crm.upload = upload
    for _ in range(5):
        stopped.clear()
        world.run(cancelled=lambda: bool(stopped))
    assert world.store.value("SELECT failures FROM mail_message") == 0


def test_headers_that_nobody_foresaw_keep_no_other_message_out(world):
    end_of_time = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    world.mail.put(SENT, sent("Odd", date=end_of_time, received=None), sent("Fine"))
    world.log()
    assert "Fine" in world.subjects()
    assert len(world.problems()) == 1


@pytest.mark.parametrize("error", [Refused("There is no such contact."), Malformed("?")])
def test_a_record_that_is_refused_does_not_keep_that_of_another_contact_out(world, error):
    world.mail.put(SENT, sent("Offer", [ANN, BOB]))
    create, fails = world.crm.create, failing(error, lambda entry: entry.contact_id == 1)
    world.crm.create = lambda entry: fails(entry) or create(entry)
    for _ in range(3):
        world.log(minutes=60)
    assert world.logged() == [("Offer", SENT_WORD, 2)]
    (problem,) = world.problems()
    assert str(error) in problem


# --- files -----------------------------------------------------------------------------------------


def shown(files: tuple[str, ...], missing: dict[str, str] | None):
    return lambda held: Logged(held.id, held.entry.ext_id, files, missing)


@pytest.mark.parametrize(
    "answer", [shown((), None), shown(("A_.pdf",), {"A_.pdf": "1/a.pdf"}), shown(("A_.pdf",), None)]
)
@pytest.mark.parametrize("lost", [False, True])
def test_R11_a_file_that_forcemanager_does_not_show_is_never_taken_for_sent(world, answer, lost):
    world.mail.put(INBOX, BAD)
    world.crm._logged = answer
    if lost:
        world.crm.fail("create", LOST, stored=True)
    for _ in range(6):
        world.run(minutes=60 * 24)
    assert len(world.entries) == 1
    (problem,) = world.problems()
    assert "a.pdf" in problem
    assert world.state_of("Bad") == ("done", "")
    world.mail.calls.clear()
    world.log(minutes=60 * 24 * 3)
    assert not [each for each in world.mail.calls if each.startswith("download")]
    assert len(world.problems()) == 1


def test_R11_a_file_that_is_refused_keeps_no_other_out_and_is_told(world):
    world.mail.put(SENT, sent("Offer", [ANN, BOB], files=(("huge.zip", b"H"), ("a.pdf", b"A"))))
    upload, fails = world.crm.upload, failing(Refused("Too large."), lambda _, each: each.name == "huge.zip")
    world.crm.upload = lambda locator, each: fails(locator, each) or upload(locator, each)
    for _ in range(5):
        world.log(minutes=60 * 24)
    assert [each.files for each in world.crm.rows] == [{"huge.zip": None, "a.pdf": b"A"}] * 2
    (problem,) = world.problems()
    assert "huge.zip" in problem
    assert "Too large." in problem


def test_R11_a_place_that_comes_late_is_used(world):
    world.mail.put(INBOX, BAD)
    real, world.crm._logged = world.crm._logged, shown((), None)
    world.run()
    world.crm._logged = real
    world.log()
    assert (world.complete(), world.problems()) == (True, [])


def test_a_message_that_is_deleted_after_it_was_logged_counts_as_logged(world):
    world.mail.put(INBOX, letter("Offer"))
    world.crm.fail("create", LOST, stored=True)
    world.crm.lags = True
    world.run()
    world.crm.lags = False
    world.mail.take_away(INBOX, "Offer")
    world.log(minutes=60)
    assert world.state_of("Offer") == ("done", "")


# --- folders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [Malformed("It is odd."), Refused("Not allowed."), Unreachable("Its disk is broken.")]
)
def test_a_folder_that_cannot_be_read_keeps_no_other_waiting_and_is_told(tmp_path, error: PortError):
    world = MailWorld(tmp_path, MemoryMail((INBOX, SENT, ARCHIVE)))
    world.mail.put(INBOX, letter("New"))
    for _ in range(3):
        world.mail.fail("new Archive", error)
        report = world.run()
    assert (world.subjects(), report.error) == (["New"], None)
    (problem,) = world.problems()
    assert "“Archive”" in problem
    assert str(error) in problem
    world.mail.put(ARCHIVE, letter("Filed"))
    world.log()
    assert (world.subjects(), world.problems()) == (["Filed", "New"], [])


def test_a_mailbox_that_is_away_is_not_asked_for_one_folder_after_the_other(tmp_path):
    many = tuple(type(INBOX)(f"F{number}", f"F{number}", INBOX.role) for number in range(9))
    world = MailWorld(tmp_path, MemoryMail(many))
    world.log()
    for each in many:
        world.mail.fail(f"new {each.id}", AWAY)
    world.mail.calls.clear()
    assert world.run().outcome is Outcome.UNREACHABLE
    assert len(world.mail.calls) == 2
    assert world.problems() == []


@pytest.mark.parametrize("error", [Malformed("Too long."), Refused("Not allowed.")])
def test_R10_a_server_that_cannot_search_gives_the_mail_of_a_new_contact_all_the_same(world, error):
    world.mail.put(INBOX, letter("Before", "new@x.example"))
    world.log()
    world.people.people["new@x.example"] = Party(7, None)
    world.mail.fail("search INBOX", error)
    world.mail.put(INBOX, letter("After"))
    for _ in range(2):
        assert world.log().outcome is Outcome.DONE
    assert world.subjects() == ["After", "Before"]


def test_a_search_that_fails_does_not_keep_new_mail_waiting(world):
    world.log()
    world.people.people["new@x.example"] = Party(7, None)
    world.mail.put(INBOX, letter("New"))
    world.mail.fail("search INBOX", AWAY)
    assert world.run().error is AWAY
    assert world.subjects() == ["New"]


# --- what others write -----------------------------------------------------------------------------


def test_nobody_keeps_mail_out_with_the_mark_of_our_own_notices(world):
    world.mail.put(INBOX, letter("Order", notice=True))
    world.log()
    assert world.subjects() == ["Order"]


def test_the_copy_that_a_mailing_list_sends_back_is_not_logged_a_second_time(world):
    world.mail.put(SENT, sent("Offer", [ANN], message_id="a@x"))
    world.mail.put(INBOX, sent("[sales] Offer", [ANN], message_id="a@x"))
    world.log()
    assert world.subjects() == ["Offer"]
