"""The user's agenda in ForceManager as a port: the rows of `/calendar` the user is responsible for.

The API key belongs to the tenant, so every read and write is narrowed to `salesRepId` (design 4), and
rows of others are dropped even if the server should send them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import NoReturn

from fm_desktop.crm import rows
from fm_desktop.crm.client import CrmClient, Row
from fm_desktop.crm.fields import Fields, Unclear, new_id
from fm_desktop.crm.increment import Mark, Reading, mark_from, read, row_id
from fm_desktop.crm.revision import is_older, is_unconfirmed, revision_of
from fm_desktop.crm.rows import Context
from fm_desktop.crm.where import IDS_PER_REQUEST, TEXTS_PER_REQUEST, all_of, chunks, is_in, linked_to
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import When, zone
from fm_desktop.port import (
    Broken,
    Capabilities,
    Changes,
    Collection,
    CollectionGone,
    Conflict,
    Found,
    Gone,
    Known,
    OutcomeUnknown,
    Ref,
    Refused,
    Resource,
    Side,
)

_log = logging.getLogger(__name__)

AGENDA = Collection(id="agenda", name="ForceManager", is_default=True)
_PATH = "calendar"
# What two rows differ in although they show the same.
_OF_ONE_ROW = frozenset(
    ("id", "extId", "deleted", "dateCreated", "dateUpdated", "dateDeleted",
     "salesRepIdCreated", "salesRepIdUpdated", "salesRepIdDeleted")
)  # fmt: skip


class CrmAgenda:
    """`fm_desktop.port.Port` over one user's rows.

    `tenant` is the key of the CRM (`fm_desktop.crm.account.tenant_key`), `address` the user's own there.
    `today` is where tasks without a date are shown; by default the date in the CRM's zone.
    """

    side = Side.CRM

    def __init__(
        self,
        client: CrmClient,
        tenant: str,
        address: str,
        context: Context,
        today: Callable[[], date] | None = None,
    ) -> None:
        self._client = client
        self._tenant = tenant
        self._address = address.strip().lower()
        self._context = context
        self._mine = linked_to("salesRepId", context.sales_rep_id)
        self._today = today or (lambda: datetime.now(UTC).astimezone(zone(context.zone)).date())

    @property
    def requests(self) -> int:
        return self._client.requests

    def capabilities(self) -> Capabilities:
        return Capabilities(conditional_writes=False, schedules=False)

    def principal(self) -> str:
        return f"{self._tenant}/users/{self._context.sales_rep_id}"

    def addresses(self) -> frozenset[str]:
        return frozenset({self._address})

    def collections(self) -> tuple[Collection, ...]:
        return (AGENDA,)

    # --- reading ---------------------------------------------------------------------------------

    def changes(self, collection: Collection, cursor: str | None, known: Known) -> Changes:
        """Rows whose revision is the known one are not given again. One request when nothing changed."""
        _check(collection.id)
        revisions = known()
        reading = self._reading(mark_from(cursor), lambda row: _is_news(row, revisions, trusted=False))
        asked = {each for each, revision in revisions.items() if revision is None}
        if reading.complete:
            # Rows move between pages while they are read: only one that is absent by its own id is gone.
            asked |= revisions.keys() - reading.rows.keys()
        asked -= reading.rows.keys()
        there = {**reading.rows, **{row_id(row): row for row in self._rows_by_id(asked)}}
        alive = {each: row for each, row in there.items() if self._is_mine(row) and not _is_deleted(row)}
        # A deleted row stays in the list (2.9), so that one which a lagging list does not show yet proves nothing.
        unseen = {
            each
            for each in asked - there.keys()
            if is_unconfirmed(revisions[each]) or (revisions[each] is None and not reading.complete)
        }
        news = [row for row in alive.values() if _is_news(row, revisions, trusted=reading.complete)]
        return Changes(
            present=tuple(self._found(row) for row in news),
            removed=tuple(sorted((asked | there.keys()) & revisions.keys() - alive.keys() - unseen)),
            cursor=reading.mark.to_text(),
            listed=frozenset(alive.keys() | unseen) if reading.complete else None,
            removed_marks=self._removed_marks(there.values()),
        )

    def parse(self, ref: Ref, revision: str | None, raw: bytes) -> Found:
        """A stored row, understood again. Makes no request."""
        return self._understood(rows.from_raw(raw), ref, revision, raw)

    def fetch(self, collection: str, ids: Iterable[str]) -> tuple[Found, ...]:
        _check(collection)
        return self._found_all(self._rows_by_id(ids))

    def find(self, collection: str, uids: Iterable[str]) -> tuple[Found, ...]:
        """Rows by their `extId`, the oldest first; an `extId` may be there twice (its uniqueness is UNKNOWN)."""
        _check(collection)
        return self._found_all(self._matching("extId", uids, TEXTS_PER_REQUEST))

    def _reading(self, mark: Mark, is_news: Callable[[Row], bool]) -> Reading:
        if mark.since is not None:
            try:
                return read(self._client, _PATH, self._mine, mark, is_news)
            except Refused as refusal:
                # UNKNOWN in 2.4: how `where` takes time stamps. Without it the list is read whole.
                _log.warning("Reading changes only was refused, reading everything instead: %s", refusal)
        return read(self._client, _PATH, self._mine, Mark(), is_news)

    def _rows_by_id(self, ids: Iterable[str]) -> Iterator[Row]:
        return self._matching("id", (int(each) for each in sorted(ids) if each.isdigit()), IDS_PER_REQUEST)

    def _matching(self, name: str, values: Iterable[str | int], size: int) -> Iterator[Row]:
        """Rows with one of the values. Read until each is there, or until the list ends."""
        for part in chunks(values, size):
            missing = set(map(str, part))
            for page in self._client.pages(_PATH, all_of([self._mine, is_in(name, part)])):
                yield from page.rows
                missing -= {str(Fields(row).value(name)) for row in page.rows}
                if not missing:
                    break

    def _found_all(self, found: Iterable[Row]) -> tuple[Found, ...]:
        mine = {int(row_id(row)): row for row in found if self._is_mine(row) and not _is_deleted(row)}
        return tuple(self._found(mine[each]) for each in sorted(mine))

    def _found(self, row: Row) -> Found:
        return self._understood(row, _ref(row), revision_of(row), rows.canonical(row))

    def _understood(self, row: Row, ref: Ref, revision: str | None, raw: bytes) -> Found:
        try:
            return Resource(ref, revision, raw, (rows.item_of(row, self._context.zone),))
        except Unclear as error:
            fields = Fields(row)
            reason = f"This entry cannot be understood: {error}."
            return Broken(ref, revision, raw, reason, title=fields.text("subject"), uid=fields.text("extId"))

    def _resource(self, row: Row, *, written: bool = False) -> Resource:
        item = rows.item_of(row, self._context.zone)
        return Resource(_ref(row), revision_of(row, written=written), rows.canonical(row), (item,))

    def _removed_marks(self, read: Iterable[Row]) -> dict[str, str]:
        deleted = (row for row in read if _is_deleted(row) and self._is_mine(row))
        marks = {row_id(row): Fields(row).text("extId") for row in deleted}
        return {each: mark for each, mark in marks.items() if mark}

    def _is_mine(self, row: Row) -> bool:
        return Fields(row).link("salesRepId") == self._context.sales_rep_id

    # --- writing ---------------------------------------------------------------------------------

    def create(self, collection: str, uid: str, value: Projection) -> Resource:
        """One request. That `uid` is not there yet has been seen from a listing or a probe before."""
        _check(collection)
        try:
            payload = rows.payload_for_create(value, uid, self._context, self._today())
        except Unclear as error:
            _refuse(value.title, error)
        return self._created(payload)

    def update(self, resource: Resource, patch: Patch, recurrence_id: When | None = None) -> Resource:
        """Reads the row again right before writing it, since the API cannot lock (design 4)."""
        if recurrence_id is not None:
            raise ValueError("a row of the CRM is never a series")
        row = self._fresh(resource)
        try:
            payload = rows.payload_for_patch(patch, row, self._context.zone, self._today())
        except Unclear as error:
            _refuse(resource.items[0].title, error)
        if payload:
            self._client.put(_address(resource), payload)
        return self._resource(rows.row_after(row, payload), written=bool(payload))

    def delete(self, resource: Resource) -> None:
        try:
            row = self._fresh(resource)
            if Fields(row).flag("readOnly"):
                # UNKNOWN in 3.3: a read-only row may not be deleted (documented), so it is released first.
                self._client.put(_address(resource), {"readOnly": False, "sendNotification": False})
            self._client.delete(_address(resource))
        except Gone:
            _log.info("%s was deleted in ForceManager already", _address(resource))

    def restore(self, collection: str, uid: str, raw: bytes) -> Resource:
        _check(collection)
        return self._created(rows.payload_for_restore(rows.from_raw(raw), uid))

    def mark(self, resource: Resource, ext_id: str) -> Resource:
        row = self._fresh(resource)
        if Fields(row).text("extId") == ext_id:
            return self._resource(row)
        payload = rows.payload_for_mark(row, ext_id)
        self._client.put(_address(resource), payload)
        return self._resource(rows.row_after(row, payload), written=True)

    def are_twins(self, first: Resource, second: Resource) -> bool:
        shown = [{name: value for name, value in json.loads(each.raw).items() if name not in _OF_ONE_ROW}
                 for each in (first, second)]  # fmt: skip
        return shown[0] == shown[1]

    def _created(self, payload: Row) -> Resource:
        number = new_id(self._client.post(_PATH, payload))
        if number is None:
            raise OutcomeUnknown(
                f"ForceManager did not say which record “{payload.get('subject', '')}” became.",
                "Nothing to do: syncing looks it up before anything is sent again.",
            )
        return self._resource({**rows.row_after({}, payload), "id": number, "deleted": False}, written=True)

    def _fresh(self, resource: Resource) -> Row:
        """The row as it is now. Raises `Gone`, and `Conflict` if what it shows is not what was seen."""
        row = self._client.get(_address(resource))
        if _is_deleted(row) or not self._is_mine(row):
            raise Gone(f"“{resource.items[0].title}” is not in your ForceManager agenda any more.")
        try:
            unchanged = rows.item_of(row, self._context.zone) == resource.items[0]
        except Unclear:
            unchanged = False
        if not unchanged:
            raise Conflict(
                f"“{resource.items[0].title}” was changed in ForceManager in the meantime.",
                "Nothing to do: syncing looks at it again.",
            )
        return row


def _check(collection: str) -> None:
    if collection != AGENDA.id:
        raise CollectionGone(f"ForceManager has one agenda, and no “{collection}”.")


def _ref(row: Row) -> Ref:
    return Ref(AGENDA.id, row_id(row))


def _address(resource: Resource) -> str:
    return f"{_PATH}/{resource.ref.id}"


def _is_deleted(row: Row) -> bool:
    return Fields(row).flag("deleted")


def _refuse(title: str, error: Unclear) -> NoReturn:
    raise Refused(
        f"“{title}” cannot be stored in ForceManager: {error}.", "Change it in the calendar, or leave it out."
    ) from error


def _is_news(row: Row, revisions: Mapping[str, str | None], *, trusted: bool) -> bool:
    """Whether a row tells something that its known revision does not."""
    each = row_id(row)
    if each not in revisions:
        return not _is_deleted(row)
    revision = revisions[each]
    return revision is None or (revision != revision_of(row) and not is_older(row, revision, trusted=trusted))
