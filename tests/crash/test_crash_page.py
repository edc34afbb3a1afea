"""`docs/reliability-crashes.md` has a line for every scenario at every place, and none with a difference."""

from __future__ import annotations

from tests.crash.figures import Figures
from tests.crash.share import ALL
from tests.crash.table import PAGE, figures_of, page


def test_the_page_has_every_scenario_and_no_difference() -> None:
    figures = figures_of(PAGE.read_text(encoding="utf-8"))
    assert [(each.scenario, each.place) for each in figures] == list(ALL), "run: make crashes"
    assert [each for each in figures if each.crashes == 0 or each.differences] == []


def test_a_page_is_read_as_it_was_written() -> None:
    clean = Figures("first sync", "radicale", writes=7, moments=40, crashes=40)
    costly = Figures("notes", "ews", writes=1, moments=20, crashes=10, lost=3)
    wrong = Figures("undo", "ews", writes=1, moments=20, crashes=20, differences=["at 3 (commit): more"])
    found = figures_of(page([clean, costly, wrong], "today"))
    assert found[:2] == [clean, costly]
    assert len(found[2].differences) == 1


def test_a_page_says_which_share_of_the_moments_was_crashed() -> None:
    all_of_it = Figures("first sync", "radicale", writes=7, moments=40, crashes=40)
    sampled = Figures("undo", "ews", writes=1, moments=160, crashes=10)
    assert "| 40 (100 % of the moments) |" in page([all_of_it], "today")
    assert "| 50 (25 % of the moments) |" in page([all_of_it, sampled], "today")
    text = PAGE.read_text(encoding="utf-8")
    measured = text.partition("Run last: ")[2].partition(".\n")[0]
    assert page(figures_of(text), measured) == text
