"""Mail of earlier with people who became contacts later: looked for by their address, a few at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, timedelta

from fm_desktop.mailport import MailSource
from fm_desktop.port import CollectionGone, Malformed, Refused, Unreachable
from fm_desktop.sync.mail.folders import KnownFolder
from fm_desktop.sync.mail.scan import Cancelled, Scanner, Tables
from fm_desktop.sync.store import Store

_log = logging.getLogger(__name__)

AT_ONCE = 20  # addresses in one search
# The service counts days on its own clock, and ours may be behind: what came by then must not be left out.
_AHEAD = timedelta(days=400)


class Backfill:
    """The tables `mail_address` and `mail_backfill` of one account."""

    def __init__(self, tables: Tables, account: int) -> None:
        self._tables = tables
        self._store: Store = tables.store
        self._account = account

    def notice(self, addresses: Iterable[str], folders: Iterable[KnownFolder]) -> None:
        """Takes in who is known now; `folders` are all that there are. One that has not been read yet will be read with
        all of them."""
        known = {
            row["address"]
            for row in self._store.rows("SELECT address FROM mail_address WHERE account = ?", self._account)
        }
        new, now = set(addresses) - known, set(addresses)
        if not new and now == known:
            return
        begun = [each for each in folders if each.cursor is not None]
        with self._store.transaction():
            for each in sorted(new):
                self._store.run("INSERT INTO mail_address VALUES (?, ?)", self._account, each)
                for folder in begun:
                    self._store.run("INSERT OR IGNORE INTO mail_backfill VALUES (?, ?)", each, folder.id)
            for each in known - now:
                # Once it is back, what came meanwhile has to be looked for.
                self._store.run("DELETE FROM mail_address WHERE account = ? AND address = ?", self._account, each)

    def run(
        self, scanner: Scanner, source: MailSource, folders: Iterable[KnownFolder], since: date, cancelled: Cancelled
    ) -> None:
        """One search in each folder. Raises the port's errors; other folders have had their turn then."""
        trouble: Unreachable | None = None
        for folder in folders:
            addresses = self._waiting(folder)
            if not addresses or cancelled():
                continue
            try:
                for batch in source.search(folder.what, addresses, since, scanner.today() + _AHEAD):
                    with self._store.transaction():
                        scanner.take_in(folder, batch)
                    if cancelled():
                        return
            except CollectionGone:
                with self._store.transaction():
                    self._tables.folders.lost(folder)
            except Unreachable as error:
                trouble = error
                continue
            except (Malformed, Refused) as error:
                # A server that cannot search as we ask it shows all headers of the history once more.
                _log.warning("Mail folder “%s” cannot be searched: %s", folder.what.name, error)
                with self._store.transaction():
                    self._tables.folders.read_anew(folder)
            with self._store.transaction():
                for each in addresses:
                    self._store.run("DELETE FROM mail_backfill WHERE folder = ? AND address = ?", folder.id, each)
        if trouble is not None:
            raise trouble

    def is_waiting(self, folders: Iterable[KnownFolder]) -> bool:
        return any(self._waiting(folder) for folder in folders)

    def _waiting(self, folder: KnownFolder) -> list[str]:
        rows = self._store.rows(
            "SELECT address FROM mail_backfill WHERE folder = ? ORDER BY address LIMIT ?", folder.id, AT_ONCE
        )
        return [row["address"] for row in rows]
