"""What is installed is what was looked at: pinned, with hashes, without code of a build tool that nobody pinned."""

import base64
import json
import re
import tomllib

import pytest

from tests.security.sources import ROOT

LOCKS = sorted(each for each in (ROOT / "requirements").glob("*.txt") if each.name != "overrides.txt")


def entries(text: str) -> dict[str, list[str]]:
    """The hashes by name and version."""
    lines = text.replace("\\\n", " ").splitlines()
    found = [line for line in lines if line.strip() and not line.startswith("#")]
    return {line.split()[0]: re.findall(r"--hash=(\S+)", line) for line in found}


@pytest.mark.parametrize("path", LOCKS, ids=lambda each: each.name)
def test_each_requirement_has_one_version_and_whole_hashes(path):
    pinned = entries(path.read_text(encoding="utf-8"))
    assert len(pinned) > 20
    for name, hashes in pinned.items():
        assert re.fullmatch(r"[a-z0-9._-]+==[0-9][0-9A-Za-z.!+]*", name), name
        assert hashes, name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), name


@pytest.mark.parametrize("path", LOCKS, ids=lambda each: each.name)
def test_each_direct_dependency_is_in_the_lock(path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {"app.txt": [], "sandbox.txt": ["sandbox"], "dev.txt": ["sandbox", "dev"]}[path.name]
    wanted = project["dependencies"] + [each for name in extras for each in project["optional-dependencies"][name]]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", each)[0]).lower() for each in wanted}
    assert names <= {each.partition("==")[0] for each in entries(path.read_text(encoding="utf-8"))}


def test_the_locks_agree_on_the_program():
    app, sandbox, dev = (
        set(entries((ROOT / "requirements" / name).read_text(encoding="utf-8")))
        for name in ("app.txt", "sandbox.txt", "dev.txt")
    )
    assert app <= sandbox <= dev


def test_what_is_installed_is_checked_against_its_hashes():
    """And nothing runs that was only fetched along: no isolated builds, no scripts of npm's packages."""
    commands = [
        line
        for each in ("setup.sh", "package.sh")
        for line in (ROOT / "tools" / each).read_text(encoding="utf-8").splitlines()
        if re.search(r"(\$pip|pip|npm) (install|ci)\b", line)
    ]
    assert commands
    for line in commands:
        assert "--require-hashes" in line or "--no-build-isolation -e ." in line or "npm ci" in line, line


def test_the_lock_of_npm_has_a_hash_for_each_package_and_runs_no_scripts():
    lock = json.loads((ROOT / "tests/servers/oidc/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert lock["lockfileVersion"] >= 2
    assert len(packages) > 5
    for name, each in packages.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+\S*", each["version"]), name
        algorithm, _, digest = each["integrity"].partition("-")
        assert (algorithm, len(base64.b64decode(digest))) == ("sha512", 64), name
        assert not each.get("hasInstallScript"), name
