"""Only e-mail, only the calendar, or both; each paused, stopped and failing by itself; new mail as it comes."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from tests.real.mail.office import NOW, message
from tests.servers.command import EMMA, end, event, eventually

SOON = (NOW + timedelta(days=2)).strftime("%Y%m%d")
BOTH = '["email", "calendar"]'


def meeting(office, title: str) -> None:
    text = event(title.lower(), title, f"{SOON}T100000Z", f"{SOON}T110000Z")
    office.caldav.put(f"{office.caldav.home}work/", f"{title.lower()}.ics", text)


def meetings(office) -> list[str]:
    return sorted(row["subject"] for row in office.sandbox.store.rows("calendar", "deleted = false"))


def test_R02_only_email_needs_no_calendar_service(office, contact):
    office.deliver(message("Hi", contact.address))
    told = office.does("setup", "--file", str(office.setup_file()))
    assert "INBOX" in told
    assert "calendar service" not in told
    assert office.sync()["emails_logged"] == 1
    assert office.does("status").splitlines()[0].split() == ["email", "syncing"]


@pytest.mark.parametrize(
    ("channels", "logged", "there"),
    [('["calendar"]', [], ["Lunch"]), ('["email"]', ["Hi"], []), (BOTH, ["Hi"], ["Lunch"])],
)
def test_R02_what_is_synchronised_is_the_users_choice(full_office, contact, channels, logged, there):
    office = full_office
    office.deliver(message("Hi", contact.address))
    meeting(office, "Lunch")
    office.set_up(channels=channels)
    office.sync()
    assert (office.subjects(), meetings(office)) == (logged, there)


@pytest.mark.parametrize("word", ["pause", "stop"])
def test_R05_each_channel_is_halted_by_itself_and_goes_on_where_it_was(full_office, contact, word):
    office = full_office
    office.set_up(channels=BOTH)
    office.sync()
    office.does(word, "email")
    office.deliver(message("Meanwhile", contact.address))
    meeting(office, "Lunch")
    assert office.sync()["state"] == "done"
    assert (office.subjects(), meetings(office)) == ([], ["Lunch"])
    office.does("resume", "email")
    office.does(word, "calendar")
    meeting(office, "Dinner")
    office.sync()
    assert (office.subjects(), meetings(office)) == (["Meanwhile"], ["Lunch"])
    office.does("resume")
    office.sync()
    assert meetings(office) == ["Dinner", "Lunch"]


def test_R05_with_both_channels_halted_nobody_is_asked(full_office):
    full_office.set_up(channels=BOTH)
    full_office.sync()
    full_office.does("stop", "--keep-credentials")
    report = full_office.sync()
    assert (report["state"], report["requests"]) == ("stopped", {"crm": 0, "provider": 0})


def test_a_mail_server_that_is_away_does_not_keep_the_calendar_from_syncing(full_office):
    office = full_office
    office.set_up(channels=BOTH)
    text = (office.home / "settings.toml").read_text()
    (office.home / "settings.toml").write_text(text.replace(f"port = {office.dovecot.tls_port}", "port = 9"))
    meeting(office, "Lunch")
    ended = office.run("sync", "--once", "--json")
    assert (ended.code, ended.json["state"]) == (4, "unreachable")
    assert meetings(office) == ["Lunch"]
    assert "localhost" in office.does("status")


def test_a_calendar_that_is_away_does_not_keep_mail_from_being_logged(full_office, contact):
    office = full_office
    office.set_up(channels=BOTH)
    text = (office.home / "settings.toml").read_text()
    (office.home / "settings.toml").write_text(text.replace(office.caldav.url, "http://127.0.0.1:9/"))
    (office.home / "state" / "sync.sqlite3").unlink()
    office.deliver(message("Hi", contact.address))
    ended = office.run("sync", "--once", "--json")
    assert (ended.code, ended.json["state"], ended.json["emails_logged"]) == (4, "unreachable", 1)
    assert office.subjects() == ["Hi"]


def test_a_wrong_password_of_the_mailbox_asks_for_a_sign_in(office):
    office.environment["FM_DESKTOP_PROVIDER_PASSWORD"] = "wrong"
    ended = office.run("setup", "--file", str(office.setup_file()))
    assert ended.code == 3
    assert not (office.home / "settings.toml").exists()


def test_R31_a_mail_server_alone_is_no_calendar_and_is_enough_for_email(office):
    for channels in ('["calendar"]', BOTH):
        ended = office.run("setup", "--file", str(office.setup_file(channels=channels)))
        assert ended.code == 2
        assert "A bare IMAP or POP3 server is no supported calendar provider" in ended.err
    office.set_up()


def test_a_folder_that_is_not_there_is_refused_with_those_that_are(office):
    ended = office.run("setup", "--file", str(office.setup_file(email='folders = ["Clients"]')))
    assert ended.code == 2
    assert "“Clients”" in ended.err
    assert "“Sent”" in ended.err


def test_the_doctor_looks_at_the_mailbox(full_office):
    full_office.set_up(channels=BOTH)
    checks = {each["what"]: each for each in json.loads(full_office.does("doctor", "--json"))["checks"]}
    assert checks["mailbox"]["ok"]
    assert "“Sent”" in checks["mailbox"]["said"]
    full_office.set_up(channels='["calendar"]')
    assert "mailbox" not in full_office.does("doctor")


def test_R10_a_new_message_is_in_forcemanager_soon_after_it_came(office, contact):
    office.set_up(interval="86400")
    with office.loop() as loop:
        eventually(
            lambda: "last complete cycle" in office.does("status") and "never" not in office.does("status"),
            "a first cycle",
        )
        came = time.monotonic()
        office.deliver(message("News", contact.address))
        eventually(lambda: office.subjects() == ["News"], "the new message in ForceManager")
        print(f"It took {time.monotonic() - came:.1f} s.")
        code, _, errors = end(loop)
    assert (code, errors) == (0, "")


def test_R10_mail_sent_from_elsewhere_is_logged_by_the_loop(office, contact):
    office.set_up()
    with office.loop() as loop:
        office.deliver(message("From the phone", EMMA, contact.address), folder="Sent")
        eventually(lambda: office.subjects() == ["From the phone"], "the sent message in ForceManager")
        assert end(loop)[0] == 0
