"""The demo: ends with 0 and its table, leaves nothing behind, and finds whatever is not as it must be."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from fm_desktop import demo
from fm_desktop.demo.opening import DENTIST, PRICES, STAND_UP, WORK
from fm_desktop.demo.phone import Phone, items_of, new_event
from fm_desktop.demo.play import Play
from fm_desktop.demo.table import WIDTH

DEMO = [sys.executable, "-m", "fm_desktop", "demo"]
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")
CALENDAR = re.compile(r"(http://127\.0\.0\.1:\d+)/emma/   user emma   password (\S+)")


def ports(text: str) -> set[int]:
    return {int(port) for port in ADDRESS.findall(text)}


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The demo as a process, killed at the end of the block if it still runs."""
    with subprocess.Popen(
        [*DEMO, *words],
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


# --- as its users run it ---------------------------------------------------------------------------


def test_it_ends_with_zero_and_its_table_and_leaves_nothing_running(tmp_path):
    done = subprocess.run(DEMO, cwd=tmp_path, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert "Where         What was done                   Must then be seen         Seen" in lines
    rows = [line for line in lines if line.endswith("  ok")]
    assert len(rows) == 22
    assert not [line for line in lines if line.endswith("  NO") or line.startswith("   NO")]
    for told in ("refused by ForceManager", "put back:", "locked, not answered yet", "waits; still", "not there"):
        assert told in done.stdout
    assert "Everything is as it must be: 10 checks of 10 hold." in done.stdout
    assert len(ports(done.stdout)) == 2
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
