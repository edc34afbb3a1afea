"""The command as its users run it: a process between the sandbox CRM and a real CalDAV server."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.fakes.agenda import empty
from tests.servers.account import DavAccount
from tests.servers.command import Computer, end, event, eventually
from tests.servers.process import free_port

SOON = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y%m%d")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None) as server:
        yield server


@pytest.fixture
def work(dav_account: DavAccount) -> str:
    return dav_account.make_calendar("work", label="Work")


@pytest.fixture
def computer(tmp_path, sandbox, dav_account, work) -> Computer:
    """Not set up yet. The user's agenda is empty, so that each test sees its own items only."""
    empty(sandbox)
    return Computer(tmp_path / "home", sandbox, dav_account)


@pytest.fixture
def at_radicale(tmp_path, sandbox, radicale_account) -> Computer:
    """As `computer`, on one server only: for what does not depend on the server."""
    radicale_account.make_calendar("work", label="Work")
    empty(sandbox)
    return Computer(tmp_path / "home", sandbox, radicale_account)


def path_of(computer: Computer, name: str = "work") -> str:
    return f"{computer.account.home}{name}/"


def add(computer: Computer, title: str, calendar: str = "work") -> None:
    """A person makes an event in the calendar."""
    text = event(title.lower().replace(" ", "-"), title, f"{SOON}T100000Z", f"{SOON}T110000Z")
    computer.account.put(path_of(computer, calendar), f"{title.lower().replace(' ', '-')}.ics", text)


def titles(computer: Computer) -> list[str]:
    return sorted(row["subject"] for row in computer.sandbox.store.rows("calendar", "deleted = false"))


def contents(computer: Computer) -> tuple[object, object]:
    """Everything on both sides, to see that nothing was written."""
    return computer.sandbox.store.rows("calendar"), computer.account.all(path_of(computer))


# --- the main job ----------------------------------------------------------------------------------


def test_set_up_and_sync_and_a_second_cycle_writes_nothing_for_one_request_a_side(computer):
    add(computer, "Lunch with Ann")
    computer.set_up()
    first = computer.sync()
    assert first["state"] == "done"
    assert first["crm"] == {"created": 1, "updated": 0, "deleted": 0}
    assert titles(computer) == ["Lunch with Ann"]
    second = computer.sync()
    assert second["crm"] == second["provider"] == {"created": 0, "updated": 0, "deleted": 0}
    assert second["requests"] == {"crm": 1, "provider": 1}
    assert list(second) == [
        "state", "crm", "provider", "emails_logged", "held", "problems", "requests", "seconds",
    ]  # fmt: skip


def test_setting_up_and_a_preview_write_nothing_to_either_side(computer):
    add(computer, "Lunch with Ann")
    before = contents(computer)
    computer.set_up()
    preview = computer.does("sync", "--once", "--dry-run")
    assert "Lunch with Ann" in preview
    assert "1 write in all" in preview
    [line] = json.loads(computer.does("sync", "--once", "--dry-run", "--json"))["plan"]
    assert (line["side"], line["verb"], line["title"], line["held"]) == ("crm", "create", "Lunch with Ann", None)
    assert line["date"] == f"{SOON[:4]}-{SOON[4:6]}-{SOON[6:]}T10:00:00+00:00"
    assert contents(computer) == before
    assert computer.sync()["crm"]["created"] == 1


def test_history_explain_and_undo_lead_back_to_what_was(at_radicale):
    computer = at_radicale
    add(computer, "Lunch with Ann")
    computer.set_up()
    computer.sync()
    [entry] = json.loads(computer.does("history", "--json"))
    assert entry["title"] == "Lunch with Ann"
    assert "Lunch with Ann" in computer.does("history", "lunch")
    assert "in ForceManager" in computer.does("explain", "ann")
    assert "goes back" in computer.does("undo", str(entry["id"]))
    computer.sync()
    assert titles(computer) == []
    assert computer.account.find_by_title(path_of(computer), "Lunch with Ann") is not None
    assert computer.run("undo", str(entry["id"])).code == 2
    for decision in ("approve", "keep"):
        ended = computer.run("held", decision, "7")
        assert ended.code == 2
        assert "Nothing numbered 7 waits for your word" in ended.err


# --- set-up ----------------------------------------------------------------------------------------


def refused(computer: Computer, code: int, *lines: str, **changes: str) -> str:
    before = contents(computer)
    ended = computer.run("setup", "--file", str(computer.setup_file(*lines, **changes)))
    assert ended.code == code, ended.err
    assert "Traceback" not in ended.err
    assert not (computer.home / "settings.toml").exists()
    assert contents(computer) == before
    return ended.err


def test_a_calendar_that_is_not_there_is_refused_with_those_that_are(at_radicale):
    told = refused(at_radicale, 2, calendars='["Holidays"]')
    assert "Holidays" in told
    assert "“Work”" in told


def test_a_user_forcemanager_does_not_have_is_refused(at_radicale):
    assert "nobody@example.com" in refused(at_radicale, 2, user="nobody@example.com")


def test_wrong_keys_and_a_wrong_password_ask_for_a_sign_in(at_radicale):
    assert "did not accept the API keys" in refused(at_radicale, 3, public_key="wrong")
    at_radicale.environment["FM_DESKTOP_PROVIDER_PASSWORD"] = "wrong"
    assert refused(at_radicale, 3)


def test_a_secret_that_is_nowhere_is_asked_for_by_its_name(at_radicale):
    del at_radicale.environment["FM_DESKTOP_PROVIDER_PASSWORD"]
    assert "FM_DESKTOP_PROVIDER_PASSWORD" in refused(at_radicale, 3)


def test_a_forcemanager_that_is_away_is_unreachable(at_radicale):
    assert "ForceManager cannot be reached" in refused(at_radicale, 4, url=f"http://127.0.0.1:{free_port()}/api/v4")


def test_R31_a_bare_imap_server_is_refused_in_plain_words(at_radicale):
    path = at_radicale.setup_file()
    text = path.read_text(encoding="utf-8").replace("[provider.caldav]", "[provider.imap]")
    path.write_text(text.replace(f'url = "{at_radicale.account.url}"', 'host = "127.0.0.1"'), encoding="utf-8")
    ended = at_radicale.run("setup", "--file", str(path))
    assert ended.code == 2
    assert "A bare IMAP or POP3 server is no supported calendar provider" in ended.err
    assert "Fastmail" in ended.err
    assert not (at_radicale.home / "settings.toml").exists()


# --- a side that is away ---------------------------------------------------------------------------


def test_a_cycle_that_cannot_be_finished_says_so_and_status_remembers_it(at_radicale):
    computer = at_radicale
    computer.set_up()
    computer.sandbox.faults.status(401)
    ended = computer.run("sync", "--once", "--json")
    assert ended.code == 3
    assert ended.json["state"] == "sign-in"
    assert "did not accept the API keys" in ended.err
    assert "did not accept the API keys" in computer.does("status")
    computer.sandbox.faults.clear()
    computer.sync()
    assert "did not accept" not in computer.does("status")


# --- pause and stop --------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "state"), [("pause", "paused"), ("stop", "stopped")])
def test_R05_a_halted_channel_stays_so_deletes_nothing_and_goes_on_when_resumed(at_radicale, word, state):
    computer = at_radicale
    add(computer, "Before")
    computer.set_up()
    computer.sync()
    computer.does(word, "calendar")
    add(computer, "Meanwhile")
    before = contents(computer)
    report = computer.sync()
    assert report["state"] == state
    assert report["requests"] == {"crm": 0, "provider": 0}
    assert contents(computer) == before
    assert state in computer.does("status")
    computer.does("resume", "calendar")
    computer.sync()
    assert titles(computer) == ["Before", "Meanwhile"]


def test_R05_a_pause_may_have_an_end(at_radicale):
    at_radicale.set_up()
    assert "paused until 20" in at_radicale.does("pause", "--minutes", "30")


def test_R05_stopping_forgets_the_session_when_asked_to(at_radicale):
    at_radicale.set_up()
    at_radicale.sync()
    kept = at_radicale.home / "state" / "crm.session"
    assert kept.exists()
    at_radicale.does("stop", "--keep-credentials")
    assert kept.exists()
    at_radicale.does("stop", "--forget-credentials")
    assert not kept.exists()


def test_R04_calendars_are_shown_and_changed_at_any_time(at_radicale):
    computer = at_radicale
    computer.account.make_calendar("private", label="Private")
    computer.set_up()
    add(computer, "At work")
    add(computer, "At home", "private")
    computer.sync()
    assert titles(computer) == ["At work"]
    computer.does("calendars", "--select", "Private")
    computer.sync()
    assert titles(computer) == ["At home", "At work"]
    assert computer.run("calendars", "--deselect", "Private").code == 2
    computer.does("calendars", "--deselect", "Private", "--copies", "remove", "--target", "Work")
    computer.sync()
    assert titles(computer) == ["At work"]
    assert computer.account.find_by_title(path_of(computer, "private"), "At home") is not None
    assert computer.run("calendars", "--target", "Private").code == 2


def test_R04_a_choice_of_calendars_outlives_a_lost_state_file(at_radicale):
    computer = at_radicale
    computer.account.make_calendar("private", label="Private")
    computer.set_up()
    computer.does("calendars", "--select", "Private", "--deselect", "Work", "--copies", "keep")
    for path in (computer.home / "state").iterdir():
        path.unlink()
    add(computer, "At work")
    add(computer, "At home", "private")
    computer.sync()
    assert titles(computer) == ["At home"]


# --- secrets ---------------------------------------------------------------------------------------


def test_no_secret_is_in_any_file_nor_in_the_bundle_for_support(at_radicale):
    computer = at_radicale
    computer.set_up()
    computer.sync()
    bundle = computer.home / "bundle.zip"
    ended = computer.run("doctor", "--json", "--bundle", str(bundle))
    assert ended.code == 0, ended.out
    assert [check["ok"] for check in ended.json["checks"]] == [True] * 5
    written = b"".join(path.read_bytes() for path in computer.home.rglob("*") if path.is_file())
    with zipfile.ZipFile(bundle) as packed:
        assert {"diagnosis.json", "settings.toml", "status.json", "log.txt", "versions.json"} <= set(packed.namelist())
        written += b"".join(packed.read(name) for name in packed.namelist())
    for secret in computer.secrets:
        assert secret.encode() not in written
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600


def test_the_doctor_names_what_is_wrong_and_goes_on(at_radicale):
    computer = at_radicale
    computer.set_up()
    computer.sandbox.faults.status(503)
    ended = computer.run("doctor")
    assert ended.code == 4
    assert "FAILED" in ended.out
    computer.sandbox.faults.clear()
    computer.environment["FM_DESKTOP_HOME"] += "-elsewhere"
    ended = computer.run("doctor")
    assert ended.code == 2
    assert "not set up yet" in ended.out


# --- the loop --------------------------------------------------------------------------------------


def test_R05_a_running_loop_syncs_is_paused_and_resumed_from_elsewhere_and_ends_cleanly(at_radicale):
    computer = at_radicale
    add(computer, "First")
    computer.set_up()
    with computer.loop() as process:
        eventually(lambda: titles(computer) == ["First"], "the first cycle")
        computer.does("pause")
        add(computer, "Second")
        assert computer.sync()["state"] == "paused"
        assert titles(computer) == ["First"]
        computer.does("resume")
        eventually(lambda: titles(computer) == ["First", "Second"], "a cycle after resuming")
        code, out, err = end(process)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "Stopped."


def test_a_loop_ends_though_an_answer_is_awaited_and_the_write_is_not_repeated_blindly(at_radicale):
    computer = at_radicale
    add(computer, "Slow")
    computer.set_up()
    computer.sandbox.requests.reset()
    computer.sandbox.faults.latency(60, method="POST", path="/calendar")
    with computer.loop() as process:
        eventually(lambda: computer.sandbox.requests.count("POST", "/calendar"), "a write")
        code, _out, err = end(process, signal.SIGTERM)
    assert (code, err) == (0, "")
    computer.sandbox.faults.clear()
    # Whether it arrived is asked by identity; for a while "not there" is no answer, as a listing may lag.
    assert computer.sync()["crm"]["created"] == 0
    assert json.loads(computer.does("status", "--json"))["unknown"] == 1


def test_only_one_loop_runs_for_a_profile(at_radicale):
    computer = at_radicale
    add(computer, "First")
    computer.set_up()
    with computer.loop() as process:
        eventually(lambda: titles(computer) == ["First"], "the first cycle")
        second = computer.run("sync")
        assert second.code == 1
        assert "syncing already" in second.err
        code, _out, err = end(process, signal.SIGINT)
    assert (code, err) == (0, "")


def test_output_may_be_cut_short_by_its_reader(at_radicale):
    at_radicale.set_up()
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "fm_desktop", "status"],
        env=at_radicale.environment, stdout=writer, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
