"""Leafing through the history: filters, orders and pages, and why an item is where it is."""

import pytest

from fm_desktop.port import Side
from fm_desktop.sync import browse
from fm_desktop.sync.browse import Order, Query
from fm_desktop.sync.plan import Verb
from tests.fakes.world import World, event, invitation


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    for title in ("Lunch", "Visit Acme", "álbum", "Dinner"):
        made.calendar.put("Work", event(title))
    made.calendar.put("Work", invitation("Review"))
    made.sync()
    made.calendar.remove("Work", made.calendar.key_of("Dinner"))
    made.sync()
    yield made
    made.store.close()


def titles(world, query, offset=0, limit=50):
    return [each.title for each in browse.page(world.engine.state, query, offset, limit).entries]


def test_lines_come_a_page_at_a_time_and_none_twice(world):
    whole = titles(world, Query())
    assert len(whole) == 6
    assert whole[0] == "Dinner"
    assert titles(world, Query(), 0, 4) + titles(world, Query(), 4, 4) == whole
    assert browse.page(world.engine.state, Query(), 0, 2).total == 6


def test_lines_are_filtered_by_each_of_their_marks(world):
    assert titles(world, Query(verb=Verb.DELETE)) == ["Dinner"]
    assert titles(world, Query(side=Side.PROVIDER)) == []
    assert titles(world, Query(text="aCmE")) == ["Visit Acme"]
    assert titles(world, Query(text="100%_")) == []
    link = browse.page(world.engine.state, Query(text="Lunch"), 0, 1).entries[0].link
    assert titles(world, Query(link=link)) == ["Lunch"]


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("descending", [True, False])
def test_every_order_shows_every_line(world, order, descending):
    assert sorted(titles(world, Query(order=order, descending=descending))) == sorted(titles(world, Query()))


def test_titles_are_sorted_whatever_their_case(world):
    assert titles(world, Query(order=Order.TITLE, descending=False))[:3] == ["Dinner", "Dinner", "Lunch"]


def test_why_an_item_is_where_it_is(world):
    link = browse.page(world.engine.state, Query(text="Review"), 0, 1).entries[0].link
    (found,) = browse.why(world.engine.state, link)
    assert found.title == "Review"
    assert any("you are a participant, not the organiser" in each for each in found.reasons)
    assert browse.why(world.engine.state, 999) == ()
