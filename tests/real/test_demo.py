"""The demo: ends with 0 and its table, leaves nothing behind, and finds whatever is not as it must be."""

from __future__ import annotations

import imaplib
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from fm_desktop import demo
from fm_desktop.demo import mail_play
from fm_desktop.demo.letter import EMMA, INBOX, SENT, Letter
from fm_desktop.demo.letters import ANA, FROM_ANA
from fm_desktop.demo.letters_new import new_letters
from fm_desktop.demo.mail_program import MailProgram
from fm_desktop.demo.opening import DENTIST, PRICES, STAND_UP, WORK
from fm_desktop.demo.phone import Phone, items_of, new_event
from fm_desktop.demo.play import Play
from fm_desktop.demo.shown import ZONE
from fm_desktop.demo.table import WIDTH
from tests.servers.command import eventually

DEMO = [sys.executable, "-m", "fm_desktop", "demo"]
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")
CALENDAR = re.compile(r"(http://127\.0\.0\.1:\d+)/emma/   user emma   password (\S+)")
MAIL = re.compile(r"127\.0\.0\.1, port (\d+)   user emma   password (\S+)")
PAGE_OF_ANA = re.compile(rf"Messages of {ANA} +(http://\S+)")
# The demo, with both calendars looked at once only: what happens after that, new mail alone has started.
SELDOM = "from fm_desktop.demo import afterwards; afterwards.LOOK_EVERY = 3600.0; from fm_desktop.cli import main; "
SELDOM += "raise SystemExit(main(['demo', '--keep']))"


def ports(text: str) -> set[int]:
    return {int(port) for port in ADDRESS.findall(text)} | {int(port) for port, _ in MAIL.findall(text)}


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(folder: Path, *words: str, command: list[str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """The demo as a process, killed at the end of the block if it still runs."""
    with subprocess.Popen(
        [*(command or DEMO), *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What it prints up to a line with these words."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if words in line:
            return text
    raise AssertionError(f"it ended without saying “{words}”:\n{text}")


def wait_for_lines(file: Path, *words: str) -> None:
    """Until the file has lines with these words, in this order."""

    def has_them() -> bool:
        text = file.read_text("utf-8") if file.exists() else ""
        for each in words:
            _, found, text = text.partition(each)
            if not found:
                return False
        return True

    eventually(has_them, f"{file} has the lines {words}")


# --- as its users run it ---------------------------------------------------------------------------


def test_it_ends_with_zero_and_its_table_and_leaves_nothing_running(tmp_path):
    done = subprocess.run(DEMO, cwd=tmp_path, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert "Where         What was done                   Must then be seen         Seen" in lines
    rows = [line for line in lines if line.endswith("  ok")]
    assert len(rows) == 49
    assert not [line for line in lines if line.endswith("  NO") or line.startswith("   NO")]
    for told in ("refused by ForceManager", "put back:", "locked, not answered yet", "waits; still", "not there"):
        assert told in done.stdout
    assert "21 e-mails logged in ForceManager." in done.stdout
    assert "4 e-mails logged in ForceManager." in done.stdout
    assert "Everything is as it must be: 14 checks of 14 hold." in done.stdout
    assert len(ports(done.stdout)) == 3
    assert not any(map(is_open, ports(done.stdout)))


def test_no_secret_is_in_a_file_of_the_program(tmp_path):
    done = subprocess.run(DEMO, cwd=tmp_path, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    password = CALENDAR.search(done.stdout)[2]
    run = tmp_path / ".demo/run-1"
    files = [run / "setup.toml", *(each for each in (run / "home").rglob("*") if each.is_file())]
    assert len(files) > 3
    assert not [each for each in files if password.encode() in each.read_bytes()]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ended_in_the_middle_it_stops_its_servers(tmp_path, number, code):
    with running(tmp_path) as process:
        text = read_until(process, "3  FM Desktop is set up")
        process.send_signal(number)
        rest, _ = process.communicate()
        assert process.returncode == code, rest
    assert "Traceback" not in rest
    assert not any(map(is_open, ports(text)))


def test_kept_running_both_sides_stay_in_step_and_a_second_demo_runs_beside_it(tmp_path):
    with running(tmp_path, "--keep") as process:
        text = read_until(process, "Ctrl-C ends it.")
        assert all(map(is_open, ports(text)))
        url, password = CALENDAR.search(text).groups()
        phone = Phone(url, "emma", password)
        tomorrow = date.today() + timedelta(days=1)
        phone.add(WORK, new_event("by-hand", "Made by hand", tomorrow, tomorrow + timedelta(days=1)))
        phone.close()
        assert "1 new in ForceManager" in read_until(process, "new in ForceManager")
        beside = subprocess.run(DEMO, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert beside.returncode == 0, beside.stdout + beside.stderr
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()
        assert process.returncode == 130, rest
    assert not any(map(is_open, ports(text)))
    assert sorted(each.name for each in (tmp_path / ".demo").iterdir() if each.is_dir()) == ["run-1", "run-2"]


def test_kept_running_new_mail_is_logged_when_it_comes_and_is_seen_on_the_contact_s_page(tmp_path):
    with running(tmp_path, command=[sys.executable, "-c", SELDOM]) as process:
        text = read_until(process, "Ctrl-C ends it.")
        (log,) = (tmp_path / ".demo/run-1/home").rglob("*.log")
        wait_for_lines(log, "syncing until stopped", "cycle: ")
        port, password = MAIL.search(text).groups()
        program = MailProgram("127.0.0.1", int(port), "emma", password)
        now = datetime.now(ZONE)
        program.put(Letter(sender=FROM_ANA, at=now, subject="By hand, received", text="Hello"))
        assert "1 e-mail logged in ForceManager" in read_until(process, "logged in ForceManager")
        # Nobody waits for what is sent: it is logged with the next cycle, which here new mail starts.
        program.put(Letter(sender=EMMA, to=FROM_ANA, folder=SENT, at=now, subject="By hand, sent", text="Hello"))
        program.put(Letter(sender="Shop <news@shop.example>", at=now, subject="By hand, of a shop", text="Buy!"))
        assert "1 e-mail logged in ForceManager" in read_until(process, "logged in ForceManager")
        program.close()
        with httpx2.Client(trust_env=False, follow_redirects=True) as visitor:
            page = visitor.get(PAGE_OF_ANA.search(text)[1]).raise_for_status().text
        assert "By hand, received" in page
        assert "By hand, sent" in page
        assert "of a shop" not in page
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()
        assert process.returncode == 130, rest
    assert not any(map(is_open, ports(text)))


# --- it finds what is wrong ------------------------------------------------------------------------


def doubled(play: Play) -> None:
    row = play.crm.named(DENTIST)
    names = ("subject", "comment", "startDate", "startHour", "endDate", "endHour")
    play.crm.create(**{name: row[name] for name in names}, typeId=row["typeId"]["id"])


def unlocked(play: Play) -> None:
    row = next(row for row in play.crm.agenda() if row["subject"] == STAND_UP)
    play.stage.sandbox.store.update("calendar", row["id"], {"readOnly": False})


def without_its_contact(play: Play) -> None:
    play.crm.change(PRICES, contactId=None)


def foreign(play: Play) -> None:
    row = next(row for row in play.crm.all("calendar") if row["salesRepId"]["id"] != play.crm.user["id"])
    play.stage.sandbox.store.update("calendar", row["id"], {"subject": "Not ours"})


def other_text(play: Play) -> None:
    play.phone.edit(WORK, DENTIST, lambda document: items_of(document)[0].update({"DESCRIPTION": "Something else"}))


def without_its_reminder(play: Play) -> None:
    play.phone.edit(WORK, DENTIST, lambda document: items_of(document)[0].subcomponents.clear())


def gone(play: Play) -> None:
    play.phone.delete(WORK, DENTIST)


MEDDLING: list[tuple[Callable[[Play], None], str]] = [
    (doubled, f"event “{DENTIST}”: 1 time by the calendar"),
    (unlocked, "locked must be “True”, in ForceManager it is “False”"),
    (without_its_contact, "contact must be “Ana Aguilar”, as contact ForceManager shows “”"),
    (foreign, "ForceManager: “Not ours” was changed, which nothing asked for"),
    (other_text, "text must be “Something else”"),
    (without_its_reminder, f"calendar: “{DENTIST}” lost the line BEGIN:VALARM"),
    (gone, f"calendar: “{DENTIST}” was deleted, which nothing asked for"),
]


@pytest.mark.parametrize(("meddle", "found"), MEDDLING, ids=[each.__name__ for each, _ in MEDDLING])
def test_what_is_changed_behind_its_back_is_found(tmp_path, monkeypatch, capsys, meddle, found):
    answer = Play._answer

    def answer_and_meddle(play: Play) -> list[str]:
        told = answer(play)
        meddle(play)
        return told

    monkeypatch.setattr(Play, "_answer", answer_and_meddle)
    assert demo.run(tmp_path) == 1
    printed = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert found in printed
    assert "NOT as it must be" in printed


def first_message(play: Play, subject: str) -> dict:
    return next(row for row in play.crm.all("emails") if row["subject"] == subject)


def log_again(play: Play, subject: str, **changes: object) -> None:
    row = first_message(play, subject)
    names = ("subject", "body", "emailFrom", "type", "accountId", "contactId", "salesRepId", "mailFolder")
    copied = {name: row[name] for name in names}
    play.stage.sandbox.store.create(
        "emails", {**copied, "emailTo": [row["emailTo"]], "date": row["date"]["time"], **changes}
    )


def logged_twice(play: Play) -> None:
    log_again(play, "Our label")


def logged_for_somebody_else(play: Play) -> None:
    log_again(play, "Coffee?", contactId=2)


def another_file(play: Play) -> None:
    (file,) = first_message(play, "Damaged pallets")["attachments"]
    play.stage.sandbox.tenant.uploads.path(file["id"]).write_bytes(b"something else")


def no_file(play: Play) -> None:
    (file,) = first_message(play, "Our order for 2027")["attachments"]
    play.stage.sandbox.tenant.uploads.path(file["id"]).unlink()


def marked_as_read(play: Play) -> None:
    with imaplib.IMAP4("127.0.0.1", play.stage.mail.port) as client:
        client.login("emma", play.stage.mail.password)
        client.select(INBOX)
        client.store("1:*", "+FLAGS", "(\\Seen)")


def from_a_contact() -> tuple[Letter, ...]:
    """What the demo calls a stranger writes from a contact's address."""
    new = new_letters()
    return tuple(replace(each, sender=FROM_ANA) if each.why_not == "A stranger" else each for each in new)


def test_mail_that_is_not_logged_as_it_must_be_is_found(tmp_path, monkeypatch, capsys):
    answer, meddling = Play._answer, (logged_twice, logged_for_somebody_else, another_file, no_file, marked_as_read)

    def answer_and_meddle(play: Play) -> list[str]:
        told = answer(play)
        for meddle in meddling:
            meddle(play)
        return told

    monkeypatch.setattr(Play, "_answer", answer_and_meddle)
    monkeypatch.setattr(mail_play, "new_letters", from_a_contact)
    assert demo.run(tmp_path) == 1
    printed = re.sub(r"\s+", " ", capsys.readouterr().out)
    for found in (
        f"“Our label” is logged 2 times for {ANA}",
        "“Coffee?” is logged for Hugo Fuentes, which nothing asked for",
        "“Damaged pallets”, Karen Young: the file “Pallets.csv” is not the one that was sent",
        f"“Our order for 2027”, {ANA}: the file “Order 2027 (signed).pdf” is not the one that was sent",
        "mailbox: “Our label” in INBOX is not as it was (unread)",
        f"“Invoice for the paper” is logged for {ANA}, which nothing asked for",
    ):
        assert found in printed


def test_a_line_of_the_table_that_does_not_hold_is_found(tmp_path, monkeypatch, capsys):
    """A sync that does nothing: the edits of people stay where they were made."""
    sync = Play._sync

    def sync_only_once(play: Play, name: str) -> None:
        if name == "the first sync":
            sync(play, name)

    monkeypatch.setattr(Play, "_sync", sync_only_once)
    assert demo.run(tmp_path) == 1
    printed = capsys.readouterr().out
    assert len([line for line in printed.splitlines() if line.endswith("  NO")]) > 8
    assert "as it should have been" in printed
