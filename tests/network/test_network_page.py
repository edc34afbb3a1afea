"""`docs/reliability-network.md` says what the matrix holds the program to."""

from __future__ import annotations

from pathlib import Path

from tests.network.page import page

_PAGE = Path(__file__).parents[2] / "docs" / "reliability-network.md"


def test_the_page_is_what_the_matrix_expects() -> None:
    assert _PAGE.read_text(encoding="utf-8") == page(), "run: make network"
