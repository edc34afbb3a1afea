"""A change of an item in the calendar that the user chose not to make, and what was typed since. Pure.

The choice is about the change that was shown: that one is put back, and the rest is as new as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from fm_desktop.model.projection import Patch
from fm_desktop.port import Side
from fm_desktop.sync.plan import Operation, Planned, Verb, View, plan
from fm_desktop.sync.policy import Options
from fm_desktop.sync.serial import patch_value

_WRITE = Side.PROVIDER, Verb.UPDATE


def plan_beside(view: View, refused: str, options: Options, now: datetime) -> Planned:
    """As `plan`, for a view in which that update was decided to be left unmade. `refused` is its `change_text`."""
    kept = plan(view, options, now)
    undecided = {write: decision for write, decision in view.decisions.items() if write != _WRITE}
    others = plan(replace(view, decisions=undecided), options, now).operations
    update = next((each for each in others if (each.side, each.verb) == _WRITE), None)
    if update is None:
        return kept
    before = json.loads(refused)
    since = {name for name, value in patch_value(update.patch).items() if name not in before or before[name] != value}
    if not since:
        return kept
    back = [_only(each, lambda name: name not in since) for each in kept.operations if each.verb is Verb.UPDATE]
    operations = [each for each in (*back, _only(update, lambda name: name in since)) if not each.patch.is_empty]
    return Planned(tuple(replace(each, alone=len(operations) == 1) for each in operations))


def _only(operation: Operation, wanted: Callable[[str], bool]) -> Operation:
    patch = Patch(**{name: value for name, value in operation.patch.items() if wanted(name)})
    return replace(operation, patch=patch, lost=tuple(each for each in operation.lost if wanted(each.field)))
