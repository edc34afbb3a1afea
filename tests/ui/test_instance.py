"""One application for a profile, and what a second start does."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fm_desktop.errors import UsageError
from fm_desktop.ui import instance as instance_module
from fm_desktop.ui.instance import Instance

RAISE = "import sys; from pathlib import Path; from fm_desktop.ui.instance import Instance; from PySide6.QtCore import QCoreApplication; a = QCoreApplication([])\n"
FIRST = RAISE + "i = Instance(Path(sys.argv[1])); print(i.is_first(), flush=True); sys.stdin.read()"
SECOND = RAISE + "i = Instance(Path(sys.argv[1])); assert not i.is_first(); i.raise_other()"


def start(program: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def first(qapp, tmp_path):
    made = Instance(tmp_path / "state")
    assert made.is_first()
    made.listen()
    yield made
    made.close()


def test_a_second_start_raises_the_window_of_the_first_and_ends_well(qtbot, first, tmp_path):
    with qtbot.waitSignal(first.shown, timeout=20_000):
        second = start(SECOND, tmp_path / "state")
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=20_000)
    second.communicate()
    assert second.returncode == 0


def test_another_profile_has_its_own(qtbot, first, tmp_path):
    other = Instance(tmp_path / "other")
    assert other.is_first()
    other.close()


def test_of_many_started_at_once_exactly_one_is_the_first(tmp_path):
    started = [start(FIRST, tmp_path / "state") for _ in range(4)]
    answers = [each.stdout.readline().strip() for each in started]
    for each in started:
        each.communicate("")
    assert sorted(answers) == ["False", "False", "False", "True"]


def test_one_that_was_killed_leaves_nothing_in_the_way(qapp, tmp_path):
    killed = start(FIRST, tmp_path / "state")
    assert killed.stdout.readline().strip() == "True"
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    after = Instance(tmp_path / "state")
    assert after.is_first()
    after.close()


def test_one_that_hangs_is_told_instead_of_starting_twice(qapp, tmp_path, monkeypatch):
    monkeypatch.setattr(instance_module, "ANSWER_MS", 100)
    hanging = start(FIRST, tmp_path / "state")  # it runs no event loop
    assert hanging.stdout.readline().strip() == "True"
    second = Instance(tmp_path / "state")
    assert not second.is_first()
    with pytest.raises(UsageError, match="does not answer"):
        second.raise_other()
    hanging.communicate("")


def test_only_the_user_may_speak_to_it(first):
    mode = stat.S_IMODE(os.stat(first._server.fullServerName()).st_mode)
    assert mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_is_an_error_for_people(qapp, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        Instance(tmp_path / "file" / "state")
