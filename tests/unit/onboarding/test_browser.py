"""Signing in with the browser as a step of setting up: one page at a time, and what cannot begin is told."""

import threading

import pytest

from fm_desktop.port import Refused
from fm_desktop.providers import catalog
from tests.unit.onboarding.pages import at_provider, find


class Visit:
    """A sign-in that nobody finishes."""

    url = "https://acme.example/auth"

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def by_browser(model, browser):
    own = '[gmail.oauth]\nclient_id = "ours"\n'
    (model.paths.config).mkdir(parents=True, exist_ok=True)
    (model.paths.config / "providers.toml").write_text(own, encoding="utf-8")
    model.catalog = catalog.load(model.paths.config)
    at_provider(model).enter(address="emma@gmail.com")
    find(model)
    model._browser = browser
    model.forward()
    return model


def test_asking_twice_what_is_pending_leaves_one_page_open(model):
    visits = []
    by_browser(model, lambda *_: visits.append(Visit()) or visits[-1])
    for _ in range(3):
        work = model.pending()
    assert work.page == Visit.url
    assert [each.closed for each in visits] == [1, 1, 0]


def test_a_computer_that_cannot_wait_for_the_browser_is_told_as_a_step_that_failed(model):
    def refuse(*_):
        raise Refused("This computer cannot wait for the browser: no port.")

    by_browser(model, refuse)
    work = model.pending()
    assert work.page == ""
    with pytest.raises(Refused, match="no port"):
        work.run(threading.Event())
