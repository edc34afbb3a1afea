"""A network that is spoilt for a while, and what a client has to say of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from fm_desktop import paced
from fm_desktop.port import PortError
from tests.network.stages import Stage
from tests.servers.faults import Fault

_WAITED_OUT: Final = (Fault.HALF_OPEN, Fault.SILENT, Fault.DRIP)
_MACHINE_WORDS: Final = ("Error", "Errno", "Exception", "[SSL", "_ssl", "httpx", "None", "urllib3")


@contextmanager
def spoilt(stage: Stage, fault: Fault, trigger: bytes) -> Iterator[None]:
    """The network has this fault, for the requests that match. Where it can only be waited out, the client is in a
    hurry."""
    with pytest.MonkeyPatch.context() as patch:
        if fault in _WAITED_OUT:
            stage.hurry(patch, trigger, connecting=fault.of_connecting)
            patch.setattr(paced, "_GRACE_SECONDS", 0.5)
        stage.way.spoil(fault, trigger)
        yield
        stage.way.heal()


def assert_plain(error: PortError) -> None:
    """A sentence for a salesperson, with a next step, and without a word of the machine's."""
    assert str(error).endswith(".")
    assert error.next_step.endswith(".")
    assert not any(each in f"{error} {error.next_step}" for each in _MACHINE_WORDS), error
