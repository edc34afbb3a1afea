"""The user's contacts and accounts for the engine: kept in the state, brought up to date now and then."""

from __future__ import annotations

import json
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
# Addresses that changed and that the calendar's engine has not been told of: it may rest while mail is logged.
_CHANGED = "directory_changed"


class AddressBook:
    """`fm_desktop.sync.cycle.Directory` over one user's records at the CRM. One thread uses it."""

    def __init__(self, store: Store, reader: DirectoryReader, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._reader = reader
        self._clock = clock
        self._state = state_from(store.meta(_STATE))

    def lookup(self, address: str) -> Party:
        """Also of an address whose domain is in the other form of the two (IDNA) than ForceManager has it in."""
        found = self._state.directory.lookup(address)
        return self._state.directory.lookup(_other_form(address)) if found == Party() else found

    def addresses(self) -> frozenset[str]:
        return self._state.directory.addresses()

    def refresh(self) -> frozenset[str]:
        """Reads on where it is due. Returns the addresses that belong to somebody else since the last call.

        Raises the port's errors.
        """
        self.read_on()
        changed = self._changed()
        if changed:
            with self._store.transaction():
                self._store.set_meta(_CHANGED, "")
        return changed

    def read_on(self) -> None:
        """Reads on where it is due: one request, but for the first time, which reads both lists. Raises the port's
        errors."""
        now = self._clock()
        if not self._is_due(_REFRESHED, REFRESH_EVERY, now) and self._state.is_complete:
            return
        before = self._state.directory
        anew = self._is_due(_ANEW, READ_ANEW_EVERY, now)
        state = self._state.anew() if anew else self._state
        state = self._reader.step(state)
        while not state.is_complete:
            state = self._reader.step(state)
        changed = self._changed() | _differing(before, state.directory)
        with self._store.transaction():
            self._store.set_meta(_STATE, state.to_text())
            self._store.set_meta(_CHANGED, json.dumps(sorted(changed)) if changed else "")
            for key in (_REFRESHED, _ANEW) if anew else (_REFRESHED,):
                self._store.set_meta(key, utc_text(now))
        self._state = state

    def _changed(self) -> frozenset[str]:
        return frozenset(json.loads(self._store.meta(_CHANGED) or "[]"))

    def _is_due(self, key: str, every: timedelta, now: datetime) -> bool:
        last = self._store.meta(key)
        return last is None or not timedelta(0) <= now - read_utc(last) < every


def known(store: Store) -> Directory:
    """The contacts and accounts as they were read last. Makes no request."""
    return state_from(store.meta(_STATE)).directory


def _differing(before: Directory, after: Directory) -> frozenset[str]:
    addresses = before.addresses() | after.addresses()
    return frozenset(each for each in addresses if before.lookup(each) != after.lookup(each))


def _other_form(address: str) -> str:
    """With the domain in ASCII if it is in Unicode, as headers of messages have it; '' where there is no such form."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return ""
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return ""
