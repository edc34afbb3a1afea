"""E-mail from end to end: a mailbox at Dovecot over TLS, ForceManager's sandbox over HTTP, the command as a process."""

from __future__ import annotations

from datetime import timedelta

from tests.real.mail.office import NOW, message
from tests.servers.command import EMMA


def test_R10_R11_what_was_exchanged_with_a_contact_is_in_forcemanager_with_text_and_files(office, contact):
    address = contact.address
    office.deliver(
        message("Your offer", address, text="Please send it again.", files=[("plan.pdf", b"PDF" * 1000)]),
        message("Buy now", "spam@other.example"),
    )
    office.deliver(message("Re: Your offer", EMMA, address, "Here it is."), folder="Sent")
    office.set_up()
    report = office.sync()
    assert (report["state"], report["emails_logged"], report["problems"]) == ("done", 2, 0)
    received, sent = sorted(office.records(), key=lambda each: each["type"], reverse=True)
    assert (received["subject"], received["body"], received["type"]) == ("Your offer", "Please send it again.", 1)
    assert (received["emailFrom"], received["emailTo"]) == (address.lower(), EMMA)
    assert (received["contactId"], received["accountId"]) == (contact.id, contact.account)
    assert received["mailFolder"] == "INBOX"
    assert office.files(received) == {"plan.pdf": b"PDF" * 1000}
    assert (sent["subject"], sent["body"], sent["type"]) == ("Re: Your offer", "Here it is.", 0)
    assert (sent["emailFrom"], sent["emailTo"], sent["mailFolder"]) == (EMMA, address.lower(), "Sent")


def test_an_idle_cycle_writes_nothing_and_asks_each_folder_once(office, contact):
    office.deliver(message("One", contact.address))
    office.set_up()
    office.sync()
    office.sandbox.requests.reset()
    idle = office.sync()
    assert idle["emails_logged"] == 0
    assert office.sandbox.requests.total == 0
    for number in range(10):
        office.deliver(message(f"Filed {number}", "someone@other.example"), folder=f"Clients{number}")
    office.sync()
    with_more = office.sync()
    assert with_more["requests"]["provider"] == idle["requests"]["provider"] + 10
    assert office.subjects() == ["One"]


def test_R12_a_record_is_made_once_and_never_touched_again(office, contact):
    office.deliver(message("One", contact.address))
    office.set_up()
    office.sync()
    (before,) = office.records()
    (office.home / "state" / "sync.sqlite3").unlink()
    office.does("pause")
    office.does("resume")
    office.sync()
    assert office.records() == [before]
    requests = office.sandbox.requests
    assert requests.count("POST", "/emails") == 1
    assert requests.count("PUT", "/emails/{id}") == requests.count("DELETE", "/emails/{id}") == 0


def test_long_texts_and_large_files_are_said_on_the_record(office, contact):
    text = "word " * 2_000
    office.deliver(
        message("Long", contact.address, text=text, files=[("big.bin", b"x" * 1_100_000), ("ok.txt", b"ok")])
    )
    office.set_up(email="attachment_limit_mb = 1")
    office.sync()
    (record,) = office.records()
    assert len(record["body"]) <= 4_000
    assert "Full text.txt" in record["body"]
    assert "big.bin" in record["body"]
    files = office.files(record)
    assert set(files) == {"ok.txt", "Full text.txt"}
    assert files["Full text.txt"].decode().startswith(text.strip())


def test_mail_of_before_the_chosen_history_is_not_logged(office, contact):
    long_ago = NOW - timedelta(days=60)
    office.deliver(message("Old", contact.address, date=long_ago), received=long_ago)
    office.deliver(message("New", contact.address))
    office.set_up("email_history_days = 30")
    office.sync()
    assert office.subjects() == ["New"]
