"""The house itself: the table of rules, the locks, the two commands, and what tests may not do."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
RULE = re.compile(r"^\| (R\d\d) \|[^|]*\| (done|partly|open)\b", re.M)
RULE_TEST = re.compile(r"def test_(R\d\d)_")


def rule_states() -> dict[str, str]:
    return dict(RULE.findall((ROOT / "docs/rules.md").read_text(encoding="utf-8")))


def rules_tested() -> set[str]:
    return {rule for path in TESTS for rule in RULE_TEST.findall(path.read_text(encoding="utf-8"))}


def test_the_table_of_rules_names_every_rule_once():
    numbers = [*range(1, 6), *range(10, 14), *range(20, 28), *range(30, 33)]
    assert list(rule_states()) == [f"R{number:02}" for number in numbers]


def test_each_rule_that_is_done_has_a_test_and_each_rule_tested_is_in_the_table():
    states = rule_states()
    done = {rule for rule, state in states.items() if state in {"done", "partly"}}
    assert done - rules_tested() == set()
    assert rules_tested() - set(states) == set()


def rule_places() -> list[tuple[str, str, list[str]]]:
    """Of each rule its number, its state, and the files and folders its last column names."""
    rows = [line.strip("| ").split(" | ") for line in (ROOT / "docs/rules.md").read_text(encoding="utf-8").splitlines()]
    return [(row[0], row[2], re.findall(r"`(tests/[^`]+)`", row[-1])) for row in rows if re.fullmatch(r"R\d\d", row[0])]


@pytest.mark.parametrize(("rule", "state", "places"), rule_places(), ids=[each[0] for each in rule_places()])
def test_where_the_table_says_that_a_rule_is_tested_it_is(rule, state, places):
    """`partly` may name tests of a part, whose names need not say so."""
    assert places or state == "open"
    for place in places:
        found = [each for each in TESTS if each.is_relative_to(ROOT / place)]
        assert found, place
        named = any(re.search(rf"def test_(R\d\d_)*{rule}_", each.read_text(encoding="utf-8")) for each in found)
        assert named or state != "done", f"{place} has no test of {rule}"


@pytest.mark.parametrize("path", [each for each in TESTS if each != Path(__file__)], ids=lambda each: each.name)
def test_no_test_is_skipped_or_waits_by_the_clock(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"pytest\.skip|mark\.skip|importorskip|mark\.xfail|pytest\.xfail|\btime\.sleep\(", text)


@pytest.mark.parametrize("path", [each for each in TESTS if each != Path(__file__)], ids=lambda each: each.name)
def test_no_test_stops_the_clock_of_everybody(path):
    """A server on another thread would wait for hours by it, and the run for the server: see `tests/fakes/clock.py`."""
    assert not re.findall(r'\btime, "(?:monotonic|sleep)"', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [each for each in LOCKS if each.name != "overrides.txt"], ids=lambda each: each.name)
def test_locks_are_pinned_and_hashed_and_name_no_index(path):
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[a-z0-9._-]+==\S+ ", line), line
        assert "--hash=sha256:" in line
    assert "://" not in text
    assert "index-url" not in text


def test_exchangelib_runs_on_the_genuine_urllib3():
    """docs/architecture.md: niquests would put a fork in its place, under requests and exchangelib."""
    program = (
        "import exchangelib.protocol, requests.adapters, urllib3;"
        "assert issubclass(exchangelib.protocol.NoVerifyHTTPAdapter, requests.adapters.HTTPAdapter);"
        "assert requests.adapters.PoolManager is urllib3.PoolManager;"
        "print(urllib3.__version__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == metadata.version("urllib3")
    owners = metadata.packages_distributions()
    assert owners["urllib3"] == ["urllib3"]
    assert "niquests" not in owners


def test_the_list_of_system_packages_is_well_formed():
    lines = (ROOT / "tools/system-packages.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    assert {row[0] for row in rows} == {"demo", "test"}
    assert all(len(row) == 3 for row in rows)
    assert len({row[1] for row in rows}) == len(rows)


def test_missing_system_packages_are_named_in_one_message(tmp_path):
    """With nothing on the PATH everything is missing, and there is no apt-get to install it with."""
    for tool in ("sh", "dirname", "grep", "id"):
        found = subprocess.run(["which", tool], capture_output=True, text=True, check=True).stdout.strip()
        (tmp_path / tool).symlink_to(found)
    script = ROOT / "tools/system-packages.sh"
    done = subprocess.run(
        [tmp_path / "sh", script, "test"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "chromium-driver" in done.stderr
    assert "python3-venv" in done.stderr
    assert "run the same command again" in done.stderr
