"""What was deleted in the calendar, and edited in ForceManager, comes back as long as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Projection
from fm_desktop.sync.plan import View, plan
from fm_desktop.sync.policy import Facts, Options, Origin
from tests.fakes.world import at

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
WHOLE = Projection(Kind.EVENT, "A title that is long", at(27, 9), text="A text of which only the beginning is kept")
KEPT = replace(WHOLE, title="A title", text="A text", shortened=True)


@pytest.mark.parametrize(
    ("edited", "title", "text"),
    [
        ({"span": at(28, 9)}, "A title that is long", "A text of which only the beginning is kept"),
        ({"title": "Another"}, "Another", "A text of which only the beginning is kept"),
        ({"text": "Edited"}, "A title that is long", "Edited of which only the beginning is kept"),
        ({"text": "Typed anew", "shortened": False}, "A title that is long", "Typed anew"),
    ],
)
def test_R21_what_the_crm_keeps_shorter_comes_back_whole(edited: dict[str, object], title: str, text: str) -> None:
    row = replace(KEPT, **edited)  # type: ignore[arg-type]
    view = View(1, "uid", "", Origin.PROVIDER, Facts(), None, row, WHOLE, KEPT)
    (create,) = plan(view, Options("tenant", "7", "Europe/Madrid"), NOW).operations
    assert create.value is not None
    assert (create.value.title, create.value.text, create.value.span) == (title, text, row.span)
