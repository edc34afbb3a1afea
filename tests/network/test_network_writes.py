"""Every fault of the network, for every client, while it writes: what may be stored is never sent a second time."""

from __future__ import annotations

from typing import Final

import pytest

from fm_desktop.port import OutcomeUnknown, PortError
from tests.network.matrix import expected
from tests.network.spoilt import assert_plain, spoilt
from tests.network.stages import Stage
from tests.servers.faults import Fault

_DELIVERY_SECONDS: Final = 30.0


@pytest.mark.parametrize("fault", Fault)
def test_a_write_is_stored_once_whatever_the_network_does(stage: Stage, fault: Fault) -> None:
    outcome = expected(stage.name, fault)
    with spoilt(stage, fault, stage.writing):
        with pytest.raises(PortError) as told:
            stage.write()
        assert type(told.value) is outcome.write, repr(told.value)
        assert_plain(told.value)
        if outcome.stored:
            assert outcome.write is OutcomeUnknown
            assert stage.way.line.delivered.wait(_DELIVERY_SECONDS)
    assert (stage.held(), stage.found()) == (outcome.stored, outcome.stored)
    if not outcome.stored:
        stage.write()
    assert (stage.held(), stage.found()) == (1, 1)
