"""The wizard in Spanish says nothing in English that there is Spanish for."""

import pytest

from fm_desktop.ui import texts
from tests.ui.english import english_left, shown
from tests.ui.wizard.hands import settle
from tests.ui.wizard.scenes import EVERY


@pytest.mark.parametrize("scene", EVERY)
def test_a_page_in_spanish_is_spanish(qtbot, tmp_path, scene):
    texts.use("es")
    window = EVERY[scene](tmp_path)
    window.show()
    qtbot.waitExposed(window)
    settle()
    assert len(shown(window)) > 4
    assert english_left(window) == []
    window.close()
    settle()
