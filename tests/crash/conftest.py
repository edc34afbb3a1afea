from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash.servers import Servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with Servers() as made:
        yield made
