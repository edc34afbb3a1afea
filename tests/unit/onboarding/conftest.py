"""The wizard's model of somebody who has set up nothing yet."""

import pytest

from fm_desktop.credentials import Credentials
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.paths import Paths
from fm_desktop.providers import catalog as catalogs


@pytest.fixture
def model(tmp_path) -> Onboarding:
    return Onboarding(Paths.of({"FM_DESKTOP_HOME": str(tmp_path)}), Credentials({}), catalogs.load())
