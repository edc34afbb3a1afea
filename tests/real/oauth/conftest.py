from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.servers.browser import browser as a_browser
from tests.servers.openid import OpenIdServer


@pytest.fixture(scope="module")
def openid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdServer]:
    server = OpenIdServer(tmp_path_factory.mktemp("openid"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with a_browser(tmp_path_factory.mktemp("profile")) as running:
        yield running
