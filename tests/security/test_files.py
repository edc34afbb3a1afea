"""What the program keeps is for its user only, whatever the umask says; and so is its socket."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import resources
from pathlib import Path

import pytest

from fm_desktop.paths import Paths
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sync.store import Store
from fm_desktop.ui import preferences
from fm_desktop.ui.autostart import DesktopFile
from fm_desktop.ui.instance import Instance
from tests.fakes.agenda import empty
from tests.security.session import Session
from tests.servers.account import DavAccount
from tests.servers.command import Computer, eventually

UMASKS = (0o022, 0o000)
NOBODY = 65534
CONNECT = f"""
import os, socket, sys
caller = socket.socket(socket.AF_UNIX)
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
caller.connect(sys.argv[1])
"""


@pytest.fixture(params=UMASKS, ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(top: Path) -> list[str]:
    """What others than its owner may read, write or enter below a folder."""
    found = list(modes_below(top))
    assert found
    return [f"{each} {stat.S_IMODE(mode):o}" for each, mode in found if mode & 0o077]


def modes_below(top: Path) -> Iterator[tuple[Path, int]]:
    for each in top.rglob("*"):
        with suppress(FileNotFoundError):  # a journal or a temporary file, while the program runs
            mode = each.lstat().st_mode
            if not stat.S_ISLNK(mode):
                yield each, mode


@pytest.mark.parametrize("umask", UMASKS, ids=oct)
def test_whatever_the_program_makes_at_its_usual_places_is_its_users_alone(
    tmp_path: Path, radicale_account: DavAccount, umask: int
) -> None:
    session = Session(tmp_path / "computer", {"FM_DESKTOP_HOME": ""}, umask)
    radicale_account.make_calendar("work", label="Work")
    with SandboxServer(sample_data=True, rate_limit=None) as sandbox:
        empty(sandbox)
        file = Computer(session.home, sandbox, radicale_account).setup_file()
        session.keep("crm-private-key", sandbox.public_key, sandbox.private_key)
        session.keep("provider-password", radicale_account.user, radicale_account.password)
        session.run("setup", "--file", str(file), code=0)
        session.run("doctor", "--bundle", str(session.folder / "user" / "bundle.zip"), code=0)
        with session.running("sync"):
            state = session.folder / "user/.local/state/fm-desktop"
            eventually((state / "sync.sqlite3-wal").exists, "a cycle")
            assert open_to_others(session.folder / "user") == []
    assert {each.name for each in state.iterdir()} >= {"sync.sqlite3", "crm.session", "loop.lock", "cycle.lock"}
    assert open_to_others(session.folder / "user") == []
    assert list((session.folder / "tmp").iterdir()) == []


def test_the_copy_of_an_older_state_is_as_closed_as_the_state(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "state" / "sync.sqlite3"
    path.parent.mkdir(mode=0o700)
    old = sqlite3.connect(path)
    old.executescript(resources.files("fm_desktop.sync").joinpath("schema.sql").read_text(encoding="utf-8"))
    old.execute("PRAGMA user_version = 1")
    old.close()
    path.chmod(0o600)
    Store.open(path).close()
    assert (path.parent / "sync.sqlite3.before-2").exists()
    assert open_to_others(tmp_path / "state") == []


def test_what_a_person_likes_and_what_starts_with_the_desktop(tmp_path: Path, umask: int) -> None:
    """Whoever may write the second decides what runs at the next sign-in."""
    paths = Paths.of({"FM_DESKTOP_HOME": str(tmp_path / "new" / "home")})
    preferences.save(preferences.Preferences(language="es"), paths.config)
    DesktopFile(tmp_path / "new" / "autostart", ["fm-desktop"]).turn_on()
    assert open_to_others(tmp_path) == []


@pytest.mark.parametrize("has_runtime_folder", [True, False])
def test_the_socket_of_the_running_application_is_its_users_alone(
    qapp, tmp_path: Path, umask: int, monkeypatch: pytest.MonkeyPatch, has_runtime_folder: bool
) -> None:
    """Also where it is in a folder of everybody."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path) if has_runtime_folder else "")
    instance = Instance(tmp_path / "state")
    assert instance.is_first()
    instance.listen()
    path = instance._server.fullServerName()
    assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    refused = connecting_as_somebody_else(path)
    instance.close()
    assert refused


def connecting_as_somebody_else(path: str) -> bool:
    """Whether another user is kept out. Only root can act as one; for others the mode has to do."""
    if os.geteuid() != 0:
        return True
    command = [sys.executable, "-c", CONNECT, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode != 0 and "PermissionError" in done.stderr
