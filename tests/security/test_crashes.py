"""What nobody foresaw, and what a server says, is shown without secrets."""

import sys
import threading

import pytest

from fm_desktop import __main__ as entry
from fm_desktop import crashes, logs
from fm_desktop.credentials import Secret, Which, taken_from
from fm_desktop.errors import explained
from fm_desktop.logs import Redactor
from fm_desktop.port import SignInNeeded
from tests.security.leaks import Search
from tests.security.test_leaks import PLANTED, SECRET


@pytest.fixture
def redactor():
    return Redactor([Secret(SECRET)])


def test_a_defect_anywhere_is_in_the_log_and_on_the_error_output_without_secrets(tmp_path, redactor, capsys):
    handler = logs.start(tmp_path / "log", redactor)

    def fail():
        raise RuntimeError(f"in a thread with {SECRET}")

    with crashes.watched():
        thread = threading.Thread(target=fail, name="worker")
        thread.start()
        thread.join()
        try:
            raise RuntimeError(f"in a slot of Qt with {SECRET!r}")
        except RuntimeError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    logs.stop(handler)
    for text in (capsys.readouterr().err, (tmp_path / "log").read_text(encoding="utf-8")):
        assert text.count("Traceback") == 2
        assert "in a thread with [hidden]" in text
        assert "in a slot of Qt with '[hidden]'" in text
        assert Search({"secret": SECRET}).in_bytes("text", text.encode()) == set()


def test_the_command_ends_with_a_defect_in_the_same_way(redactor, monkeypatch, capsys):
    def fail(**_):
        raise RuntimeError(f"with {SECRET}")

    monkeypatch.setattr(sys, "argv", ["fm-desktop", "status"])
    monkeypatch.setattr("fm_desktop.cli.main", fail)
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    assert entry.main() == 1
    assert "RuntimeError: with [hidden]" in capsys.readouterr().err
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


@pytest.mark.parametrize(
    "name", [each for each in PLANTED if not each.startswith(("its", "in UTF-16", "in gzip", "in zlib"))]
)
def test_the_log_knows_a_secret_in_every_spelling_of_text(redactor, name):
    written = redactor.clean(PLANTED[name].decode())
    left = {each for each in Search({"secret": SECRET}).in_bytes("text", written.encode())}
    assert left == set()


def test_of_passing_secrets_the_newest_and_those_in_use_are_known():
    redactor = Redactor([Secret("the-private-key")])
    for number in range(100):
        redactor.add(Secret(f"access-token-{number:03}"), passing=True)
        redactor.add(Secret("a-refresh-token-that-stays"), passing=True)
    text = "the-private-key access-token-000 access-token-099 a-refresh-token-that-stays"
    assert redactor.clean(text) == "[hidden] access-token-000 [hidden] [hidden]"


def test_a_passing_secret_that_is_added_for_good_stays():
    redactor = Redactor()
    redactor.add(Secret("the-kept-session"), passing=True)
    redactor.add(Secret("the-kept-session"))
    for number in range(100):
        redactor.add(Secret(f"access-token-{number:03}"), passing=True)
    assert redactor.clean("the-kept-session") == "[hidden]"


def test_what_a_server_repeats_is_not_shown(redactor):
    told = explained(SignInNeeded(f"imap.example.com did not accept the sign-in: LOGIN emma {SECRET}"))
    assert told is not None
    assert SECRET not in told.message
    assert "[hidden]" in told.message


def test_no_child_inherits_a_secret():
    environment = {each.variable: SECRET for each in Which} | {"PATH": "/bin"}
    whole = taken_from(environment)
    assert environment == {"PATH": "/bin"}
    assert all(whole[each.variable] == SECRET for each in Which)
