"""The built program, run as its users run it: no sources, no virtual environment, no Python of ours beside it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

import pytest

from fm_desktop import __version__
from fm_desktop.sandbox.server import SandboxServer
from tests.fakes.agenda import empty
from tests.package.conftest import ROOT, Package
from tests.servers.command import Computer, event
from tests.servers.desktop import Desktop

# The first of them builds.
pytestmark = pytest.mark.timeout(900)

TEAL = "#17849a"  # of the icon when all is well
SOON = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y%m%d")
MEGABYTE = 1024 * 1024
# What a user's computer gives to a program, and nothing of the tests' own environment.
BARE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(rate_limit=None) as server:
        yield server


@pytest.fixture
def computer(package: Package, tmp_path: Path, sandbox, radicale_account) -> Computer:
    """With the built program on it, not set up; the calendar has one event, the CRM's agenda is empty."""
    path = radicale_account.make_calendar("work", label="Work")
    radicale_account.put(path, "lunch.ics", event("lunch", "Lunch", f"{SOON}T100000Z", f"{SOON}T110000Z"))
    empty(sandbox)
    made = Computer(tmp_path / "home", sandbox, radicale_account, (str(package.link),))
    ours = {name: value for name, value in made.environment.items() if name.startswith("FM_DESKTOP_")}
    made.environment = {**BARE, **ours, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    return made


# --- it runs ---------------------------------------------------------------------------------------


def test_it_says_its_version_and_finds_all_that_it_imports_later(computer):
    assert computer.does("--version") == f"FM Desktop {__version__}\n"
    found = computer.does("--self-check").splitlines()
    assert {line.rpartition("  ")[2] for line in found} == {"ok"}
    for part in (
        "fm_desktop.ui.application",
        "fm_desktop.providers.caldav.provider",
        "caldav.davclient",
        "exchangelib",
    ):
        assert f"{part}  ok" in found


def test_it_sets_up_and_syncs_between_real_servers(computer):
    computer.set_up()
    first = computer.sync()
    assert first["crm"] == {"created": 1, "updated": 0, "deleted": 0}
    assert first["problems"] == 0
    assert [row["subject"] for row in computer.sandbox.store.rows("calendar", "deleted = false")] == ["Lunch"]
    assert computer.sync()["crm"] == {"created": 0, "updated": 0, "deleted": 0}


def test_it_shows_its_icon_in_a_panel_loads_nothing_from_elsewhere_and_ends_well(computer):
    computer.set_up()
    with Desktop() as desktop:
        kept = ("HOME", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
        environment = {
            **computer.environment,
            **{name: value for name, value in desktop.environment.items() if name in kept or name.startswith("XDG_")},
        }
        words = [f"{name}={value}" for name, value in environment.items()]
        program = desktop.start(["env", "-i", *words, *computer.command, "--hidden"])
        desktop.until(lambda: desktop.find_colour(TEAL), "the icon after the first sync")
        loaded = Path(f"/proc/{program.pid}/maps").read_text(encoding="utf-8")
        assert not desktop.windows("--name", "^FM Desktop$")
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=20) == 0
    assert "libQt6Widgets" in loaded
    for elsewhere in (ROOT, Path(sys.prefix), Path(sys.base_prefix) / "lib" / "python3.11"):
        assert f"{elsewhere}/" not in loaded


def test_a_browser_that_it_opens_gets_the_environment_of_the_user(computer, tmp_path):
    """Our libraries in place of its own keep a browser from starting."""
    computer.set_up()
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\nenv >"{seen}"\n', encoding="utf-8")
    browser.chmod(0o755)
    ended = computer.run("compose", "ana@example.com", BROWSER=f"{browser} %s", LD_LIBRARY_PATH="/opt/of-the-user")
    assert ended.code == 0, ended.err
    given = dict(line.split("=", 1) for line in seen.read_text(encoding="utf-8").splitlines())
    assert given["LD_LIBRARY_PATH"] == "/opt/of-the-user"
    assert not {name for name in given if name.startswith(("QT_", "QML", "_PYI"))}


def test_it_says_that_it_comes_without_the_sandbox(computer):
    for command in ("sandbox", "demo"):
        ended = computer.run(command)
        assert ended.code == 2
        assert "not part of this installation" in ended.err
        assert "Traceback" not in ended.err


def test_it_runs_with_closed_streams(computer):
    """As programs without a console do on Windows, and some that are started by a desktop."""
    command = ["sh", "-c", 'exec "$0" --self-check >&- 2>&-', *computer.command]
    assert subprocess.run(command, env=computer.environment, check=False, timeout=60).returncode == 0


# --- what is in it ---------------------------------------------------------------------------------


def test_its_modules_are_the_programs_and_those_of_the_lock_for_users(package):
    lock = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements/app.txt").read_text(encoding="utf-8"), re.M)
    owners = metadata.packages_distributions()
    there = {name.partition(".")[0] for name in package.modules} - set(sys.stdlib_module_names)
    allowed = {"fm-desktop", *lock}
    foreign = {
        name
        for name in there
        if not {re.sub(r"[-_.]+", "-", owner).lower() for owner in owners.get(name, ())} & allowed
        and not name.startswith(("_pyi_rth", "_sysconfigdata"))
    }
    assert foreign == set()
    assert {"fm_desktop", "caldav", "exchangelib", "imapclient", "keyring", "apscheduler"} <= there


def test_it_has_no_tests_no_sandbox_and_no_demo(package):
    unwanted = re.compile(r"(^|\.)(tests?|testing|conftest|pytest|unittest|doctest)(\.|$)|^fm_desktop\.(sandbox|demo)")
    found = {name for name in package.modules if unwanted.search(name)}
    assert found == {"pygments.lexers.testing"}  # which colours the output of tests, and is none
    folders = {part for path in package.files for part in path.parts}
    assert not folders & {"tests", "test", "sandbox", "demo", "gtk-3.0"}


def test_it_has_what_the_program_reads_and_no_sources_keys_or_states(package):
    inside = package.folder / "_internal"
    for path in (ROOT / "resources").rglob("*.*"):
        assert (inside / "resources" / path.relative_to(ROOT / "resources")).read_bytes() == path.read_bytes()
    for path in (ROOT / "fm_desktop" / "sync").glob("*.sql"):
        assert (inside / "fm_desktop" / "sync" / path.name).read_bytes() == path.read_bytes()
    of_own = {path for path in package.files if path.parts[1:2] == ("fm_desktop",)}
    assert {path.suffix for path in of_own} == {".sql"}
    secretive = re.compile(r"\.(pem|key|p12|pfx|env|sqlite3?|session|log|py)$|^setup\.toml$|^settings\.toml$|^\.")
    assert {path.name for path in package.files if secretive.search(path.name)} <= {"cacert.pem"}


def test_nothing_in_it_names_the_folder_of_its_sources(package):
    ours = f"{ROOT}/".encode()
    assert [path for path in package.files if ours in (package.folder / path).read_bytes()] == []


def test_it_is_small_and_has_the_screens_of_desktops_only(package):
    assert package.size < 200 * MEGABYTE
    names = {path.name for path in package.files}
    plugins = {path.stem for path in package.files if path.parent.name == "platforms"}
    assert plugins == {"libqxcb", "libqwayland", "libqoffscreen"}
    assert not {name for name in names if re.match(r"lib(gtk|gdk|q?gtk3|Qt6(Qml|Quick|Egl|WebEngine))", name)}
    assert {name for name in names if name.endswith(".qm")} == {"qtbase_es.qm"}


def test_every_library_in_it_finds_its_own(package):
    """Leaving out plugins and what only they needed must not go too far, and leaves no dead links behind."""
    inside = package.folder / "_internal"
    assert [path for path in package.folder.rglob("*") if path.is_symlink() and not path.exists()] == []
    libraries = [path for path in inside.rglob("*.so*") if path.is_file() and not path.is_symlink()]
    assert len(libraries) > 100
    lines = subprocess.run(
        ["ldd", *map(str, libraries)],
        env={**BARE, "LD_LIBRARY_PATH": str(inside)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.splitlines()
    assert [line for line in lines if "not found" in line] == []
