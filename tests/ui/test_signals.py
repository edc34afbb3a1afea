"""Signals of the system that end the application."""

import os
import signal

import pytest

from fm_desktop.ui.signals import EndingSignals


@pytest.fixture
def ending(qapp):
    made = EndingSignals()
    yield made
    made.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_is_heard_while_qt_waits(qtbot, ending, number):
    with qtbot.waitSignal(ending.received):
        os.kill(os.getpid(), number)


def test_afterwards_python_has_its_signals_back(qapp):
    made = EndingSignals()
    made.close()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
