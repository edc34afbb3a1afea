"""No secret ever reaches the log, in whatever way it is spelled."""

import logging
import stat
from logging.handlers import RotatingFileHandler

import pytest

from fm_desktop import logs
from fm_desktop.credentials import Secret
from fm_desktop.logs import Redactor

KEY = 'p"r/i vé+key'


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "fm-desktop.log"
    handler = logs.start(path, Redactor([Secret(KEY), Secret("app-pass-word")]))
    yield path
    logs.stop(handler)


@pytest.mark.parametrize(
    "line",
    [
        "logging in with app-pass-word",
        f"body {KEY}",
        'body {"username": "pk", "password": "p\\"r/i v\\u00e9+key"}',
        "GET /login?key=p%22r%2Fi%20v%C3%A9%2Bkey",
        "Authorization: Basic ZW1tYTphcHAtcGFzcy13b3Jk",
        "headers {'Authorization': 'Bearer eyJhbGciOi', 'X-Session-Key': 'eyJhbGciOi'}",
        "headers [(b'X-Session-Key', b'eyJhbGciOi')]",
        "x-session-key=eyJhbGciOi",
        '{"token": "eyJhbGciOi"}',
        "https://emma:eyJhbGciOi@example.com/cal",
        "Set-Cookie: sid=eyJhbGciOi; Path=/",
    ],
)
def test_no_secret_reaches_the_log(log, line):
    logging.getLogger("fm_desktop.test").info("%s", line)
    written = log.read_text(encoding="utf-8")
    for secret in (KEY, "app-pass-word", "eyJhbGciOi", "ZW1tYTphcHAtcGFzcy13b3Jk", "v%C3%A9", "v\\u00e9+key"):
        assert secret not in written
    assert "[hidden]" in written


def test_no_secret_reaches_the_log_in_a_traceback(log):
    try:
        raise ValueError("the server said: app-pass-word is wrong")
    except ValueError:
        logging.getLogger("fm_desktop.test").exception("It failed")
    written = log.read_text(encoding="utf-8")
    assert "Traceback" in written
    assert "app-pass-word" not in written


def test_ordinary_lines_stay_as_they_are():
    line = "3 events created; password of the calendar accepted for emma@example.com, token saved"
    assert Redactor().clean(line) == line


def test_the_log_is_for_its_owner_only_also_after_it_turned_over(log, monkeypatch):
    handlers = [each for each in logging.getLogger().handlers if isinstance(each, RotatingFileHandler)]
    [handler] = [each for each in handlers if each.baseFilename == str(log)]
    monkeypatch.setattr(handler, "maxBytes", 200)
    for number in range(20):
        logging.getLogger("fm_desktop.test").info("line %d", number)
    files = sorted(each.name for each in log.parent.iterdir())
    assert files == ["fm-desktop.log", "fm-desktop.log.1", "fm-desktop.log.2", "fm-desktop.log.3"]
    assert {stat.S_IMODE(each.stat().st_mode) for each in log.parent.iterdir()} == {0o600}


def test_libraries_do_not_log_their_requests(log):
    logging.getLogger("httpx2").info("HTTP Request: GET https://example.com/where=secret")
    assert "secret" not in log.read_text(encoding="utf-8")


def test_the_last_lines_are_the_newest(log):
    for number in range(10):
        logging.getLogger("fm_desktop.test").info("line %d", number)
    assert [line.rpartition(": ")[2] for line in logs.last_lines(log, 2)] == ["line 8", "line 9"]
    assert logs.last_lines(log.with_name("none.log")) == []
