"""A window in Spanish says nothing in English that there is Spanish for: what the engine says goes through `told`."""

import pytest

from fm_desktop.ui import texts
from fm_desktop.ui.window.main import PAGES
from tests.ui.english import english_left, shown
from tests.ui.window import samples


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_spanish_is_spanish(scenes, name):
    texts.use("es")
    for records, snapshot in (
        (samples.full(lines=30, calendar_number=8, people_number=8), samples.waiting()),
        (samples.empty(), samples.in_step()),
    ):
        scene = scenes(records)
        scene.desk.show(snapshot)
        scene.page(name)
        assert len(shown(scene.window)) > len(PAGES)
        assert english_left(scene.window) == []


@pytest.mark.parametrize("state", samples.states())
def test_what_is_wrong_is_said_in_spanish(scenes, state):
    texts.use("es")
    scene = scenes(samples.empty())
    scene.desk.show(samples.states()[state])
    scene.page("overview")
    assert english_left(scene.window) == []


def test_english_is_noticed(scenes):
    scene = scenes(samples.full(lines=5))
    scene.page("problems")
    texts.use("es")
    assert "Everything that was to be synced was synced." not in shown(scene.window)
    assert {"Change it, or press “Try again”.", "&Overview"} <= set(english_left(scene.window))
