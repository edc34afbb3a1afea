"""Trying again what was put aside after several failures."""

from __future__ import annotations

from fm_desktop.sync.problems import of_link
from fm_desktop.sync.state import State


class NothingToRetry(Exception):
    """`str(error)` says that there is no such item."""


def retry(state: State, link: int) -> str:
    """Lets the next cycle try an item again; returns its title. Raises `NothingToRetry`."""
    if state.store.row("SELECT 1 FROM link WHERE id = ? AND account = ?", link, state.account) is None:
        raise NothingToRetry(f"There is no item numbered {link}.")
    found = state.links.get(link)
    with state.store.transaction():
        state.links.update(found, quarantined=False, failures=0, not_before=None, dirty=True)
        state.problems.solved(of_link(link))
    return found.title
