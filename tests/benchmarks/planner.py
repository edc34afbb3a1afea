"""The planner alone: pure, in memory."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Projection
from fm_desktop.model.times import Span, timed
from fm_desktop.sync.plan import View, plan
from fm_desktop.sync.policy import Facts, Options, Origin
from tests.benchmarks.report import Row


def planning(count: int) -> list[Row]:
    now = datetime.now(UTC)
    options = Options(tenant="bench", user="1", zone="Europe/Madrid")
    views = [_view(number, now) for number in range(count)]
    began = time.perf_counter()
    operations = sum(len(plan(view, options, now).operations) for view in views)
    seconds = time.perf_counter() - began
    what = f"planner, {count:,} links, {operations:,} operations"
    return [Row(what, f"{seconds:.2f} s", "", None, "under 1 s", seconds < 1.0)]


def _view(number: int, now: datetime) -> View:
    """Every second link has changed at one of its sides."""
    start = now + timedelta(hours=number)
    base = Projection(Kind.EVENT, f"Meeting {number}", Span(timed(start), timed(start + timedelta(hours=1))), "Agenda")
    changed = replace(base, title=f"Moved {number}")
    provider, crm = (changed if number % 4 == 0 else base), (changed if number % 4 == 2 else base)
    return View(number, f"uid-{number}", "", Origin.PROVIDER, Facts(), provider, crm, base, base)
