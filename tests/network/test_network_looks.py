"""Every fault of the network, for every client, while it reads: nothing is taken for gone, and nothing is poisoned."""

from __future__ import annotations

import pytest

from fm_desktop.port import PortError
from tests.network.matrix import expected
from tests.network.spoilt import assert_plain, spoilt
from tests.network.stages import BEFORE, Stage
from tests.servers.faults import Fault


@pytest.mark.parametrize("fault", Fault)
def test_a_look_takes_nothing_from_a_network_that_lies(stage: Stage, fault: Fault) -> None:
    before = stage.known()
    with spoilt(stage, fault, stage.reading):
        for look in stage.looks():
            with pytest.raises(PortError) as told:
                look()
            assert type(told.value) is expected(stage.name, fault).look, repr(told.value)
            assert_plain(told.value)
            assert stage.known() == before
    stage.write()
    for look in stage.looks():
        look()
    assert len(stage.known()) == BEFORE + 1
    assert set(before) < set(stage.known())
