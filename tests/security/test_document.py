"""docs/security.md says what tests say: each claim names its tests, and each file named is there and holds some."""

import re

import pytest

from tests.security.sources import ROOT

TEXT = (ROOT / "docs/security.md").read_text(encoding="utf-8")
CLAIMS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in TEXT[TEXT.index("## What is claimed") : TEXT.index("## Audit")].splitlines()
    if line.startswith("| ") and not line.startswith(("| claim", "| ---"))
]


def test_the_document_makes_claims():
    assert len(CLAIMS) > 25
    assert all(len(each) in {3, 4} for each in CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda each: each[0][:40])
def test_each_claim_names_tests_that_are_there(claim):
    named = re.findall(r"`(tests/[^`]+)`", claim[-1])
    assert named
    for each in named:
        files = [ROOT / each] if each.endswith(".py") else sorted((ROOT / each).rglob("test_*.py"))
        assert files, each
        assert all("def test_" in file.read_text(encoding="utf-8") for file in files), each


@pytest.mark.parametrize("claim", [each for each in CLAIMS if len(each) == 4], ids=lambda each: each[0][:40])
def test_what_protects_is_in_the_source(claim):
    for each in re.findall(r"`([^`]+)`", claim[2]):
        name = (
            re.sub(r"\.[a-zA-Z_]+$", ".py", each)
            if re.fullmatch(r"\w+\.[a-zA-Z_]\w+", each) and not each.endswith(".py")
            else each
        )
        places = [ROOT / each, ROOT / "fm_desktop" / each, ROOT / "fm_desktop" / name]
        assert any(place.exists() for place in places) or list((ROOT / "fm_desktop/providers").rglob(each)), each


def test_each_test_of_security_is_named():
    files = {str(each.relative_to(ROOT)) for each in (ROOT / "tests/security").glob("test_*.py")}
    assert files - {"tests/security/test_document.py"} == set(re.findall(r"`(tests/security/test_\w+\.py)`", TEXT)) - {
        "tests/security/test_document.py"
    }
