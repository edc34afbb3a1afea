"""The tables `mailbox` and `mail_folder`: which folders there are, which are read, and how far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from sqlite3 import Row

from fm_desktop.mailport import Folder, Role
from fm_desktop.port import SignInNeeded
from fm_desktop.sync.mail import policy
from fm_desktop.sync.store import Store

# What was sent comes first, so that a copy of it in another folder is known for what it is.
_ORDER = (Role.SENT, Role.ALL, Role.INBOX, Role.ARCHIVE, Role.OTHER)


@dataclass(frozen=True, slots=True)
class KnownFolder:
    """A folder with its row. `cursor` None: to be read from the first day of the history on. `choices`: under which
    it was read so far (`MailOptions.choices`)."""

    id: int
    what: Folder
    choices: str
    cursor: str | None


class Folders:
    """Those of one account's mailbox. Callers of what writes hold the transaction, `check` excepted."""

    def __init__(self, store: Store, account: int) -> None:
        self._store = store
        self._account = account

    # --- the mailbox ---

    def first_day(self, today: date) -> date:
        """When logging began, which is today if it has not: the chosen history counts back from that day. A clock that
        was wrong before the mailbox was opened for the first time, or was ahead then, has no say."""
        row = self._store.row("SELECT first_day, principal FROM mailbox WHERE account = ?", self._account)
        if row is not None and (row["principal"] is not None or row["first_day"] == today.isoformat()):
            return min(today, date.fromisoformat(row["first_day"]))
        with self._store.transaction():
            self._store.run(
                "INSERT INTO mailbox (account, first_day) VALUES (?, ?)"
                " ON CONFLICT (account) DO UPDATE SET first_day = excluded.first_day",
                self._account, today.isoformat(),
            )  # fmt: skip
        return today

    def check(self, principal: str) -> None:
        """Raises `SignInNeeded` where the credentials open another mailbox than before."""
        known = self._store.value("SELECT principal FROM mailbox WHERE account = ?", self._account)
        if not known:
            with self._store.transaction():
                self._store.run("UPDATE mailbox SET principal = ? WHERE account = ?", principal, self._account)
        elif known != principal:
            raise SignInNeeded(
                f"The mail service now signs in another user ({principal}) than before ({known}). Nothing was logged.",
                "Sign in as the former user, or set FM Desktop up anew: fm-desktop setup",
            )

    # --- the folders ---

    def all(self) -> tuple[KnownFolder, ...]:
        """Those that are there, in the order of reading."""
        rows = self._store.rows("SELECT * FROM mail_folder WHERE account = ? AND listed", self._account)
        return tuple(sorted(map(_folder, rows), key=lambda each: (_rank(each.what.role), each.what.name)))

    def to_read(self, names: Iterable[str] | None) -> tuple[KnownFolder, ...]:
        """See `policy.to_read`."""
        known = self.all()
        wanted = {each.id for each in policy.to_read([each.what for each in known], names)}
        return tuple(each for each in known if each.what.id in wanted)

    def arrivals(self, names: Iterable[str] | None) -> Folder | None:
        """Where new mail comes in first, of what is read."""
        read = [each.what for each in self.to_read(names)]
        return next((each for role in (Role.ALL, Role.INBOX) for each in read if each.role is role), None)

    def list_anew(self, found: Iterable[Folder]) -> None:
        """Takes in which folders there are now. One that comes back is read anew: its places were given up."""
        present = {each.id: each for each in found}
        for each in self.all():
            if each.what.id not in present:
                self.lost(each)
        for folder in present.values():
            self._store.run(
                "INSERT INTO mail_folder (account, remote, name, role, flagged, listed) VALUES (?, ?, ?, ?, ?, 1)"
                " ON CONFLICT (account, remote) DO UPDATE SET name = excluded.name, role = excluded.role,"
                " flagged = excluded.flagged, cursor = CASE WHEN listed THEN cursor END, listed = 1",
                self._account, folder.id, folder.name, folder.role.value, folder.flagged,
            )  # fmt: skip

    def lost(self, folder: KnownFolder) -> None:
        """It is not there any more."""
        self._store.run("UPDATE mail_folder SET listed = 0, cursor = NULL WHERE id = ?", folder.id)
        self.forget_places(folder)

    def forget_places(self, folder: KnownFolder) -> None:
        self._store.run("DELETE FROM mail_place WHERE folder = ?", folder.id)

    def read_anew(self, folder: KnownFolder) -> None:
        """From the first day of the history on."""
        self._store.run("UPDATE mail_folder SET cursor = NULL WHERE id = ?", folder.id)

    def save(self, folder: KnownFolder, cursor: str, choices: str) -> None:
        self._store.run("UPDATE mail_folder SET cursor = ?, choices = ? WHERE id = ?", cursor, choices, folder.id)


def history_start(folders: Folders, now: datetime, days: int) -> date:
    """The first day of the chosen history."""
    return folders.first_day(now.date()) - timedelta(days=days)


def _folder(row: Row) -> KnownFolder:
    what = Folder(row["remote"], row["name"], Role(row["role"]), bool(row["flagged"]))
    return KnownFolder(row["id"], what, row["choices"], row["cursor"])


def _rank(role: Role) -> int:
    return _ORDER.index(role) if role in _ORDER else len(_ORDER)
