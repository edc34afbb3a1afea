"""Leafing through the history: filters, orders and pages, and why an item is where it is."""

import pytest

from fm_desktop.port import Side
from fm_desktop.sync import browse
from fm_desktop.sync.browse import Logged, Order, Query, What
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
    assert titles(world, Query(what=What.DELETED)) == ["Dinner"]
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


def log_a_message(world, subject="Offer for Acme", account=1):
    store = world.store
    with store.transaction():
        message = store.run(
            "INSERT INTO mail_message (account, key, likeness, message_id, thread, seen_in, moment, direction, subject, state)"
            " VALUES (?, ?, '', 'id', '[]', 'INBOX', '2026-11-25T08:00:00.000000Z', 'sent', ?, 'done')",
            account, f"key-{account}-{subject}", subject,
        )  # fmt: skip
        for number, state in enumerate(("done", "planned")):
            store.run(
                "INSERT INTO mail_record (message, ext_id, address, contact, state, sent_at)"
                " VALUES (?, ?, 'ann@acme.example', 1, ?, '2026-11-25T12:00:00.000000Z')",
                message, f"ext-{account}-{subject}-{number}", state,
            )  # fmt: skip


def test_R10_messages_that_were_logged_are_among_the_lines(world):
    log_a_message(world)
    found = browse.page(world.engine.state, Query(), 0, 50)
    assert found.total == 7, "one that is only planned is not there yet"
    message = found.entries[0]
    assert isinstance(message, Logged)
    assert (message.title, message.address, message.link) == ("Offer for Acme", "ann@acme.example", None)
    assert titles(world, Query(what=What.LOGGED)) == ["Offer for Acme"]
    assert titles(world, Query(text="acme")) == ["Offer for Acme", "Visit Acme"]
    assert titles(world, Query(side=Side.PROVIDER)) == []


def test_another_account_sees_nothing_of_it(world):
    with world.store.transaction():
        world.store.run("INSERT INTO account (id, tenant, crm_user, address) VALUES (2, 'crm.example', '8', 'otto')")
    log_a_message(world, "Of somebody else", account=2)
    assert "Of somebody else" not in titles(world, Query())
    world.store.run("UPDATE history SET account = 2")
    assert browse.page(world.engine.state, Query(), 0, 50).total == 0
