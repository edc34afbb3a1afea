"""The kept session can be read with the keys it was made with, and with nothing else."""

import stat

from fm_desktop.credentials import Secret
from fm_desktop.sessions import SessionFile

URL = "https://api.example.com/api/v4"


def session_file(path, url=URL, public="pk", private="s3cret"):
    return SessionFile(path / "state" / "session", url, public, Secret(private))


def test_a_kept_session_is_read_by_the_next_run_and_not_in_the_clear(tmp_path):
    session_file(tmp_path).write("the-session-key")
    assert session_file(tmp_path, url=URL + "/").read() == "the-session-key"
    written = tmp_path / "state" / "session"
    assert b"the-session-key" not in written.read_bytes()
    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_other_keys_or_another_address_cannot_read_it(tmp_path):
    session_file(tmp_path).write("the-session-key")
    assert session_file(tmp_path, private="other").read() == ""
    assert session_file(tmp_path, public="other").read() == ""
    assert session_file(tmp_path, url="https://other.example.com").read() == ""


def test_a_missing_or_damaged_file_means_signing_in(tmp_path):
    assert session_file(tmp_path).read() == ""
    session_file(tmp_path).write("the-session-key")
    (tmp_path / "state" / "session").write_bytes(b"\xff damaged")
    assert session_file(tmp_path).read() == ""


def test_a_forgotten_session_is_gone(tmp_path):
    kept = session_file(tmp_path)
    kept.write("the-session-key")
    kept.forget()
    kept.forget()
    assert kept.read() == ""


def test_no_session_is_not_kept(tmp_path):
    session_file(tmp_path).write("")
    assert not (tmp_path / "state").exists()
