"""The user's contacts and accounts for the engine: kept in the state, brought up to date now and then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from fm_desktop.crm.directory import Directory, DirectoryReader, state_from
from fm_desktop.model.items import Party
from fm_desktop.sync.store import Store, read_utc, utc_text

# One of the two lists is asked for each time, so that a new contact is known after half an hour at most.
REFRESH_EVERY = timedelta(minutes=15)
# A record that was given to a colleague drops out of a whole listing only.
READ_ANEW_EVERY = timedelta(days=1)

_STATE, _REFRESHED, _ANEW = "directory", "directory_refreshed", "directory_anew"


class AddressBook:
    """`fm_desktop.sync.cycle.Directory` over one user's records at the CRM. One thread uses it."""

    def __init__(self, store: Store, reader: DirectoryReader, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._reader = reader
        self._clock = clock
        self._state = state_from(store.meta(_STATE))

    def lookup(self, address: str) -> Party:
        return self._state.directory.lookup(address)

    def refresh(self) -> frozenset[str]:
        """Reads on where it is due: one request, but for the first time, which reads both lists.

        Returns the addresses that now belong to somebody else. Raises the port's errors.
        """
        now = self._clock()
        if not self._is_due(_REFRESHED, REFRESH_EVERY, now) and self._state.is_complete:
            return frozenset()
        before = self._state.directory
        anew = self._is_due(_ANEW, READ_ANEW_EVERY, now)
        state = self._state.anew() if anew else self._state
        state = self._reader.step(state)
        while not state.is_complete:
            state = self._reader.step(state)
        with self._store.transaction():
            self._store.set_meta(_STATE, state.to_text())
            for key in (_REFRESHED, _ANEW) if anew else (_REFRESHED,):
                self._store.set_meta(key, utc_text(now))
        self._state = state
        return _differing(before, state.directory)

    def _is_due(self, key: str, every: timedelta, now: datetime) -> bool:
        last = self._store.meta(key)
        return last is None or not timedelta(0) <= now - read_utc(last) < every


def _differing(before: Directory, after: Directory) -> frozenset[str]:
    addresses = before.addresses() | after.addresses()
    return frozenset(each for each in addresses if before.lookup(each) != after.lookup(each))
