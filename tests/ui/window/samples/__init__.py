"""A salesperson's desk in memory: what tests click at and pictures show."""

from tests.ui.window.samples.decisions import held, problems
from tests.ui.window.samples.desk import SETTINGS, Sample, empty, full
from tests.ui.window.samples.history import happening, history, logged, projection
from tests.ui.window.samples.known import calendars, letters, people
from tests.ui.window.samples.standing import (
    first_sync,
    in_step,
    locked_keychain,
    states,
    status,
    troubled,
    waiting,
)
from tests.ui.window.samples.words import NOW

__all__ = [
    "NOW", "SETTINGS", "Sample", "calendars", "empty", "first_sync", "full", "happening", "held", "history", "in_step",
    "letters", "locked_keychain", "logged", "people", "problems", "projection", "states", "status", "troubled", "waiting",
]  # fmt: skip
