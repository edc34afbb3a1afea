"""ForceManager's log of messages, `/emails`, as the mail port sees it (CRM API 4).

A message is logged once and never changed: there is no way here to change or to delete one (R12). The API key belongs
to the tenant, so that everything is narrowed to the messages of the user (design 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from urllib.parse import quote

from fm_desktop.crm import emails_rows, emails_upload
from fm_desktop.crm.client import PAGE_SIZE, CrmClient, Row
from fm_desktop.crm.fields import Fields, new_id
from fm_desktop.crm.where import TEXTS_PER_REQUEST, all_of, any_of, is_in, linked_to, literal
from fm_desktop.mailport import LogEntry, Logged
from fm_desktop.model.message import Attachment
from fm_desktop.port import Gone, OutcomeUnknown, PortError

_PATH = "emails"
_LOOKED_UP = "Nothing to do: syncing looks it up before anything is sent again."
# Of the encoded identities in one address: with the rest of it well below what proxies on the way take.
_LONGEST_LIST = 4000


class CrmMailLog:
    """The messages logged for one user. Implements `fm_desktop.mailport.MailLog`."""

    def __init__(self, client: CrmClient, sales_rep_id: int) -> None:
        self._client = client
        self._sales_rep_id = sales_rep_id

    @property
    def requests(self) -> int:
        return self._client.requests

    def find(self, ext_ids: Iterable[str]) -> Mapping[str, Logged]:
        """Entries by identity; what was deleted at ForceManager is found too, so that it is not logged again.

        One list for many identities, and one request more for each that has attachments.
        """
        rows: dict[str, Row] = {}
        for part in _batches(ext_ids):
            for row in self._rows(is_in("extId", part)):
                ext_id = Fields(row).text("extId")
                if ext_id in part and (ext_id not in rows or _preference(row) < _preference(rows[ext_id])):
                    rows[ext_id] = row
        return {ext_id: self._logged(ext_id, row) for ext_id, row in rows.items()}

    def create(self, entry: LogEntry) -> Logged:
        """Raises `OutcomeUnknown` where it may have been stored, and so also where its answer says too little."""
        answer = self._client.post(_PATH, emails_rows.row_of(entry, self._sales_rep_id))
        number = new_id(answer)
        if number is None:
            raise OutcomeUnknown(f"ForceManager did not say which record “{entry.subject}” became.", _LOOKED_UP)
        logged = emails_rows.logged_of(number, entry.ext_id, answer)
        if not entry.attachments or logged.attachments:
            return logged
        try:
            return emails_rows.logged_of(number, entry.ext_id, self._client.get(f"{_PATH}/{number}"))
        except PortError as error:
            raise OutcomeUnknown(
                f"ForceManager did not say where the files of “{entry.subject}” go.", _LOOKED_UP
            ) from error

    def upload(self, locator: str, attachment: Attachment) -> None:
        """Streamed, in one try. Raises `Unreachable` where it may work another time, `Gone` where `find` gives
        another locator first, and `Refused` where it never will."""
        emails_upload.upload(self._client, locator, attachment)

    def recent(self, contact_id: int | None, account_id: int | None, limit: int) -> tuple[LogEntry, ...]:
        """The newest first; with a contact and an account, what was logged for either."""
        links = (("contactId", contact_id), ("accountId", account_id))
        conditions = [linked_to(name, number) for name, number in links if number is not None]
        if not conditions or limit < 1:
            return ()
        where = all_of([linked_to("salesRepId", self._sales_rep_id), any_of(conditions)])
        found: list[LogEntry] = []
        for page in self._client.pages(_PATH, where, min(limit, PAGE_SIZE), order="date"):
            entries = (emails_rows.entry_of(row) for row in page.rows if self._is_mine(row))
            found.extend(each for each in entries if each is not None)
            if len(found) >= limit:
                break
        return tuple(sorted(found, key=lambda each: each.moment, reverse=True)[:limit])

    def _rows(self, condition: str) -> Iterator[Row]:
        where = all_of([linked_to("salesRepId", self._sales_rep_id), condition])
        pages = self._client.pages(_PATH, where)
        return (row for row in chain.from_iterable(page.rows for page in pages) if self._is_mine(row))

    def _is_mine(self, row: Row) -> bool:
        return Fields(row).link("salesRepId") == self._sales_rep_id

    def _logged(self, ext_id: str, row: Row) -> Logged:
        """A list does not tell which attachments have come: the single row does (`emails_rows`)."""
        number = Fields(row).link("id") or 0
        logged = emails_rows.logged_of(number, ext_id, row)
        if not logged.attachments or Fields(row).flag("deleted"):
            return logged
        try:
            return emails_rows.logged_of(number, ext_id, self._client.get(f"{_PATH}/{number}"))
        except Gone:
            return logged  # deleted since it was listed: nothing is missing of it any more


def _preference(row: Row) -> tuple[bool, int]:
    """One that is there before one that is deleted, then the older."""
    return Fields(row).flag("deleted"), Fields(row).link("id") or 0


def _batches(ext_ids: Iterable[str]) -> Iterator[list[str]]:
    """The identities without repetitions, so many at a time as an address has room for."""
    part: list[str] = []
    length = 0
    for each in dict.fromkeys(ext_ids):
        size = len(quote(literal(each))) + 3  # the comma, encoded
        if part and (len(part) >= TEXTS_PER_REQUEST or length + size > _LONGEST_LIST):
            yield part
            part, length = [], 0
        part.append(each)
        length += size
    if part:
        yield part
