"""The question before a channel is stopped: whether the sign-in is kept (R05)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from fm_desktop.ui.texts import tr
from fm_desktop.ui.widgets import Weight
from fm_desktop.ui.window.questions import Choice, Question, ask


def ask_to_stop(parent: QWidget, title: str, stop: Callable[[bool], object]) -> Question:
    """Calls `stop(whether to forget the sign-in)` unless it is cancelled. `title` is the channel's name."""
    return ask(
        parent,
        tr("Stop syncing: {channel}?", channel=title),
        tr("Nothing is deleted on either side. It stays stopped, after a restart too, until you start it again."),
        Choice(
            tr("Stop, and &keep the sign-in"),
            tr("You can start again with one click."),
            lambda: stop(False),
            Weight.PRIMARY,
        ),
        Choice(
            tr("Stop, and &forget the sign-in"),
            tr("Once no channel is syncing any more, passwords and keys are taken out of this computer's keychain."),
            lambda: stop(True),
            Weight.DANGER,
        ),
    )
