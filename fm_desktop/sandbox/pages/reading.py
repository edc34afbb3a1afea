"""What the pages show, read from the store. Deleted records are never shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fm_desktop.sandbox.clock import Clock
from fm_desktop.sandbox.pages import mail
from fm_desktop.sandbox.pages.entries import Entry, Linked, entry_of
from fm_desktop.sandbox.pages.forms import Choices
from fm_desktop.sandbox.pages.notes import Known
from fm_desktop.sandbox.sample import MAIN_USER
from fm_desktop.sandbox.store import Row, Store

_LIVING = "deleted = false"
_LARGEST_ID = 10**15  # a condition takes no longer numbers
_ADDRESSES = {"accounts": ("email",), "contacts": ("email", "email2", "email3")}  # a contact goes before an account


@dataclass(frozen=True, slots=True)
class Messages:
    """A page of logged messages, the newest first; `page` counts from 1."""

    shown: tuple[mail.Message, ...]
    page: int
    is_more: bool


class Reader:
    """Reads one tenant's records for the pages. Safe to use from several threads, as the store is."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def users(self) -> list[Row]:
        return self._store.rows("users", _LIVING)

    def viewer(self, users: list[Row], asked: str | None) -> Row | None:
        """The user asked for by id; else the sample's main user; else the first there is."""
        for each in users:
            if asked == str(each["id"]):
                return each
        main = [each for each in users if each["email"] == MAIN_USER]
        return next(iter(main or users), None)

    def now(self, user: Row | None) -> datetime:
        """The server's time on the clock of the user's branch."""
        return self._clock.now().astimezone(self._zone(user))

    def record(self, resource: str, row_id: int) -> Row | None:
        """A record that is there and not deleted."""
        if row_id > _LARGEST_ID:
            return None
        found = self._store.rows(resource, f"id = {row_id} AND {_LIVING}")
        return found[0] if found else None

    def living(self, resource: str) -> list[Row]:
        return self._store.rows(resource, _LIVING)

    def between(self, user: Row, first: date, last: date) -> list[Entry]:
        """The user's items that touch the days from `first` to `last`."""
        without_end = f"endDate IS NULL AND startDate >= '{first}'"
        touching = f"startDate <= '{last}' AND (endDate >= '{first}' OR ({without_end}))"
        return self._entries(f"salesRepId = {user['id']} AND {touching}")

    def agenda(self, user: Row) -> list[Entry]:
        """All of the user's items by time."""
        return self._entries(f"salesRepId = {user['id']}")

    def entries_of(self, field: str, row_id: int) -> list[Entry]:
        """Everybody's items of one contact or account, the last first."""
        return self._entries(f"{field} = {row_id}")[::-1]

    def messages_of(self, field: str, row_id: int, page: int, now: datetime) -> Messages:
        """Everybody's messages logged for one contact or account."""
        where = f"{field} = {row_id} AND {_LIVING}"
        # One more than is shown tells whether there are more.
        text = self._store.list_json(
            "emails", where=where, order="date", limit=mail.PAGE + 1, offset=(page - 1) * mail.PAGE
        )
        rows: list[Row] = json.loads(text)
        shown = tuple(self._messages(rows[: mail.PAGE], now))
        return Messages(shown, page, len(rows) > mail.PAGE)

    def message(self, row: Row, now: datetime) -> mail.Message:
        return self._messages([row], now)[0]

    def files(self, message_id: int, is_here: Callable[[int], bool]) -> tuple[mail.File, ...]:
        """The attachments of a message."""
        return mail.files_of(self._store.rows("documents", f"emailId = {message_id} AND {_LIVING}"), is_here)

    def known(self, addresses: Iterable[str]) -> dict[str, Known]:
        """The contacts and accounts that the addresses (in lower case) belong to."""
        wanted = set(addresses)
        found: dict[str, Known] = {}
        if not wanted:
            return found
        listed = ", ".join("'" + each.replace("'", "''") + "'" for each in wanted)
        for resource, fields in _ADDRESSES.items():
            where = " OR ".join(f"{field} IN ({listed})" for field in fields)
            for row in reversed(self._store.rows(resource, f"{_LIVING} AND ({where})")):
                own = {(row[field] or "").lower() for field in fields}
                found |= dict.fromkeys(own & wanted, Known(resource, row["id"], name_of(row)))
        return found

    def choices(self, row: Row | None = None) -> Choices:
        """What a form offers; the present choices of `row` among it, though they be deleted meanwhile."""
        types = [each for each in self.living("activityTypes") if each["visibleInAgendaActivities"]]
        offered = {each["id"]: each["description"] for each in types}
        accounts = {each["id"]: each["name"] for each in _by_name(self.living("accounts"))}
        contacts = {each["id"]: _linked_id(each["accountId"]) for each in self.living("contacts")}
        if row is not None:
            for link, known in ((row["typeId"], offered), (row["accountId"], accounts)):
                if link is not None:
                    known.setdefault(link["id"], link["value"])
            if row["contactId"] is not None:
                contacts.setdefault(row["contactId"]["id"], None)
        return Choices(offered, accounts, contacts)

    def contacts_by_account(self) -> list[tuple[str, list[Row]]]:
        """For choosing a contact: accounts by name, each with its contacts by name."""
        groups: dict[str, list[Row]] = {}
        for each in _by_name(self.living("contacts")):
            groups.setdefault((each["accountId"] or {}).get("value") or "No account", []).append(each)
        return sorted(groups.items(), key=lambda group: group[0].casefold())

    def matching(self, resource: str, text: str) -> list[Row]:
        """Contacts or accounts by name, those that contain every word of a text."""
        words = text.casefold().split()
        return [each for each in _by_name(self.living(resource)) if all(word in _searched(each) for word in words)]

    def _messages(self, rows: list[Row], now: datetime) -> list[mail.Message]:
        contacts = self._linked("contacts", (each["contactId"] for each in rows))
        accounts = self._linked("accounts", (each["accountId"] for each in rows))
        return [mail.message_of(each, now.tzinfo, contacts, accounts) for each in rows]

    def _linked(self, resource: str, ids: Iterable[int | None]) -> dict[int, Linked]:
        """The records that others point to by a bare id, as far as they are there."""
        listed = ",".join(str(each) for each in {*ids} - {None})
        rows = self._store.rows(resource, f"{_LIVING} AND id IN ({listed})") if listed else []
        return {each["id"]: Linked(each["id"], name_of(each)) for each in rows}

    def _entries(self, where: str) -> list[Entry]:
        now = self._clock.now()
        rows = self._store.rows("calendar", f"{_LIVING} AND {where}")
        return sorted((entry_of(row, now) for row in rows), key=lambda each: (each.start, not each.all_day, each.id))

    def _zone(self, user: Row | None) -> tzinfo:
        """The branch's, UTC where none is set or its name is unknown here."""
        branch = self.record("branches", user["branches"][0]["id"]) if user else None
        zone = self.record("timezones", branch["timeZoneId"]["id"]) if branch and branch["timeZoneId"] else None
        try:
            return ZoneInfo(zone["idIanaZone"]) if zone else UTC
        except (ZoneInfoNotFoundError, ValueError):
            return UTC


def name_of(row: Row) -> str:
    """The name of an account, contact or user."""
    if "firstName" in row:
        return f"{row['firstName']} {row['lastName']}".strip()
    return f"{row['name']} {row.get('lastName') or ''}".strip()


def _by_name(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda each: name_of(each).casefold())


def _linked_id(link: Row | None) -> int | None:
    return None if link is None else int(link["id"])


def _searched(row: Row) -> str:
    account = row.get("accountId") or {}
    texts = (name_of(row), account.get("value"), row["city"], *(row.get(each) for each in _ADDRESSES["contacts"]))
    return " ".join(filter(None, texts)).casefold()
