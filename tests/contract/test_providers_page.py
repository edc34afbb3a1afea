"""`docs/providers.md` says what the stages declare, and each of its lines is proven by tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.features import Feature
from tests.contract.stages.registry import all_classes
from tests.contract.table import table_of

_PAGE = Path(__file__).parents[2] / "docs" / "providers.md"


def test_the_page_is_what_the_stages_declare() -> None:
    assert _PAGE.read_text(encoding="utf-8") == table_of(*all_classes()), "run: make providers"


@pytest.mark.parametrize("feature", Feature)
def test_each_line_of_the_table_has_tests(feature: Feature) -> None:
    sources = "".join(each.read_text(encoding="utf-8") for each in Path(__file__).parent.glob("test_*.py"))
    assert f"proves(Feature.{feature.name})" in sources
