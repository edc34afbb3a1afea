"""ForceManager as the sweep has it: people's hands there, what is there, and the way back to an earlier moment."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sandbox.tenant import FILES_NAME
from tests.fakes.real import emma
from tests.real.engine.scene import crm_date, records

# What depends on when, and in which order, things were made.
_INCIDENTAL = frozenset(("id", "dateCreated", "dateUpdated", "dateDeleted", "attachments"))
_AGENDA, _MAIL = "calendar", "emails"


class Crm:
    """The sandbox with one user. `folder` is where it keeps its records."""

    def __init__(self, sandbox: SandboxServer, folder: Path) -> None:
        self.sandbox = sandbox
        self._folder = folder
        self.user = emma(sandbox)
        self._type = sandbox.store.rows("activityTypes")[0]["id"]
        with closing(records(folder)) as db:
            for table in (_AGENDA, _MAIL):
                db.execute(f"DELETE FROM {table}")
        self.empty = self.snapshot()
        """Companies and people, and nothing that ever happened."""

    # --- there and back ---

    def close(self) -> None:
        self.empty.close()

    def snapshot(self) -> sqlite3.Connection:
        """All records as they are now, for `restore`; the caller closes it."""
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(records(self._folder)) as db:
            db.backup(kept)
        return kept

    def restore(self, kept: sqlite3.Connection) -> None:
        with closing(records(self._folder)) as db:
            kept.backup(db)
        for each in (self._folder / FILES_NAME).iterdir():
            each.unlink()

    # --- what is there ---

    def picture(self) -> list[str]:
        """Every row there ever was, and every record of a message with its files."""
        rows = [each for deleted in ("false", "true") for each in self.rows(deleted)]
        mails = [{**each, "files": self._files(each)} for each in self.sandbox.store.rows(_MAIL)]
        return sorted(str({key: each[key] for key in sorted(each) if key not in _INCIDENTAL}) for each in rows + mails)

    def rows(self, deleted: str = "false") -> list[dict[str, Any]]:
        return self.sandbox.store.rows(_AGENDA, f"deleted = {deleted} AND salesRepId = {self.user}")

    def _files(self, record: dict[str, Any]) -> list[tuple[str, bytes]]:
        uploads = self.sandbox.tenant.uploads
        files = record["attachments"]
        return [
            (each["name"], uploads.path(each["id"]).read_bytes() if uploads.has(each["id"]) else b"") for each in files
        ]

    # --- a person there ---

    def add(self, title: str, day: int, **more: Any) -> None:
        when = crm_date(day)
        values = {
            "subject": title, "startDate": when, "startHour": "12:00", "endDate": when, "endHour": "13:00",
            "salesRepId": self.user, "branchId": 1, "typeId": self._type, "allDay": False, "task": False, **more,
        }  # fmt: skip
        self.sandbox.store.create(_AGENDA, values)

    def edit(self, title: str, **fields: Any) -> None:
        self.sandbox.store.update(_AGENDA, self._id(title), fields)

    def delete(self, title: str) -> None:
        self.sandbox.store.delete(_AGENDA, self._id(title))

    def _id(self, title: str) -> int:
        (found,) = (each["id"] for each in self.rows() if each["subject"] == title)
        return int(found)

    def contacts(self) -> list[dict[str, Any]]:
        """The user's own, those with an address."""
        rows = self.sandbox.store.rows("contacts", "deleted = false")
        return [each for each in rows if each["email"] and each["salesRepId"]["id"] == self.user]

    def add_contact(self, address: str) -> None:
        like = self.contacts()[0]
        values = {
            "firstName": "Nora", "lastName": "New", "email": address, "accountId": like["accountId"]["id"],
            "salesRepId": self.user,
        }  # fmt: skip
        self.sandbox.store.create("contacts", values)
